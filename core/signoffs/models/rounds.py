"""A running route, frozen at its start: rounds, slots and who holds them, decisions, acts on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, and_, event, exists, or_, text
from sqlalchemy.orm import Mapped, Mapper, column_property, mapped_column, relationship

from core.db import Code, Hash, Json, Model, UtcDateTime
from core.signoffs.models.protocol import Protocol, ProtocolRow
from core.workflow import Stateful

PHASES = ("own", "counterparty", "signing", "registration")


def _changes_text() -> ColumnElement[bool]:
    """The protocol agreed on a wording that is not the one under review."""
    return exists().where(ProtocolRow.protocol_id == Protocol.id, ProtocolRow.agreed != ProtocolRow.original)


class Round(Model):
    """One round of one subject over one text. A visa counts only in its round and for its hash."""

    __tablename__ = "signoff_round"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "number"),
        Index(
            "ix_signoff_round_open",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int] = mapped_column()
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    """The subject's name as it stood at the start, so that a list of tasks needs no look-ups."""
    revision: Mapped[int] = mapped_column(default=1)
    document_hash: Mapped[str] = mapped_column(Hash)
    state: Mapped[str] = mapped_column(Code, default="open")
    """open, passed, rejected, recalled, superseded."""
    phase: Mapped[str] = mapped_column(Code, default="own")
    initiator_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    drafters: Mapped[list[int]] = mapped_column(Json)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    templates: Mapped[list[Any]] = mapped_column(Json)
    """[[organisation id or null, template code, version]] the slots were drawn from."""
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_note: Mapped[str] = mapped_column(Text, default="")

    stands: Mapped[bool] = column_property(
        exists()
        .where(
            Protocol.subject_kind == subject_kind,
            Protocol.subject_id == subject_id,
            Protocol.document_hash == document_hash,
            Protocol.opened_at >= opened_at,
            or_(Protocol.state == "open", and_(Protocol.state == "closed", _changes_text())),
        )
        .correlate_except(Protocol)
    )
    """The parties argue over this very text: visas wait until the protocol of disagreements is closed, and longer
    where it changes the text, for then a new round begins."""

    slots: Mapped[list[Slot]] = relationship(back_populates="round", order_by="Slot.id")

    @property
    def subject(self) -> tuple[str, int]:
        return self.subject_kind, self.subject_id


class Slot(Stateful, Model):
    """A place in the route: who must decide, in which stage, by when. Its states are the sign-off task's."""

    __tablename__ = "signoff_slot"
    __table_args__ = (
        Index("ix_signoff_slot_round", "round_id", "phase", "track", "stage"),
        Index("ix_signoff_slot_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("signoff_round.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    side: Mapped[str] = mapped_column(Code)
    phase: Mapped[str] = mapped_column(Code)
    track: Mapped[str] = mapped_column(Code)
    """Stages of one track follow each other; tracks run beside each other."""
    stage: Mapped[int]
    rule: Mapped[str] = mapped_column(Code, default="all")
    n: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(Code)
    role: Mapped[str] = mapped_column(Code, default="")
    label: Mapped[str] = mapped_column(Text)
    mandatory: Mapped[bool] = mapped_column(default=True)
    same_person: Mapped[bool] = mapped_column(default=False)
    """The template it was drawn from lets one person decide two slots."""
    days: Mapped[int] = mapped_column(default=3)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")
    """Why it was recalled or lapsed."""

    round: Mapped[Round] = relationship(back_populates="slots")
    holders: Mapped[list[SlotHolder]] = relationship(order_by="SlotHolder.id")
    decision: Mapped[Decision | None] = relationship(back_populates="slot", foreign_keys="Decision.slot_id")

    @property
    def audit_subject(self) -> tuple[str, int]:
        return self.round.subject

    @property
    def document_hash(self) -> str:
        return self.round.document_hash


class SlotHolder(Model):
    """A person who may decide a slot, as he stood when the route started."""

    __tablename__ = "signoff_holder"
    __table_args__ = (UniqueConstraint("slot_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("signoff_slot.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """Where he worked then: a person who has moved to another organisation does not take the slot along."""
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(Text, default="")


class Desk(Model):
    """What lies on a person's desk now: derived from assigned slots, gone with the decision; no evidence in it."""

    __tablename__ = "signoff_desk"
    __table_args__ = (Index("ix_signoff_desk_person", "person_id", "due_at", "slot_id"),)

    slot_id: Mapped[int] = mapped_column(ForeignKey("signoff_slot.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(Code)
    subject_kind: Mapped[str] = mapped_column(Code)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Decision(Model):
    """What was decided in a slot: at most one, append-only. Who, for whom, on which text, how proven."""

    __tablename__ = "signoff_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("signoff_slot.id"), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("signoff_round.id"), index=True)
    verdict: Mapped[str] = mapped_column(Code)
    """submitted, approved, approved_with_remarks, rejected, signed, registered, acknowledged."""
    comment: Mapped[str] = mapped_column(Text, default="")
    document_hash: Mapped[str] = mapped_column(Hash)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(Text)
    position: Mapped[str] = mapped_column(Text, default="")
    mark: Mapped[str] = mapped_column(Code, default="")
    """"" for the holder himself, "за" or "и.о." for a substitute."""
    principal_id: Mapped[int | None]
    principal_name: Mapped[str] = mapped_column(Text, default="")
    substitution_id: Mapped[int | None] = mapped_column(ForeignKey("substitution.id"))
    method: Mapped[str] = mapped_column(Code)
    assurance: Mapped[str] = mapped_column(Code)
    session: Mapped[str] = mapped_column(Text, default="")
    paper_act_id: Mapped[int | None] = mapped_column(ForeignKey("paper_act.id"))
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("signoff_decision.id"))
    carried_by: Mapped[str] = mapped_column(Text, default="")
    carried_note: Mapped[str] = mapped_column(Text, default="")
    """The difference between the texts, as the coordinator who kept the visa described it."""

    slot: Mapped[Slot] = relationship(back_populates="decision", foreign_keys=[slot_id])
    paper_act: Mapped[PaperAct | None] = relationship()

    @property
    def kept(self) -> bool:
        """Carried over from an earlier round by a recorded decision."""
        return self.carried_from_id is not None


class PaperAct(Model):
    """A decision or signature given on paper: recorded by one person with the scan, confirmed by another."""

    __tablename__ = "paper_act"
    __table_args__ = (
        Index(
            "ix_paper_act_waiting",
            "slot_id",
            unique=True,
            sqlite_where=text("state = 'recorded'"),
            postgresql_where=text("state = 'recorded'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("signoff_slot.id"))
    state: Mapped[str] = mapped_column(Code, default="recorded")
    """recorded, confirmed, refused."""
    verdict: Mapped[str] = mapped_column(Code)
    comment: Mapped[str] = mapped_column(Text, default="")
    signer_id: Mapped[int]
    signed_on: Mapped[date]
    scan_sha256: Mapped[str] = mapped_column(Hash)
    scan_name: Mapped[str] = mapped_column(Text)
    document_hash: Mapped[str] = mapped_column(Hash)
    recorded_by: Mapped[int]
    recorded_name: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None]
    confirmed_name: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(Text, default="")


class RouteChange(Model):
    """A change of a running route: its own recorded act with a reason. Append-only."""

    __tablename__ = "route_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("signoff_round.id"), index=True)
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("signoff_slot.id"))
    what: Mapped[str] = mapped_column(Code)
    """reassigned, delegated, added, dropped."""
    detail: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


for _model in (Decision, RouteChange):
    event.listen(_model, "before_update", _refuse)
    event.listen(_model, "before_delete", _refuse)
