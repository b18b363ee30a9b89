"""The plan on one screen: what is late and on whose side, what is due, how the states stand; the board's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Select, case, false, func, select, true, union_all

from core.accounts.actor import Actor
from core.db import db
from roadmap import flags, readers
from roadmap.models import Item, ItemTerms, Occurrence
from roadmap.queries.plans import ItemSearch, PlanHead, narrowed

FEW = 6
COLUMN = 30
"""Cards of one column of the board; the rest stands in the table."""


def _items(actor: Actor, head: PlanHead, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .where(Item.roadmap_id == head.id, readers.whole_plan(actor, head.edition_id))
    )


STOOD = ("planned", "in_progress", "on_review", "on_confirmation", "returned", "suspended", "done", "not_done")


@dataclass
class Counted:
    """The items of one responsible side: how many in all, how many bear each flag and stand in each state."""

    side: str
    total: int = 0
    flags: dict[str, int] = field(default_factory=lambda: dict.fromkeys(flags.FLAGS, 0))
    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STOOD, 0))

    def add(self, other: Counted) -> None:
        self.total += other.total
        for mine, theirs in ((self.flags, other.flags), (self.states, other.states)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count


def counts(actor: Actor, head: PlanHead, search: ItemSearch | None = None) -> list[Counted]:
    """By responsible side. One query: it counts by side and state, the rest is added up here."""
    at = flags.days(head.corrected)
    late = flags.late_items(at.today)
    conditions = {**flags.conditions(at), "overdue": late.c.item_id.is_not(None)}
    marked = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in conditions.items()]
    side, state = ItemTerms.responsible_side, Occurrence.state
    statement = _items(actor, head, side.label("side"), state, func.count().label("total"), *marked)
    statement = statement.outerjoin(late, late.c.item_id == Item.id).where(~ItemTerms.excluded)
    statement = statement.where(*narrowed(actor, search or ItemSearch(), at))
    found: dict[str, Counted] = {}
    for row in db.session.execute(statement.group_by(side, state).order_by(side)):
        marks = {name: int(row._mapping[name]) for name in conditions}
        found.setdefault(row.side, Counted(row.side)).add(Counted(row.side, row.total, marks, {row.state: row.total}))
    return list(found.values())


def total(counted: Sequence[Counted]) -> Counted:
    """The same over all sides."""
    found = Counted("")
    for one in counted:
        found.add(one)
    return found


def pressing(actor: Actor, head: PlanHead, search: ItemSearch | None = None) -> Sequence[Any]:
    """The first items that are overdue (the oldest first) and the first that are due soon. Two queries."""
    at = flags.days(head.corrected)
    conditions = flags.conditions(at)
    columns = (
        Item.id, Item.code, ItemTerms.title, ItemTerms.responsible_side, ItemTerms.unit, Occurrence.state,
        Occurrence.period, Occurrence.due_on, Occurrence.percent, Occurrence.note,
    )  # fmt: skip
    found = flags.late_items(at.today)
    asked = narrowed(actor, search or ItemSearch(), at)
    late = (
        _items(actor, head, *columns, true().label("overdue"), found.c.late_since, found.c.late_until)
        .join(found, found.c.item_id == Item.id)
        .where(~ItemTerms.excluded, *asked)
        .order_by(found.c.late_since, Item.id)
    )
    soon = (
        _items(actor, head, *columns, false().label("overdue"))
        .where(~ItemTerms.excluded, conditions["soon"], ~conditions["overdue"], *asked)
        .order_by(Occurrence.due_on, Item.id)
    )
    return [*db.session.execute(late.limit(FEW)), *db.session.execute(soon.limit(FEW))]


def board(actor: Actor, head: PlanHead, search: ItemSearch, states: Sequence[str]) -> Sequence[Any]:
    """The first cards of every state's column, with how many it has in all. Two queries."""
    at = flags.days(head.corrected)
    asked = narrowed(actor, search, at)
    first = union_all(*(_column(actor, head, asked, state) for state in states)).subquery()
    totals = dict(
        db.session.execute(_items(actor, head, Occurrence.state, func.count()).where(*asked).group_by(Occurrence.state))
        .tuples()
        .all()
    )
    cards = (
        select(
            Item.id, Item.code, ItemTerms.title, ItemTerms.responsible_side, Occurrence.state, Occurrence.due_on,
            Occurrence.fact_on, Occurrence.starts_on, Occurrence.forecast_on, Occurrence.percent, Occurrence.risk,
            Occurrence.last_info_on, Occurrence.period, *flags.LATE,
        )
        .select_from(first)
        .join(Item, Item.id == first.c.id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .outerjoin(flags.Oldest, flags.is_oldest(at.today))
        .order_by(Occurrence.state, Occurrence.due_on, Item.id)
    )  # fmt: skip
    return [SimpleNamespace(**row._mapping, total=totals.get(row.state, 0)) for row in db.session.execute(cards)]


def _column(actor: Actor, head: PlanHead, asked: Sequence[Any], state: str) -> Select[Any]:
    """The ids of one column's first cards, read in the order of the index of (state, day)."""
    first = (
        _items(actor, head, Item.id.label("id"))
        .where(Occurrence.state == state, *asked)
        .order_by(Occurrence.due_on, Occurrence.id)
        .limit(COLUMN)
        .subquery()
    )
    return select(first.c.id)
