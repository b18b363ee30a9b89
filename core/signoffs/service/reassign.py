"""Changing a running route: each change is its own recorded act with a reason; the frozen rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db, transaction
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.counting import OPEN, QUORUM, needed, peers, stage_complete, tracks
from core.signoffs.models import Desk, Round, RouteChange, Slot, SlotHolder, Substitution
from core.signoffs.models.rounds import PHASES
from core.signoffs.service.decide import lock_round_for, lock_slot
from core.signoffs.service.rounds import open_stages, pass_phase, put_on_desks, recall
from core.signoffs.states import SLOT_KINDS, approval_task
from core.signoffs.subjects import subject
from core.web.kept import russian
from core.workflow import Ask, enqueue

ADDABLE = ("visa", "acknowledgement")


def reassign(slot_id: int, to_person_id: int, reason: str, actor: Actor) -> Slot:
    """Put an undecided slot before another person of the same organisation, instead of all who held it.

    Raises NotFound, NotAllowed (not a coordinator of that organisation), NotNow (decided), NotValid.
    """
    with transaction():
        slot = lock_slot(slot_id, actor)
        _refuse_others(slot.round, slot.organisation_id, actor)
        _refuse_decided(slot)
        person = _person(to_person_id, {holder.organisation_id for holder in slot.holders} or {slot.organisation_id})
        before = ", ".join(holder.name for holder in slot.holders)
        if any(holder.person_id == person.id for holder in slot.holders) and len(slot.holders) == 1:
            raise NotValid(_("Задание уже у этого сотрудника"), "to_person_id")
        detail = _l("%(label)s: вместо %(before)s — %(now)s", label=slot.label, before=before, now=person.short_name)
        _record(slot.round, slot, "reassigned", russian(detail), reason, actor)
        _hand_over(slot, [person])
        return slot


def _hand_over(slot: Slot, people: Sequence[Person]) -> None:
    db.session.execute(delete(Desk).where(Desk.slot_id == slot.id))
    db.session.execute(delete(SlotHolder).where(SlotHolder.slot_id == slot.id))
    db.session.expire(slot, ["holders"])
    slot.holders = [_holder(person) for person in people]
    slot.moved_at = clock.now()
    db.session.flush()
    if slot.state == "assigned":
        put_on_desks(slot)
        db.session.flush()
        _tell(slot)


def _tell(slot: Slot) -> None:
    """The new holder is told like the first one was: once for each handing over."""
    enqueue("signoffs.assigned", {"slot_id": slot.id}, key=f"signoffs.assigned:{slot.id}:{slot.version}")


def _holder(person: Person) -> SlotHolder:
    return SlotHolder(
        person_id=person.id,
        organisation_id=person.organisation_id,
        name=person.short_name,
        position=person.position,
    )


@dataclass(frozen=True)
class NewSlot:
    """A place added to a running route: for people of the coordinator's own organisation."""

    person_ids: Sequence[int]
    label: str
    phase: str
    stage: int
    kind: str = "visa"
    days: int = 3
    mandatory: bool = True


def add_slot(round_id: int, place: NewSlot, reason: str, actor: Actor) -> Slot:
    """Add a visa or an acknowledgement to a stage that is not over yet. Raises NotAllowed, NotNow, NotValid."""
    with transaction():
        current = lock_round_for(round_id, actor)
        organisation = actor.organisation_id or 0
        _refuse_others(current, organisation, actor)
        if current.state != "open":
            raise NotNow(_("Круг согласования уже закрыт"))
        people = [_person(person_id, {organisation}) for person_id in place.person_ids]
        stage = _stage(current, place, organisation)
        _check(place, people)
        slot = _slot(current, place, stage, organisation, people)
        db.session.flush()
        names = ", ".join(person.short_name for person in people)
        kind = russian(SLOT_KINDS[place.kind]).lower()
        detail = _l("добавлено: %(label)s, %(kind)s — %(names)s", label=place.label, kind=kind, names=names)
        _record(current, slot, "added", russian(detail), reason, actor)
        open_stages(current)
        return slot


