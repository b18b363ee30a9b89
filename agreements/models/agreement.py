"""An agreement, its parties and its revisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import Organisation, Signatory
from core.db import Code, Hash, Json, Model, UtcDateTime
from core.workflow import Stateful


class Agreement(Stateful, Model):
    """One document between two to fifteen parties; a supplementary agreement points at its parent."""

    __tablename__ = "agreement"
    __table_args__ = (
        Index("ix_agreement_state", "state", "id"),
        Index("ix_agreement_kind", "kind", "id"),
        Index("ix_agreement_until", "state", "valid_until"),
        UniqueConstraint("parent_id", "seq"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Code)
    title: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"), index=True)
    seq: Mapped[int | None]
    """Number of a supplementary agreement among its parent's."""
    parent_edition: Mapped[int | None]
    """The edition of the parent's terms the changes were drawn against."""
    model_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_model.id"), index=True)
    """The model agreement this one was sent out from."""
    initiator_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    city: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """The fields of the kind, as entered (dates in ISO form)."""
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The working text: [{"id", "level", "text"}]; empty is the template's own text."""
    financial_terms: Mapped[bool] = mapped_column(default=False)
    public_info: Mapped[bool] = mapped_column(default=False)
    """The drafter declares that nothing in it is restricted; the security visa says the same for the Corporation."""
    edition: Mapped[int] = mapped_column(default=1)
    """Edition of the consolidated terms: grows with every registered amendment."""
    revision_number: Mapped[int] = mapped_column(default=0)
    signing_method: Mapped[str] = mapped_column(Code, default="")
    """paper or electronic."""
    sign_by: Mapped[date | None]
    signed_on: Mapped[date | None]
    """Date of the agreement: the date of the last signature."""
    number: Mapped[str] = mapped_column(Text, default="")
    """The number under which it is cited: the initiator's registration number."""
    registered_on: Mapped[date | None]
    effective_from: Mapped[date | None]
    term_type: Mapped[str] = mapped_column(Code, default="until")
    """until (a date), years, open."""
    valid_until: Mapped[date | None]
    prolong_years: Mapped[int] = mapped_column(default=0)
    """Automatic prolongation by so many years unless notice is given; 0 is none."""
    notice_days: Mapped[int] = mapped_column(default=30)
    terminates_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    sample: Mapped[bool] = mapped_column(default=False)
    drafters: Mapped[list[int]] = mapped_column(Json, default=list)
    created_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    parties: Mapped[list[AgreementParty]] = relationship(
        back_populates="agreement", order_by="AgreementParty.position", cascade="all, delete-orphan"
    )
    revisions: Mapped[list[Revision]] = relationship(back_populates="agreement", order_by="Revision.number")
    parent: Mapped[Agreement | None] = relationship(remote_side="Agreement.id", foreign_keys=[parent_id])

    @property
    def current(self) -> Revision | None:
        """The revision under approval, or the signed one; None before the first submission."""
        return next((revision for revision in self.revisions if revision.current), None)

    @property
    def document_hash(self) -> str | None:
        return self.current.document_hash if self.current and self.state != "draft" else None


class AgreementParty(Model):
    """A party with its signatory. The first in order is «Сторона 1»."""

    __tablename__ = "agreement_party"
    __table_args__ = (
        UniqueConstraint("agreement_id", "organisation_id"),
        UniqueConstraint("agreement_id", "position"),
        Index("ix_agreement_party_organisation", "organisation_id", "agreement_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    alias: Mapped[str] = mapped_column(Text, default="")
    """Name in this agreement; empty takes the organisation's own."""
    role: Mapped[str] = mapped_column(Code, default="")
    """In a cluster: authority, base_college, network_college, anchor_employer, employer, initiator, other."""
    signatory_id: Mapped[int | None] = mapped_column(ForeignKey("signatory.id"))
    reg_number: Mapped[str] = mapped_column(Text, default="")
    reg_date: Mapped[date | None]

    agreement: Mapped[Agreement] = relationship(back_populates="parties")
    organisation: Mapped[Organisation] = relationship()
    signatory: Mapped[Signatory | None] = relationship()


class Revision(Model):
    """A numbered text that was submitted: its clauses, data and document never change; exactly one is current."""

    __tablename__ = "agreement_revision"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index(
            "ix_agreement_revision_current",
            "agreement_id",
            unique=True,
            sqlite_where=text('"current"'),
            postgresql_where=text('"current"'),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    number: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)
    signed: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    document_id: Mapped[int] = mapped_column(ForeignKey("issued_document.id"))
    document_hash: Mapped[str] = mapped_column(Hash)
    drafters: Mapped[list[int]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_name: Mapped[str] = mapped_column(Text, default="")

    agreement: Mapped[Agreement] = relationship(back_populates="revisions")
