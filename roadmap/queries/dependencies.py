"""Which items of a plan wait for which, as a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.web.paging import Key, Page, page
from roadmap import readers
from roadmap.models import Dependency, Item, ItemTerms, Occurrence

SIZE = 100


def dependency_list(actor: Actor, roadmap_id: int, after: str = "", before: str = "", size: int = SIZE) -> Page[Any]:
    """Links both ends of which the actor sees, by the one that waits. One query.

    Links the coordinators keep have an id of their own; «в течение N дней после» stands with the item's terms.
    """
    ahead, ahead_terms, ahead_now = aliased(Item), aliased(ItemTerms), aliased(Occurrence)
    statement = (
        select(
            Dependency.id, Dependency.blocking, Dependency.lag_days, Dependency.lag_working,
            Item.id.label("item_id"), Item.code, Item.section, Item.number, ItemTerms.title, ItemTerms.responsible_side,
            Occurrence.state, Occurrence.due_on, Occurrence.starts_on, Occurrence.period,
            ahead.id.label("after_id"), ahead.code.label("after_code"), ahead_terms.title.label("after_title"),
            ahead_now.state.label("after_state"), ahead_now.due_on.label("after_due"),
            ahead_now.fact_on.label("after_fact"), ahead_now.period.label("after_period"),
        )
        .select_from(Dependency)
        .join(Item, Item.id == Dependency.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .join(ahead, ahead.id == Dependency.after_id)
        .join(ahead_terms, ahead_terms.id == ahead.terms_id)
        .join(ahead_now, ahead_now.id == ahead.current_id)
        .where(
            Item.roadmap_id == roadmap_id,
            visible_to(actor, readers.ITEM, Item.id),
            visible_to(actor, readers.ITEM, ahead.id),
        )
    )  # fmt: skip
    keys = [
        Key(Item.section, lambda row: row.section),  # type: ignore[arg-type]
        Key(Item.number, lambda row: row.number),  # type: ignore[arg-type]
        Key(Dependency.id, lambda row: row.id),  # type: ignore[arg-type]
    ]
    return page(statement, keys, after=after, before=before, size=size)


def by_terms(actor: Actor, roadmap_id: int, most: int = SIZE) -> list[Any]:
    """«В течение N (рабочих) дней после пункта X» of the terms in force. One query."""
    ahead = aliased(Item)
    statement = (
        select(
            Item.id.label("item_id"), Item.code, ItemTerms.title, ItemTerms.after_days, ItemTerms.after_working,
            ahead.id.label("after_id"), ahead.code.label("after_code"), Occurrence.due_on, Occurrence.state,
        )
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .join(ahead, ahead.id == ItemTerms.after_item_id)
        .where(Item.roadmap_id == roadmap_id, ~ItemTerms.excluded, visible_to(actor, readers.ITEM, Item.id))
        .order_by(Item.section, Item.number)
        .limit(most)
    )  # fmt: skip
    return list(db.session.execute(statement))
