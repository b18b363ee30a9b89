"""Every read of agreements: the register, one agreement with all its page shows, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from agreements.models import (
    Agreement,
    AgreementParty,
    ElectronicSignature,
    PaperCopy,
    PartySignature,
)
from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.audit import AuditRecord
from core.db import db
from core.documents.models import Attachment, IssuedDocument
from core.errors import NotFound
from core.signoffs.models import Round, Slot
from core.web.paging import Key, Page, page

EXPIRING_DAYS = 60
MOST_COUNTED = 1000

MOVING = (
    "own_approval",
    "counterparty_review",
    "revision",
    "disagreement",
    "agreed",
    "signing",
    "partly_signed",
    "signed",
)


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed by; empty fields do not narrow."""

    text: str = ""
    state: str = ""
    kind: str = ""
    organisation_id: int | None = None
    expiring: bool = False

    def given(self) -> dict[str, Any]:
        """The filters as a query string keeps them."""
        pairs = {
            "q": self.text,
            "state": self.state,
            "kind": self.kind,
            "organisation": self.organisation_id,
            "expiring": "1" if self.expiring else "",
        }
        return {name: value for name, value in pairs.items() if value}


def register(actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50) -> Page[Any]:
    """A page of the register, newest first: only the columns it shows, with whose court each is in. One query."""
    statement = _narrow(_columns(), actor, filters)
    key = Key(Agreement.__table__.c.id, lambda row: row.id, descending=True)
    return page(statement, [key], after=after, before=before, size=size)


def _columns() -> Select[Any]:
    first, second = aliased(AgreementParty), aliased(AgreementParty)
    one, two = aliased(Organisation), aliased(Organisation)
    parties = (
        select(func.count()).where(AgreementParty.agreement_id == Agreement.id).correlate(Agreement).scalar_subquery()
    )
    return (
        select(
            Agreement.id,
            Agreement.kind,
            Agreement.title,
            Agreement.number,
            Agreement.state,
            Agreement.signed_on,
            Agreement.valid_until,
            Agreement.sample,
            Agreement.moved_at,
            one.short_name.label("first_party"),
            two.short_name.label("second_party"),
            parties.label("parties"),
            _court().label("court"),
        )
        .join(first, and_(first.agreement_id == Agreement.id, first.position == 1), isouter=True)
        .join(one, one.id == first.organisation_id, isouter=True)
        .join(second, and_(second.agreement_id == Agreement.id, second.position == 2), isouter=True)
        .join(two, two.id == second.organisation_id, isouter=True)
    )


def _court() -> Any:
    """The organisation on whose desk the agreement lies: the holder of an open task, earliest due first."""
    return (
        select(Organisation.short_name)
        .join(Slot, Slot.organisation_id == Organisation.id)
        .join(Round, Round.id == Slot.round_id)
        .where(
            Round.subject_kind == "agreement",
            Round.subject_id == Agreement.id,
            Round.state == "open",
            Slot.state == "assigned",
        )
        .order_by(Slot.due_at, Slot.id)
        .limit(1)
        .correlate(Agreement)
        .scalar_subquery()
    )


