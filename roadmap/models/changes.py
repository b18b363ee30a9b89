"""Change requests: было → стало, why, and both sides' word."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Json, Model, UtcDateTime
from core.workflow import Stateful
from roadmap.models.items import Item
from roadmap.models.plans import Roadmap


class ChangeRequest(Stateful, Model):
    """A request to change what the approved plan says about one item, or a plan value of an indicator."""

    __tablename__ = "roadmap_change_request"
    __table_args__ = (UniqueConstraint("roadmap_id", "number"), Index("ix_roadmap_change_item", "item_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    """term, executor, result, indicator, plan_value, exclusion, new_item, suspension."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"))
    """Empty for a plan value of an indicator, and for a new item until it is put into an edition."""
    section: Mapped[int | None]
    """Where a new item goes."""
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    """{field of the terms: [was, now]}, dates as ISO days; of a plan value two cells of `roadmap.plan_values`."""
    reason: Mapped[str] = mapped_column(Text, default="")
    side: Mapped[str] = mapped_column(Code)
    """Whose request it is; the other side answers it."""
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text)
    answered_side: Mapped[str] = mapped_column(Code, default="")
    answered_name: Mapped[str] = mapped_column(Text, default="")
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_edition.id"), index=True)
    """The edition that carries the change."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    roadmap: Mapped[Roadmap] = relationship()
    item: Mapped[Item | None] = relationship()
