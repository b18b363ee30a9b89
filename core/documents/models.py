"""Tables of the documents room: template versions, issued files, attached files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from core.db import Code, Hash, Json, Model, UtcDateTime


class DocumentTemplate(Model):
    """One version of a kind's Word template. Its file never changes; at most one version of a kind is active."""

    __tablename__ = "document_template"
    __table_args__ = (
        UniqueConstraint("kind", "version"),
        Index(
            "ix_document_template_active",
            "kind",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Hash)
    profile: Mapped[str] = mapped_column(Code, default="gost-2025")
    shipped: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(Code, default="draft")
    """draft (uploaded), active, retired."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    uploaded_by: Mapped[int | None]
    uploaded_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_by: Mapped[int | None]
    activated_name: Mapped[str] = mapped_column(Text, default="")
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class IssuedDocument(Model):
    """A file that was given out: evidence. Bytes, template and data are kept; nothing of it ever changes."""

    __tablename__ = "issued_document"
    __table_args__ = (Index("ix_issued_document_subject", "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Code, unique=True)
    """The short code printed in the footer, by which anybody can check the document."""
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    """What it was issued for: the same key is issued once."""
    kind: Mapped[str] = mapped_column(Code)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    rendition: Mapped[str] = mapped_column(Code)
    """draft, submitted, registered, sheet, consolidated, report…"""
    title: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json)
    clauses: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """The text put into the template's place, where it departs from the template's own."""
    sha256: Mapped[str] = mapped_column(Hash, index=True)
    content_sha256: Mapped[str] = mapped_column(Hash)
    size: Mapped[int]
    engine: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    template: Mapped[DocumentTemplate] = relationship()


class Attachment(Model):
    """A file somebody brought: a letter, a scan, a signature, evidence. Append-only; a new version is a new row."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject", "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    purpose: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Hash)
    size: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    period: Mapped[str] = mapped_column(Code, default="")
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


for _model in (IssuedDocument, Attachment):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
