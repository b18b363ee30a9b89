"""Webhooks: where an organisation wants to be told of its agreements' steps, and the log of what was sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Model, UtcDateTime, Versioned


class Webhook(Versioned, Model):
    """An address of an organisation. The secret signs what is sent; it is shown once and kept sealed."""

    __tablename__ = "agreement_webhook"
    __table_args__ = (UniqueConstraint("organisation_id", "url"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    """Sealed (`agreements.webhooks.keys`)."""
    secret_before: Mapped[str] = mapped_column(Text, default="")
    """The one it took the place of, sealed: signs as well until `before_until`."""
    before_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(default=True)
    created_by: Mapped[int | None]
    created_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Model):
    """One message to one address: what was sent, how often it was tried, how it ended."""

    __tablename__ = "agreement_webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event"),
        Index("ix_agreement_webhook_delivery_log", "webhook_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("agreement_webhook.id"))
    event: Mapped[str] = mapped_column(Code)
    """agreement:<id>:<number of the journal's record>: the same step is sent once; test:<mark> of a trial."""
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    """None: a trial, which is about nothing."""
    body: Mapped[str] = mapped_column(Text)
    """The very text that is signed and sent."""
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, delivered, failed (given up), withheld (the organisation may not see the subject any more)."""
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    webhook: Mapped[Webhook] = relationship()
