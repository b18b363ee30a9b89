"""Meetings with their decisions, and initiatives with their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.errors import NotFound
from roadmap.models import Initiative, Meeting, MeetingDecision, Roadmap, RoadmapParty
from roadmap.service.initiatives import KIND as INITIATIVE
from roadmap.service.meetings import KIND as DECISION
from roadmap.service.meetings import MEETING

MOST = 200


def meetings(actor: Actor, roadmap_id: int) -> Sequence[Any]:
    """Meetings of a plan, the latest first, with how many decisions each has."""
    counted = select(func.count()).where(MeetingDecision.meeting_id == Meeting.id).scalar_subquery()
    return db.session.execute(
        select(
            Meeting.id, Meeting.number, Meeting.held_on, Meeting.title, Meeting.signed_on, counted.label("decisions")
        )
        .where(Meeting.roadmap_id == roadmap_id, visible_to(actor, MEETING, Meeting.id))
        .order_by(Meeting.held_on.desc(), Meeting.id.desc())
        .limit(MOST)
    ).all()


def decisions(actor: Actor, roadmap_id: int, state: str = "") -> Sequence[Any]:
    """«Выполнение протокольных поручений»: every decision with its minutes, executor, term and result."""
    columns = ("id", "number", "text", "executor_name", "due_on", "first_due_on", "fact_on", "state", "answer")
    statement = (
        select(*(getattr(MeetingDecision, name) for name in columns), Meeting.number.label("meeting"), Meeting.held_on)
        .join(Meeting, Meeting.id == MeetingDecision.meeting_id)
        .where(Meeting.roadmap_id == roadmap_id, visible_to(actor, DECISION, MeetingDecision.id))
        .order_by(Meeting.held_on.desc(), MeetingDecision.number)
        .limit(MOST)
    )
    return db.session.execute(statement.where(MeetingDecision.state == state) if state else statement).all()


def _plan_of(path: Any) -> Any:
    return path.joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation)


def meeting(actor: Actor, meeting_id: int) -> Meeting:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(Meeting)
            .where(Meeting.id == meeting_id, visible_to(actor, MEETING, Meeting.id))
            .options(selectinload(Meeting.decisions), _plan_of(joinedload(Meeting.roadmap)))
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Совещание не найдено"))
    return row


def decision(actor: Actor, decision_id: int) -> MeetingDecision:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(MeetingDecision)
            .where(MeetingDecision.id == decision_id, visible_to(actor, DECISION, MeetingDecision.id))
            .options(_plan_of(joinedload(MeetingDecision.meeting).joinedload(Meeting.roadmap)))
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Поручение не найдено"))
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
