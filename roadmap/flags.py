"""Computed flags: in SQL for lists and counts, from a row for a page. Never states.

An occurrence is overdue when its last day has passed and nothing was presented, or when what was presented came after
that day. An item is overdue while any of its unfinished occurrences is: the table, the board, the chart, the calendar
and the counts all ask here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Date, Subquery, and_, case, cast, exists, func, null, or_, select, union_all
from sqlalchemy.orm import aliased

from core import clock
from core.calendar import add_working_days, late_by, late_words, russia
from core.calendar.models import WorkingDayOverride
from core.db import db
from roadmap.models import Item, Occurrence

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


Late = aliased(Occurrence, name="late_one")
"""Another occurrence of the item in the question."""


def _overdue(row: Any, today: Any) -> ColumnElement[bool]:
    return or_(
        and_(row.state.in_(WORKING), row.due_on < today), and_(row.state.in_(REVIEWED), row.fact_on > row.due_on)
    )


def late_item(today: Any) -> ColumnElement[bool]:
    """Whether any unfinished occurrence of `Item` is overdue; `today` is a day or a `bindparam`.

    The first half is a search by (item, day): finished periods of years gone by cost nothing.
    """
    return exists().where(Late.item_id == Item.id, Late.state.in_((*WORKING, *REVIEWED)), _overdue(Late, today))


Oldest = aliased(Occurrence, name="oldest_late")
"""The overdue occurrence of the item in the question whose day was overstepped first: the item is as late as it."""
LATE = (
    Oldest.due_on.label("late_since"),
    case((Oldest.state.in_(REVIEWED), Oldest.fact_on)).label("late_until"),
)
"""Columns of a list of items joined with `Oldest`: since when the item is late, and until when if it was presented."""


def is_oldest(today: Any) -> ColumnElement[bool]:
    """The condition of an outer join of `Oldest` to `Item`; `today` is a day or a `bindparam`."""
    first = (
        select(Late.id)
        .where(Late.item_id == Item.id, Late.state.in_((*WORKING, *REVIEWED)), _overdue(Late, today))
        .order_by(Late.due_on, Late.id)
        .limit(1)
        .correlate(Item)
        .scalar_subquery()
    )
    return Oldest.id == first


def late_items(today: date) -> Subquery:
    """Items with an overdue occurrence: the earliest day overstepped, and the day that one was presented (item_id,
    late_since, late_until).

    For questions over whole plans: read off the index of (state, day), it costs what is late and not what there is.
    """
    days = (Late.item_id, Late.due_on)
    both = union_all(
        select(*days, cast(null(), Date).label("until")).where(Late.state.in_(WORKING), Late.due_on < today),
        select(*days, Late.fact_on).where(Late.state.in_(REVIEWED), Late.fact_on > Late.due_on),
    ).subquery()
    place = func.row_number().over(partition_by=both.c.item_id, order_by=both.c.due_on).label("place")
    ranked = select(both.c.item_id, both.c.due_on, both.c.until, place).subquery()
    named = (ranked.c.item_id, ranked.c.due_on.label("late_since"), ranked.c.until.label("late_until"))
    return select(*named).where(ranked.c.place == 1).subquery()


def conditions(at: Days) -> dict[str, ColumnElement[bool]]:
    """Each flag as a condition over `Item` joined with its present `Occurrence`."""
    working = Occurrence.state.in_(WORKING)
    return {
        "overdue": late_item(at.today),
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


def overdue(row: Any, today: date) -> bool:
    """Whether one occurrence (state, due_on, fact_on) is overdue."""
    if row.due_on is None:
        return False
    if row.state in WORKING:
        return bool(row.due_on < today)
    return bool(row.state in REVIEWED and row.fact_on and row.fact_on > row.due_on)


def days_late(row: Any, today: date) -> int | None:
    """For how many working days an occurrence is overdue: until its result was presented, else until today."""
    if not overdue(row, today):
        return None
    return late_by(row.due_on, row.fact_on if row.state in REVIEWED else today)


def item_late(row: Any, today: date) -> int | None:
    """The same of a row of a list of items, which bears `late_since` and `late_until` of its oldest overdue one."""
    since = getattr(row, "late_since", None)
    return late_by(since, row.late_until or today) if since else None


def words(name: str, late: int | None = None) -> str:
    """A flag in words; how late it is stands in it: «просрочено на 3 раб. дн.»."""
    return late_words(late) if name == "overdue" and late is not None else str(FLAGS[name][0])


def of(row: Any, at: Days) -> tuple[str, ...]:
    """The flags of one loaded row (state, due_on, fact_on, starts_on, forecast_on, risk, last_info_on).

    A row of a list of items bears `late_since` too: the day its oldest overdue occurrence has overstepped.
    """
    working, due = row.state in WORKING, row.due_on
    late_fact = bool(due and row.fact_on and row.fact_on > due)
    found = {
        "overdue": getattr(row, "late_since", None) is not None or overdue(row, at.today),
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
