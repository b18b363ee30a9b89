"""The service's tests: they mirror the rooms."""
