"""Computed flags of an occurrence: in SQL for lists and counts, from a row for a page. Never states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, or_, select

from core import clock
from core.calendar import add_working_days, russia
from core.calendar.models import WorkingDayOverride
from core.db import db
from roadmap.models import Occurrence

SOON_WORKING_DAYS = 10
QUIET_DAYS = 30
"""An item at work from which nothing was heard for so long has «нет информации»."""

WORKING = ("planned", "in_progress", "returned", "suspended")
REVIEWED = ("on_review", "on_confirmation")

FLAGS: dict[str, tuple[Any, str]] = {
    "overdue": (_l("просрочено"), "danger"),
    "soon": (_l("скоро срок"), "warning"),
    "at_risk": (_l("под риском"), "warning"),
    "done_late": (_l("исполнено с нарушением срока"), "warning"),
    "no_info": (_l("нет информации"), "muted"),
}
SHORT: dict[str, Any] = {"done_late": _l("с нарушением срока")}


@dataclass(frozen=True)
class Days:
    """The days flags are counted from: today and the last day that is soon."""

    today: date
    horizon: date
    quiet_since: date


def corrected_ahead() -> ColumnElement[bool]:
    """Whether the administrator corrected a day that decides what is soon: a column for a query that runs anyway."""
    return corrected_between(*ahead())


def ahead() -> tuple[date, date]:
    """The days among which a correction decides what is soon."""
    today = clock.today()
    return today, today + timedelta(days=45)


def corrected_between(first: Any, last: Any) -> ColumnElement[bool]:
    """The same between two days, or `bindparam`s of days."""
    return exists(select(WorkingDayOverride.day).where(WorkingDayOverride.day.between(first, last))).label("corrected")


def days(corrected: bool | None = None) -> Days:
    """The days of now. With no corrected day ahead the production calendar answers without a query."""
    today = clock.today()
    if corrected is None:
        corrected = bool(db.session.scalar(select(corrected_ahead())))
    horizon = add_working_days(today, SOON_WORKING_DAYS) if corrected else _plain_horizon(today)
    return Days(today, horizon, today - timedelta(days=QUIET_DAYS))


def _plain_horizon(today: date) -> date:
    day, left = today, SOON_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= russia.is_working(day)
    return day


def conditions(at: Days) -> dict[str, ColumnElement[bool]]:
    """Each flag as a condition over `Occurrence`."""
    working, reviewed = Occurrence.state.in_(WORKING), Occurrence.state.in_(REVIEWED)
    return {
        "overdue": or_(
            and_(working, Occurrence.due_on < at.today), and_(reviewed, Occurrence.fact_on > Occurrence.due_on)
        ),
        "soon": and_(working, Occurrence.due_on >= at.today, Occurrence.due_on <= at.horizon),
        "at_risk": and_(
            working,
            or_(Occurrence.risk == "high", Occurrence.forecast_on > Occurrence.due_on),
            or_(Occurrence.due_on.is_(None), Occurrence.due_on >= at.today),
        ),
        "done_late": and_(Occurrence.state == "done", Occurrence.fact_on > Occurrence.due_on),
        "no_info": and_(
            Occurrence.state.in_(("planned", "in_progress", "returned")),
            Occurrence.starts_on <= at.quiet_since,
            or_(Occurrence.last_info_on.is_(None), Occurrence.last_info_on <= at.quiet_since),
        ),
    }


def of(row: Any, at: Days) -> tuple[str, ...]:
    """The flags of one loaded row (state, due_on, fact_on, starts_on, forecast_on, risk, last_info_on)."""
    working, due = row.state in WORKING, row.due_on
    late_fact = bool(due and row.fact_on and row.fact_on > due)
    found = {
        "overdue": bool(working and due and due < at.today) or (row.state in REVIEWED and late_fact),
        "soon": bool(working and due and at.today <= due <= at.horizon),
        "at_risk": bool(
            working
            and (row.risk == "high" or (row.forecast_on and due and row.forecast_on > due))
            and (due is None or due >= at.today)
        ),
        "done_late": row.state == "done" and late_fact,
        "no_info": bool(
            row.state in ("planned", "in_progress", "returned")
            and row.starts_on
            and row.starts_on <= at.quiet_since
            and (row.last_info_on is None or row.last_info_on <= at.quiet_since)
        ),
    }
    return tuple(name for name, there in found.items() if there)
