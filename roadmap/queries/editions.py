"""Editions: the list, one edition with its route, and the comparison of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents.models import IssuedDocument
from core.errors import NotFound
from core.signoffs.models import Round, Slot
from core.workflow import Offer
from roadmap import plan_values, readers
from roadmap.models import OPEN_EDITION, TERMS, ChangeRequest, Edition, Item, ItemTerms, Roadmap, RoadmapParty
from roadmap.states import roadmap as machine


def editions(actor: Actor, roadmap_id: int) -> Sequence[Edition]:
    """The editions of a plan the actor may see, the newest first."""
    return db.session.scalars(
        select(Edition)
        .where(Edition.roadmap_id == roadmap_id, visible_to(actor, readers.EDITION, Edition.id))
        .order_by(Edition.number.desc())
    ).all()


def edition_by_number(actor: Actor, roadmap_id: int, number: int) -> Edition:
    """Raises NotFound."""
    found = (
        db.session.execute(
            select(Edition)
            .where(
                Edition.roadmap_id == roadmap_id,
                Edition.number == number,
                visible_to(actor, readers.EDITION, Edition.id),
            )
            .options(joinedload(Edition.roadmap).joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation))
        )
        .unique()
        .scalar_one_or_none()
    )
    if found is None:
        raise NotFound(_("Редакция не найдена"))
    return found


HISTORY = 40
"""Acts shown on the page; the rest stands in the journal."""


@dataclass
class EditionPage:
    """An edition, its terms, its documents, the running or last round, and what the person can do."""

    edition: Edition
    rows: Sequence[tuple[Item, ItemTerms]]
    documents: Sequence[IssuedDocument]
    round: Round | None
    offers: list[Offer]
    history: Sequence[AuditRecord]
    """The latest acts, the newest first."""


def edition_page(actor: Actor, roadmap_id: int, number: int) -> EditionPage:
    """Raises NotFound."""
    edition = edition_by_number(actor, roadmap_id, number)
    rows = db.session.execute(
        select(Item, ItemTerms)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition.id)
        .order_by(Item.section, Item.number)
    ).all()
    documents = db.session.scalars(
        select(IssuedDocument)
        .where(IssuedDocument.subject_kind == readers.EDITION, IssuedDocument.subject_id == edition.id)
        .order_by(IssuedDocument.id.desc())
    ).all()
    current = db.session.scalars(
        select(Round)
        .where(Round.subject_kind == readers.EDITION, Round.subject_id == edition.id)
        .order_by(Round.number.desc())
        .limit(1)
        .options(
            selectinload(Round.slots).selectinload(Slot.holders), selectinload(Round.slots).joinedload(Slot.decision)
        )
    ).first()
    offers = [offer for offer in machine.offers(edition, actor) if offer.mine and not offer.step.hidden]
    return EditionPage(edition, [(item, terms) for item, terms in rows], documents, current, offers, _acts(edition.id))


def _acts(edition_id: int) -> Sequence[AuditRecord]:
    return db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == readers.EDITION, AuditRecord.subject_id == edition_id)
        .order_by(AuditRecord.seq.desc())
        .limit(HISTORY)
    ).all()


@dataclass(frozen=True)
class Difference:
    """One item, or one plan value, in two editions: the fields that differ as (field, was, now)."""

    code: str
    title: str
    kind: str
    """added, excluded, changed."""
    fields: tuple[tuple[str, Any, Any], ...] = ()


LINEAGE = ("in_force", "superseded", "final_report", "closed", *OPEN_EDITION)
"""Editions that took all they say from the ones before and from the change requests they carry."""


def compare(first: int, second: int) -> list[Difference]:
    """What the edition `second` (id) says otherwise than `first`. Three queries.

    An edition after the first differs only by the requests it carries: only their items are read, so that comparing
    costs what changed and not what the plan holds. Withdrawn editions have given their requests back: read whole.
    """
    pair = db.session.execute(
        select(Edition.id, Edition.roadmap_id, Edition.number, Edition.state).where(Edition.id.in_((first, second)))
    ).all()
    statement = (
        select(Item.code, ItemTerms)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id.in_((first, second)))
        .order_by(Item.section, Item.number)
    )
    carried = _carried_between(pair)
    if all(row.state in LINEAGE for row in pair):
        statement = statement.where(Item.id.in_({row.item_id for row in carried} - {None}))
    pairs: dict[str, dict[int, ItemTerms]] = {}
    for code, terms in db.session.execute(statement):
        pairs.setdefault(code, {})[terms.edition_id] = terms
    found = [_difference(code, two.get(first), two.get(second)) for code, two in pairs.items()]
    return [one for one in found if one is not None] + _planned(carried, _number(pair, first) > _number(pair, second))


def _number(pair: Sequence[Any], edition_id: int) -> int:
    return next(int(row.number) for row in pair if row.id == edition_id)


def _planned(carried: Sequence[Any], backwards: bool) -> list[Difference]:
    """The plan values the later edition has otherwise; told the other way round where the later one is asked first."""
    pairs = plan_values.differing([row.changes for row in carried if row.kind == plan_values.KIND])
    return [
        Difference(
            was["code"], was["name"], "changed", ((plan_values.KIND, *((now, was) if backwards else (was, now))),)
        )
        for was, now in pairs
    ]


def _carried_between(pair: Sequence[Any]) -> Sequence[Any]:
    """The requests that the editions after the earlier one, up to the later one, carry, as they were asked."""
    low, high = min(row.number for row in pair), max(row.number for row in pair)
    return db.session.execute(
        select(ChangeRequest.item_id, ChangeRequest.kind, ChangeRequest.changes)
        .join(Edition, Edition.id == ChangeRequest.edition_id)
        .where(ChangeRequest.roadmap_id == pair[0].roadmap_id, Edition.number > low, Edition.number <= high)
        .order_by(Edition.number, ChangeRequest.number)
    ).all()


def _difference(code: str, was: ItemTerms | None, now: ItemTerms | None) -> Difference | None:
    if now is None or was is None:
        there = now or was
        assert there is not None
        said = [(name, getattr(there, name)) for name in TERMS if name != "title" and getattr(there, name)]
        if was is None:
            return Difference(code, there.title, "added", tuple((name, None, value) for name, value in said))
        return Difference(code, there.title, "dropped", tuple((name, value, None) for name, value in said))
    fields = tuple(
        (name, getattr(was, name), getattr(now, name)) for name in TERMS if getattr(was, name) != getattr(now, name)
    )
    if not fields:
        return None
    return Difference(code, now.title, "excluded" if now.excluded and not was.excluded else "changed", fields)


def terms_in(edition_id: int, item_id: int) -> tuple[Item, ItemTerms]:
    """An item with what an edition says about it. Raises NotFound."""
    row = db.session.execute(
        select(Item, ItemTerms)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition_id, Item.id == item_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("Мероприятие не найдено"))
    return row[0], row[1]
