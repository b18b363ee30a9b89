"""The disagreement protocol («протокол разногласий»): each party's wording of a clause, and the agreed one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Code, Hash, Model, UtcDateTime, Versioned


class Protocol(Versioned, Model):
    """One protocol of one subject; open until every clause is agreed."""

    __tablename__ = "protocol"
    __table_args__ = (
        Index(
            "ix_protocol_open",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        UniqueConstraint("subject_kind", "subject_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(Code, default="open")
    """open, closed, abandoned."""
    document_hash: Mapped[str] = mapped_column(Hash)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    rows: Mapped[list[ProtocolRow]] = relationship(order_by="ProtocolRow.id", back_populates="protocol")


class ProtocolRow(Versioned, Model):
    """A clause in dispute. `agreed` counts once every party has consented to exactly that wording."""

    __tablename__ = "protocol_row"
    __table_args__ = (UniqueConstraint("protocol_id", "clause_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    protocol_id: Mapped[int] = mapped_column(ForeignKey("protocol.id"))
    clause_id: Mapped[str] = mapped_column(Code)
    clause_number: Mapped[str] = mapped_column(Code)
    original: Mapped[str] = mapped_column(Text)
    agreed: Mapped[str] = mapped_column(Text, default="")
    agreed_hash: Mapped[str | None] = mapped_column(Hash)
    justification: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """Any column of the clause: whoever proposes a wording has read the columns as they stand."""

    protocol: Mapped[Protocol] = relationship(back_populates="rows")
    wordings: Mapped[list[ProtocolWording]] = relationship(order_by="ProtocolWording.id")
    consents: Mapped[list[ProtocolConsent]] = relationship(order_by="ProtocolConsent.id")

    @property
    def disputed(self) -> bool:
        """Whether some party still stands by a wording of its own."""
        return any(not wording.withdrawn for wording in self.wordings)


class ProtocolWording(Versioned, Model):
    """A party's own column: only its people may write it."""

    __tablename__ = "protocol_wording"
    __table_args__ = (UniqueConstraint("row_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("protocol_row.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    text: Mapped[str] = mapped_column(Text)
    withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The party gave its wording up: it is read and printed as such, and asks for nothing any more."""
    person_id: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProtocolConsent(Model):
    """A party's consent to one agreed wording (by its hash); a changed wording needs it anew."""

    __tablename__ = "protocol_consent"
    __table_args__ = (UniqueConstraint("row_id", "organisation_id", "agreed_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(ForeignKey("protocol_row.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    agreed_hash: Mapped[str] = mapped_column(Hash)
    person_id: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
