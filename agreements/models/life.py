"""What happens to an agreement in force: amendments to its terms, notices, prolongations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Json, Model, UtcDateTime


class Amendment(Model):
    """An edition of the consolidated terms. Edition 1 is the signed text; each registered amendment adds one."""

    __tablename__ = "agreement_edition"
    __table_args__ = (UniqueConstraint("agreement_id", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    edition: Mapped[int]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    """The supplementary agreement that made this edition."""
    effective_from: Mapped[date]
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notice(Model):
    """A party's word: notice of termination, no prolongation, consent to end by agreement, or refusal of that."""

    __tablename__ = "agreement_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(Code)
    basis: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date]
    effective_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(Text, default="")


class Prolongation(Model):
    """A term prolonged: automatically by the clock, or by the parties."""

    __tablename__ = "agreement_prolongation"
    __table_args__ = (UniqueConstraint("agreement_id", "until_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    until_before: Mapped[date]
    until_after: Mapped[date]
    automatic: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
