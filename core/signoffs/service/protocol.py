"""The disagreement protocol («протокол разногласий»): own wordings, proposals, consents, closing."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Reader
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid, Reason
from core.signoffs.models import Protocol, ProtocolConsent, ProtocolRow, ProtocolWording
from core.signoffs.service.rounds import open_round, restart_terms
from core.signoffs.subjects import subject
from core.store import digest
from core.web.kept import russian

DISPUTERS = (
    "m_coord", "m_legal", "m_deputy", "c_coord", "c_legal", "c_deputy", "roiv", "college", "enterprise", "operator",
)  # fmt: skip
"""Who writes a party's column: its coordinator, lawyers and deputy; on a side with one role, that one."""


@dataclass(frozen=True)
class Clause:
    """A clause in dispute: its stable id, its number on paper, its text in the document under review."""

    id: str
    number: str
    text: str


def wording_hash(text: str) -> str:
    """What a consent is bound to."""
    return digest(text.strip().encode())


def parties_of(kind: str, subject_id: int) -> list[int]:
    """Organisations that must consent: the subject's parties."""
    return list(
        db.session.scalars(
            select(Reader.organisation_id)
            .where(Reader.subject_kind == kind, Reader.subject_id == subject_id, Reader.why == "party")
            .order_by(Reader.organisation_id)
        )
    )


def open_protocol_of(kind: str, subject_id: int) -> Protocol | None:
    """The protocol that is being settled."""
    return db.session.scalars(
        select(Protocol).where(
            Protocol.subject_kind == kind, Protocol.subject_id == subject_id, Protocol.state == "open"
        )
    ).one_or_none()


