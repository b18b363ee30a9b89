"""Flows through HTTP and through a real browser."""
