"""The table of corrected days: what a late decree changed before the package of holidays learnt of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Versioned


class WorkingDayOverride(Versioned, Model):
    """A day that is working, or off, whatever the production calendar says."""

    __tablename__ = "working_day_override"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    """The act that says so."""
