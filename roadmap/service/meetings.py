"""Meetings, their minutes and decisions under control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.calendar import add_working_days
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap import readers
from roadmap.models import ChangeRequest, Meeting, MeetingDecision, Roadmap
from roadmap.periods import shift
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service.changes import NewChange, draft_change
from roadmap.states.meetings import meeting_decision

KIND, MEETING = "meeting_decision", "roadmap_meeting"
URGENCIES = ("", "urgent", "prompt")


@dataclass(frozen=True)
class NewMeeting:
    """A meeting: agenda lines {"title", "speaker", "heard"}, participants {"name", "position", "organisation"}."""

    held_on: date
    title: str
    place: str = ""
    chair: str = ""
    secretary: str = ""
    agenda: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    participants: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


@dataclass(frozen=True)
class NewDecision:
    """A decision. Without a day: 3 days where urgent, 10 where prompt, else a month."""

    text: str
    executor_id: int
    due_on: date | None = None
    urgency: str = ""
    co_executors: str = ""


def create_meeting(roadmap_id: int, new: NewMeeting, actor: Actor) -> Meeting:
    """Record a meeting of the working group; by its secretary or a coordinator."""
    if not new.title.strip():
        raise NotValid(_("Назовите совещание"), "title")
    with transaction():
        plan = locked(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        if not (actor.has("secretary", *COORDINATORS) and side_of(plan, actor)):
            raise NotAllowed(_("Совещание заводит секретарь рабочей группы или координатор"))
        last = db.session.scalar(select(func.max(Meeting.number)).where(Meeting.roadmap_id == plan.id))
        values = {**vars(new), "agenda": [dict(line) for line in new.agenda],
                  "participants": [dict(line) for line in new.participants]}  # fmt: skip
        row = Meeting(roadmap_id=plan.id, number=(last or 0) + 1, created_at=clock.now(), **values)
        db.session.add(row)
        db.session.flush()
        set_readers(MEETING, row.id, [party.organisation_id for party in plan.parties])
        audit.append(actor.who(), audit.Act(MEETING, row.id, "create", data={"number": row.number}))
        return row


def _meeting(meeting_id: int, actor: Actor) -> Meeting:
    row = locked(Meeting, meeting_id) if may_see(actor, MEETING, meeting_id) else None
    if row is None:
        raise NotFound(_("Совещание не найдено"))
    if not (actor.has("secretary", *COORDINATORS) and side_of(row, actor)):
        raise NotAllowed(_("Протокол ведёт секретарь рабочей группы или координатор"))
    return row


def add_decision(meeting_id: int, new: NewDecision, actor: Actor) -> MeetingDecision:
    """Add a decision to the draft minutes. Several executors: the first is responsible and gathers the others."""
    if not new.text.strip() or new.urgency not in URGENCIES:
        raise NotValid(_("Напишите текст поручения"), "text")
    with transaction():
        meeting = _meeting(meeting_id, actor)
        if meeting.signed_on is not None:
            raise NotNow(_("Протокол подписан: поручения в него не добавляют"))
        person = db.session.get(Person, new.executor_id)
        if person is None or not person.active:
            raise NotValid(_("Исполнитель не найден"), "executor_id")
        due = new.due_on or term_of(meeting.held_on, new.urgency)
        last = db.session.scalar(
            select(func.max(MeetingDecision.number)).where(MeetingDecision.meeting_id == meeting.id)
        )
        row = MeetingDecision(
            meeting_id=meeting.id,
            number=(last or 0) + 1,
            text=new.text.strip(),
            executor_id=person.id,
            executor_name=person.short_name,
            organisation_id=person.organisation_id,
            co_executors=new.co_executors.strip(),
            urgency=new.urgency,
            due_on=due,
            first_due_on=due,
            state="draft",
        )
        db.session.add(row)
        db.session.flush()
        parties = [party.organisation_id for party in meeting.roadmap.parties]
        set_readers(KIND, row.id, parties, {person.organisation_id} - set(parties))
        audit.append(actor.who(), audit.Act(KIND, row.id, "draft", None, "draft", data={"number": row.number}))
        return row


def term_of(held_on: date, urgency: str) -> date:
    """«Срочно» is three days, «оперативно» ten, no term is a month; a day off gives way to the next working day."""
    day = held_on + timedelta(days={"urgent": 3, "prompt": 10}[urgency]) if urgency else shift(held_on, 1)
    return add_working_days(day, 0)


def sign_minutes(meeting_id: int, signed_on: date, scan: Upload | None, actor: Actor) -> Meeting:
    """The chair has signed the minutes: every decision is issued and goes under control."""
    with transaction():
        meeting = _meeting(meeting_id, actor)
        if meeting.signed_on is not None:
            raise NotNow(_("Протокол уже подписан"))
        if signed_on > clock.today() or signed_on < meeting.held_on:
            raise NotValid(_("День подписания — от дня совещания до сегодня"), "signed_on")
        meeting.signed_on = signed_on
        if scan is not None:
            meeting.minutes_hash = keep(scan, MEETING, meeting.id, "scan", actor).sha256
        db.session.flush()
        for row in meeting.decisions:
            if row.state == "draft":
                meeting_decision.take(row, "issue", actor)
        audit.append(actor.who(), audit.Act(MEETING, meeting.id, "sign_minutes", document_hash=meeting.minutes_hash))
        return meeting


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
        data = dict(ask.data)
        if name == "reassign" and str(data.get("executor_id", "")).isdigit():
            person = db.session.get(Person, int(str(data["executor_id"])))
            if person is None:
                raise NotValid(_("Исполнитель не найден"), "executor_id")
            data["executor_name"] = person.short_name
        return meeting_decision.take(row, name, actor, Ask(ask.comment, data, files))


def attach_to_decision(decision_id: int, upload: Upload, actor: Actor) -> int:
    """Bring the document that proves a decision done; by its executor. Returns the file's id."""
    from roadmap.rules.meetings import executes_decision

    with transaction():
        row = locked_decision(decision_id, actor)
        reason = executes_decision(row, actor)
        if reason is not None:
            raise NotAllowed(_("Документы прикладывает исполнитель"), reasons=[reason])
        if row.state not in ("accepted", "in_progress", "returned"):
            raise NotNow(_("В этом состоянии документы не прикладывают"))
        return keep(upload, KIND, row.id, "result", actor).id


def turn_into_item(decision_id: int, section: int, terms: Mapping[str, Any], actor: Actor) -> ChangeRequest:
    """A decision becomes an item: as a change request for a new item, which both sides approve like any other."""
    with transaction():
        row = locked_decision(decision_id, actor)
        plan = row.meeting.roadmap
        filled = {"title": row.text, "due_on": row.due_on, "term_text": f"до {row.due_on:%d.%m.%Y}", **terms}
        reason = _("протокол № %(n)s от %(day)s", n=row.meeting.number, day=f"{row.meeting.held_on:%d.%m.%Y}")
        return draft_change(plan.id, NewChange("new_item", filled, reason, section=section), actor)