def add_row(protocol_id: int, clause: Clause, wording: str, actor: Actor) -> ProtocolRow:
    """Bring a clause into dispute with the actor's own wording of it.

    Raises NotFound, NotAllowed (not of a party), NotNow (closed, or the clause is there already), NotValid.
    """
    with transaction():
        protocol = _open(protocol_id, actor)
        if any(row.clause_id == clause.id for row in protocol.rows):
            raise NotNow(_("Пункт %(n)s уже в протоколе", n=clause.number))
        if not clause.id or not clause.text.strip():
            raise NotValid(_("Укажите пункт документа"), "clause_id")
        row = ProtocolRow(
            protocol=protocol,
            clause_id=clause.id,
            clause_number=clause.number,
            original=clause.text,
            changed_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        _write(row, wording, actor)
        _journal(row, "protocol_row", actor, wording.strip())
        return row


def set_wording(row_id: int, text: str, actor: Actor, version: int | None = None) -> ProtocolRow:
    """Write the actor's own column; a clause that was agreed is open again. `version` is the row's."""
    with transaction():
        row = _row(row_id, actor, version)
        _write(row, text, actor)
        _reopen(row)
        _journal(row, "protocol_wording", actor, text.strip())
        return row


def _write(row: ProtocolRow, text: str, actor: Actor) -> None:
    if not text.strip():
        raise NotValid(_("Напишите свою редакцию пункта"), "text")
    own = next((w for w in row.wordings if w.organisation_id == actor.organisation_id), None)
    if own is None:
        own = ProtocolWording(organisation_id=actor.organisation_id)
        row.wordings.append(own)
    own.text, own.withdrawn, own.at = text.strip(), False, clock.now()
    own.person_id, own.name = actor.id or 0, actor.short_name
    db.session.flush()


def _reopen(row: ProtocolRow) -> None:
    """What was consented to is not what stands there now: consents are bound to a hash and begin anew."""
    row.agreed_hash, row.changed_at = None, clock.now()
    flag_modified(row, "changed_at")
    db.session.flush()


def propose(row_id: int, text: str, justification: str, actor: Actor, version: int | None = None) -> ProtocolRow:
    """Propose an agreed wording; the proposer's party consents to it by proposing. Earlier consents do not count."""
    with transaction():
        row = _row(row_id, actor, version)
        if not text.strip():
            raise NotValid(_("Напишите согласованную редакцию"), "text")
        row.agreed, row.justification = text.strip(), justification.strip()
        _reopen(row)
        _consent(row, actor)
        _journal(row, "protocol_proposal", actor, row.agreed)
        return row


def consent(row_id: int, seen_hash: str, actor: Actor) -> ProtocolRow:
    """Consent to exactly the wording the person has read. The last party's consent settles the clause.

    Raises NotNow when the wording is another by now or nothing is proposed.
    """
    with transaction():
        row = _row(row_id, actor, None)
        if not row.agreed:
            raise NotNow(_("Согласованная редакция ещё не предложена"))
        if seen_hash != wording_hash(row.agreed):
            raise NotNow(_("Предложенная редакция изменилась, пока Вы её читали: прочтите новую"))
        _consent(row, actor)
        _journal(row, "protocol_consent", actor, "")
        return row


def withdraw(row_id: int, actor: Actor, version: int | None = None) -> ProtocolRow:
    """Give up the actor's own wording. Where no other party keeps one, the clause stays as it was submitted.

    The text under review needs nobody's consent anew: the dispute over the clause has gone. Raises NotNow where the
    party has no wording of its own to give up.
    """
    with transaction():
        row = _row(row_id, actor, version)
        own = next((w for w in row.wordings if w.organisation_id == actor.organisation_id), None)
        if own is None or own.withdrawn:
            raise NotNow(_("Своей редакции этого пункта у Вашей стороны нет: снимать нечего"))
        own.withdrawn, own.person_id, own.name, own.at = True, actor.id or 0, actor.short_name, clock.now()
        _reopen(row)
        if not row.disputed:
            row.agreed, row.justification = row.original, russian(_l("Разногласие снято"))
            row.agreed_hash = wording_hash(row.original)
        db.session.flush()
        _journal(row, "protocol_withdrawn", actor, "")
        return row


def _consent(row: ProtocolRow, actor: Actor) -> None:
    value = wording_hash(row.agreed)
    if not any((c.organisation_id, c.agreed_hash) == (actor.organisation_id, value) for c in row.consents):
        row.consents.append(
            ProtocolConsent(
                organisation_id=actor.organisation_id,
                agreed_hash=value,
                person_id=actor.id,
                name=actor.short_name,
                at=clock.now(),
            )
        )
        db.session.flush()
    if not waits_for(row):
        row.agreed_hash = value
    db.session.flush()


def waits_for(row: ProtocolRow) -> list[int]:
    """Parties that have not consented to the wording as it stands; all of them where nothing is proposed."""
    protocol = row.protocol
    parties = parties_of(protocol.subject_kind, protocol.subject_id)
    if not row.agreed:
        return parties
    value = wording_hash(row.agreed)
    given = {c.organisation_id for c in row.consents if c.agreed_hash == value}
    return [party for party in parties if party not in given]


def close_protocol(protocol_id: int, actor: Actor) -> Protocol:
    """Close: every clause has a wording all parties consented to. Raises NotNow naming the clauses and who is due."""
    with transaction():
        protocol = _open(protocol_id, actor)
        reasons = open_rows(protocol)
        if reasons:
            raise NotNow(_("Протокол разногласий закрыть нельзя"), reasons=reasons)
        protocol.state, protocol.closed_at = "closed", clock.now()
        db.session.flush()
        _let_move(protocol)
        act = audit.Act(
            protocol.subject_kind,
            protocol.subject_id,
            "protocol_closed",
            document_hash=protocol.document_hash,
            data={"protocol": protocol.id, "number": protocol.number},
        )
        audit.append(actor.who(), act)
        return protocol


def _let_move(protocol: Protocol) -> None:
    """Where the text stays as it is, its visas are asked for again; a text that changes waits for its new round."""
    current = open_round(protocol.subject_kind, protocol.subject_id)
    if current is not None and not current.stands:
        restart_terms(current)


def open_rows(protocol: Protocol) -> list[Reason]:
    """What keeps the protocol from closing: a clause each, with the parties that are due."""
    if not protocol.rows:
        return [Reason(_("В протоколе нет ни одного пункта"), "disagreement_protocol_closed")]
    names = dict(db.session.execute(select(Organisation.id, Organisation.short_name)).tuples().all())
    return [
        Reason(
            _("Пункт %(n)s не согласован", n=row.clause_number),
            "disagreement_protocol_closed",
            ", ".join(names[party] for party in waits_for(row)),
        )
        for row in protocol.rows
        if row.agreed_hash is None
    ]


def _open(protocol_id: int, actor: Actor) -> Protocol:
    """The open protocol under the locks of its subject and its own; the actor writes for one of the parties."""
    found = db.session.execute(
        select(Protocol.subject_kind, Protocol.subject_id).where(Protocol.id == protocol_id)
    ).one_or_none()
    if found is None or not may_see(actor, found.subject_kind, found.subject_id):
        raise NotFound(_("Протокол разногласий не найден"))
    subject(found.subject_kind).lock(found.subject_id)
    protocol = locked(Protocol, protocol_id)
    assert protocol is not None
    if actor.organisation_id not in parties_of(*found) or not actor.has(*DISPUTERS):
        raise NotAllowed(_("Редакцию стороны пишут её координатор, юрист или заместитель руководителя"))
    if protocol.state != "open":
        raise NotNow(_("Протокол разногласий закрыт"))
    return protocol


def _row(row_id: int, actor: Actor, version: int | None) -> ProtocolRow:
    protocol_id = db.session.scalar(select(ProtocolRow.protocol_id).where(ProtocolRow.id == row_id))
    if protocol_id is None:
        raise NotFound(_("Пункт протокола не найден"))
    _open(protocol_id, actor)
    row = locked(ProtocolRow, row_id)
    assert row is not None
    expect_version(row, version)
    return row


def _journal(row: ProtocolRow, step: str, actor: Actor, comment: str) -> None:
    protocol = row.protocol
    data = {"protocol": protocol.id, "row": row.id, "clause": row.clause_number, "agreed": row.agreed_hash}
    act = audit.Act(protocol.subject_kind, protocol.subject_id, step, comment=comment, data=data)
    audit.append(actor.who(), act)
