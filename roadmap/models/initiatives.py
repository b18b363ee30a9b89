"""Regulatory initiatives and the external events recorded with their requisites."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Json, Model, UtcDateTime
from core.workflow import Stateful
from roadmap.models.plans import Roadmap


class Initiative(Stateful, Model):
    """A proposal to change the law. What other bodies do with it is recorded, not done, here."""

    __tablename__ = "regulatory_initiative"

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"))
    title: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, default="")
    initiator_side: Mapped[str] = mapped_column(Code)
    acts: Mapped[list[str]] = mapped_column(Json, default=list)
    """Acts to be changed, in words."""
    bodies: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Bodies to be consulted: [{"name", "sent": ISO day or null, "due", "answer"}]"""
    held_state: Mapped[str] = mapped_column(Code, default="")
    """The state it was put on hold in, restored by resuming."""
    effective_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    roadmap: Mapped[Roadmap] = relationship()
    events: Mapped[list[InitiativeEvent]] = relationship(
        order_by="InitiativeEvent.happened_on, InitiativeEvent.id", back_populates="initiative"
    )


class InitiativeEvent(Model):
    """What happened outside, with its requisites: a letter, a number of a bill, a publication."""

    __tablename__ = "regulatory_initiative_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    initiative_id: Mapped[int] = mapped_column(ForeignKey("regulatory_initiative.id"), index=True)
    happened_on: Mapped[date]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, default="")
    """Whose act it is."""
    number: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    planned: Mapped[bool] = mapped_column(default=False)
    """A day of a published calendar: what is to happen, not what has."""
    month_only: Mapped[bool] = mapped_column(default=False)
    """Only the month is known: the day stands for its first one."""
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("regulatory_initiative_event.id"))
    """The event by which a planned one came true; the plan stays as it was published."""
    step: Mapped[str] = mapped_column(Code, default="")
    name: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    initiative: Mapped[Initiative] = relationship(back_populates="events")
