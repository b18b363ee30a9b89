"""What people were reminded of by the clock: a row for every reminder, so that each is sent once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Model, UtcDateTime


class Reminder(Model):
    """One reminder about one day of one agreement. A later day (a prolonged term) is reminded of anew."""

    __tablename__ = "agreement_reminder"
    __table_args__ = (UniqueConstraint("agreement_id", "kind", "about", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    kind: Mapped[str] = mapped_column(Code)
    """ends, sign_by, authority:<party>."""
    about: Mapped[date]
    """The day it is about: the last day of the term, the signing deadline, the last day of an authority."""
    days: Mapped[int] = mapped_column(default=0)
    """So many days ahead: 90, 30 or 10; 0 afterwards."""
    sent: Mapped[bool] = mapped_column(default=True)
    """False where a nearer reminder was due the same day and went instead."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
