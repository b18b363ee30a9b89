"""Model agreements («типовые формы»), what was sent out from them, and how each counterparty's text departs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from core.db import Code, Hash, Json, Model, UtcDateTime, Versioned


class ModelForm(Versioned, Model):
    """The working model: kind, text and data that every agreement sent from it has in common."""

    __tablename__ = "agreement_model"
    __table_args__ = (Index("ix_agreement_model_organisation", "organisation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """Whose model it is: the initiator of everything sent; nobody else knows of it."""
    kind: Mapped[str] = mapped_column(Code)
    title: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """The working text: [{"id", "level", "text"}]; empty is the template's own text."""
    parties: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Who stands where: see `agreements.fanout.places.Places`."""
    financial_terms: Mapped[bool] = mapped_column(default=False)
    public_info: Mapped[bool] = mapped_column(default=False)
    term_type: Mapped[str] = mapped_column(Code, default="until")
    valid_until: Mapped[date | None]
    prolong_years: Mapped[int] = mapped_column(default=0)
    notice_days: Mapped[int] = mapped_column(default=30)
    revision_number: Mapped[int] = mapped_column(default=0)
    """The newest revision; 0 while nothing was approved for sending."""
    changed: Mapped[bool] = mapped_column(default=True)
    """Whether the working model was edited after its newest revision."""
    sample: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int | None]
    created_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ModelRevision(Model):
    """A revision of a model that agreements are sent from: never changed."""

    __tablename__ = "agreement_model_revision"
    __table_args__ = (UniqueConstraint("model_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("agreement_model.id"))
    number: Mapped[int]
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    """The plain columns of the model at that moment: title, city, term, marks, parties."""
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id"))
    """The version of the template the wording was drawn up on; a later one changes nothing of it."""
    template_text: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What the template made of the data, before any editing: the ground on which the model's own wording stands."""
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """The model's wording, whole: [{"id", "level", "number", "text"}]."""
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_name: Mapped[str] = mapped_column(Text, default="")


class Sending(Versioned, Model):
    """One list of counterparties to be sent one revision. Checked first; created by a job that bears being killed."""

    __tablename__ = "agreement_sending"
    __table_args__ = (Index("ix_agreement_sending_model", "model_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("agreement_model.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("agreement_model_revision.id"))
    state: Mapped[str] = mapped_column(Code, default="checked")
    """checked, running, cancelled, done."""
    source: Mapped[str] = mapped_column(Text, default="")
    """Where the list came from: a selection, a pasted list, the name of a file."""
    turn: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None]
    total: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SendingRow(Model):
    """A counterparty of a sending: what was asked for, what the check found, what became of it."""

    __tablename__ = "agreement_sending_row"
    __table_args__ = (
        UniqueConstraint("sending_id", "number"),
        Index("ix_agreement_sending_row_state", "sending_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sending_id: Mapped[int] = mapped_column(ForeignKey("agreement_sending.id"))
    number: Mapped[int]
    """The row's number in the list or in the sheet, as the person sees it there."""
    asked: Mapped[str] = mapped_column(Text)
    """The counterparty as it was written."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    spec: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """What differs for this counterparty: see `agreements.fanout.wanted.Wanted`."""
    state: Mapped[str] = mapped_column(Code, default="ready")
    """ready, faulty, left_out, waiting, done, failed, cancelled."""
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """What keeps it from being created: {"column", "message"}."""
    warnings: Mapped[list[str]] = mapped_column(Json, default=list)
    """What will keep the draft from being submitted, in words."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why the creation was refused."""
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))


class Sent(Model):
    """An agreement drawn from a model: one of a model and a counterparty, whoever sends and how often."""

    __tablename__ = "agreement_sent"
    __table_args__ = (
        UniqueConstraint("model_id", "organisation_id"),
        UniqueConstraint("agreement_id"),
        Index("ix_agreement_sent_revision", "revision_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("agreement_model.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("agreement_model_revision.id"))
    """The revision of the model its text rests on now."""
    base: Mapped[list[dict[str, Any]]] = mapped_column(Json, deferred=True)
    """The model's wording with this counterparty's data: what deviations are counted from."""
    base_hash: Mapped[str] = mapped_column(Hash)
    text_hash: Mapped[str] = mapped_column(Hash)
    """Which deviations are the present ones."""
    offered_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_model_revision.id"))
    """The revision a supplementary agreement was drawn for, and that agreement."""
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Deviations(Model):
    """How one text of a sent agreement departs from the model: counted once, when the text appears."""

    __tablename__ = "agreement_deviations"
    __table_args__ = (UniqueConstraint("sent_id", "base_hash", "text_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sent_id: Mapped[int] = mapped_column(ForeignKey("agreement_sent.id"))
    base_hash: Mapped[str] = mapped_column(Hash)
    text_hash: Mapped[str] = mapped_column(Hash)
    revision: Mapped[int]
    """The agreement's revision that first had this text; one more than the last while it is being drafted."""
    count: Mapped[int]
    found: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """See `agreements.fanout.texts.Deviation`, and who introduced each, in which revision, by which protocol."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BoardAct(Model):
    """One act for many counterparties of a board: submit, remind, renew, amend. Done by a job, row by row."""

    __tablename__ = "agreement_board_act"
    __table_args__ = (Index("ix_agreement_board_act_model", "model_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("agreement_model.id"))
    kind: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code, default="running")
    """running, done."""
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("agreement_model_revision.id"))
    """What renewing and amending bring."""
    comment: Mapped[str] = mapped_column(Text, default="")
    total: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BoardActRow(Model):
    """What became of one counterparty in a bulk act."""

    __tablename__ = "agreement_board_act_row"
    __table_args__ = (UniqueConstraint("act_id", "sent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    act_id: Mapped[int] = mapped_column(ForeignKey("agreement_board_act.id"))
    sent_id: Mapped[int] = mapped_column(ForeignKey("agreement_sent.id"))
    state: Mapped[str] = mapped_column(Code, default="waiting")
    """waiting, done, refused."""
    text: Mapped[str] = mapped_column(Text, default="")
    """The refusal, or what was done, in words."""
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


event.listen(ModelRevision, "before_update", _refuse)
event.listen(ModelRevision, "before_delete", _refuse)
