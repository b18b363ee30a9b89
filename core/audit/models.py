"""Tables of the audit journal: records, the head of each chain, and the global anchors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from core.db import Code, Hash, Json, Model, UtcDateTime


class AuditRecord(Model):
    """One act. Never updated, never deleted; carries the hash of the record before it in its subject's chain."""

    __tablename__ = "audit_record"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "seq"),
        Index("ix_audit_record_actor", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None]
    organisation_name: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str] = mapped_column(Code)
    from_state: Mapped[str | None] = mapped_column(Code)
    to_state: Mapped[str | None] = mapped_column(Code)
    comment: Mapped[str] = mapped_column(Text, default="")
    document_hash: Mapped[str | None] = mapped_column(Hash)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    address: Mapped[str] = mapped_column(Text, default="")
    session: Mapped[str] = mapped_column(Text, default="")
    previous_hash: Mapped[str] = mapped_column(Hash)
    hash: Mapped[str] = mapped_column(Hash)


class AuditHead(Model):
    """The last record of a subject's chain; its row lock serialises the writers of one chain."""

    __tablename__ = "audit_head"

    subject_kind: Mapped[str] = mapped_column(Code, primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(Hash)
    anchored_seq: Mapped[int] = mapped_column(default=0)


class AuditAnchor(Model):
    """A link of the global chain: the heads that moved since the link before."""

    __tablename__ = "audit_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    heads: Mapped[list[Any]] = mapped_column(Json)
    previous_hash: Mapped[str] = mapped_column(Hash)
    hash: Mapped[str] = mapped_column(Hash)


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


for _model in (AuditRecord, AuditAnchor):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
