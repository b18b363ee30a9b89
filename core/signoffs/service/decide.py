"""Deciding one slot: the act the whole service is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core import clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotFound, NotNow, NotValid, Reason
from core.signoffs.given import Given
from core.signoffs.hats import Hat, hat_for
from core.signoffs.models import Decision, PaperAct, Remark, Round, Slot
from core.signoffs.service.rounds import after_decision, clear_desks, close
from core.signoffs.states import VERDICTS, approval_task
from core.signoffs.subjects import subject
from core.web.kept import russian
from core.workflow import Ask

STEP_OF = {
    "approved": "approve",
    "signed": "approve",
    "registered": "approve",
    "acknowledged": "approve",
    "approved_with_remarks": "approve_remarks",
    "rejected": "reject",
}
POSITIVE_OF_KIND = {
    "visa": "approved",
    "signature": "signed",
    "registration": "registered",
    "acknowledgement": "acknowledged",
}


REFUSALS: dict[str, Callable[[str], Any]] = {
    "visa": lambda name: _l("не согласовано: %(name)s", name=name),
    "signature": lambda name: _l("отказ в подписании: %(name)s", name=name),
    "registration": lambda name: _l("отказ в регистрации: %(name)s", name=name),
}
"""Why a round was stopped, by the kind of the slot that stopped it."""


@dataclass(frozen=True)
class NewRemark:
    """A remark given with a verdict. `clause_id` may be empty: to the text as a whole."""

    text: str
    clause_id: str = ""
    clause_number: str = ""
    editorial: bool = False


def decide(
    slot_id: int,
    verdict: str,
    actor: Actor,
    *,
    comment: str = "",
    seen_hash: str | None = None,
    remarks: Sequence[NewRemark] = (),
    given: Given | None = None,
) -> Decision:
    """Give a verdict in a slot: approved, approved_with_remarks, rejected, signed, registered, acknowledged.

    «approved» is the positive verdict of any slot. `seen_hash` is the text the person had before the eyes: another text
    now is a refusal. `given` is what the verdict asks for beside itself (`Subject.asks`), checked before anything is
    decided. Raises NotFound, NotAllowed, NotNow (decided already, recalled, four eyes, closed), NotValid (no reason
    given, what was asked for).
    """
    with transaction():
        slot = lock_slot(slot_id, actor)
        verdict = fitting(slot, verdict)
        refuse_changed(slot, seen_hash)
        return settle(slot, verdict, actor, comment, remarks=remarks, given=given or Given())


def fitting(slot: Slot, verdict: str) -> str:
    """The verdict as a slot of this kind gives it. Raises NotValid for one that it cannot give."""
    positive = POSITIVE_OF_KIND.get(slot.kind, "")
    if verdict == "approved":
        verdict = positive
    if verdict not in (positive, "approved_with_remarks", "rejected"):
        label = VERDICTS.get(verdict, verdict)
        raise NotValid(_("Здесь такого решения не дают: %(verdict)s", verdict=str(label)), "verdict")
    return verdict


def lock_slot(slot_id: int, actor: Actor) -> Slot:
    """The slot with its round under the round's lock. Raises NotFound for what the actor may not see."""
    found = db.session.execute(
        select(Slot.round_id, Round.subject_kind, Round.subject_id)
        .join(Round, Round.id == Slot.round_id)
        .where(Slot.id == slot_id)
    ).one_or_none()
    if found is None or not may_see(actor, found.subject_kind, found.subject_id):
        raise NotFound(_("Задание не найдено"))
    subject(found.subject_kind).lock(found.subject_id)
    current = lock_round(found.round_id)
    return next(slot for slot in current.slots if slot.id == slot_id)


def lock_round_for(round_id: int, actor: Actor) -> Round:
    """The round under the locks of its subject and its own. Raises NotFound for hidden and absent alike."""
    found = db.session.execute(select(Round.subject_kind, Round.subject_id).where(Round.id == round_id)).one_or_none()
    if found is None or not may_see(actor, found.subject_kind, found.subject_id):
        raise NotFound(_("Круг согласования не найден"))
    subject(found.subject_kind).lock(found.subject_id)
    return lock_round(round_id)


def lock_round(round_id: int) -> Round:
    """The round with its slots, read anew under its lock. The subject's lock is taken before."""
    return db.session.scalars(
        select(Round)
        .where(Round.id == round_id)
        .options(selectinload(Round.slots).selectinload(Slot.holders))
        .with_for_update(of=Round)
        .execution_options(populate_existing=True)
    ).one()


