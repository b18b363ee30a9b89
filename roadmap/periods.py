"""Recurrence: the periods of an item, their keys, names and days."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

RECURRENCES: dict[str, Any] = {
    "once": _l("однократно"),
    "monthly": _l("ежемесячно"),
    "quarterly": _l("ежеквартально"),
    "half_yearly": _l("2 раза в год"),
    "yearly": _l("ежегодно"),
}
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
ROMAN = ("I", "II", "III", "IV")
MOST = 240
"""No plan has more periods; a wrong year must not make millions of rows."""


@dataclass(frozen=True)
class Span:
    """One period of an item: its key and days (None where the item has no date)."""

    key: str
    starts_on: date | None
    due_on: date | None


def spread(terms: Any, end: date, moved: Mapping[str, str] | None = None) -> list[Span]:
    """Every period of the terms (ItemTerms, or a row with its columns) up to `until_on` (or the plan's `end`).

    At least one. Moved days are taken over: those of the terms, or `moved` instead of them.
    """
    days = (terms.period_dates or {}) if moved is None else moved
    if terms.recurrence == "once" or terms.due_on is None:
        return [Span("", terms.starts_on, terms.due_on)]
    step, spans, last = MONTHS[terms.recurrence], [], terms.until_on or end
    for turn in range(MOST):
        due = shift(terms.due_on, step * turn)
        if turn and due > last:
            break
        key = key_of(due, terms.recurrence, terms.for_previous)
        start = shift(terms.starts_on, step * turn) if terms.starts_on else None
        day = days.get(key)
        spans.append(Span(key, start, date.fromisoformat(day) if day else due))
    return spans


def stood(terms: Any, moved: Mapping[str, str], asked: Iterable[str], end: date) -> dict[str, str]:
    """The day each of the `asked` periods stands on, as ISO texts, where days were `moved` before as told."""
    spans = spread(terms, end, moved={})
    usual = {one.key: one.due_on.isoformat() for one in spans if one.due_on}
    return {key: day for key in asked if (day := moved.get(key) or usual.get(key))}


def shift(day: date, months: int) -> date:
    """The same day `months` later; the last day of a month stays the last."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    month += 1
    last = calendar.monthrange(year, month)[1]
    was_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if was_last and day.day > 27 else min(day.day, last))


def key_of(due: date, recurrence: str, previous: bool) -> str:
    """The period a due day belongs to (or, for reports on what has passed, the one before)."""
    if previous:
        due = shift(due.replace(day=1), -MONTHS[recurrence])
    if recurrence == "yearly":
        return str(due.year)
    if recurrence == "half_yearly":
        return f"{due.year}-H{1 if due.month <= 6 else 2}"
    if recurrence == "quarterly":
        return f"{due.year}-Q{(due.month + 2) // 3}"
    return f"{due.year}-{due.month:02d}"


def label(key: str) -> str:
    """«2026 год», «II квартал 2026 г.», «март 2026 г.»; "" for an item without recurrence."""
    year, _dash, part = key.partition("-")
    if not part:
        return _("%(year)s год", year=year) if key else ""
    if part.startswith("Q"):
        return str(_("%(quarter)s квартал %(year)s г.", quarter=ROMAN[int(part[1:]) - 1], year=year))
    if part.startswith("H"):
        return str(_("%(half)s полугодие %(year)s г.", half=ROMAN[int(part[1:]) - 1], year=year))
    return str(_("%(month)s г.", month=format_date(date(int(year), int(part), 1), "LLLL y")))


def after(day: date, days: int, working: bool, add_working: Callable[[date, int], date]) -> date:
    """The last day of «в течение N (рабочих) дней после»."""
    return add_working(day, days) if working else day + timedelta(days=days)
