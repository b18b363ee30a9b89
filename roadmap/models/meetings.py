"""Meetings, their minutes and the decisions («поручения») under control."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned
from core.workflow import Stateful
from roadmap.models.plans import Roadmap


class Meeting(Versioned, Model):
    """A meeting of the working group: agenda, who took part, the minutes."""

    __tablename__ = "roadmap_meeting"
    __table_args__ = (UniqueConstraint("roadmap_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    number: Mapped[int]
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    chair: Mapped[str] = mapped_column(Text, default="")
    secretary: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"title", "speaker", "heard"}]"""
    participants: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"name", "position", "organisation"}]"""
    signed_on: Mapped[date | None]
    """The day the chair signed the minutes; decisions are issued only then."""
    minutes_hash: Mapped[str | None] = mapped_column(Hash)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    roadmap: Mapped[Roadmap] = relationship()
    decisions: Mapped[list[MeetingDecision]] = relationship(order_by="MeetingDecision.number", back_populates="meeting")


class MeetingDecision(Stateful, Model):
    """A decision of a meeting under control: who, what, by when."""

    __tablename__ = "meeting_decision"
    __table_args__ = (UniqueConstraint("meeting_id", "number"), Index("ix_meeting_decision_due", "state", "due_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("roadmap_meeting.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    executor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    executor_name: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    co_executors: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[str] = mapped_column(Code, default="")
    """"" (a month where no day is named), urgent (3 days), prompt (10 days)."""
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    asked_due_on: Mapped[date | None]
    fact_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[int | None]
    returns: Mapped[int] = mapped_column(default=0)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"))
    """The item it was turned into."""

    meeting: Mapped[Meeting] = relationship(back_populates="decisions")
