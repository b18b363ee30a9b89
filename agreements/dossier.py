"""Everything an agreement's page shows, read in four queries at most, whatever has happened to the agreement."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from agreements import rules
from agreements.gathered import gathered
from agreements.known import Known, remember
from agreements.models import (
    Agreement,
    AgreementParty,
    Amendment,
    ElectronicSignature,
    Notice,
    PaperCopy,
    PartySignature,
    Prolongation,
    Revision,
)
from agreements.parties import acts_as, is_initiator
from agreements.routes import codes, parties
from agreements.states import agreement_machine
from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents.models import Attachment, IssuedDocument
from core.errors import NotFound
from core.signoffs.models import Protocol, ProtocolRow, Remark, Round, RouteTemplate, Slot, Substitution
from core.workflow import Offer

Row = SimpleNamespace
MOST = 50
"""How many documents, files and records a page shows; older ones have their own pages."""
EDITABLE = ("draft", "revision")


@dataclass(frozen=True)
class Dossier:
    """One agreement as one person sees it."""

    agreement: Agreement
    offers: list[Offer]
    round: Round | None = None
    lists: dict[str, list[Row]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> list[Row]:
        """A list by its name: revisions, documents, attachments, signatures, copies, children, history and others."""
        lists: dict[str, list[Row]] = self.__dict__.get("lists", {})
        if name not in lists:
            raise AttributeError(name)
        return lists[name]


def dossier(agreement_id: int, actor: Actor) -> Dossier:
    """The agreement with all its page shows and what the actor may do. Raises NotFound for hidden and absent alike."""
    agreement = head(agreement_id, actor)
    lists = gathered(**_lists(agreement, actor))
    current = _round(agreement) if agreement.revision_number else None
    remember(agreement, _facts(agreement, lists, current))
    return Dossier(agreement, agreement_machine.offers(agreement, actor), current, lists)


def head(agreement_id: int, actor: Actor) -> Agreement:
    """The agreement with its parties, their signatories, its parent, and only its current revision. One query."""
    agreement = (
        db.session.scalars(
            select(Agreement)
            .outerjoin(Revision, and_(Revision.agreement_id == Agreement.id, Revision.current))
            .where(Agreement.id == agreement_id, visible_to(actor, "agreement", Agreement.id))
            .options(
                joinedload(Agreement.parent),
                joinedload(Agreement.parties).joinedload(AgreementParty.organisation),
                joinedload(Agreement.parties).joinedload(AgreementParty.signatory),
                contains_eager(Agreement.revisions).load_only(
                    Revision.agreement_id,
                    Revision.number,
                    Revision.current,
                    Revision.signed,
                    Revision.document_id,
                    Revision.document_hash,
                    Revision.created_at,
                    Revision.created_name,
                ),
            )
            .execution_options(populate_existing=True)
        )
        .unique()
        .one_or_none()
    )
    if agreement is None:
        raise NotFound(_("Соглашение не найдено"))
    return agreement


def _round(agreement: Agreement) -> Round | None:
    """The newest round with its slots, their holders and decisions. One query."""
    newest = (
        select(func.max(Round.number))
        .where(Round.subject_kind == "agreement", Round.subject_id == agreement.id)
        .scalar_subquery()
    )
    return (
        db.session.scalars(
            select(Round)
            .where(Round.subject_kind == "agreement", Round.subject_id == agreement.id, Round.number == newest)
            .options(
                joinedload(Round.slots).joinedload(Slot.holders),
                joinedload(Round.slots).joinedload(Slot.decision),
            )
        )
        .unique()
        .one_or_none()
    )


def _facts(agreement: Agreement, lists: dict[str, list[Row]], current: Round | None) -> Known:
    revision = agreement.current
    remark = next(iter(lists["remarks"]), None)
    return Known(
        round=current,
        remark=(remark.author_name, remark.text) if remark else None,
        protocol=next(iter(lists["protocols"]), None),
        signed=frozenset(row.party_id for row in lists["signatures"] if row.voided_at is None),
        copies_out=tuple(
            row.number
            for row in lists["copies"]
            if row.returned_on is None and revision is not None and row.revision_id == revision.id
        ),
        against_prolongation=any(row.kind == "no_prolongation" for row in lists["notices"]),
        agreed_to_end=rules.consents((row.kind, row.organisation_id) for row in lists["notices"]),
        templates={row.code: RouteTemplate(**vars(row)) for row in lists["templates"]},
    )


def _lists(agreement: Agreement, actor: Actor) -> dict[str, Select[Any]]:
    """What is read beside the agreement itself, list by list."""
    return {
        "revisions": _revisions(agreement.id),
        "documents": documents("agreement", agreement.id),
        "attachments": attachments("agreement", agreement.id),
        "signatures": _signatures(agreement.id),
        "copies": select(*_columns(PaperCopy, _COPY))
        .where(PaperCopy.agreement_id == agreement.id)
        .order_by(PaperCopy.id),
        "children": _children(agreement.id, actor),
        "history": _history(agreement.id),
        "editions": _editions(agreement.id),
        "notices": select(*_columns(Notice, _NOTICE)).where(Notice.agreement_id == agreement.id).order_by(Notice.id),
        "prolongations": select(Prolongation.until_before, Prolongation.until_after, Prolongation.at)
        .where(Prolongation.agreement_id == agreement.id)
        .order_by(Prolongation.id),
        "remarks": _remarks(agreement.id),
        "protocols": _protocols(agreement.id),
        "rounds": _rounds(agreement.id),
        "principals": _principals(actor),
        "templates": _templates(agreement, actor),
    }


_COPY = ("id", "number", "revision_id", "party_id", "holder_id", "sent_on", "returned_on", "returned_by", "scan_name")
_NOTICE = ("kind", "organisation_id", "basis", "given_on", "effective_on", "by_name")
_DOCUMENT = (
    "id", "code", "kind", "rendition", "revision", "title", "file_name", "sha256", "size", "issued_at", "author_name",
)  # fmt: skip
_FILE = ("id", "purpose", "name", "size", "sha256", "at", "author_name", "version")
_RECORD = (
    "seq", "at", "actor_name", "organisation_name", "step", "from_state", "to_state", "comment",
    "document_hash", "data",
)  # fmt: skip


def _columns(model: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(model, name) for name in names]


def documents(kind: str, subject_id: int) -> Select[Any]:
    """Issued documents of a subject, newest first: what a list shows, never the snapshots."""
    return (
        select(*_columns(IssuedDocument, _DOCUMENT))
        .where(IssuedDocument.subject_kind == kind, IssuedDocument.subject_id == subject_id)
        .order_by(IssuedDocument.id.desc())
        .limit(MOST)
    )


def attachments(kind: str, subject_id: int) -> Select[Any]:
    """Attached files of a subject, newest first."""
    return (
        select(*_columns(Attachment, _FILE))
        .where(Attachment.subject_kind == kind, Attachment.subject_id == subject_id)
        .order_by(Attachment.id.desc())
        .limit(MOST)
    )


def _revisions(agreement_id: int) -> Select[Any]:
    names = ("id", "number", "current", "signed", "document_id", "document_hash", "note", "created_at", "created_name")
    return (
        select(*_columns(Revision, names))
        .where(Revision.agreement_id == agreement_id)
        .order_by(Revision.number.desc())
        .limit(MOST)
    )


def _signatures(agreement_id: int) -> Select[Any]:
    names = (
        "id", "party_id", "revision_id", "document_hash", "name", "position", "basis", "signed_on", "method",
        "voided_at", "void_note",
    )  # fmt: skip
    electronic = ("certificate", "owner", "valid_from", "valid_to", "mchd_number", "mchd_valid_to", "file_name")
    return (
        select(*_columns(PartySignature, names), *_columns(ElectronicSignature, electronic))
        .outerjoin(ElectronicSignature, ElectronicSignature.signature_id == PartySignature.id)
        .where(PartySignature.agreement_id == agreement_id)
        .order_by(PartySignature.id)
    )


def _children(agreement_id: int, actor: Actor) -> Select[Any]:
    names = ("id", "kind", "title", "number", "state", "seq", "signed_on", "effective_from")
    return (
        select(*_columns(Agreement, names))
        .where(Agreement.parent_id == agreement_id, visible_to(actor, "agreement", Agreement.id))
        .order_by(Agreement.seq)
    )


def _history(agreement_id: int) -> Select[Any]:
    """Newest first; that a slot was put on a desk is no act of anybody's."""
    return (
        select(*_columns(AuditRecord, _RECORD))
        .where(
            AuditRecord.subject_kind == "agreement",
            AuditRecord.subject_id == agreement_id,
            AuditRecord.step != "assign",
        )
        .order_by(AuditRecord.seq.desc())
        .limit(MOST)
    )


