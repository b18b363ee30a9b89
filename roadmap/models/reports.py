"""Reporting rounds: who was asked, who answered, and what both sides signed off. Calendar feeds' tokens."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned
from core.workflow import Stateful
from roadmap.models.items import Occurrence
from roadmap.models.plans import Roadmap


class Report(Stateful, Model):
    """A progress report of one period: collected from executors, frozen, signed off by both sides.

    A corrected report of the same period is the next `number`; the one it corrects stays as it was.
    """

    __tablename__ = "roadmap_report"
    __table_args__ = (UniqueConstraint("roadmap_id", "period", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    period: Mapped[str] = mapped_column(Code)
    """«2026-Q3», «2026» for a year; «final» for the last one."""
    number: Mapped[int] = mapped_column(default=1)
    correction: Mapped[str] = mapped_column(Text, default="")
    """Why the report before it had to be corrected."""
    period_start: Mapped[date]
    period_end: Mapped[date]
    due_on: Mapped[date]
    """The day the answers are due; the report itself by the 20th of the month after the period."""
    opened_by: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The rows and figures as frozen when the report was sent; the page, the paper and the spreadsheet say the same."""
    submissions: Mapped[int] = mapped_column(default=0)
    gaps_note: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent although somebody had not answered."""
    content_hash: Mapped[str | None] = mapped_column(Hash)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    roadmap: Mapped[Roadmap] = relationship()

    @property
    def document_hash(self) -> str | None:
        return self.content_hash


class ReportLine(Versioned, Model):
    """One occurrence in one report: what the executor has typed; an answer once `answered_at` stands."""

    __tablename__ = "roadmap_report_line"
    __table_args__ = (UniqueConstraint("report_id", "occurrence_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("roadmap_report.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("roadmap_occurrence.id"), index=True)
    text: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    forecast_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    """The confirming document in words, beside the files of the result."""
    percent: Mapped[int | None]
    carried_from: Mapped[str] = mapped_column(Code, default="")
    """The period of the report whose answer was taken over: a year is rolled up from its quarters."""
    answered_by: Mapped[int | None]
    answered_name: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    report: Mapped[Report] = relationship()
    occurrence: Mapped[Occurrence] = relationship()


class CalendarFeed(Model):
    """A person's secret address of the calendar; only its hash is kept."""

    __tablename__ = "roadmap_calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Hash, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
