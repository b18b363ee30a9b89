"""The life of a round: start it frozen, open its phases and stages, stop it, supersede it by a new text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import selectinload

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Reader
from core.calendar import add_working_days, deadline
from core.db import db, transaction
from core.errors import NotNow, Reason
from core.signoffs.counting import OPEN, POSITIVE, needless, stage_complete, tracks
from core.signoffs.models import Decision, Desk, PaperAct, Remark, Round, Slot, SlotHolder
from core.signoffs.models.rounds import PHASES
from core.signoffs.plan import Course, Facts, Party, PlannedSlot, decidable, draw, refuse_incomplete
from core.signoffs.states import approval_task
from core.signoffs.subjects import subject
from core.web.kept import russian
from core.workflow import Ask, enqueue

__all__ = [
    "OPEN", "POSITIVE", "Start", "after_decision", "assign", "clear_desks", "close", "last_round", "open_phase",
    "open_round", "open_stages", "pass_phase", "phase_complete", "put_on_desks", "recall", "restart_terms",
    "stage_complete", "start", "stop", "supersede", "unanswered",
]  # fmt: skip

REMIND_BEFORE = (10, 5, 1)
"""Working days before the term on which a task reminds of itself; a shorter term has fewer of them."""
MORNING = time(9, 0)


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
    phases: tuple[str, ...] = PHASES


def start(order: Start, actor: Actor) -> Round:
    """Freeze the route and open its first phase; the drafter's submission mark is given by starting.

    Calls nothing of the subject back: it runs inside the subject's own step, which asks `pass_phase` when it is done
    (a route whose first phase is the submission mark alone is complete at once).
    Raises NotNow: a round is open already, a blocking remark is unanswered, or nobody holds a role of the route.
    """
    with transaction():
        subject(order.kind).lock(order.subject_id)
        if open_round(order.kind, order.subject_id) is not None:
            raise NotNow(_("Круг согласования уже идёт"))
        _refuse_unanswered(order)
        planned = [slot for slot in draw(order.courses, order.parties, order.facts) if slot.phase in order.phases]
        refuse_incomplete(planned, order.parties)
        current = _round(order, actor)
        current.slots = [_slot(_marked(slot, actor)) for slot in decidable(planned)]
        db.session.add(current)
        db.session.flush()
        _let_read(current)
        _submit(current, actor)
        open_phase(current, "own")
        return current


def unanswered(kind: str, subject_id: int) -> list[Remark]:
    """Blocking remarks of all rounds that nobody has answered yet."""
    return list(
        db.session.scalars(
            select(Remark)
            .where(
                Remark.subject_kind == kind,
                Remark.subject_id == subject_id,
                Remark.blocking,
                Remark.answer == "",
            )
            .order_by(Remark.id)
        )
    )


def _refuse_unanswered(order: Start) -> None:
    if not subject(order.kind).answers_required:
        return
    reasons = [
        Reason(
            _("Нет ответа на замечание «%(text)s» (%(who)s)", who=remark.author_name, text=remark.text[:80]),
            "no_open_blocking_remarks",
            _("координатор инициатора"),
        )
        for remark in unanswered(order.kind, order.subject_id)
    ]
    if reasons:
        raise NotNow(_("Повторно направить нельзя: есть замечания без ответа"), reasons=reasons)


def _marked(slot: PlannedSlot, actor: Actor) -> PlannedSlot:
    """The submission mark is only for the side of the one who submits: for another it is a visa."""
    own = {slot.organisation_id, *(organisation for organisation, _role in slot.lookup)}
    return replace(slot, kind="visa") if slot.kind == "submission" and actor.organisation_id not in own else slot


def _round(order: Start, actor: Actor) -> Round:
    last = db.session.scalar(
        select(func.max(Round.number)).where(Round.subject_kind == order.kind, Round.subject_id == order.subject_id)
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
            [c.party.organisation_id if c.party else None, c.template.code, c.template.version] for c in order.courses
        ],
        opened_at=clock.now(),
        opened_by=actor.id,
    )


COPIED = (
    "organisation_id", "side", "phase", "track", "stage", "rule", "n", "kind", "role", "label", "mandatory",
    "same_person", "days",
)  # fmt: skip


def _slot(planned: PlannedSlot) -> Slot:
    slot = Slot(**{name: getattr(planned, name) for name in COPIED}, state="queued")
    slot.holders = [
        SlotHolder(
            person_id=person.id,
            organisation_id=person.organisation_id,
            name=person.short_name,
            position=person.position,
        )
        for person in planned.holders
    ]
    return slot


def _let_read(current: Round) -> None:
    """Whoever is asked to decide may read: an organisation the route invites gets the right, and keeps it."""
    kind, subject_id = current.subject
    known = set(
        db.session.scalars(
            select(Reader.organisation_id).where(Reader.subject_kind == kind, Reader.subject_id == subject_id)
        )
    )
    invited = {holder.organisation_id for slot in current.slots for holder in slot.holders} - known
    db.session.add_all(
        Reader(subject_kind=kind, subject_id=subject_id, organisation_id=organisation, why="grant")
        for organisation in sorted(invited)
    )


def _submit(current: Round, actor: Actor) -> None:
    """The drafter's submission mark: exempt from four eyes, given by the one who starts the round."""
    now = clock.now()
    for slot in current.slots:
        if slot.kind == "submission":
            slot.state, slot.moved_at, slot.assigned_at, slot.finished_at = "approved", now, now, now
            db.session.add(
                Decision(
                    slot_id=slot.id,
                    round_id=current.id,
                    verdict="submitted",
                    document_hash=current.document_hash,
                    at=now,
                    person_id=actor.id or 0,
                    organisation_id=actor.organisation_id or slot.organisation_id,
                    name=actor.short_name or actor.name,
                    position=actor.position,
                    method=actor.method,
                    assurance=actor.assurance,
                    session=actor.session,
                )
            )
    db.session.flush()


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
    """Move the round to a phase and put its first stages on the desks. Inside the caller's transaction.

    Optional visas that an earlier phase did without come off the desks. Calls nothing of the subject back.
    """
    current.phase = phase
    earlier = PHASES[: PHASES.index(phase)]
    left = [s for s in current.slots if s.phase in earlier and s.state in OPEN and s.kind != "acknowledgement"]
    recall(left, russian(_l("этап завершён без этого решения")), SYSTEM)
    open_stages(current)


