"""Days of acts, read from a form."""

from __future__ import annotations

from datetime import date

from agreements.forms.entered import a_date
from core.errors import NotValid


def read_day(text: str, name: str) -> date | None:
    """A day where one was typed. Raises NotValid at the input `name`."""
    try:
        return a_date(text) if text.strip() else None
    except ValueError as fault:
        raise NotValid(str(fault), name) from fault
