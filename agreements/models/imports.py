"""Imports of agreements that exist already: the file, what its columns mean, what was found, how far it has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Json
from core.documents.registers.runs import Run


class ImportRun(Run):
    """One file of one organisation. Nothing of it is in the register until the whole of it is."""

    __tablename__ = "agreement_import"
    __table_args__ = (Index("ix_agreement_import_organisation", "organisation_id", "id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    matches: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """A party as the file writes it → the organisation that is meant."""
    unknown: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """{"text", "first", "rows"}: parties the directory has not, in order of the rows they first stand in."""
