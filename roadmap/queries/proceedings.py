"""Meetings with their decisions, and initiatives with their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.accounts.access import may_see, visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents.models import Attachment, IssuedDocument
from core.errors import NotFound
from roadmap import readers
from roadmap.models import Initiative, InitiativeEvent, Item, Meeting, MeetingDecision, Roadmap, RoadmapParty
from roadmap.service.initiatives import KIND as INITIATIVE
from roadmap.service.meetings import MEETING

MOST = 200


def meetings(actor: Actor, roadmap_id: int) -> Sequence[Any]:
    """Meetings of a plan, the latest first, with how many decisions each has."""
    counted = select(func.count()).where(MeetingDecision.meeting_id == Meeting.id).scalar_subquery()
    return db.session.execute(
        select(
            Meeting.id,
            Meeting.number,
            Meeting.held_on,
            Meeting.begins,
            Meeting.title,
            Meeting.signed_on,
            Meeting.document_id,
            counted.label("decisions"),
        )
        .where(Meeting.roadmap_id == roadmap_id, visible_to(actor, MEETING, Meeting.id))
        .order_by(Meeting.held_on.desc(), Meeting.id.desc())
        .limit(MOST)
    ).all()


def _plan_of(path: Any) -> Any:
    return path.joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation)


def plan(actor: Actor, roadmap_id: int) -> Roadmap:
    """The plan with its parties. Raises NotFound."""
    statement = select(Roadmap).where(Roadmap.id == roadmap_id, visible_to(actor, readers.PLAN, Roadmap.id))
    parties = joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation)
    row = db.session.execute(statement.options(parties)).unique().scalar_one_or_none()
    if row is None:
        raise NotFound(_("План не найден"))
    return row


def last_meeting(roadmap_id: int) -> Meeting | None:
    """The latest meeting of a plan: the next one is usually like it."""
    latest = select(Meeting).where(Meeting.roadmap_id == roadmap_id).order_by(Meeting.held_on.desc(), Meeting.id.desc())
    return db.session.scalars(latest.limit(1)).one_or_none()


def next_number(roadmap_id: int) -> int:
    """The number the next meeting of this year will have."""
    this_year = (Meeting.roadmap_id == roadmap_id, Meeting.year == clock.today().year)
    return (db.session.scalar(select(func.max(Meeting.number)).where(*this_year)) or 0) + 1


def meeting(actor: Actor, meeting_id: int) -> Meeting:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(Meeting)
            .where(Meeting.id == meeting_id, visible_to(actor, MEETING, Meeting.id))
            .options(
                selectinload(Meeting.decisions).selectinload(MeetingDecision.helpers),
                _plan_of(joinedload(Meeting.roadmap)),
            )
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Совещание не найдено"))
    return row


def initiatives(actor: Actor, roadmap_id: int) -> Sequence[Any]:
    return db.session.execute(
        select(Initiative.id, Initiative.title, Initiative.state, Initiative.initiator_side, Initiative.moved_at)
        .where(Initiative.roadmap_id == roadmap_id, visible_to(actor, INITIATIVE, Initiative.id))
        .order_by(Initiative.id)
        .limit(MOST)
    ).all()


def initiative(actor: Actor, initiative_id: int) -> Initiative:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(Initiative)
            .where(Initiative.id == initiative_id, visible_to(actor, INITIATIVE, Initiative.id))
            .options(selectinload(Initiative.events), _plan_of(joinedload(Initiative.roadmap)))
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Инициатива не найдена"))
    return row


def history(kind: str, subject_id: int) -> Sequence[AuditRecord]:
    return db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == kind, AuditRecord.subject_id == subject_id)
        .order_by(AuditRecord.seq.desc())
        .limit(MOST)
    ).all()


def files(kind: str, subject_id: int) -> list[Attachment]:
    """Files brought to a subject, the newest first."""
    return list(
        db.session.scalars(
            select(Attachment)
            .where(Attachment.subject_kind == kind, Attachment.subject_id == subject_id)
            .order_by(Attachment.id.desc())
            .limit(MOST)
        )
    )


def minutes_issued(meeting_id: int) -> Sequence[IssuedDocument]:
    """The minutes as they were given out, the newest first."""
    return db.session.scalars(
        select(IssuedDocument)
        .where(IssuedDocument.subject_kind == MEETING, IssuedDocument.subject_id == meeting_id)
        .order_by(IssuedDocument.id.desc())
        .limit(MOST)
    ).all()


def invited(actor: Actor, meeting_id: int) -> Meeting:
    """A meeting for those who see it, and for those who are named among its participants. Raises NotFound."""
    row = db.session.get(Meeting, meeting_id)
    named = row is not None and actor.id in {line.get("person_id") for line in row.participants} - {None}
    if row is None or not (named or may_see(actor, MEETING, meeting_id)):
        raise NotFound(_("Совещание не найдено"))
    return row


def event(actor: Actor, initiative_id: int, event_id: int) -> InitiativeEvent:
    """An event of that very initiative. Raises NotFound."""
    initiative(actor, initiative_id)
    row = db.session.get(InitiativeEvent, event_id)
    if row is None or row.initiative_id != initiative_id:
        raise NotFound(_("Событие не найдено"))
    return row


def item_code(item_id: int | None) -> str:
    """«6.1» of a linked item; "" for none."""
    return db.session.scalar(select(Item.code).where(Item.id == item_id)) or "" if item_id else ""
