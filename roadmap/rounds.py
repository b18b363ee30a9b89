"""Periods a plan is reported for: quarters, years, the whole term; which may be opened, and when answers are due."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from core import clock
from core.calendar import add_working_days
from core.errors import NotValid
from roadmap.models import Roadmap
from roadmap.periods import label, shift

FINAL = "final"
ANSWERS_BY, REPORT_BY = 10, 20
"""Executors answer by the 10th of the month after the period, the report itself is due by the 20th."""
QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
YEAR = re.compile(r"^\d{4}$")


@dataclass(frozen=True)
class Choice:
    """A period that may be reported for, in words. `over`: it has ended."""

    period: str
    label: str
    over: bool


def bounds(plan: Roadmap, period: str) -> tuple[date, date]:
    """The first and the last day of a period («2026-Q3», «2026», «final»). Raises NotValid."""
    if period == FINAL:
        return plan.period_start, plan.period_end
    start, end = days_of(period)
    if end < plan.period_start or start > plan.period_end:
        raise NotValid(_("Этого периода в плане нет"), "period")
    if start > clock.today():
        raise NotValid(_("Отчётный период ещё не начался"), "period")
    return start, end


def days_of(period: str) -> tuple[date, date]:
    """The days of a quarter or a year, whatever the plan. Raises NotValid."""
    found = QUARTER.match(period)
    if found is not None:
        start = date(int(found[1]), int(found[2]) * 3 - 2, 1)
        return start, shift(start, 3) - timedelta(days=1)
    if YEAR.match(period) and int(period):
        return date(int(period), 1, 1), date(int(period), 12, 31)
    raise NotValid(_("Выберите отчётный период: квартал, год или весь срок плана"), "period")


def is_quarter(period: str) -> bool:
    return QUARTER.match(period) is not None


def named(period: str) -> str:
    """«III квартал 2026 г.», «2026 год», «весь срок плана»."""
    return str(_("весь срок плана")) if period == FINAL else label(period)


def ended_quarter(day: date) -> str:
    """The last quarter that was over on `day`."""
    before = shift(day.replace(day=1), -((day.month - 1) % 3) - 1)
    return f"{before.year}-Q{(before.month + 2) // 3}"


def choices(plan: Roadmap, opened: Iterable[str]) -> list[Choice]:
    """Periods nobody has opened yet: what has ended first, the newest before; then what is still running."""
    known, today = set(opened), clock.today()
    found = [
        Choice(period, named(period), bounds(plan, period)[1] < today)
        for period in _begun(plan, today)
        if period not in known
    ]
    found.sort(key=lambda one: (one.over, bounds(plan, one.period)[1], is_quarter(one.period)), reverse=True)
    return found


def _begun(plan: Roadmap, today: date) -> Iterator[str]:
    last = min(plan.period_end, today)
    for year in range(plan.period_start.year, last.year + 1):
        yield from (f"{year}-Q{number}" for number in (1, 2, 3, 4) if _within(plan, year, number, last))
        yield str(year)
    if plan.period_start <= today:
        yield FINAL


def _within(plan: Roadmap, year: int, number: int, last: date) -> bool:
    start = date(year, number * 3 - 2, 1)
    return start <= last and shift(start, 3) > plan.period_start


ANSWERS_IN = 3
"""Working days: a round that is opened late is not late the moment it asks."""


def answers_due(end: date, opened: date) -> date:
    """The 10th of the month after the period, or the next working day; never less than ANSWERS_IN from the opening."""
    usual = add_working_days((end + timedelta(days=1)).replace(day=ANSWERS_BY), 0)
    return max(usual, add_working_days(opened, ANSWERS_IN))


def report_due(end: date) -> date:
    """The 20th of the month after the period."""
    return (end + timedelta(days=1)).replace(day=REPORT_BY)


def opens_on(end: date) -> date:
    """The first working day after the period: the clock opens the round if nobody did."""
    return add_working_days(end, 1)
