"""Substitution («замещение»): who acts for whom, when, in what, and on which legal basis."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import Person
from core.db import Code, Json, Model, UtcDateTime

SLOT_KINDS = {"visa", "signature", "registration", "acknowledgement"}


class Substitution(Model):
    """A stands in for B from a day to a day (both included), for all or for the kinds in `scope`."""

    __tablename__ = "substitution"
    __table_args__ = (Index("ix_substitution_substitute", "substitute_id", "starts_on", "ends_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    scope: Mapped[list[str]] = mapped_column(Json, default=list)
    """Subject kinds and slot kinds ("agreement", "visa", "signature"); empty is everything the basis allows."""
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("signoff_slot.id"))
    """A delegation of one task only."""
    mark: Mapped[str] = mapped_column(Code, default="за")
    basis_kind: Mapped[str] = mapped_column(Code, default="order")
    """order (приказ) or mchd (МЧД)."""
    basis_number: Mapped[str] = mapped_column(Text)
    basis_date: Mapped[date]
    powers: Mapped[str] = mapped_column(Text, default="")
    basis_expires_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    principal: Mapped[Person] = relationship(foreign_keys=[principal_id])
    substitute: Mapped[Person] = relationship(foreign_keys=[substitute_id])

    def active_on(self, day: date) -> bool:
        """In its dates, not revoked, and its legal basis still in force."""
        return (
            self.revoked_at is None
            and self.starts_on <= day <= self.ends_on
            and (self.basis_expires_on is None or day <= self.basis_expires_on)
        )

    def covers(self, subject_kind: str, slot_kind: str, slot_id: int) -> bool:
        """Whether the task is in scope. A scope naming subject kinds and slot kinds must meet both."""
        if self.slot_id is not None:
            return self.slot_id == slot_id
        slots, subjects = self.scopes
        return (not slots or slot_kind in slots) and (not subjects or subject_kind in subjects)

    @property
    def scopes(self) -> tuple[set[str], set[str]]:
        """The slot kinds and the subject kinds of the scope; an empty set is every kind."""
        slots = SLOT_KINDS.intersection(self.scope)
        return slots, set(self.scope) - slots
