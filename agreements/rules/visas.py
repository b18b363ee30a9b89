"""When visas are enough: the round, remarks, the protocol of disagreements, the frozen text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.known import known
from agreements.models import Agreement
from agreements.parties import names_of
from core.accounts.actor import Actor
from core.clock import in_moscow
from core.db import db
from core.errors import Reason
from core.signoffs.models import Protocol, Remark, Round, Slot
from core.signoffs.service.rounds import POSITIVE, last_round
from core.signoffs.words import named


def _round(agreement: Agreement) -> Round | None:
    facts = known(agreement)
    return facts.round if facts else last_round("agreement", agreement.id)


def all_mandatory_visas_current_round(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every mandatory visa of the phases up to now is given in this round, for this text."""
    current = _round(agreement)
    phases = ("own",) if agreement.state == "own_approval" else ("own", "counterparty")
    return visas_given(current, phases, agreement.document_hash)


def visas_given(current: Round | None, phases: tuple[str, ...], document_hash: str | None) -> Reason | None:
    """The first mandatory visa that is missing, in words."""
    if current is None or current.document_hash != document_hash:
        return Reason(_("Круг согласования этого текста не открыт"), "all_mandatory_visas_current_round")
    waiting = [slot for slot in current.slots if slot.phase in phases and _lacks(slot, current)]
    if not waiting:
        return None
    slot = waiting[0]
    due = _("срок %(day)s", day=in_moscow(slot.due_at).strftime("%d.%m")) if slot.due_at else ""
    return Reason(
        _("Не получена виза: %(label)s", label=named(slot.label)),
        "all_mandatory_visas_current_round",
        ", ".join(holder.name for holder in slot.holders),
        due,
    )


def _lacks(slot: Slot, current: Round) -> bool:
    if not slot.mandatory or slot.kind not in ("visa", "submission") or slot.state in POSITIVE:
        return False
    from core.signoffs.service.rounds import stage_complete

    peers = [s for s in current.slots if (s.phase, s.track, s.stage) == (slot.phase, slot.track, slot.stage)]
    return not stage_complete(peers)


def public_info_only(agreement: Agreement, actor: Actor) -> Reason | None:
    """Nothing restricted: the drafter declared it, or the security department gave its visa."""
    current = _round(agreement)
    if agreement.public_info or (
        current and any(slot.role == "c_security" and slot.state in POSITIVE for slot in current.slots)
    ):
        return None
    return Reason(
        _("Нет отметки, что сведения не ограничены в доступе"),
        "public_info_only",
        _("составитель: отметка в форме, либо виза подразделения безопасности"),
    )


def no_open_blocking_remarks(agreement: Agreement, actor: Actor) -> Reason | None:
    """No remark «не согласовано» waits for its answer."""
    remark = _open_remark(agreement)
    if remark is None:
        return None
    who, text = remark
    return Reason(
        _("Нет ответа на замечание «%(text)s» (%(who)s)", who=who, text=text[:80]),
        "no_open_blocking_remarks",
        names_of(agreement, "coordinator", initiator=True),
    )


def _open_remark(agreement: Agreement) -> tuple[str, str] | None:
    if facts := known(agreement):
        return facts.remark
    row = db.session.execute(
        select(Remark.author_name, Remark.text)
        .where(
            Remark.subject_kind == "agreement",
            Remark.subject_id == agreement.id,
            Remark.blocking,
            Remark.answer == "",
        )
        .limit(1)
    ).first()
    return (row.author_name, row.text) if row else None


def protocol_is_open(agreement: Agreement) -> Protocol | None:
    return db.session.scalars(
        select(Protocol)
        .where(Protocol.subject_kind == "agreement", Protocol.subject_id == agreement.id)
        .order_by(Protocol.number.desc())
        .limit(1)
    ).first()


@dataclass(frozen=True)
class _ProtocolFacts:
    state: str
    changed: bool


def _protocol(agreement: Agreement) -> Any:
    """State of the newest protocol, and whether an agreed wording departs from the text."""
    if facts := known(agreement):
        return facts.protocol
    row = protocol_is_open(agreement)
    return row and _ProtocolFacts(row.state, any(each.agreed != each.original for each in row.rows))


def disagreement_protocol_closed(agreement: Agreement, actor: Actor) -> Reason | None:
    """Every clause of the protocol has an agreed wording that all parties consented to."""
    protocol = _protocol(agreement)
    if protocol is not None and protocol.state == "closed":
        return None
    return Reason(
        _("Не все пункты протокола разногласий согласованы"), "disagreement_protocol_closed", names_of(agreement, "")
    )


def text_unchanged_by_protocol(agreement: Agreement, actor: Actor) -> Reason | None:
    """A changed text goes through a new revision; only an unchanged one is agreed as it stands."""
    protocol = _protocol(agreement)
    if protocol is None or not protocol.changed:
        return None
    return Reason(_("Согласованные редакции меняют текст: изложите его в новой редакции"), "text_unchanged_by_protocol")


def document_frozen(agreement: Agreement, actor: Actor) -> Reason | None:
    current, running = agreement.current, _round(agreement)
    if current and running and current.document_hash == running.document_hash:
        return None
    return Reason(_("Текст не заморожен: документ этой редакции не сформирован"), "document_frozen")
