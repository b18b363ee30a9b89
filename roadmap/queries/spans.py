"""Days of items for the chart and the calendar: periods, baselines, dependencies, control points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.web.paging import Key, Page, page
from roadmap import flags, readers
from roadmap.models import Edition, Item, ItemTerms, Occurrence, Roadmap, RoadmapSection
from roadmap.periods import Span, spread
from roadmap.queries.plans import ItemSearch, PlanHead, narrowed

CHART = 100
"""Items on one page of the chart."""
WHOLE = 500
"""The same where the whole plan is asked for, to be printed."""


SPREAD = ("starts_on", "due_on", "until_on", "recurrence", "for_previous", "period_dates")
"""Columns of the terms that give an item's periods their days."""


def chart_items(
    actor: Actor, head: PlanHead, search: ItemSearch, base: int | None = 1, only: Sequence[int] | None = None
) -> Page[Any]:
    """The items of one page of the chart with their control points and their days in the edition `base`. One query.

    `only` narrows the page to these items. `base_*` columns are None where the edition does not know the item.
    """
    first, earliest = aliased(ItemTerms), aliased(Edition)
    at = flags.days(head.corrected)
    statement = (
        select(
            Item.id, Item.code, Item.section, Item.number, Item.current_id, RoadmapSection.title.label("section_title"),
            ItemTerms.title, ItemTerms.responsible_side, ItemTerms.control_points, ItemTerms.excluded,
            Occurrence.state, *flags.LATE,
            *(getattr(first, name).label(f"base_{name}") for name in SPREAD),
            *(getattr(ItemTerms, name).label(f"now_{name}") for name in SPREAD),
        )
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .join(
            RoadmapSection,
            and_(RoadmapSection.roadmap_id == Item.roadmap_id, RoadmapSection.number == Item.section),
        )
        .outerjoin(earliest, and_(earliest.roadmap_id == Item.roadmap_id, earliest.number == (base or 0)))
        .outerjoin(first, and_(first.edition_id == earliest.id, first.item_id == Item.id))
        .outerjoin(flags.Oldest, flags.is_oldest(at.today))
        .where(
            Item.roadmap_id == head.id,
            visible_to(actor, readers.ITEM, Item.id),
            *narrowed(actor, search, at),
        )
    )  # fmt: skip
    if only is not None:
        statement = statement.where(Item.id.in_(only))
    keys = [Key(Item.section, lambda row: row.section), Key(Item.number, lambda row: row.number)]  # type: ignore[arg-type]
    return page(statement, keys, after=search.after, before=search.before, size=search.size)


def ghosts(rows: Sequence[Any], shown: Sequence[Any], end: date) -> dict[int, tuple[date | None, date]]:
    """Where periods stood in the base edition and do not stand now: occurrence id → (first day, last day)."""
    before: dict[int, dict[str, Span]] = {}
    for row in rows:
        terms = {name: getattr(row, f"base_{name}") for name in SPREAD}
        if terms["recurrence"] is not None and any(terms[name] != getattr(row, f"now_{name}") for name in SPREAD):
            before[row.id] = {span.key: span for span in spread(SimpleNamespace(**terms), end)}
    found: dict[int, tuple[date | None, date]] = {}
    for bar in shown:
        span = before.get(bar.item_id, {}).get(bar.period)
        if span is not None and span.due_on and (span.starts_on, span.due_on) != (bar.starts_on, bar.due_on):
            found[bar.id] = (span.starts_on, span.due_on)
    return found


def bars(item_ids: Sequence[int], start: date, end: date) -> Sequence[Any]:
    """Periods of the items that touch the window. One query."""
    occurrence = Occurrence
    return db.session.execute(
        select(
            occurrence.id, occurrence.item_id, occurrence.period, occurrence.state, occurrence.starts_on,
            occurrence.due_on, occurrence.fact_on, occurrence.percent, occurrence.forecast_on,
        )
        .where(
            occurrence.item_id.in_(item_ids),
            or_(occurrence.due_on >= start, occurrence.state.in_(flags.WORKING)),
            or_(occurrence.starts_on.is_(None), occurrence.starts_on <= end),
        )
        .order_by(occurrence.item_id, occurrence.ordinal)
    ).all()  # fmt: skip