def open_stages(current: Round) -> None:
    """In every track of the phase, put to work the slots up to the first stage whose rule is not met yet."""
    for track in tracks(current.slots, current.phase):
        for number in sorted(track):
            stage = track[number]
            if superfluous := needless(stage):
                recall(superfluous, russian(_l("решения других участников этапа достаточно")), SYSTEM)
            for slot in stage:
                if slot.state == "queued":
                    assign(slot)
            if not stage_complete(stage):
                break


def assign(slot: Slot) -> None:
    """Put a slot to work: the clock of its term starts, the reminders are set."""
    slot.assigned_at = clock.now()
    slot.due_at = deadline(slot.assigned_at, slot.days)
    approval_task.take(slot, "assign", SYSTEM)
    put_on_desks(slot)
    enqueue("signoffs.assigned", {"slot_id": slot.id}, key=f"signoffs.assigned:{slot.id}")
    _set_reminders(slot)


def _set_reminders(slot: Slot) -> None:
    assert slot.due_at is not None
    now, term = clock.now(), int(slot.due_at.timestamp())
    for days in (*REMIND_BEFORE, 0):
        moment = reminder_moment(slot.due_at, days)
        if moment > now:
            enqueue(
                "signoffs.due",
                {"slot_id": slot.id, "days": days, "term": term},
                key=f"signoffs.due:{slot.id}:{days}:{term}",
                after=moment - now,
            )


def restart_terms(current: Round) -> None:
    """The round that stood moves again: whoever is still to decide has his whole term before him."""
    for slot in current.slots:
        if slot.state == "assigned":
            slot.due_at = deadline(clock.now(), slot.days)
            db.session.execute(update(Desk).where(Desk.slot_id == slot.id).values(due_at=slot.due_at))
            _set_reminders(slot)
    db.session.flush()


