"""The life of a round: start it frozen, open its phases and stages, stop it, supersede it by a new text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.calendar import deadline
from core.db import db, transaction
from core.errors import NotFound, NotNow
from core.signoffs.models import Decision, Desk, Round, Slot, SlotHolder
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, draw, refuse_incomplete
from core.signoffs.states import approval_task
from core.signoffs.subjects import subject
from core.workflow import Ask, enqueue

POSITIVE = ("approved", "approved_with_remarks")
OPEN = ("queued", "assigned")


@dataclass(frozen=True)
class Start:
    """What a round is started with. `phases` limits the slots drawn (a report needs no registration)."""

    kind: str
    subject_id: int
    title: str
    revision: int
    document_hash: str
    courses: Sequence[Course]
    parties: Sequence[Party]
    facts: Facts = field(default_factory=Facts)
    drafters: Sequence[int] = ()
    phases: tuple[str, ...] = ("own", "counterparty", "signing", "registration")


def start(order: Start, actor: Actor) -> Round:
    """Freeze the route and open its first phase; the drafter's submission mark is given by starting.

    Raises NotNow: a round is open already, or nobody holds a role of the route.
    """
    with transaction():
        if open_round(order.kind, order.subject_id) is not None:
            raise NotNow(_("Круг согласования уже идёт"))
        planned = [slot for slot in draw(order.courses, order.parties, order.facts) if slot.phase in order.phases]
        refuse_incomplete(planned, order.parties)
        current = _round(order, actor)
        for slot in planned:
            current.slots.append(_slot(slot))
        db.session.add(current)
        db.session.flush()
        _submit(current, actor)
        open_phase(current, "own")
        return current


def _round(order: Start, actor: Actor) -> Round:
    last = db.session.scalar(
        select(func.max(Round.number)).where(
            Round.subject_kind == order.kind, Round.subject_id == order.subject_id
        )
    )
    initiator = next((party for party in order.parties if party.initiator), order.parties[0])
    return Round(
        subject_kind=order.kind,
        subject_id=order.subject_id,
        number=(last or 0) + 1,
        title=order.title,
        revision=order.revision,
        document_hash=order.document_hash,
        initiator_id=initiator.organisation_id,
        drafters=list(order.drafters),
        facts=dict(order.facts.conditions),
        templates=[
            [c.party.organisation_id if c.party else None, c.template.code, c.template.version]
            for c in order.courses
        ],
        same_person=any(course.template.same_person for course in order.courses),
        opened_at=clock.now(),
        opened_by=actor.id,
    )


def _slot(planned: PlannedSlot) -> Slot:
    names = ("organisation_id", "side", "phase", "track", "stage", "rule", "n", "kind", "role", "label")
    slot = Slot(
        **{name: getattr(planned, name) for name in names},
        mandatory=planned.mandatory,
        days=planned.days,
        state="queued",
    )
    slot.holders = [
        SlotHolder(person_id=person.id, name=person.short_name, position=person.position)
        for person in planned.holders
    ]
    return slot


def _submit(current: Round, actor: Actor) -> None:
    """The drafter's submission mark: exempt from four eyes, given by the one who starts the round."""
    for slot in current.slots:
        if slot.kind == "submission":
            approval_task.take(slot, "assign", SYSTEM)
            slot.state, slot.assigned_at, slot.finished_at = "approved", clock.now(), clock.now()
            db.session.add(
                Decision(
                    slot_id=slot.id,
                    round_id=current.id,
                    verdict="submitted",
                    document_hash=current.document_hash,
                    at=clock.now(),
                    person_id=actor.id or 0,
                    name=actor.short_name or actor.name,
                    position=actor.position,
                    method=actor.method,
                    assurance=actor.assurance,
                    session=actor.session,
                )
            )


def open_round(kind: str, subject_id: int, lock: bool = True) -> Round | None:
    """The running round of a subject, under its lock: everything in one round happens one after another."""
    statement = (
        select(Round)
        .where(Round.subject_kind == kind, Round.subject_id == subject_id, Round.state == "open")
        .options(selectinload(Round.slots).selectinload(Slot.holders))
    )
    if lock:
        statement = statement.with_for_update(of=Round)
    return db.session.scalars(statement.execution_options(populate_existing=lock)).one_or_none()


def last_round(kind: str, subject_id: int) -> Round | None:
    """The newest round, open or closed."""
    return db.session.scalars(
        select(Round)
        .where(Round.subject_kind == kind, Round.subject_id == subject_id)
        .order_by(Round.number.desc())
        .limit(1)
    ).one_or_none()


def open_phase(current: Round, phase: str) -> None:
    """Move the round to a phase and put its first stages on the desks. Inside the caller's transaction."""
    current.phase = phase
    open_stages(current)


def open_stages(current: Round) -> None:
    """In every track of the phase, put the slots of the first incomplete stage to work."""
    for track in _tracks(current).values():
        for stage in sorted(track):
            if not stage_complete(track[stage]):
                for slot in track[stage]:
                    if slot.state == "queued":
                        _assign(slot)
                break


def _tracks(current: Round) -> dict[str, dict[int, list[Slot]]]:
    tracks: dict[str, dict[int, list[Slot]]] = {}
    for slot in current.slots:
        if slot.phase == current.phase:
            tracks.setdefault(slot.track, {}).setdefault(slot.stage, []).append(slot)
    return tracks


def _assign(slot: Slot) -> None:
    now = clock.now()
    slot.assigned_at, slot.due_at = now, deadline(now, slot.days)
    approval_task.take(slot, "assign", SYSTEM)
    put_on_desks(slot)
    payload = {"slot_id": slot.id}
    enqueue("signoffs.assigned", payload, key=f"signoffs.assigned:{slot.id}")
    for days in (1, 0):
        moment = slot.due_at - timedelta(days=days)
        if moment > now:
            enqueue(
                "signoffs.due",
                {**payload, "days": days},
                key=f"signoffs.due:{slot.id}:{days}",
                after=moment - now,
            )


