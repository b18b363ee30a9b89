"""Decisions («поручения»): writing them into the draft minutes, taking their steps, turning one into an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from core import audit
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Person, Reader
from core.calendar import add_working_days
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap.agenda import renumber
from roadmap.models import Meeting, MeetingDecision
from roadmap.periods import shift
from roadmap.rules.meetings import executes_decision
from roadmap.service.meetings import changed, open_meeting
from roadmap.states.meetings import meeting_decision

KIND = "meeting_decision"
URGENCIES = ("", "urgent", "prompt")
TAKES_FILES = ("accepted", "in_progress", "returned")
LONGEST = 8000


@dataclass(frozen=True)
class NewDecision:
    """A decision. Without a day: 3 days where urgent, 10 where prompt, else a month. `point` is the key of a question.

    The executor is a person, or an organisation whose executors do it; `co_executors` are words, one or several.
    """

    text: str
    executor_id: int | None = None
    due_on: date | None = None
    urgency: str = ""
    co_executors: str = ""
    organisation_id: int | None = None
    co_executor_ids: Sequence[int] = field(default_factory=tuple)
    point: str = ""
    term_text: str = ""
    report_kind: str = ""


def add_decision(meeting_id: int, new: NewDecision, actor: Actor) -> MeetingDecision:
    """Add a decision to the draft minutes. Several executors: the first is responsible and gathers the others."""
    with transaction():
        meeting = open_meeting(meeting_id, actor)
        values = _checked(meeting, new)
        last = db.session.scalar(
            select(func.max(MeetingDecision.number)).where(MeetingDecision.meeting_id == meeting.id)
        )
        row = MeetingDecision(meeting_id=meeting.id, number=(last or 0) + 1, state="draft", **values)
        db.session.add(row)
        db.session.flush()
        set_readers(KIND, row.id, [party.organisation_id for party in meeting.roadmap.parties])
        _settle(meeting)
        audit.append(actor.who(), audit.Act(KIND, row.id, "draft", None, "draft", data={"number": row.number}))
        return row


def _settle(meeting: Meeting) -> None:
    db.session.flush()
    db.session.refresh(meeting, ["decisions"])
    renumber(meeting)
    changed(meeting)
    db.session.flush()


def _checked(meeting: Meeting, new: NewDecision) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    if not new.text.strip():
        faults["text"] = _("Напишите текст поручения")
    if max(len(new.text), len(new.co_executors), len(new.term_text), len(new.report_kind)) > LONGEST:
        faults["text"] = _("Не больше %(n)s знаков", n=LONGEST)
    if new.urgency not in URGENCIES:
        faults["urgency"] = _("Нет такой срочности")
    keys = [line.get("key", "") for line in meeting.agenda]
    if new.point and new.point not in keys:
        faults["point"] = _("Такого вопроса в повестке нет")
    if new.due_on is not None and new.due_on < meeting.held_on:
        faults["due_on"] = _("Срок раньше совещания")
    person, organisation = _executor(new, faults)
    if faults:
        raise NotValid(_("Поручение не сохранено"), fields=faults)
    due = new.due_on or term_of(meeting.held_on, new.urgency)
    return {
        "text": new.text.strip(),
        "point": new.point or (keys[-1] if keys else ""),
        "executor_id": person.id if person else None,
        "executor_name": person.short_name if person else organisation.short_name if organisation else "",
        "organisation_id": person.organisation_id if person else organisation.id if organisation else None,
        "co_executors": new.co_executors.strip(),
        "co_executor_ids": _known(new.co_executor_ids),
        "urgency": new.urgency,
        "term_text": new.term_text.strip(),
        "report_kind": new.report_kind.strip(),
        "due_on": due,
        "first_due_on": due,
    }


def _executor(new: NewDecision, faults: dict[str, Any]) -> tuple[Person | None, Organisation | None]:
    if new.executor_id is not None:
        person = db.session.get(Person, new.executor_id)
        if person is None or not person.active:
            faults["executor_id"] = _("Исполнитель не найден")
        return person, None
    organisation = db.session.get(Organisation, new.organisation_id) if new.organisation_id is not None else None
    if organisation is None:
        faults["executor_id"] = _("Назовите исполнителя: человека или организацию")
    return None, organisation


def _known(ids: Sequence[int]) -> list[int]:
    found = set(db.session.scalars(select(Person.id).where(Person.id.in_(list(ids)), Person.active))) if ids else set()
    if set(ids) - found:
        raise NotValid(_("Соисполнитель не найден"), "co_executors")
    return list(dict.fromkeys(ids))


def term_of(held_on: date, urgency: str) -> date:
    """«Срочно» is three days, «оперативно» ten, no term is a month; a day off gives way to the next working day."""
    day = held_on + timedelta(days={"urgent": 3, "prompt": 10}[urgency]) if urgency else shift(held_on, 1)
    return add_working_days(day, 0)


def edit_decision(decision_id: int, new: NewDecision, actor: Actor, version: int | None = None) -> MeetingDecision:
    """Write a decision of the draft minutes anew. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = _drafted(decision_id, actor)
        expect_version(row, version)
        for name, value in _checked(row.meeting, new).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        _settle(row.meeting)
        audit.append(actor.who(), audit.Act(KIND, row.id, "edit"))
        return row


