"""Tables of the documents room: template versions, issued files with their keys and PDFs, bulk runs, attached files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned


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
    retired_name: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TemplatePreview(Model):
    """The pages of a template version filled with its sample, as pictures in the store."""

    __tablename__ = "template_preview"

    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id"), primary_key=True)
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, ready, failed."""
    pages: Mapped[list[str]] = mapped_column(Json, default=list)
    """SHA-256 of the PNG of each page, in order."""
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


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
    """The data it was made of; of a personal kind sealed under the document's key, together with its clauses."""
    clauses: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """The text put into the template's place, where it departs from the template's own."""
    sha256: Mapped[str] = mapped_column(Hash, index=True)
    """Of the bytes as stored: of the file itself, or of its ciphertext where the kind is personal."""
    content_sha256: Mapped[str] = mapped_column(Hash)
    """Of the members' content; of a personal kind keyed with the document's key, so that it tells nothing without."""
    size: Mapped[int]
    engine: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

    template: Mapped[DocumentTemplate] = relationship()


class DocumentSecret(Model):
    """What opens a document of a personal kind: its key, and the hashes of the file itself. Erased, not deleted."""

    __tablename__ = "document_secret"

    document_id: Mapped[int] = mapped_column(ForeignKey("issued_document.id"), primary_key=True)
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(Hash, index=True, default="")
    content_sha256: Mapped[str] = mapped_column(Hash, default="")
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_by: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class DocumentPdf(Model):
    """The PDF/A of an issued document: made later, kept once made."""

    __tablename__ = "document_pdf"
    __table_args__ = (Index("ix_document_pdf_waiting", "state", "leased_until"),)

    issued_document_id: Mapped[int] = mapped_column(ForeignKey("issued_document.id"), primary_key=True)
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, ready, failed, unavailable (no LibreOffice where the worker runs)."""
    sha256: Mapped[str] = mapped_column(Hash, index=True, default="")
    """Of the file as it is given out."""
    stored_sha256: Mapped[str] = mapped_column(Hash, default="")
    size: Mapped[int] = mapped_column(default=0)
    engine: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BulkRun(Versioned, Model):
    """Many documents of one kind made from a register, one a row."""

    __tablename__ = "bulk_run"
    __table_args__ = (Index("ix_bulk_run_organisation", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id"))
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Code, default="checked")
    """checked (read, nothing made yet), running, cancelled, done."""
    turn: Mapped[int] = mapped_column(default=0)
    """How many times it was started: each is one job."""
    job_id: Mapped[int | None]
    total: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    template: Mapped[DocumentTemplate] = relationship()


class BulkRow(Model):
    """One row of a run and what became of it. Its data are forgotten once the document holds them."""

    __tablename__ = "bulk_row"
    __table_args__ = (UniqueConstraint("run_id", "number"), Index("ix_bulk_row_state", "run_id", "state", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_run.id"))
    number: Mapped[int]
    """The row's number in the register, as the person sees it there."""
    code: Mapped[str] = mapped_column(Code, unique=True)
    """The document's code, given beforehand: made twice, the document is the same file."""
    name: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the data, and then the document, are sealed under where the kind is personal."""
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, done, failed."""
    reason: Mapped[str] = mapped_column(Text, default="")
    faults: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    """What the check found: {"column": …, "message": …}."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("issued_document.id"), unique=True)


class VerificationCheck(Model):
    """A question to the public page: counted for a while, so that nobody can try all codes; what was asked is not."""

    __tablename__ = "verification_check"
    __table_args__ = (Index("ix_verification_check_address", "address", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


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
