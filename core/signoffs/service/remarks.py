"""The remarks register («таблица учёта замечаний»): remarks outside a verdict, and the coordinator's answers."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Remark, Round, Slot, SlotHolder
from core.signoffs.service.decide import NewRemark, lock_round_for
from core.signoffs.service.rounds import unanswered
from core.signoffs.subjects import subject

__all__ = ["answer_remark", "register_remark", "unanswered"]

ANSWERS = ("accepted", "declined")


def register_remark(round_id: int, remark: NewRemark, actor: Actor) -> Remark:
    """Put a remark into the register without a verdict: it never blocks. For whoever holds a slot of the round.

    Raises NotFound, NotAllowed (no slot of this round is the actor's), NotNow (the round is closed), NotValid.
    """
    with transaction():
        current = lock_round_for(round_id, actor)
        holder = _place(current, actor)
        if holder is None:
            raise NotAllowed(_("Замечания даёт участник круга согласования"))
        if current.state != "open":
            raise NotNow(_("Круг согласования уже закрыт"))
        if not remark.text.strip():
            raise NotValid(_("Пустое замечание: напишите его текст"), "text")
        row = _remark(current, remark, actor)
        db.session.add(row)
        db.session.flush()
        _journal(row, "remark", actor, row.text)
        return row


def _place(current: Round, actor: Actor) -> SlotHolder | None:
    return db.session.scalars(
        select(SlotHolder)
        .join(Slot, Slot.id == SlotHolder.slot_id)
        .where(
            Slot.round_id == current.id,
            SlotHolder.person_id == actor.id,
            SlotHolder.organisation_id == actor.organisation_id,
        )
        .limit(1)
    ).first()


def _remark(current: Round, remark: NewRemark, actor: Actor) -> Remark:
    return Remark(
        subject_kind=current.subject_kind,
        subject_id=current.subject_id,
        round_id=current.id,
        clause_id=remark.clause_id,
        clause_number=remark.clause_number,
        text=remark.text.strip(),
        blocking=False,
        editorial=remark.editorial,
        author_id=actor.id,
        author_name=actor.short_name,
        author_position=actor.position,
        organisation_id=actor.organisation_id,
        created_at=clock.now(),
    )


def answer_remark(remark_id: int, answer: str, justification: str, actor: Actor, version: int | None = None) -> Remark:
    """Accept or decline a remark; the answer may change until the text is submitted again.

    Raises NotFound, NotAllowed (not a coordinator of the initiator), NotNow (submitted again already, or the answer was
    changed by another), NotValid (declined without a justification).
    """
    with transaction():
        remark = _locked(remark_id, actor)
        expect_version(remark, version)
        _refuse_others(remark, actor)
        if answer not in ANSWERS:
            raise NotValid(_("Замечание принимают или отклоняют"), "answer")
        if answer == "declined" and not justification.strip():
            raise NotValid(_("Отклоняя замечание, напишите обоснование"), "justification")
        remark.answer, remark.justification = answer, justification.strip()
        remark.answered_by, remark.answered_name, remark.answered_at = actor.id, actor.short_name, clock.now()
        _journal(remark, f"remark_{answer}", actor, remark.justification)
        return remark


def _locked(remark_id: int, actor: Actor) -> Remark:
    found = db.session.get(Remark, remark_id)
    if found is None or not may_see(actor, found.subject_kind, found.subject_id):
        raise NotFound(_("Замечание не найдено"))
    subject(found.subject_kind).lock(found.subject_id)
    remark = locked(Remark, remark_id)
    assert remark is not None
    return remark


def _refuse_others(remark: Remark, actor: Actor) -> None:
    coordinates = subject(remark.subject_kind).may_coordinate(remark.subject_id, actor)
    if not coordinates or actor.organisation_id != remark.round.initiator_id:
        raise NotAllowed(_("На замечания отвечает координатор инициатора"))
    later = db.session.scalar(
        select(Round.number).where(
            Round.subject_kind == remark.subject_kind,
            Round.subject_id == remark.subject_id,
            Round.number > remark.round.number,
        )
    )
    if later is not None:
        raise NotNow(_("Документ уже направлен повторно (круг %(n)s): ответ не меняют", n=later))


def _journal(remark: Remark, step: str, actor: Actor, comment: str) -> None:
    data = {"remark": remark.id, "clause": remark.clause_number}
    act = audit.Act(remark.subject_kind, remark.subject_id, step, comment=comment, data=data)
    audit.append(actor.who(), act)
