"""Shared rooms. A room imports only what stands below it (see docs/architecture.md)."""