def planned(rows: Sequence[Any], start: date, end: date, last: date) -> list[Any]:
    """Periods that touch the window, of items in a draft: until it is approved their days stand in the terms alone.

    As `bars` gives them; `last` is the plan's last day.
    """
    found: list[Any] = []
    for row in rows:
        if row.state != "draft" or row.excluded:
            continue
        terms = SimpleNamespace(**{name: getattr(row, f"now_{name}") for name in SPREAD})
        for turn, span in enumerate(spread(terms, last)):
            if span.due_on is not None and span.due_on >= start and (span.starts_on or span.due_on) <= end:
                found.append(
                    SimpleNamespace(
                        id=row.current_id if not turn else 0, item_id=row.id, period=span.key, state=row.state,
                        starts_on=span.starts_on, due_on=span.due_on, fact_on=None, percent=0, forecast_on=None,
                    )
                )  # fmt: skip
    return found


DAY = 5
"""Terms of one day in the month's grid; a click on the day shows them all."""


def month(
    actor: Actor, head: PlanHead, start: date, end: date, search: ItemSearch | None = None
) -> tuple[Sequence[Any], dict[date | None, int]]:
    """The first few terms of each day, and how many each day has, narrowed by `search`. Two queries."""
    asked = (
        Item.roadmap_id == head.id,
        Occurrence.due_on.between(start, end),
        Occurrence.state != "excluded",
        readers.whole_plan(actor, head.edition_id),
        *narrowed(actor, search or ItemSearch(), flags.days(head.corrected)),
    )
    place = func.row_number().over(partition_by=Occurrence.due_on, order_by=(Item.section, Item.number))
    counted = _of_items(select(Occurrence.due_on, func.count()).select_from(Occurrence)).where(*asked)
    counts = dict(db.session.execute(counted.group_by(Occurrence.due_on)).tuples().all())
    numbered = select(Occurrence.id, place.label("place")).select_from(Occurrence)
    first = _of_items(numbered).where(*asked).subquery()
    rows = db.session.execute(
        select(
            Item.id, Item.code, ItemTerms.title, Occurrence.state, Occurrence.due_on, Occurrence.fact_on,
            Occurrence.period,
        )
        .select_from(first)
        .join(Occurrence, Occurrence.id == first.c.id)
        .join(Item, Item.id == Occurrence.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .where(first.c.place <= DAY)
        .order_by(Occurrence.due_on, Item.section, Item.number)
    ).all()  # fmt: skip
    return rows, counts


def _of_items(statement: Select[Any]) -> Select[Any]:
    return statement.join(Item, Item.id == Occurrence.item_id).join(ItemTerms, ItemTerms.id == Item.terms_id)


def due_between(
    actor: Actor, start: date, end: date, roadmap_id: int | None = None, search: ItemSearch | None = None
) -> Sequence[Any]:
    """Occurrences due in the days given (both included) that the actor may see, narrowed by `search`. One query."""
    statement = (
        select(
            Item.id, Item.code, ItemTerms.title, ItemTerms.control_points, ItemTerms.responsible_side,
            Occurrence.id.label("occurrence_id"), Occurrence.state, Occurrence.due_on, Occurrence.fact_on,
            Occurrence.period, Roadmap.title.label("plan"),
        )
        .select_from(Occurrence)
        .join(Item, Item.id == Occurrence.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .where(
            Occurrence.due_on.between(start, end),
            Occurrence.state != "excluded",
            visible_to(actor, readers.ITEM, Item.id),
        )
        .order_by(Occurrence.due_on, Item.section, Item.number)
        .limit(2000)
    )  # fmt: skip
    if roadmap_id is not None:
        statement = statement.where(Item.roadmap_id == roadmap_id)
    if search is not None:
        statement = statement.where(*narrowed(actor, search, flags.days()))
    return db.session.execute(statement).all()
