"""What happens to decisions by the clock: reminders 10, 5 and 1 working days ahead, and the escalation after the term.

Each is sent once for a term, and only on a working day; of several due at once only the nearest goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.audit import AuditRecord
from core.calendar import add_working_days, is_working, late_by, late_words, working_days_between
from core.db import db, locked, transaction
from core.notifications import Message, notify
from core.workflow import enqueue, handler
from core.workflow.models import Job
from core.workflow.schedule import daily
from roadmap.control import OPEN
from roadmap.models import DecisionReminder, Meeting, MeetingDecision
from roadmap.states.meetings import meeting_decision
from roadmap.telling import about, controllers, executors, superiors

AHEAD = (10, 5, 1)
AFTER = -1
FAR = timedelta(days=40)
"""Ten working days are never further apart, the January holidays among them."""

daily("roadmap.decisions")


@handler("roadmap.decisions")
def every_day(_job: Job) -> None:
    """A job for every decision somebody is to be reminded of today. On a day off nobody is."""
    if not is_working(clock.today()):
        return
    day = clock.today().isoformat()
    with transaction():
        for decision_id in waiting():
            enqueue("roadmap.remind", {"id": decision_id}, key=f"roadmap.remind:{decision_id}:{day}")


def waiting() -> list[int]:
    """Decisions with a reminder due and not sent."""
    had: dict[int, set[tuple[date, int]]] = {}
    rows = db.session.execute(
        select(MeetingDecision.id, MeetingDecision.due_on, DecisionReminder.about, DecisionReminder.days)
        .outerjoin(DecisionReminder, DecisionReminder.decision_id == MeetingDecision.id)
        .where(MeetingDecision.state.in_(OPEN), MeetingDecision.due_on <= clock.today() + FAR)
    ).all()
    for row in rows:
        had.setdefault(row.id, set()).add((row.about, row.days))
    due = {row.id: row.due_on for row in rows}
    return sorted(
        number for number, term in due.items() if any((term, days) not in had[number] for days in wanted(term))
    )


def wanted(due: date) -> list[int]:
    """What a decision due on that day is to be reminded of by today: of 10, 5, 1, and -1 once the term is past."""
    today = clock.today()
    if today > due:
        return [AFTER] if add_working_days(due, 1) <= today else []
    return [days for days in AHEAD if add_working_days(due, -days) <= today]


@handler("roadmap.remind")
def remind(job: Job) -> None:
    """Remind of one decision what its day has brought; twice run it says nothing twice."""
    with transaction():
        row = locked(MeetingDecision, int(job.payload["id"]))
        if row is None or row.state not in OPEN:
            return
        had = set(
            db.session.scalars(
                select(DecisionReminder.days).where(
                    DecisionReminder.decision_id == row.id, DecisionReminder.about == row.due_on
                )
            )
        )
        due = wanted(row.due_on)
        fresh = [days for days in due if days not in had]
        db.session.add_all(_kept(row, fresh, min(due, default=AFTER)))
        db.session.flush()
        if fresh and min(due) in fresh:
            _tell(row, min(due))


def _kept(row: MeetingDecision, fresh: Sequence[int], nearest: int) -> Iterable[DecisionReminder]:
    for days in fresh:
        yield DecisionReminder(decision_id=row.id, about=row.due_on, days=days, sent=days == nearest, at=clock.now())


def _tell(row: MeetingDecision, days: int) -> None:
    key, path = f"roadmap.due:{row.id}:{row.due_on}:{days}", f"/decisions/{row.id}"
    context = about(row)
    if days != AFTER:
        left = working_days_between(clock.today(), row.due_on)
        notify(executors(row), Message(key, "roadmap/decision_soon", path, {**context, "left": left}))
        return
    people = {*executors(row), *superiors(row), *controllers(row)}
    late = late_words(late_by(row.due_on, clock.today()))
    notify(people, Message(key, "roadmap/decision_overdue", path, {**context, "late": late}))


CONTROLLED = ("ask_ext", "report")
"""What the executor does, and those who control it must know of."""


@handler("roadmap.decision_moved")
def decision_moved(job: Job) -> None:
    """Tell whose move it is now: the controllers of what an executor did, the executors of all the rest."""
    with transaction():
        row = db.session.get(
            MeetingDecision,
            int(job.payload["id"]),
            options=[joinedload(MeetingDecision.meeting).joinedload(Meeting.roadmap)],
        )
        if row is None:
            return
        step = str(job.payload["step"])
        people: set[int] = controllers(row) if step in CONTROLLED else executors(row)
        record = _record(row.id, int(job.payload["seq"]))
        key = f"roadmap.decision:{row.id}:{job.payload['seq']}"
        context = {**about(row), **_done(row, step, record)}
        notify(people - {record.actor_id}, Message(key, "roadmap/decision_moved", f"/decisions/{row.id}", context))


def _record(decision_id: int, seq: int) -> Any:
    return db.session.scalars(
        select(AuditRecord).where(
            AuditRecord.subject_kind == "meeting_decision",
            AuditRecord.subject_id == decision_id,
            AuditRecord.seq == seq,
        )
    ).one()


def _done(row: MeetingDecision, step: str, record: Any) -> dict[str, Any]:
    return {
        "step": meeting_decision.steps[step].done,
        "state": meeting_decision.states[record.to_state].label,
        "who": record.actor_name,
        "comment": record.comment,
        "asked": f"{row.asked_due_on:%d.%m.%Y}" if row.asked_due_on and step == "ask_ext" else "",
    }
