"""Imports of agreements that exist already: the file, what its columns mean, what was found, how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned


class ImportRun(Versioned, Model):
    """One file of one organisation. Nothing of it is in the register until the whole of it is."""

    __tablename__ = "agreement_import"
    __table_args__ = (Index("ix_agreement_import_organisation", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int]
    person_name: Mapped[str] = mapped_column(Text, default="")
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Hash)
    headers: Mapped[list[str]] = mapped_column(Json)
    """As they stand in the file, by column."""
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Number of a column (text) → what it means."""
    matches: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """A party as the file writes it → the organisation that is meant."""
    state: Mapped[str] = mapped_column(Code, default="uploaded")
    """uploaded, checking, faulty, checked, importing, done."""
    turn: Mapped[int] = mapped_column(default=0)
    """How many times it was checked or started: each is one job."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{"row", "column", "message"}: the first of them; `fault_count` is how many there are."""
    fault_count: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{"text", "first", "rows"}: parties the directory has not, in order of the rows they first stand in."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
