"""Decisions and signatures given on paper: recorded with the scan by one, confirmed by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Person, RoleHolding
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.hats import Hat, as_of, hat_for
from core.signoffs.models import Decision, PaperAct, Slot
from core.signoffs.service.decide import fitting, lock_slot, refuse_changed, settle
from core.store import files

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
    """Write down an act on paper. It decides nothing until a second person confirms it.

    The signer is a holder of the slot, or stood in for one on the day of signing. Raises NotAllowed (not a registrar of
    that side), NotNow (the slot does not wait, or an entry does already), NotValid.
    """
    with transaction():
        slot = lock_slot(slot_id, actor)
        refuse_changed(slot, None)
        hat = _check(slot, paper)
        _refuse_stranger(hat.holder.organisation_id, actor)
        if _waiting(slot.id):
            raise NotNow(_("Решение на бумаге уже внесено и ждёт подтверждения"))
        act = PaperAct(
            slot_id=slot.id,
            verdict=fitting(slot, paper.verdict),
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


def _refuse_stranger(organisation_id: int, actor: Actor) -> None:
    if actor.organisation_id != organisation_id or not actor.has(*REGISTRARS):
        raise NotAllowed(_("Решение на бумаге вносит регистратор стороны, за которую оно дано"))


def _check(slot: Slot, paper: OnPaper) -> Hat:
    """What the paper says must be possible; answers in whose name the signer signed."""
    hat = _hat(slot, paper.signer_id, paper.signed_on)
    if hat is None:
        raise NotValid(_("Подписавший не назначен на это задание"), "signer_id")
    if paper.signed_on > clock.today():
        raise NotValid(_("Дата на бумаге ещё не наступила"), "signed_on")
    if paper.signed_on < clock.in_moscow(slot.round.opened_at).date():
        raise NotValid(_("Бумага подписана раньше, чем этот текст направлен на согласование"), "signed_on")
    if not paper.scan_sha256 or not files().has(paper.scan_sha256):
        raise NotValid(_("Приложите скан"), "scan")
    if fitting(slot, paper.verdict) in ("rejected", "approved_with_remarks") and not paper.comment.strip():
        raise NotValid(_("Перенесите с бумаги причину или замечания"), "comment")
    return hat


def _hat(slot: Slot, signer_id: int, day: date) -> Hat | None:
    person = db.session.get(Person, signer_id)
    if person is None:
        return None
    with as_of(day):
        return hat_for(slot, signer(person, day))


def signer(person: Person, day: date) -> Actor:
    """The person who signed on paper, as he stood on that day: the act is his, whoever wrote it down."""
    held = db.session.scalars(select(RoleHolding).where(RoleHolding.person_id == person.id))
    return Actor(
        id=person.id,
        name=person.full_name,
        short_name=person.short_name,
        position=person.position,
        organisation_id=person.organisation_id,
        organisation_name=person.organisation.short_name,
        side=person.organisation.side,
        region_code=person.organisation.region_code,
        roles=frozenset(row.role for row in held if row.valid_on(day)),
        locale=person.locale,
        method="paper",
        assurance="paper",
    )


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
        _end(act, "confirmed", actor)
        _journal(slot, act, "paper_confirmed", actor)
        person = db.session.get_one(Person, act.signer_id)
        with as_of(act.signed_on):
            return settle(slot, act.verdict, signer(person, act.signed_on), act.comment, paper=act)


def _end(act: PaperAct, state: str, actor: Actor) -> None:
    act.state, act.confirmed_by = state, actor.id
    act.confirmed_name, act.confirmed_at = actor.short_name, clock.now()
    db.session.flush()


def refuse_paper(act_id: int, reason: str, actor: Actor) -> PaperAct:
    """The entry does not match the scan: it is refused with the reason and can be made anew."""
    if not reason.strip():
        raise NotValid(_("Напишите, что не сходится"), "reason")
    with transaction():
        act, slot = _act(act_id, actor)
        act.refusal = reason.strip()
        _end(act, "refused", actor)
        _journal(slot, act, "paper_refused", actor, reason.strip())
        return act


def _act(act_id: int, actor: Actor) -> tuple[PaperAct, Slot]:
    found = db.session.execute(
        select(PaperAct.slot_id, Person.organisation_id)
        .join(Person, Person.id == PaperAct.signer_id)
        .where(PaperAct.id == act_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("Запись не найдена"))
    slot = lock_slot(found.slot_id, actor)
    _refuse_stranger(found.organisation_id, actor)
    act = locked(PaperAct, act_id)
    assert act is not None
    if act.state != "recorded":
        text = _("По этой записи уже решено: %(name)s", name=act.confirmed_name or act.refusal)
        raise NotNow(text)
    return act, slot
