"""Reading the calendar of a year, for its page and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from core.calendar import russia
from core.calendar.models import WorkingDayOverride
from core.db import db


@dataclass(frozen=True)
class Day:
    """A day of the calendar; `name` is the holiday's, or the note of a correction."""

    day: date
    working: bool
    name: str
    corrected: bool


def corrections(year: int) -> Sequence[WorkingDayOverride]:
    """Corrected days of a year, in order."""
    within = WorkingDayOverride.day.between(date(year, 1, 1), date(year, 12, 31))
    return db.session.scalars(select(WorkingDayOverride).where(within).order_by(WorkingDayOverride.day)).all()


def year_days(year: int) -> list[list[Day]]:
    """The year as twelve lists of days."""
    corrected = {row.day: row for row in corrections(year)}
    months: list[list[Day]] = [[] for _month in range(12)]
    day = date(year, 1, 1)
    while day.year == year:
        row = corrected.get(day)
        working = row.working if row else russia.is_working(day)
        months[day.month - 1].append(Day(day, working, row.note if row else russia.name(day), row is not None))
        day += timedelta(days=1)
    return months