def _editions(agreement_id: int) -> Select[Any]:
    return (
        select(Amendment.edition, Amendment.source_id, Amendment.effective_from)
        .where(Amendment.agreement_id == agreement_id)
        .order_by(Amendment.edition.desc())
    )


def _remarks(agreement_id: int) -> Select[Any]:
    return (
        select(Remark.id, Remark.author_name, Remark.text)
        .where(
            Remark.subject_kind == "agreement",
            Remark.subject_id == agreement_id,
            Remark.blocking,
            Remark.answer == "",
        )
        .order_by(Remark.id)
        .limit(1)
    )


def _protocols(agreement_id: int) -> Select[Any]:
    changed = exists().where(ProtocolRow.protocol_id == Protocol.id, ProtocolRow.agreed != ProtocolRow.original)
    return (
        select(Protocol.id, Protocol.number, Protocol.state, changed.label("changed"))
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement_id)
        .order_by(Protocol.number.desc())
        .limit(1)
    )


def _rounds(agreement_id: int) -> Select[Any]:
    names = ("id", "number", "state", "revision", "document_hash", "opened_at", "closed_at", "closing_note")
    return (
        select(*_columns(Round, names))
        .where(Round.subject_kind == "agreement", Round.subject_id == agreement_id)
        .order_by(Round.number.desc())
    )


def _principals(actor: Actor) -> Select[Any]:
    """Those whom the actor stands in for today."""
    day = clock.today()
    return select(Substitution.principal_id, Substitution.scope, Substitution.slot_id).where(
        Substitution.substitute_id == actor.id,
        Substitution.starts_on <= day,
        Substitution.ends_on >= day,
        Substitution.revoked_at.is_(None),
        or_(Substitution.basis_expires_on.is_(None), Substitution.basis_expires_on >= day),
    )


def _templates(agreement: Agreement, actor: Actor) -> Select[Any]:
    """Active routes, only where the person may start one: the rule about the route asks for them."""
    statement = select(RouteTemplate.code, RouteTemplate.version, RouteTemplate.stages, RouteTemplate.same_person)
    asks = agreement.state in EDITABLE and is_initiator(agreement, actor) and acts_as(agreement, actor, "coordinator")
    if not asks:
        return statement.where(false())
    wanted = set(codes(agreement, parties(agreement)))
    return statement.where(RouteTemplate.active, RouteTemplate.code.in_(wanted))


__all__ = ["Dossier", "attachments", "documents", "dossier", "head"]
