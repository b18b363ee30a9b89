"""Filters of a plan kept under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Json, Model, UtcDateTime


class PlanView(Model):
    """A filter of one plan, a person's own or shared with his organisation. Each sees by it what he may see himself."""

    __tablename__ = "roadmap_view"
    __table_args__ = (
        UniqueConstraint("roadmap_id", "person_id", "name"),
        Index("ix_roadmap_view_shared", "roadmap_id", "organisation_id", "shared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_name: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    opens: Mapped[str] = mapped_column(Code, default="plan")
    """The view it opens: plan, dashboard, board, gantt, calendar."""
    filters: Mapped[dict[str, Any]] = mapped_column(Json)
    """As the query string keeps them."""
    shared: Mapped[bool] = mapped_column(default=False)
    """Everybody of the author's organisation finds it in his list."""
    code: Mapped[str] = mapped_column(Code, unique=True)
    """What stands in the link: it cannot be guessed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
