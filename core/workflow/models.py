"""The durable table of jobs: reactions, letters, renderings, bulk runs. Written in the business transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Code, Json, Model, UtcDateTime


class Job(Model):
    """Something that must happen after a commit: at least once, claimed with a lease on the database's clock."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_waiting", "state", "run_after", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Two enqueues under one key are one job."""
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, running, done, failed, cancelled."""
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cancel: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    person_id: Mapped[int | None]
    """Who asked for it, where a person waits for the result."""
