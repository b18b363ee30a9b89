"""Plans and their editions: one machine per edition; what was approved is never changed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import Organisation
from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned
from core.workflow import Stateful

OPEN_EDITION = (
    "draft",
    "internal_approval",
    "cross_approval",
    "revision",
    "disagreement",
    "awaiting_signature",
)
"""States in which an edition is on its way and may still become the one in force."""
EDITABLE_EDITION = ("draft", "revision")


class Roadmap(Versioned, Model):
    """A plan of measures between parties over a period. What it says stands in its editions."""

    __tablename__ = "roadmap"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    """The subject, continuing «План мероприятий («дорожная карта») …»."""
    period_start: Mapped[date]
    period_end: Mapped[date]
    agreement_kind: Mapped[str] = mapped_column(Code, default="")
    """The agreement the plan is an appendix of, as (kind, id): this room does not know agreements."""
    agreement_id: Mapped[int | None]
    agreement_title: Mapped[str] = mapped_column(Text, default="")
    sample: Mapped[bool] = mapped_column(default=False)
    """Demo data: shown as «образец»."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    parties: Mapped[list[RoadmapParty]] = relationship(order_by="RoadmapParty.position", back_populates="roadmap")
    sections: Mapped[list[RoadmapSection]] = relationship(order_by="RoadmapSection.number")

    def party_of(self, side: str) -> RoadmapParty | None:
        return next((party for party in self.parties if party.side == side), None)


class RoadmapParty(Model):
    """An organisation that approves the plan, and the side it stands for."""

    __tablename__ = "roadmap_party"
    __table_args__ = (UniqueConstraint("roadmap_id", "side"),)

    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    side: Mapped[str] = mapped_column(Code)
    position: Mapped[int]

    roadmap: Mapped[Roadmap] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()


class RoadmapSection(Model):
    """A section of the plan: a number that stays and a title."""

    __tablename__ = "roadmap_section"

    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)


class Edition(Stateful, Model):
    """One edition of a plan: the row of the roadmap's machine. Its terms freeze when it is submitted."""

    __tablename__ = "roadmap_edition"
    __table_args__ = (UniqueConstraint("roadmap_id", "number"), UniqueConstraint("register_year", "register_number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    number: Mapped[int]
    initiator_side: Mapped[str] = mapped_column(Code)
    """Whose coordinator drafted it: that side's visas come first."""
    drafters: Mapped[list[int]] = mapped_column(Json, default=list)
    content_hash: Mapped[str | None] = mapped_column(Hash)
    """SHA-256 of the frozen document; visas and signatures bind to it."""
    document_id: Mapped[int | None]
    """The issued document of the last submission."""
    submissions: Mapped[int] = mapped_column(default=0)
    register_number: Mapped[str | None] = mapped_column(Text)
    register_year: Mapped[int | None]
    approved_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    roadmap: Mapped[Roadmap] = relationship()

    @property
    def document_hash(self) -> str | None:
        return self.content_hash
