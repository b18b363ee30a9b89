"""Decisions under control, computed: what is late, what is soon, and how each stands as of a day. Never states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from core.calendar import late_by
from core.clock import MOSCOW, in_moscow
from roadmap.effects.items import day as day_of

OPEN = ("issued", "accepted", "in_progress", "returned", "extension_requested")
"""States in which the executor still owes the result."""
UNDER_CONTROL = (*OPEN, "reported")
SOON_DAYS = 10
"""Working days left with which a decision counts as soon due: the first reminder goes then."""

RESULTS: dict[str, tuple[Any, str]] = {
    "overdue": (_l("просрочено"), "danger"),
    "working": (_l("исполняется"), "progress"),
    "reported": (_l("на проверке"), "waiting"),
    "done": (_l("исполнено в срок"), "success"),
    "done_late": (_l("исполнено с нарушением срока"), "warning"),
    "not_done": (_l("не исполнено"), "danger"),
    "cancelled": (_l("снято как неактуальное"), "muted"),
}
"""How a decision stands as of a day: the cells of the matrix and the figures under it."""
FINAL = {"not_executed": "not_done", "cancelled": "cancelled"}


@dataclass(frozen=True)
class Standing:
    """A decision as of a day: its state then, its term then, the day it was reported done."""

    state: str
    due_on: date
    fact_on: date | None
    result: str


def result_of(state: str, due_on: date, fact_on: date | None, day: date) -> str:
    """The key in RESULTS of a decision in that state on that day."""
    if state in FINAL:
        return FINAL[state]
    late = fact_on is not None and fact_on > due_on
    if state == "closed":
        return "done_late" if late else "done"
    if state == "reported":
        return "reported"
    return "overdue" if day > due_on else "working"


def late_days(state: str, due_on: date, day: date) -> int | None:
    """For how many working days a decision in that state is overdue on that day; None where it is not."""
    return late_by(due_on, day) if state in OPEN and day > due_on else None


def as_of(records: Iterable[Any], first_due_on: date, day: date) -> Standing | None:
    """How a decision stood at the end of that Moscow day, out of its journal; None while it was not issued yet.

    `records` are the acts of the decision in their order: step, to_state, at, data.
    """
    end = datetime.combine(day + timedelta(days=1), time(0), MOSCOW)
    state, due, fact, asked = "draft", first_due_on, None, first_due_on
    for record in records:
        if record.at >= end:
            break
        state = record.to_state or state
        if record.step == "ask_ext":
            asked = _day((record.data or {}).get("entered", {}).get("due_on"), due)
        elif record.step == "grant_ext":
            due = asked
        elif record.step == "report":
            fact = in_moscow(record.at).date()
        elif record.step == "return":
            fact = None
    if state == "draft":
        return None
    return Standing(state, due, fact, result_of(state, due, fact, day))


def _day(text: Any, otherwise: date) -> date:
    return day_of(text, "due_on") if text else otherwise