def _narrow(statement: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    statement = statement.where(visible_to(actor, "agreement", Agreement.id))
    if filters.text:
        needle = f"%{filters.text.strip()}%"
        statement = statement.where(or_(Agreement.title.ilike(needle), Agreement.number.ilike(needle)))
    if filters.state == "moving":
        statement = statement.where(Agreement.state.in_(MOVING))
    elif filters.state:
        statement = statement.where(Agreement.state == filters.state)
    if filters.kind:
        statement = statement.where(Agreement.kind == filters.kind)
    if filters.organisation_id is not None:
        statement = statement.where(
            exists().where(
                AgreementParty.agreement_id == Agreement.id,
                AgreementParty.organisation_id == filters.organisation_id,
            )
        )
    if filters.expiring:
        limit = clock.today() + timedelta(days=EXPIRING_DAYS)
        statement = statement.where(Agreement.state == "registered", Agreement.valid_until <= limit)
    return statement


def counts(actor: Actor) -> dict[str, int]:
    """How many the actor sees by state, each capped: «1000+» is all anybody reads."""
    visible = (
        select(Agreement.state)
        .where(visible_to(actor, "agreement", Agreement.id))
        .order_by(Agreement.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    rows = db.session.execute(select(visible.c.state, func.count()).group_by(visible.c.state))
    return {row[0]: row[1] for row in rows}


def expires_soon(valid_until: date | None, state: str) -> bool:
    """«Истекает»: a computed flag, never a state."""
    return state == "registered" and valid_until is not None and (
        valid_until <= clock.today() + timedelta(days=EXPIRING_DAYS)
    )


@dataclass(frozen=True)
class Card:
    """Everything an agreement's page shows."""

    agreement: Agreement
    documents: list[IssuedDocument]
    attachments: list[Attachment]
    signatures: list[PartySignature]
    copies: list[PaperCopy]
    history: list[AuditRecord]
    children: list[Any]


def card(agreement_id: int, actor: Actor) -> Agreement:
    """One agreement with its parties in one query; visibility is part of it. Raises NotFound."""
    agreement = db.session.scalars(
        select(Agreement)
        .where(Agreement.id == agreement_id, visible_to(actor, "agreement", Agreement.id))
        .options(
            joinedload(Agreement.parent),
            joinedload(Agreement.parties).joinedload(AgreementParty.organisation),
            joinedload(Agreement.parties).joinedload(AgreementParty.signatory),
        )
    ).unique().one_or_none()
    if agreement is None:
        raise NotFound("Соглашение не найдено")
    return agreement


def documents_of(agreement_id: int) -> list[Any]:
    """Issued documents, newest first: only what a list shows, never the snapshots."""
    return list(
        db.session.execute(
            select(
                IssuedDocument.id,
                IssuedDocument.code,
                IssuedDocument.kind,
                IssuedDocument.rendition,
                IssuedDocument.revision,
                IssuedDocument.title,
                IssuedDocument.file_name,
                IssuedDocument.sha256,
                IssuedDocument.size,
                IssuedDocument.issued_at,
                IssuedDocument.author_name,
            )
            .where(IssuedDocument.subject_kind == "agreement", IssuedDocument.subject_id == agreement_id)
            .order_by(IssuedDocument.id.desc())
            .limit(50)
        )
    )


def history(agreement_id: int, limit: int = 50) -> list[AuditRecord]:
    """The newest records of the agreement's chain."""
    return list(
        db.session.scalars(
            select(AuditRecord)
            .where(AuditRecord.subject_kind == "agreement", AuditRecord.subject_id == agreement_id)
            .order_by(AuditRecord.seq.desc())
            .limit(limit)
        )
    )


def copies_of(agreement: Agreement) -> list[PaperCopy]:
    return list(
        db.session.scalars(
            select(PaperCopy).where(PaperCopy.agreement_id == agreement.id).order_by(PaperCopy.id)
        )
    )


def signatures_of(agreement_id: int) -> list[PartySignature]:
    return list(
        db.session.scalars(
            select(PartySignature)
            .where(PartySignature.agreement_id == agreement_id)
            .options(joinedload(PartySignature.electronic))
            .order_by(PartySignature.id)
        )
    )


def electronic_signature(party_id: int) -> ElectronicSignature | None:
    """The recorded electronic signature of a party that is in force."""
    return db.session.scalars(
        select(ElectronicSignature)
        .join(PartySignature, PartySignature.id == ElectronicSignature.signature_id)
        .where(PartySignature.party_id == party_id, PartySignature.voided_at.is_(None))
    ).one_or_none()


def children_of(agreement_id: int, actor: Actor) -> list[Any]:
    """Supplementary agreements the actor may see."""
    return list(
        db.session.execute(
            select(Agreement.id, Agreement.title, Agreement.number, Agreement.state, Agreement.seq)
            .where(Agreement.parent_id == agreement_id, visible_to(actor, "agreement", Agreement.id))
            .order_by(Agreement.seq)
        )
    )


def documents_for(document_id: int, actor: Actor) -> IssuedDocument:
    """An issued document of an agreement the actor may see. Raises NotFound."""
    document = db.session.scalars(
        select(IssuedDocument)
        .join(Agreement, Agreement.id == IssuedDocument.subject_id)
        .where(
            IssuedDocument.id == document_id,
            IssuedDocument.subject_kind == "agreement",
            visible_to(actor, "agreement", Agreement.id),
        )
    ).one_or_none()
    if document is None:
        raise NotFound("Документ не найден")
    return document


def ready_with_revisions(agreement_id: int, actor: Actor) -> Agreement:
    """The agreement with parties and revisions, for what needs the texts."""
    agreement = card(agreement_id, actor)
    db.session.execute(
        select(Agreement).where(Agreement.id == agreement_id).options(selectinload(Agreement.revisions))
    ).unique()
    return agreement


def as_labels(states: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(state.label)) for name, state in states.items()]