def remove_decision(decision_id: int, actor: Actor, version: int | None = None) -> int:
    """Strike a decision out of the draft minutes; the journal keeps that it stood there. Returns the meeting's id."""
    with transaction():
        row = _drafted(decision_id, actor)
        expect_version(row, version)
        meeting = row.meeting
        audit.append(actor.who(), audit.Act(KIND, row.id, "drop", data={"text": row.text}))
        db.session.execute(delete(Reader).where(Reader.subject_kind == KIND, Reader.subject_id == row.id))
        db.session.delete(row)
        _settle(meeting)
        return meeting.id


def _drafted(decision_id: int, actor: Actor) -> MeetingDecision:
    """A decision of a draft, its meeting locked before it, as everywhere. Raises NotFound, NotAllowed, NotNow."""
    meeting_id = db.session.scalar(select(MeetingDecision.meeting_id).where(MeetingDecision.id == decision_id))
    if meeting_id is None or not may_see(actor, KIND, decision_id):
        raise NotFound(_("Поручение не найдено"))
    open_meeting(meeting_id, actor)
    return locked_decision(decision_id, actor)


def locked_decision(decision_id: int, actor: Actor) -> MeetingDecision:
    """Raises NotFound for what the actor may not see."""
    row = locked(MeetingDecision, decision_id) if may_see(actor, KIND, decision_id) else None
    if row is None:
        raise NotFound(_("Поручение не найдено"))
    return row


def take_decision_step(
    decision_id: int, name: str, actor: Actor, ask: Ask, uploads: Mapping[str, Upload] | None = None,
    version: int | None = None,
) -> Taken:  # fmt: skip
    """Take a step of a decision, with the files it asks for. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = locked_decision(decision_id, actor)
        expect_version(row, version)
        files = {field: [keep(one, KIND, row.id, field, actor).id] for field, one in (uploads or {}).items()}
        return meeting_decision.take(row, name, actor, Ask(ask.comment, dict(ask.data), files))


def attach_to_decision(decision_id: int, upload: Upload, actor: Actor) -> int:
    """Bring the document that proves a decision done; by its executor. Returns the file's id."""
    with transaction():
        row = locked_decision(decision_id, actor)
        reason = executes_decision(row, actor)
        if reason is not None:
            raise NotAllowed(_("Документы прикладывает исполнитель"), reasons=[reason])
        if row.state not in TAKES_FILES:
            raise NotNow(_("В этом состоянии документы не прикладывают"))
        kept = keep(upload, KIND, row.id, "result", actor)
        data = {"name": kept.name, "version": kept.version}
        audit.append(actor.who(), audit.Act(KIND, row.id, "attach", document_hash=kept.sha256, data=data))
        return kept.id
