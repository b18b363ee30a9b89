"""Meetings: calling one, its agenda and its people, the invitation. Once the minutes are signed nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.notifications import Message, notify
from roadmap import readers
from roadmap.agenda import cleaned, renumber
from roadmap.models import Meeting, Roadmap
from roadmap.rules.people import COORDINATORS, side_of

MEETING = "roadmap_meeting"


@dataclass(frozen=True)
class NewMeeting:
    """A meeting: agenda lines {"key"?, "title", "speaker", "heard", "spoke"}; participants {"name", "position",
    "organisation", "person_id"?, "guest"?, "absent"?}; `begins` is «10:00»; `title_gen` follows the word «Протокол»."""

    held_on: date
    title: str
    place: str = ""
    chair: str = ""
    secretary: str = ""
    agenda: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    participants: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    begins: str = ""
    title_gen: str = ""
    chair_position: str = ""
    secretary_position: str = ""


def create_meeting(roadmap_id: int, new: NewMeeting, actor: Actor) -> Meeting:
    """Record a meeting of the working group; by its secretary or a coordinator. The number is the year's next."""
    with transaction():
        plan = locked(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        if not keeps_minutes(plan, actor):
            raise NotAllowed(_("Совещание заводит секретарь рабочей группы или координатор"))
        values = cleaned(vars(new))
        row = Meeting(roadmap_id=plan.id, created_at=clock.now(), **values)
        row.year, row.number = new.held_on.year, _next_number(plan.id, new.held_on.year)
        db.session.add(row)
        db.session.flush()
        set_readers(MEETING, row.id, [party.organisation_id for party in plan.parties])
        audit.append(actor.who(), audit.Act(MEETING, row.id, "create", data={"number": row.number}))
        return row


def _next_number(roadmap_id: int, year: int) -> int:
    last = db.session.scalar(
        select(func.max(Meeting.number)).where(Meeting.roadmap_id == roadmap_id, Meeting.year == year)
    )
    return (last or 0) + 1


def keeps_minutes(row: Any, actor: Actor) -> bool:
    """Whether the actor keeps the minutes of this plan's meetings: a secretary or a coordinator of a side."""
    return actor.has("secretary", *COORDINATORS) and bool(side_of(row, actor))


def locked_meeting(meeting_id: int, actor: Actor) -> Meeting:
    """The meeting under its lock, for who keeps its minutes. Raises NotFound, NotAllowed."""
    row = locked(Meeting, meeting_id) if may_see(actor, MEETING, meeting_id) else None
    if row is None:
        raise NotFound(_("Совещание не найдено"))
    refuse_others(row, actor)
    return row


def refuse_others(row: Meeting | Roadmap, actor: Actor) -> None:
    """Raises NotAllowed for whoever does not keep the minutes."""
    if not keeps_minutes(row, actor):
        raise NotAllowed(_("Протокол ведёт секретарь рабочей группы или координатор"))


def refuse_signed(row: Meeting) -> None:
    """Raises NotNow once the minutes are signed."""
    if row.signed_on is not None:
        raise NotNow(_("Протокол подписан: его текст не меняется"))


def open_meeting(meeting_id: int, actor: Actor) -> Meeting:
    """The meeting under its lock while its minutes may still change. Raises NotFound, NotAllowed, NotNow."""
    row = locked_meeting(meeting_id, actor)
    refuse_signed(row)
    return row


def changed(meeting: Meeting) -> None:
    """The text is another one than was issued: what was printed for the signature is out of date."""
    meeting.document_id = None


def edit_meeting(meeting_id: int, new: NewMeeting, actor: Actor, version: int | None = None) -> Meeting:
    """Write the meeting down anew: what is given replaces what stood. Decisions stay with their questions.

    Raises NotFound, NotAllowed, NotNow, NotValid (a question with decisions cannot be taken off the agenda).
    """
    with transaction():
        row = open_meeting(meeting_id, actor)
        expect_version(row, version)
        values = cleaned(vars(new), row)
        before = {name: getattr(row, name) for name in values}
        if before == values:
            return row
        if values["held_on"].year != row.year:
            row.year, row.number = values["held_on"].year, _next_number(row.roadmap_id, values["held_on"].year)
        for name, value in values.items():
            setattr(row, name, value)
        renumber(row)
        changed(row)
        told = sorted(name for name, value in values.items() if before[name] != value)
        audit.append(actor.who(), audit.Act(MEETING, row.id, "edit", data={"fields": told}))
        return row


def note_attendance(meeting_id: int, absent: Sequence[int], actor: Actor, version: int | None = None) -> Meeting:
    """Mark who was not there: `absent` are places in the list of participants, from 0."""
    with transaction():
        row = open_meeting(meeting_id, actor)
        expect_version(row, version)
        if any(not 0 <= place < len(row.participants) for place in absent):
            raise NotValid(_("Нет такого участника"), "absent")
        row.participants = [{**line, "absent": place in absent} for place, line in enumerate(row.participants)]
        changed(row)
        audit.append(actor.who(), audit.Act(MEETING, row.id, "attendance", data={"absent": sorted(absent)}))
        return row


def invite(meeting_id: int, actor: Actor) -> list[str]:
    """Tell the participants who are people of the service: day, hour, place, agenda. Returns whom it told now.

    Inviting again tells the newcomers; where the day, the hour or the place has changed, everybody.
    """
    with transaction():
        row = open_meeting(meeting_id, actor)
        people = [line["person_id"] for line in row.participants if line.get("person_id")]
        if not people:
            raise NotValid(_("Среди участников нет людей, у которых есть вход в сервис"), "participants")
        if row.held_on < clock.today():
            raise NotNow(_("Совещание уже прошло: приглашать некого"))
        told = notify(people, _invitation(row))
        row.invited_at = clock.now()
        audit.append(actor.who(), audit.Act(MEETING, row.id, "invite", data={"people": len(told)}))
        names = {person.id: person.short_name for person in db.session.scalars(select(Person).where(
            Person.id.in_([one.person_id for one in told])))}  # fmt: skip
        return sorted(names.values())


def _invitation(row: Meeting) -> Message:
    return Message(
        f"roadmap.invited:{row.id}:{row.held_on}:{row.begins}:{row.place}"[:200],
        "roadmap/invitation",
        f"/meetings/{row.id}/invitation",
        {
            "title": row.title,
            "day": f"{row.held_on:%d.%m.%Y}",
            "begins": row.begins,
            "place": row.place,
            "chair": row.chair,
            "agenda": [line["title"] for line in row.agenda],
        },
    )
