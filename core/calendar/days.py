"""Arithmetic in working days: the production calendar with the administrator's corrections. Needs the database.

Terms are counted as the Civil Code of the Russian Federation counts them: from the day after the event (article 191),
and a term that would end on a day off ends on the next working day (article 193).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from core.calendar import russia
from core.calendar.models import WorkingDayOverride
from core.clock import MOSCOW, in_moscow
from core.db import Prepared, db

ONE = timedelta(days=1)
END_OF_DAY = time(18, 0)
_HELD = "working_day_overrides"
_OVERRIDES = Prepared(lambda: select(WorkingDayOverride.day, WorkingDayOverride.working))


def overrides() -> Mapping[date, bool]:
    """Corrected days: day → whether it is working. Read once a database transaction, so every process sees a
    correction in the transaction after it was made."""
    session = db.session()
    held = session.info.get(_HELD)
    if held is not None and held[0] is session.get_transaction():
        found: Mapping[date, bool] = held[1]
        return found
    if session.new or session.dirty or session.deleted:
        session.flush()
    rows = dict(_OVERRIDES())
    session.info[_HELD] = (session.get_transaction(), rows)
    return rows


def forget() -> None:
    """Read the corrections anew in this transaction: they were just changed in it."""
    db.session().info.pop(_HELD, None)


def is_working(day: date) -> bool:
    """Whether `day` is a working day."""
    return _is_working(day, overrides())


def _is_working(day: date, corrected: Mapping[date, bool]) -> bool:
    return corrected[day] if day in corrected else russia.is_working(day)


def add_working_days(start: date | datetime, days: int) -> date:
    """The day that is `days` working days after `start` (before it when negative); a moment counts as its Moscow day.

    With 0 days: `start` itself, or the next working day when it is a day off.
    """
    corrected = overrides()
    day = _day(start)
    if days == 0:
        while not _is_working(day, corrected):
            day += ONE
        return day
    step, left = (ONE, days) if days > 0 else (-ONE, -days)
    while left:
        day += step
        left -= _is_working(day, corrected)
    return day


def working_days_between(start: date | datetime, end: date | datetime) -> int:
    """Working days after `start` up to `end`, included: how long a document has lain. Negative backwards."""
    first, last = _day(start), _day(end)
    if last < first:
        return -working_days_between(last, first)
    total = russia.between(first, last)
    for day, working in overrides().items():
        if first < day <= last:
            total += working - russia.is_working(day)
    return total


def deadline(start: datetime, days: int) -> datetime:
    """The moment a term of `days` working days ends: 18:00 in Moscow on its last working day, aware."""
    return datetime.combine(add_working_days(start, days), END_OF_DAY, MOSCOW)


def _day(moment: date | datetime) -> date:
    return in_moscow(moment).date() if isinstance(moment, datetime) else moment
