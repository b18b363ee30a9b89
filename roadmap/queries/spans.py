"""Days of items for the chart and the calendar: periods, baselines, dependencies, control points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.web.paging import Key, Page, page
from roadmap import flags, readers
from roadmap.models import Dependency, Edition, Item, ItemTerms, Occurrence, Roadmap, RoadmapSection
from roadmap.queries.plans import ItemSearch, PlanHead, narrowed

CHART = 100
"""Items on one page of the chart."""


def chart_items(actor: Actor, head: PlanHead, search: ItemSearch) -> Page[Any]:
    """The items of one page of the chart with their control points and their days in the first edition. One query."""
    first, earliest = aliased(ItemTerms), aliased(Edition)
    statement = (
        select(
            Item.id, Item.code, Item.section, Item.number, RoadmapSection.title.label("section_title"),
            ItemTerms.title, ItemTerms.responsible_side, ItemTerms.control_points, ItemTerms.excluded,
            Occurrence.state, first.starts_on.label("base_start"), first.due_on.label("base_due"),
            ItemTerms.due_on.label("terms_due"),
        )
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .join(
            RoadmapSection,
            and_(RoadmapSection.roadmap_id == Item.roadmap_id, RoadmapSection.number == Item.section),
        )
        .outerjoin(earliest, and_(earliest.roadmap_id == Item.roadmap_id, earliest.number == 1))
        .outerjoin(first, and_(first.edition_id == earliest.id, first.item_id == Item.id))
        .where(
            Item.roadmap_id == head.id,
            visible_to(actor, readers.ITEM, Item.id),
            *narrowed(actor, search, flags.days(head.corrected)),
        )
    )  # fmt: skip
    keys = [Key(Item.section, lambda row: row.section), Key(Item.number, lambda row: row.number)]  # type: ignore[arg-type]
    return page(statement, keys, after=search.after, before=search.before, size=search.size)


def bars(item_ids: Sequence[int], start: date, end: date) -> Sequence[Any]:
    """Periods of the items that touch the window. One query."""
    occurrence = Occurrence
    return db.session.execute(
        select(
            occurrence.item_id, occurrence.period, occurrence.state, occurrence.starts_on, occurrence.due_on,
            occurrence.fact_on, occurrence.percent, occurrence.forecast_on,
        )
        .where(
            occurrence.item_id.in_(item_ids),
            occurrence.due_on >= start,
            or_(occurrence.starts_on.is_(None), occurrence.starts_on <= end),
        )
        .order_by(occurrence.item_id, occurrence.ordinal)
    ).all()  # fmt: skip


def edges(item_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) among the items. One query."""
    rows = db.session.execute(
        select(Dependency.after_id, Dependency.item_id).where(
            Dependency.item_id.in_(item_ids), Dependency.after_id.in_(item_ids)
        )
    )
    return [(row.after_id, row.item_id) for row in rows]


def due_between(actor: Actor, start: date, end: date, roadmap_id: int | None = None) -> Sequence[Any]:
    """Occurrences due in the days given (both included) that the actor may see. One query."""
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
    return db.session.execute(statement).all()