def _check(place: NewSlot, people: Sequence[Person]) -> None:
    if place.kind not in ADDABLE:
        raise NotValid(_("В идущий маршрут добавляют визу или ознакомление"), "kind")
    if not place.label.strip():
        raise NotValid(_("Назовите место в маршруте"), "label")
    if not people:
        raise NotValid(_("Укажите сотрудника"), "person_ids")
    if not 1 <= place.days <= 60:
        raise NotValid(_("Срок — от 1 до 60 рабочих дней"), "days")


def _stage(current: Round, place: NewSlot, organisation: int) -> list[Slot]:
    """The stage's present slots. Raises NotValid where there is none, NotNow where it is over."""
    stage = [
        slot
        for slot in current.slots
        if (slot.organisation_id, slot.phase, slot.stage) == (organisation, place.phase, place.stage)
    ]
    if not stage or place.phase not in ("own", "counterparty"):
        raise NotValid(_("Такого этапа визирования у Вашей стороны нет"), "stage")
    past = PHASES.index(place.phase) < PHASES.index(current.phase)
    later_open = any(
        slot.state != "queued" and slot.stage > place.stage
        for slot in current.slots
        if (slot.phase, slot.track) == (place.phase, stage[0].track)
    )
    if past or later_open or (place.phase == current.phase and stage_complete(peers(stage[0], current.slots))):
        raise NotNow(_("Этап уже пройден: добавьте место на следующий этап"))
    return stage


def _slot(current: Round, place: NewSlot, stage: Sequence[Slot], organisation: int, people: Sequence[Person]) -> Slot:
    first = stage[0]
    slot = Slot(
        organisation_id=organisation,
        side=first.side,
        phase=first.phase,
        track=first.track,
        stage=first.stage,
        rule=first.rule,
        n=first.n,
        kind=place.kind,
        label=place.label.strip(),
        mandatory=place.mandatory,
        same_person=first.same_person,
        days=place.days,
        state="queued",
    )
    slot.holders = [_holder(person) for person in people]
    current.slots.append(slot)
    return slot


def drop_slot(slot_id: int, reason: str, actor: Actor) -> Slot:
    """Take an optional place out of a running route. Raises NotNow for what the rule of its stage needs."""
    with transaction():
        slot = lock_slot(slot_id, actor)
        _refuse_others(slot.round, slot.organisation_id, actor)
        _refuse_decided(slot)
        _refuse_needed(slot)
        _record(slot.round, slot, "dropped", russian(_l("исключено: %(label)s", label=slot.label)), reason, actor)
        recall([slot], reason.strip(), actor)
        open_stages(slot.round)
        pass_phase(slot.round, actor)
        return slot


def _refuse_needed(slot: Slot) -> None:
    if slot.kind == "acknowledgement":
        return
    if slot.rule not in QUORUM:
        if slot.mandatory or slot.kind != "visa":
            raise NotNow(_("Обязательное место из идущего маршрута не исключают: его можно переназначить"))
        return
    stage = peers(slot, slot.round.slots)
    able = [s for s in stage if s.id != slot.id and s.kind != "acknowledgement" and s.state != "recalled"]
    if len(able) < needed(stage):
        raise NotNow(_("Без этого места правило этапа не выполнить"))


@dataclass(frozen=True)
class Handing:
    """A task handed to a substitute by its holder: the order or МЧД that lets him act."""

    substitute_id: int
    basis_number: str
    basis_date: date
    basis_kind: str = "order"
    until: date | None = None
    mark: str = "за"
    powers: str = ""


def delegate(slot_id: int, handing: Handing, comment: str, actor: Actor) -> Substitution:
    """Hand one task to a substitute of the same organisation; the holder stays its holder and may still decide it.

    Raises NotAllowed (only the holder himself hands over: no chains), NotNow, NotValid.
    """
    with transaction():
        slot = lock_slot(slot_id, actor)
        data = {"basis_number": handing.basis_number, "basis_date": handing.basis_date.isoformat()}
        approval_task.take(slot, "delegate", actor, Ask(comment=comment, data=data))
        deputy = _person(handing.substitute_id, {actor.organisation_id or 0})
        _refuse_second(slot, actor)
        row = _handed(slot, handing, deputy, actor)
        db.session.add(row)
        db.session.flush()
        detail = _l("%(label)s: %(who)s передаёт %(to)s", label=slot.label, who=actor.short_name, to=deputy.short_name)
        _record(slot.round, slot, "delegated", russian(detail), comment, actor)
        _tell(slot)
        return row