def put_on_desks(slot: Slot) -> None:
    assert slot.due_at is not None
    for holder in slot.holders:
        db.session.add(
            Desk(
                slot_id=slot.id,
                person_id=holder.person_id,
                kind=slot.kind,
                subject_kind=slot.round.subject_kind,
                due_at=slot.due_at,
            )
        )


def clear_desks(slots: Iterable[Slot]) -> None:
    ids = [slot.id for slot in slots]
    if ids:
        db.session.execute(delete(Desk).where(Desk.slot_id.in_(ids)))


def stage_complete(slots: Sequence[Slot]) -> bool:
    """Whether the stage's rule is met: all mandatory ones, any, or at least N."""
    given = sum(slot.state in POSITIVE for slot in slots)
    if slots[0].rule == "any":
        return given >= 1
    if slots[0].rule == "at_least":
        return given >= slots[0].n
    return all(slot.state in POSITIVE for slot in slots if slot.mandatory and slot.kind != "acknowledgement")


def after_decision(current: Round, slot: Slot, actor: Actor) -> None:
    """Count: release what is not needed any more, open what comes next, end the phase when all is there."""
    peers = [s for s in current.slots if (s.phase, s.track, s.stage) == (slot.phase, slot.track, slot.stage)]
    if stage_complete(peers) and slots_needless(peers):
        recall([s for s in peers if s.state in OPEN], _("решения других участников этапа достаточно"), SYSTEM)
    if current.state == "open":
        open_stages(current)
        pass_phase(current, actor)


def slots_needless(peers: Sequence[Slot]) -> bool:
    return peers[0].rule in ("any", "at_least")


def phase_complete(current: Round) -> bool:
    """Every stage of every track of the phase meets its rule."""
    return all(stage_complete(stage) for track in _tracks(current).values() for stage in track.values())


def pass_phase(current: Round, actor: Actor) -> None:
    """Tell the subject that the phase has passed, once it has. A domain opens the next one itself."""
    if current.state == "open" and phase_complete(current):
        subject(current.subject_kind).on_round_end(current, "passed", actor)


def close(current: Round, state: str, note: str = "") -> None:
    """Close the round: passed, rejected, recalled or superseded. Nothing of it stays on a desk."""
    current.state, current.closed_at, current.closing_note = state, clock.now(), note
    recall([slot for slot in current.slots if slot.state in OPEN], note or _("круг закрыт"), SYSTEM)
    db.session.flush()


def recall(slots: Sequence[Slot], note: str, actor: Actor) -> None:
    """Take slots back from the desks with the reason."""
    for slot in slots:
        approval_task.take(slot, "recall", actor, Ask(comment=note))
        slot.note, slot.finished_at = note, clock.now()
    clear_desks(slots)


def stop(kind: str, subject_id: int, note: str, actor: Actor) -> Round:
    """The coordinator recalls a running round with a reason (inside the domain's step)."""
    with transaction():
        current = open_round(kind, subject_id)
        if current is None:
            raise NotNow(_("Круг согласования не идёт"))
        close(current, "recalled", note)
        return current


def supersede(kind: str, subject_id: int, note: str) -> Round | None:
    """A new text: unfinished tasks are recalled, given visas lapse; the old sheet stays readable for ever."""
    with transaction():
        current = last_round(kind, subject_id)
        if current is None:
            return None
        if current.state == "open":
            close(current, "superseded", note)
        for slot in current.slots:
            if slot.state in POSITIVE and slot.kind != "submission":
                approval_task.take(slot, "lapse", SYSTEM, Ask(comment=note))
                slot.note = note
        return current


def carry(current: Round, slots: Iterable[int], difference: str, actor: Actor) -> None:
    """Keep visas given to an earlier text, by the coordinator's recorded decision that names the difference.

    `slots` are ids of slots of the previous round; each is matched to the slot of the same party, role and label.
    """
    if not difference.strip():
        raise NotNow(_("Опишите, чем текст отличается: без этого визы не сохранить"))
    with transaction():
        for old_id in slots:
            _carry_one(current, db.session.get_one(Slot, old_id), difference.strip(), actor)
        open_stages(current)


def _carry_one(current: Round, old: Slot, difference: str, actor: Actor) -> None:
    given = old.decision
    same = [
        slot
        for slot in current.slots
        if (slot.organisation_id, slot.role, slot.label, slot.kind)
        == (old.organisation_id, old.role, old.label, old.kind)
        and slot.state in OPEN
    ]
    if given is None or given.verdict not in POSITIVE or old.kind != "visa" or not same:
        raise NotFound(_("Визу «%(label)s» сохранить нельзя", label=old.label))
    slot = same[0]
    clear_desks([slot])
    db.session.add(_carried(slot, given, difference, actor))
    slot.state, slot.moved_at, slot.finished_at = given.verdict, clock.now(), clock.now()
    slot.assigned_at = slot.assigned_at or clock.now()
    db.session.flush()


def _carried(slot: Slot, given: Decision, difference: str, actor: Actor) -> Decision:
    copied: dict[str, Any] = {
        name: getattr(given, name)
        for name in (
            "verdict", "comment", "document_hash", "at", "person_id", "name", "position", "mark",
            "principal_id", "principal_name", "substitution_id", "method", "assurance", "session", "paper_act_id",
        )
    }  # fmt: skip
    return Decision(
        slot_id=slot.id,
        round_id=slot.round_id,
        carried_from_id=given.id,
        carried_by=actor.name,
        carried_note=difference,
        **copied,
    )
