"""How pages say days, moments and terms: Moscow time, terms in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from core import clock
from core.calendar import days_words, late_words, left_words, working_days_between

SOON = 1
"""Working days left with which a task counts as soon due."""


def day(moment: datetime | None) -> str:
    """«17.11.2026», or "" for none."""
    return clock.in_moscow(moment).strftime("%d.%m.%Y") if moment else ""


def minute(moment: datetime | None) -> str:
    """«17.11.2026, 15:02», or "" for none."""
    return clock.in_moscow(moment).strftime("%d.%m.%Y, %H:%M") if moment else ""


def days(number: int) -> str:
    """«12 раб. дн.»"""
    return days_words(number)


def named(label: str) -> str:
    """The name of a place or a route: a shipped one as the page speaks, an administrator's own as it is written."""
    return str(_(label)) if label else ""


@dataclass(frozen=True)
class Term:
    """A due date in words. `left` is in working days, negative when past; `tone` is "late", "soon" or ""."""

    day: str
    words: str
    left: int
    tone: str


def term(due_at: datetime | None) -> Term:
    """How long is left, or how long overdue, counted from now."""
    if due_at is None:
        return Term("", "", 0, "")
    now = clock.now()
    left = working_days_between(now, due_at)
    if due_at < now:
        return Term(day(due_at), late_words(-left), min(left, 0), "late")
    return Term(day(due_at), left_words(left), left, "soon" if left <= SOON else "")