def refuse_changed(slot: Slot, seen_hash: str | None) -> None:
    """The person must decide on the text that is current, and in a slot that still waits."""
    if seen_hash is not None and seen_hash != slot.round.document_hash:
        raise NotNow(_("Текст документа изменился, пока Вы его читали: откройте новую редакцию"))
    if slot.state == "assigned":
        return
    if slot.decision is not None:
        moment = clock.in_moscow(slot.decision.at).strftime("%d.%m.%Y %H:%M")
        text = _(
            "Решение по этому заданию уже принято: %(name)s, %(verdict)s, %(at)s",
            name=slot.decision.name,
            verdict=str(VERDICTS[slot.decision.verdict]).lower(),
            at=moment,
        )
    elif slot.state == "queued":
        text = _("До этого задания очередь ещё не дошла")
    else:
        text = _("Задание отозвано: %(note)s", note=slot.note)
    raise NotNow(text, reasons=[Reason(text, "slot_waits")])


def settle(
    slot: Slot,
    verdict: str,
    actor: Actor,
    comment: str,
    *,
    remarks: Sequence[NewRemark] = (),
    paper: PaperAct | None = None,
    given: Given | None = None,
) -> Decision:
    """Decide a locked slot: the step, the append-only decision, what the round makes of it, what the subject does.

    `actor` is the one whose decision it is: on paper the signer. Without `given` nothing is asked for: the decision
    follows from what was recorded elsewhere (an act on paper, a number given on the subject's own page).
    """
    hat = hat_for(slot, actor)
    kind = subject(slot.round.subject_kind)
    kind.before_decision(slot, actor, verdict)
    text = comment.strip() or "; ".join(remark.text for remark in remarks)
    data = {"verdict": verdict, "paper_act": paper.id if paper else None}
    approval_task.take(slot, STEP_OF[verdict], actor, Ask(comment=text, data=data))
    assert hat is not None  # the table's rule has answered it
    brought = kind.read_given(slot, actor, verdict, given) if given is not None else None
    decision = _decision(slot, verdict, actor, text, hat, paper)
    slot.finished_at = decision.at
    db.session.add(decision)
    db.session.flush()
    clear_desks([slot])
    _remember(slot, decision, remarks, text)
    _follow(slot, decision, actor, brought)
    return decision


def _follow(slot: Slot, decision: Decision, actor: Actor, brought: Any) -> None:
    """What the round and the subject make of a decision: a refusal stops the round at once."""
    kind = subject(slot.round.subject_kind)
    if decision.verdict == "rejected":
        close(slot.round, "rejected", russian(REFUSALS[slot.kind](decision.name)))
    if brought is None:
        kind.on_decided(slot, decision, actor)
    else:
        kind.on_given(slot, decision, actor, brought)
    if decision.verdict == "rejected":
        kind.on_round_end(slot.round, "rejected", actor)
    else:
        after_decision(slot.round, slot, actor)


def _decision(slot: Slot, verdict: str, actor: Actor, comment: str, hat: Hat, paper: PaperAct | None) -> Decision:
    substituted = hat.substitution is not None
    return Decision(
        slot_id=slot.id,
        round_id=slot.round_id,
        verdict=verdict,
        comment=comment,
        document_hash=slot.round.document_hash,
        at=clock.now(),
        person_id=actor.id,
        organisation_id=hat.holder.organisation_id,
        name=actor.short_name,
        position=actor.position,
        mark=hat.mark,
        principal_id=hat.holder.person_id if substituted else None,
        principal_name=hat.holder.name if substituted else "",
        substitution_id=hat.substitution.id if hat.substitution else None,
        method=actor.method,
        assurance=actor.assurance,
        session=actor.session,
        paper_act_id=paper.id if paper else None,
    )


def _remember(slot: Slot, decision: Decision, remarks: Sequence[NewRemark], comment: str) -> None:
    """Remarks go into the register; a rejection or a visa with remarks without a list is one remark itself."""
    if decision.verdict not in ("rejected", "approved_with_remarks") or slot.kind != "visa":
        return
    if decision.verdict == "rejected" and remarks and all(remark.editorial for remark in remarks):
        raise NotValid(_("Редакционное замечание не препятствует согласованию: назовите существенное"), "remarks")
    kind, subject_id = slot.round.subject
    for remark in remarks or [NewRemark(comment)]:
        if not remark.text.strip():
            raise NotValid(_("Пустое замечание: напишите его текст"), "remarks")
        db.session.add(
            Remark(
                subject_kind=kind,
                subject_id=subject_id,
                round_id=slot.round_id,
                decision_id=decision.id,
                clause_id=remark.clause_id,
                clause_number=remark.clause_number,
                text=remark.text.strip(),
                blocking=decision.verdict == "rejected" and not remark.editorial,
                editorial=remark.editorial,
                author_id=decision.person_id,
                author_name=decision.name,
                author_position=decision.position,
                organisation_id=decision.organisation_id,
                created_at=decision.at,
            )
        )
    db.session.flush()
