"""Who sees what of a plan: the parties everything, an executor the plan's page and his own items."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from core.accounts.access import set_readers
from core.accounts.models import Organisation
from core.db import db
from roadmap.models import Edition, Item, ItemTerms, Roadmap

PLAN, EDITION, ITEM = "roadmap_plan", "roadmap", "roadmap_item"


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
