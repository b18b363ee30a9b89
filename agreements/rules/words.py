"""Days as reasons name them."""

from __future__ import annotations


def plain(day: object) -> str:
    """«31.12.2026», or "" where there is no day."""
    return day.strftime("%d.%m.%Y") if hasattr(day, "strftime") else ""