def reminder_moment(due_at: datetime, days: int) -> datetime:
    """When to remind: in the morning so many working days before the term; at the term itself for none."""
    if days == 0:
        return due_at
    return datetime.combine(add_working_days(due_at, -days), MORNING, clock.MOSCOW)


def put_on_desks(slot: Slot) -> None:
    """One row for each holder: what the inbox reads."""
    assert slot.due_at is not None
    for holder in slot.holders:
        db.session.add(
            Desk(
                slot_id=slot.id,
                person_id=holder.person_id,
                organisation_id=holder.organisation_id,
                kind=slot.kind,
                subject_kind=slot.round.subject_kind,
                due_at=slot.due_at,
            )
        )


def clear_desks(slots: Iterable[Slot]) -> None:
    ids = [slot.id for slot in slots]
    if ids:
        db.session.flush()
        db.session.execute(delete(Desk).where(Desk.slot_id.in_(ids)))


def after_decision(current: Round, slot: Slot, actor: Actor) -> None:
    """Count: release what is not needed any more, open what comes next, end the phase when all is there."""
    if current.state == "open":
        open_stages(current)
        pass_phase(current, actor)


def phase_complete(current: Round) -> bool:
    """Every stage of every track of the phase meets its rule."""
    return all(stage_complete(stage) for track in tracks(current.slots, current.phase) for stage in track.values())


def pass_phase(current: Round, actor: Actor) -> None:
    """Tell the subject that the phase has passed, once it has. A domain opens the next one itself."""
    if current.state == "open" and phase_complete(current):
        subject(current.subject_kind).on_round_end(current, "passed", actor)


def close(current: Round, state: str, note: str = "") -> None:
    """Close the round: passed, rejected, recalled or superseded. Nothing of it stays on a desk."""
    current.state, current.closed_at, current.closing_note = state, clock.now(), note
    recall([slot for slot in current.slots if slot.state in OPEN], note or russian(_l("круг закрыт")), SYSTEM)
    db.session.flush()


def recall(slots: Sequence[Slot], note: str, actor: Actor) -> None:
    """Take slots back from the desks with the reason; an entry from paper that waited there is refused with it."""
    if not slots:
        return
    now = clock.now()
    for slot in slots:
        approval_task.take(slot, "recall", actor, Ask(comment=note))
        slot.note, slot.finished_at = note, now
    clear_desks(slots)
    waiting = select(PaperAct).where(PaperAct.slot_id.in_([slot.id for slot in slots]), PaperAct.state == "recorded")
    for act in db.session.scalars(waiting):
        act.state, act.refusal, act.confirmed_at = "refused", note, now
    db.session.flush()


def stop(kind: str, subject_id: int, note: str, actor: Actor) -> Round:
    """The coordinator recalls a running round with a reason (inside the domain's step)."""
    with transaction():
        subject(kind).lock(subject_id)
        current = open_round(kind, subject_id)
        if current is None:
            raise NotNow(_("Круг согласования не идёт"))
        close(current, "recalled", note)
        return current


def supersede(kind: str, subject_id: int, note: str) -> Round | None:
    """A new text: unfinished tasks are recalled, given visas lapse; the old sheets stay readable for ever."""
    with transaction():
        subject(kind).lock(subject_id)
        current = open_round(kind, subject_id)
        if current is not None:
            close(current, "superseded", note)
        for slot in _standing(kind, subject_id):
            approval_task.take(slot, "lapse", SYSTEM, Ask(comment=note))
            slot.note = note
        db.session.flush()
        return last_round(kind, subject_id)


def _standing(kind: str, subject_id: int) -> list[Slot]:
    """Decisions of every round that still have force; the submission mark says only that the text was submitted."""
    return list(
        db.session.scalars(
            select(Slot)
            .join(Round, Round.id == Slot.round_id)
            .where(
                Round.subject_kind == kind,
                Round.subject_id == subject_id,
                Slot.state.in_(POSITIVE),
                Slot.kind != "submission",
            )
            .order_by(Slot.id)
        )
    )
