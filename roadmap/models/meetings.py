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
    """A meeting of the working group: agenda, who took part, the minutes. Numbers begin anew every year."""

    __tablename__ = "roadmap_meeting"
    __table_args__ = (UniqueConstraint("roadmap_id", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    year: Mapped[int]
    number: Mapped[int]
    held_on: Mapped[date]
    begins: Mapped[str] = mapped_column(Code, default="")
    """The hour, «10:00» in Moscow; "" where none was set."""
    place: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    title_gen: Mapped[str] = mapped_column(Text, default="")
    """The reviewed genitive that follows the word «Протокол»; "" = as the language room suggests."""
    chair: Mapped[str] = mapped_column(Text, default="")
    chair_position: Mapped[str] = mapped_column(Text, default="")
    secretary: Mapped[str] = mapped_column(Text, default="")
    secretary_position: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"key", "title", "speaker", "heard", "spoke"}]; the key stays when the order changes."""
    participants: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"name", "position", "organisation", "person_id", "guest", "absent"}]"""
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("issued_document.id"))
    """The minutes as issued for the signature; empty where the text has changed since."""
    signed_on: Mapped[date | None]
    """The day the chair signed the minutes; decisions are issued only then."""
    minutes_hash: Mapped[str | None] = mapped_column(Hash)
    """SHA-256 of the issued document the signature was given on."""
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
    """The order in which it was written down, never used again; people read `code`."""
    point: Mapped[str] = mapped_column(Code, default="")
    """The key of the question of the agenda it was taken on."""
    code: Mapped[str] = mapped_column(Code, default="")
    """«2.1»: the question's place in the agenda and its own under the question. Stands still once signed."""
    text: Mapped[str] = mapped_column(Text)
    executor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    executor_name: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    co_executors: Mapped[str] = mapped_column(Text, default="")
    """Everybody else in words, people of the service among them; the responsible executor gathers them."""
    urgency: Mapped[str] = mapped_column(Code, default="")
    """"" (a month where no day is named), urgent (3 days), prompt (10 days)."""
    term_text: Mapped[str] = mapped_column(Text, default="")
    """The term in words where it is more than a day: «в течение 10 дней после …»."""
    report_kind: Mapped[str] = mapped_column(Text, default="")
    """What is reported with: «письмо с проектом формы»."""
    due_on: Mapped[date]
    first_due_on: Mapped[date]
    asked_due_on: Mapped[date | None]
    fact_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[int | None]
    returns: Mapped[int] = mapped_column(default=0)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"), index=True)
    """The item it was turned into."""
    change_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_change_request.id"), index=True)
    """The request that proposes the item where the plan is approved already."""

    meeting: Mapped[Meeting] = relationship(back_populates="decisions")
    helpers: Mapped[list[CoExecutor]] = relationship(order_by="CoExecutor.position", cascade="all, delete-orphan")

    @property
    def co_executor_ids(self) -> list[int]:
        """Co-executors who are people of the service, in the order they are named."""
        return [row.person_id for row in self.helpers]

    @co_executor_ids.setter
    def co_executor_ids(self, people: list[int]) -> None:
        known = {row.person_id: row for row in self.helpers}
        self.helpers = [known.get(person) or CoExecutor(person_id=person) for person in people]
        for place, row in enumerate(self.helpers):
            row.position = place


class CoExecutor(Model):
    """Somebody who works on a decision beside its responsible executor."""

    __tablename__ = "meeting_decision_co_executor"

    decision_id: Mapped[int] = mapped_column(ForeignKey("meeting_decision.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class DecisionReminder(Model):
    """A reminder about one term of one decision, so that each is sent once. A later term is reminded of anew."""

    __tablename__ = "meeting_decision_reminder"
    __table_args__ = (UniqueConstraint("decision_id", "about", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("meeting_decision.id"))
    about: Mapped[date]
    """The term it is about."""
    days: Mapped[int]
    """So many working days ahead: 10, 5, 1; -1 is the escalation after the term."""
    sent: Mapped[bool] = mapped_column(default=True)
    """False where a nearer reminder was due the same day and went instead."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
