"""What people were reminded of: each thing once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Model, UtcDateTime


class RoadmapReminder(Model):
    """A reminder about a subject's day. Of several due at once only the nearest is `sent`, the others are noted."""

    __tablename__ = "roadmap_reminder"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "kind", "about", "days"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    """due (before the day), overdue, escalated, no_info."""
    about: Mapped[date]
    """The day it is about: a day that moved is reminded of anew."""
    days: Mapped[int]
    """Working days ahead of it; 0 after it."""
    sent: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
