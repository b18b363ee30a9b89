"""Who sees what of a plan: the parties everything, an executor the plan's page and his own items."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, or_, select

from core.accounts.access import set_readers, visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Reader
from core.db import db
from roadmap.models import Edition, Item, ItemTerms, Roadmap

PLAN, EDITION, ITEM = "roadmap_plan", "roadmap", "roadmap_item"


def whole_plan(actor: Actor, edition_id: int) -> ColumnElement[bool]:
    """The condition "this actor may see the item" for questions over a whole plan: counts, boards, the first few.

    Whoever reads an edition reads everything in it, which is asked once and not for each of ten thousand items.
    """
    item = visible_to(actor, ITEM, Item.id)
    if actor.is_system or actor.organisation_id is None:
        return item
    edition = exists().where(
        Reader.subject_kind == EDITION,
        Reader.organisation_id == actor.organisation_id,
        Reader.subject_id == edition_id,
    )
    return or_(edition, item)


def of_plan(roadmap: Roadmap) -> None:
    """Compute the readers of a plan, its editions and its items anew."""
    parties = {party.organisation_id for party in roadmap.parties}
    working: set[int] = set()
    known = set(db.session.scalars(select(Organisation.id)))
    rows = db.session.execute(
        select(Item.id, ItemTerms.organisation_id, ItemTerms.co_organisations)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .where(Item.roadmap_id == roadmap.id)
    ).all()
    for row in rows:
        executors = _executors(row.organisation_id, row.co_organisations) & known
        working |= executors
        set_readers(ITEM, row.id, parties | executors)
    set_readers(PLAN, roadmap.id, parties | working)
    for edition in db.session.scalars(select(Edition).where(Edition.roadmap_id == roadmap.id)):
        set_readers(EDITION, edition.id, parties)


def of_item(item: Item, terms: ItemTerms, parties: Iterable[int]) -> None:
    """Readers of one item, after it was added or its executors were changed in a draft."""
    set_readers(ITEM, item.id, {*parties, *_executors(terms.organisation_id, terms.co_organisations)})


def of_edition(edition: Edition) -> None:
    set_readers(EDITION, edition.id, [party.organisation_id for party in edition.roadmap.parties])


def _executors(organisation_id: int | None, others: Iterable[int] | None) -> set[int]:
    return {*(others or ()), *([organisation_id] if organisation_id else [])}
