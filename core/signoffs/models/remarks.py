"""The remarks register («таблица учёта замечаний»)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Model, UtcDateTime, Versioned
from core.signoffs.models.rounds import Decision, Round


class Remark(Versioned, Model):
    """One remark to one clause. The text and its author never change; the answer may, until the resubmission."""

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    round_id: Mapped[int] = mapped_column(ForeignKey("signoff_round.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("signoff_decision.id"))
    clause_id: Mapped[str] = mapped_column(Code, default="")
    clause_number: Mapped[str] = mapped_column(Code, default="")
    text: Mapped[str] = mapped_column(Text)
    blocking: Mapped[bool] = mapped_column(default=False)
    editorial: Mapped[bool] = mapped_column(default=False)
    """About wording only: never blocks, and taking it up may keep the other visas."""
    author_id: Mapped[int]
    author_name: Mapped[str] = mapped_column(Text)
    author_position: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Code, default="")
    """"" (not answered), accepted, declined."""
    justification: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[int | None]
    answered_name: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    round: Mapped[Round] = relationship()
    decision: Mapped[Decision | None] = relationship()
