"""Dependencies of a plan as links of its schedule: those the coordinators keep, and «в течение N дней после»."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, String, cast, false, func, literal, select, true, union_all

from core.calendar import add_working_days
from core.db import db
from roadmap.models import Dependency, Item, ItemTerms
from roadmap.scheduling import Days, Link
from roadmap.scheduling.network import way

DAYS = Days(add_working_days)
"""Calendar days, and working days of the production calendar with its corrections."""


def _kept() -> Select[Any]:
    row = Dependency
    return select(
        row.after_id.label("before"), row.item_id.label("after"), row.lag_days.label("lag"),
        row.lag_working.label("working"), false().label("term"), row.blocking.label("blocking"),
        row.roadmap_id.label("roadmap_id"), row.id.label("id"),
    )  # fmt: skip


def _terms() -> Select[Any]:
    """«В течение N (рабочих) дней после пункта» of the terms in force."""
    terms = ItemTerms
    return (
        select(
            terms.after_item_id.label("before"), Item.id.label("after"),
            func.coalesce(terms.after_days, 0).label("lag"), terms.after_working.label("working"),
            true().label("term"), false().label("blocking"),
            Item.roadmap_id.label("roadmap_id"), literal(None).label("id"),
        )
        .select_from(terms)
        .join(Item, Item.terms_id == terms.id)
        .where(terms.after_item_id.is_not(None), ~terms.excluded)
    )  # fmt: skip


def links_of(roadmap_id: int) -> list[Link]:
    """Every link of a plan. One query."""
    kept = _kept().where(Dependency.roadmap_id == roadmap_id)
    terms = _terms().where(Item.roadmap_id == roadmap_id)
    return [as_link(row) for row in db.session.execute(union_all(kept, terms))]


def links_among(item_ids: Collection[int]) -> Sequence[Any]:
    """Links both ends of which are among the items, with `blocking`. One query."""
    kept = _kept().where(Dependency.item_id.in_(item_ids), Dependency.after_id.in_(item_ids))
    terms = _terms().where(Item.id.in_(item_ids), ItemTerms.after_item_id.in_(item_ids))
    return db.session.execute(union_all(kept, terms)).all()


def as_link(row: Any) -> Link:
    return Link(row.before, row.after, row.lag, bool(row.working), bool(row.term))


def same_turn(before: Any, after: Any) -> bool:
    """Whether a link binds these two periods (period, due_on) of its items.

    Not where the one before has gone on to a later period: what the one after waited for is done.
    """
    if not before.period or not after.period or before.period == after.period:
        return True
    return not (before.due_on and after.due_on and before.due_on > after.due_on)


def reached_from(item_ids: Collection[int]) -> Select[Any]:
    """The ids of the items and of everything that follows them, however far. A recursive query of its own."""
    reached = select(Item.id.label("id")).where(Item.id.in_(item_ids)).cte("reached", recursive=True)
    kept = select(Dependency.item_id.label("id")).where(Dependency.after_id == reached.c.id)
    terms = (
        select(Item.id.label("id"))
        .select_from(ItemTerms)
        .join(Item, Item.terms_id == ItemTerms.id)
        .where(ItemTerms.after_item_id == reached.c.id, ~ItemTerms.excluded)
    )
    if db.engine.dialect.name == "sqlite":  # takes several recursive parts, and knows no LATERAL
        return select(reached.union(kept, terms).c.id)
    step = union_all(kept.correlate(reached), terms.correlate(reached)).lateral()
    return select(reached.union(select(step.c.id).select_from(reached).join(step, true())).c.id)


def links_into(item_ids: Select[Any]) -> Sequence[Any]:
    """Links that end in one of the items. One query."""
    kept = _kept().where(Dependency.item_id.in_(item_ids))
    terms = _terms().where(Item.id.in_(item_ids))
    return db.session.execute(union_all(kept, terms)).all()


def circle_with(roadmap_id: int, item_id: int, after_id: int) -> list[str]:
    """The circle that «`item` after `after`» would close, as codes («2.1», «2.4», «2.1»); empty where none."""
    if item_id == after_id:
        return codes([item_id, item_id])
    found = way(links_of(roadmap_id), item_id, after_id)
    return codes([*map(_number, found), item_id]) if found else []


def _number(key: Any) -> int:
    return int(key)


def codes(item_ids: Sequence[int]) -> list[str]:
    """The codes of items, in their order. One query."""
    known = dict(
        db.session.execute(select(Item.id, cast(Item.code, String)).where(Item.id.in_(set(item_ids)))).tuples().all()
    )
    return [known.get(one, str(one)) for one in item_ids]
