"""The plan on one screen: what is late and on whose side, what is due, how the states stand; the board's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from roadmap import flags, readers
from roadmap.models import Item, ItemTerms, Occurrence
from roadmap.queries.plans import ItemSearch, PlanHead, narrowed

FEW = 6
COLUMN = 30
"""Cards of one column of the board; the rest stands in the table."""


def _items(actor: Actor, roadmap_id: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .where(Item.roadmap_id == roadmap_id, visible_to(actor, readers.ITEM, Item.id))
    )


STOOD = ("planned", "in_progress", "on_review", "on_confirmation", "returned", "suspended", "done", "not_done")


def counts(actor: Actor, head: PlanHead) -> list[Any]:
    """By responsible side: how many items in all, and how many bear each flag and stand in each state. One query."""
    conditions = flags.conditions(flags.days(head.corrected))
    marked = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in conditions.items()]
    stood = [func.sum(case((Occurrence.state == state, 1), else_=0)).label(f"in_{state}") for state in STOOD]
    side = ItemTerms.responsible_side
    statement = _items(actor, head.id, side.label("side"), func.count().label("total"), *marked, *stood)
    return list(db.session.execute(statement.where(~ItemTerms.excluded).group_by(side).order_by(side)))


def totals(counted: Sequence[Any]) -> dict[str, int]:
    """The same over all sides."""
    names = [name for name in (counted[0]._mapping if counted else ()) if name != "side"]
    return {name: sum(row._mapping[name] or 0 for row in counted) for name in names}


def pressing(actor: Actor, head: PlanHead) -> Sequence[Any]:
    """The first items that are overdue (the oldest first) and the first that are due soon. Two queries."""
    at = flags.days(head.corrected)
    conditions = flags.conditions(at)
    columns = (
        Item.id, Item.code, ItemTerms.title, ItemTerms.responsible_side, ItemTerms.unit, Occurrence.state,
        Occurrence.period, Occurrence.due_on, Occurrence.percent, Occurrence.note,
        conditions["overdue"].label("overdue"),
        flags.late_since(at.today),
    )  # fmt: skip
    statement = _items(actor, head.id, *columns).where(~ItemTerms.excluded).limit(FEW)
    late = statement.where(conditions["overdue"]).order_by(flags.late_since(at.today), Item.id)
    soon = statement.where(conditions["soon"], ~conditions["overdue"]).order_by(Occurrence.due_on, Item.id)
    return [*db.session.execute(late), *db.session.execute(soon)]


def board(actor: Actor, head: PlanHead, search: ItemSearch) -> Sequence[Any]:
    """The first cards of every state's column, with how many it has in all. One query."""
    at = flags.days(head.corrected)
    place = func.row_number().over(partition_by=Occurrence.state, order_by=(Occurrence.due_on, Item.id))
    total = func.count().over(partition_by=Occurrence.state)
    cards = (
        _items(
            actor, head.id, Item.id, Item.code, ItemTerms.title, ItemTerms.responsible_side, Occurrence.state,
            Occurrence.due_on, Occurrence.fact_on, Occurrence.starts_on, Occurrence.forecast_on, Occurrence.percent,
            Occurrence.risk, Occurrence.last_info_on, Occurrence.period, flags.late_item(at.today).label("late"),
            place.label("place"), total.label("total"),
        )
        .where(*narrowed(actor, search, at))
        .subquery()
    )  # fmt: skip
    return db.session.execute(select(cards).where(cards.c.place <= COLUMN).order_by(cards.c.state, cards.c.place)).all()
