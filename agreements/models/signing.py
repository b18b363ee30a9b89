"""Signatures of the parties: on paper copies, or electronic ones made elsewhere and recorded here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Hash, Model, UtcDateTime


class PartySignature(Model):
    """One party's signature under one revision. A refusal or recall voids it; the row stays."""

    __tablename__ = "party_signature"
    __table_args__ = (
        Index(
            "ix_party_signature_valid",
            "party_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("agreement_revision.id"))
    document_hash: Mapped[str] = mapped_column(Hash)
    decision_id: Mapped[int] = mapped_column(ForeignKey("signoff_decision.id"))
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    signed_on: Mapped[date]
    method: Mapped[str] = mapped_column(Code, default="paper")
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_note: Mapped[str] = mapped_column(Text, default="")

    electronic: Mapped[ElectronicSignature | None] = relationship(back_populates="signature")


class ElectronicSignature(Model):
    """An external electronic signature: recorded, never made here. Its hash is tied to the signed bytes."""

    __tablename__ = "electronic_signature"

    id: Mapped[int] = mapped_column(primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("party_signature.id"), unique=True)
    certificate: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    mchd_number: Mapped[str] = mapped_column(Text, default="")
    mchd_valid_to: Mapped[date | None]
    file_sha256: Mapped[str] = mapped_column(Hash)
    file_name: Mapped[str] = mapped_column(Text)
    document_hash: Mapped[str] = mapped_column(Hash)

    signature: Mapped[PartySignature] = relationship(back_populates="electronic")


class PaperCopy(Model):
    """One of the N signed copies: who holds it, when it came back."""

    __tablename__ = "paper_copy"
    __table_args__ = (UniqueConstraint("agreement_id", "revision_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("agreement_revision.id"))
    number: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey("agreement_party.id"))
    """The party the copy is meant for."""
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sent_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    returned_by: Mapped[str] = mapped_column(Text, default="")
    scan_sha256: Mapped[str | None] = mapped_column(Hash)
    scan_name: Mapped[str] = mapped_column(Text, default="")
