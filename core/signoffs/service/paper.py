"""Decisions and signatures given on paper: recorded with the scan by one, confirmed by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.hats import Hat
from core.signoffs.models import Decision, PaperAct, Slot
from core.signoffs.service.decide import POSITIVE_OF_KIND, lock_slot, refuse_changed, settle

REGISTRARS = ("registrar", "m_control", "c_control", "secretary")


@dataclass(frozen=True)
class OnPaper:
    """What the paper says: who signed, when, what, and where its scan is kept."""

    signer_id: int
    verdict: str
    signed_on: date
    scan_sha256: str
    scan_name: str
    comment: str = ""


def record_paper(slot_id: int, paper: OnPaper, actor: Actor) -> PaperAct:
    """Write down an act on paper. It decides nothing until a second person confirms it."""
    with transaction():
        slot = lock_slot(slot_id, actor)
        _refuse_stranger(slot, actor)
        refuse_changed(slot, None)
        _check(slot, paper)
        if _waiting(slot.id):
            raise NotNow(_("Решение на бумаге уже внесено и ждёт подтверждения"))
        act = PaperAct(
            slot_id=slot.id,
            verdict=POSITIVE_OF_KIND[slot.kind] if paper.verdict == "approved" else paper.verdict,
            comment=paper.comment.strip(),
            signer_id=paper.signer_id,
            signed_on=paper.signed_on,
            scan_sha256=paper.scan_sha256,
            scan_name=paper.scan_name,
            document_hash=slot.round.document_hash,
            recorded_by=actor.id,
            recorded_name=actor.short_name,
            recorded_at=clock.now(),
        )
        db.session.add(act)
        db.session.flush()
        _journal(slot, act, "paper_recorded", actor)
        return act


def _refuse_stranger(slot: Slot, actor: Actor) -> None:
    if actor.organisation_id != slot.organisation_id or not actor.has(*REGISTRARS):
        raise NotAllowed(_("Решение на бумаге вносит регистратор стороны, за которую оно дано"))


def _check(slot: Slot, paper: OnPaper) -> None:
    if paper.signer_id not in {holder.person_id for holder in slot.holders}:
        raise NotValid(_("Подписавший не назначен на это задание"), "signer_id")
    if paper.signed_on > clock.today():
        raise NotValid(_("Дата на бумаге ещё не наступила"), "signed_on")
    if not paper.scan_sha256:
        raise NotValid(_("Приложите скан"), "scan")
    if paper.verdict in ("rejected", "approved_with_remarks") and not paper.comment.strip():
        raise NotValid(_("Перенесите с бумаги причину или замечания"), "comment")


def _waiting(slot_id: int) -> PaperAct | None:
    return db.session.scalars(
        select(PaperAct).where(PaperAct.slot_id == slot_id, PaperAct.state == "recorded")
    ).one_or_none()


def _journal(slot: Slot, act: PaperAct, step: str, actor: Actor, comment: str = "") -> None:
    kind, subject_id = slot.round.subject
    data = {
        "slot": slot.id,
        "label": slot.label,
        "paper_act": act.id,
        "signed_on": act.signed_on.isoformat(),
        "scan": act.scan_sha256,
    }
    audit.append(
        actor.who(),
        audit.Act(kind, subject_id, step, comment=comment, document_hash=act.document_hash, data=data),
    )


def confirm_paper(act_id: int, actor: Actor) -> Decision:
    """A second person has compared the scan with the entry: the decision is given from now on."""
    with transaction():
        act, slot = _act(act_id, actor)
        if actor.id == act.recorded_by:
            raise NotAllowed(_("Подтверждает не тот, кто вносил: нужен второй сотрудник"))
        refuse_changed(slot, act.document_hash)
        act.state, act.confirmed_by = "confirmed", actor.id
        act.confirmed_name, act.confirmed_at = actor.short_name, clock.now()
        db.session.flush()
        _journal(slot, act, "paper_confirmed", actor)
        holder = next(h for h in slot.holders if h.person_id == act.signer_id)
        return settle(slot, act.verdict, actor, act.comment, paper=act, hat=Hat(holder))


def refuse_paper(act_id: int, reason: str, actor: Actor) -> PaperAct:
    """The entry does not match the scan: it is refused with the reason and can be made anew."""
    if not reason.strip():
        raise NotValid(_("Напишите, что не сходится"), "reason")
    with transaction():
        act, slot = _act(act_id, actor)
        act.state, act.refusal = "refused", reason.strip()
        act.confirmed_by, act.confirmed_name, act.confirmed_at = actor.id, actor.short_name, clock.now()
        _journal(slot, act, "paper_refused", actor, reason.strip())
        return act


def _act(act_id: int, actor: Actor) -> tuple[PaperAct, Slot]:
    slot_id = db.session.scalar(select(PaperAct.slot_id).where(PaperAct.id == act_id))
    if slot_id is None:
        raise NotFound(_("Запись не найдена"))
    slot = lock_slot(slot_id, actor)
    _refuse_stranger(slot, actor)
    act = locked(PaperAct, act_id)
    assert act is not None
    if act.state != "recorded":
        raise NotNow(_("По этой записи уже решено: %(name)s", name=act.confirmed_name))
    return act, slot