def _refuse_second(slot: Slot, actor: Actor) -> None:
    rows = select(Substitution).where(
        Substitution.slot_id == slot.id, Substitution.principal_id == actor.id, Substitution.revoked_at.is_(None)
    )
    given = next((row for row in db.session.scalars(rows) if row.active_on(clock.today())), None)
    if given is not None:
        raise NotNow(_("Задание уже передано: %(name)s. Сначала отмените передачу.", name=given.substitute.short_name))


def _handed(slot: Slot, handing: Handing, deputy: Person, actor: Actor) -> Substitution:
    today = clock.today()
    if deputy.id == actor.id:
        raise NotValid(_("Укажите замещающего"), "substitute_id")
    if handing.basis_date > today:
        raise NotValid(_("Приказ или МЧД не могут быть позже передачи"), "basis_date")
    if handing.until is not None and handing.until < today:
        raise NotValid(_("Срок замещения уже прошёл"), "until")
    due = clock.in_moscow(slot.due_at).date() if slot.due_at else today
    return Substitution(
        principal_id=actor.id,
        substitute_id=deputy.id,
        starts_on=today,
        ends_on=handing.until or max(due, today) + timedelta(days=30),
        slot_id=slot.id,
        mark=handing.mark,
        basis_kind=handing.basis_kind,
        basis_number=handing.basis_number.strip(),
        basis_date=handing.basis_date,
        powers=handing.powers.strip(),
        created_at=clock.now(),
        created_by=actor.id,
    )


def _refuse_others(current: Round, organisation_id: int, actor: Actor) -> None:
    """Each side changes its own part of the route."""
    coordinates = subject(current.subject_kind).may_coordinate(current.subject_id, actor)
    if not coordinates or actor.organisation_id != organisation_id:
        raise NotAllowed(_("Маршрут своей стороны меняет её координатор"))


def _refuse_decided(slot: Slot) -> None:
    if slot.state not in OPEN or slot.round.state != "open":
        raise NotNow(_("По этому месту уже решено: менять нечего"))


def _person(person_id: int, organisations: set[int]) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or not person.active or person.organisation_id not in organisations:
        raise NotValid(_("Укажите сотрудника той же организации"), "person_id")
    return person


def _record(current: Round, slot: Slot, what: str, detail: str, reason: str, actor: Actor) -> None:
    if not reason.strip():
        raise NotValid(_("Напишите причину изменения маршрута"), "reason")
    db.session.add(
        RouteChange(
            round_id=current.id,
            slot_id=slot.id,
            what=what,
            detail=detail,
            reason=reason.strip(),
            at=clock.now(),
            person_id=actor.id,
            name=actor.short_name or actor.name,
        )
    )
    act = audit.Act(
        current.subject_kind,
        current.subject_id,
        f"route_{what}",
        comment=reason.strip(),
        document_hash=current.document_hash,
        data={"slot": slot.id, "detail": detail},
    )
    audit.append(actor.who(), act)
    db.session.flush()


def open_places(current: Round, organisation_id: int) -> list[tuple[str, int, str]]:
    """(phase, stage, labels) where the organisation may still add a place: for the form."""
    found = []
    for phase in ("own", "counterparty"):
        if PHASES.index(phase) < PHASES.index(current.phase) or current.state != "open":
            continue
        for track in tracks(current.slots, phase):
            for number, stage in sorted(track.items()):
                mine = any(slot.organisation_id == organisation_id for slot in stage)
                if mine and (phase != current.phase or not stage_complete(stage)):
                    found.append((phase, number, ", ".join(slot.label for slot in stage)))
    return found
