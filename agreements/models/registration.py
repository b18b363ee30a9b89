"""Registration journals: one per organisation and year, numbers unique and without silent gaps."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Model, UtcDateTime


class Journal(Model):
    """The counter of a journal; its row lock hands the numbers out one after another."""

    __tablename__ = "registration_journal"
    __table_args__ = (UniqueConstraint("organisation_id", "code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str] = mapped_column(Code)
    year: Mapped[int]
    prefix: Mapped[str] = mapped_column(Text, default="")
    last: Mapped[int] = mapped_column(default=0)


class RegistrationEntry(Model):
    """One number given out, or a gap explained (agreement empty)."""

    __tablename__ = "registration_entry"
    __table_args__ = (
        UniqueConstraint("journal_id", "seq"),
        UniqueConstraint("journal_id", "number"),
        UniqueConstraint("agreement_id", "journal_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("registration_journal.id"))
    seq: Mapped[int | None]
    """Empty for a number brought from outside (a registered agreement entered later)."""
    number: Mapped[str] = mapped_column(Text)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    registered_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    by_name: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
