"""Evidence: files by kind, period and version, and who verified them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from core.db import Code, Hash, Model, UtcDateTime


class Evidence(Model):
    """A file that proves something: an item's result, a decision's report, an initiative's event. Append-only."""

    __tablename__ = "roadmap_evidence"
    __table_args__ = (Index("ix_roadmap_evidence_subject", "subject_kind", "subject_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    """roadmap_item (an occurrence's id), roadmap, change_request, meeting_decision, regulatory_initiative, …"""
    subject_id: Mapped[int]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"), index=True)
    kind: Mapped[str] = mapped_column(Code)
    """result, interim, reasons, audit, letter, minutes, scan, other."""
    title: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Code, default="")
    number: Mapped[int] = mapped_column(default=1)
    """Version of the file among those of one subject and kind under one title."""
    sha256: Mapped[str] = mapped_column(Hash)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(Text)
    filename: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Verification(Model):
    """Somebody of the other side or the operator has checked the file: declared became verified. Append-only."""

    __tablename__ = "roadmap_verification"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("roadmap_evidence.id"), primary_key=True)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


for _model in (Evidence, Verification):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
