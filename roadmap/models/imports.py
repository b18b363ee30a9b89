"""Imports of plans and of indicators' values: the file, where it goes, what its columns mean, what was found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Json
from core.documents.registers.runs import Run


class PlanImport(Run):
    """One file for one plan: a draft that is there, or a plan the import will draw. Nothing before the whole of it."""

    __tablename__ = "roadmap_import"
    __table_args__ = (Index("ix_roadmap_import_organisation", "organisation_id", "id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    roadmap_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap.id"), index=True)
    """The plan it goes to; of a new plan, empty until it is drawn."""
    plan: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Of a new plan: {"title", "period_start", "period_end", "parties"}."""
    preview: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """{"sections": [{"number", "title", "count", "new"}], "rows", "notes", "indicators"}: what would be made."""


class ValueImport(Run):
    """One file of declared values of a plan's indicators. Nothing of it is declared before the whole of it."""

    __tablename__ = "indicator_import"
    __table_args__ = (Index("ix_indicator_import_plan", "roadmap_id", "organisation_id", "id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    preview: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """{"rows": [...], "new", "changed", "same", "kept"}: was and would be, and how many of each there are."""
