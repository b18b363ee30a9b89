"""Items of a plan: identity and number, terms per edition, one occurrence per period with its own machine."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Mapper, foreign, mapped_column, relationship, remote

from core.db import Code, Json, Model, UtcDateTime, Versioned
from core.language.search import stems
from core.workflow import Stateful
from roadmap.models.plans import Edition, Roadmap

TERMS = (
    "title",
    "term_text",
    "starts_on",
    "due_on",
    "until_on",
    "recurrence",
    "for_previous",
    "period_dates",
    "after_item_id",
    "after_days",
    "after_working",
    "responsible_side",
    "unit",
    "organisation_id",
    "co_executors",
    "co_organisations",
    "result",
    "document_kind",
    "document_template",
    "control_points",
    "legal_basis",
    "target",
    "target_unit",
    "excluded",
)
"""What an edition says about an item: copied into the next edition, compared between editions."""


class Item(Model):
    """A measure of the plan: a number that is never given twice. What it promises stands in its terms."""

    __tablename__ = "roadmap_item"
    __table_args__ = (UniqueConstraint("roadmap_id", "section", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"))
    section: Mapped[int]
    number: Mapped[int]
    code: Mapped[str] = mapped_column(Code)
    """«2.3»."""
    terms_id: Mapped[int | None] = mapped_column(index=True)
    """ItemTerms in force (those of the first edition until it is approved). A pointer: terms point back with a key."""
    current_id: Mapped[int | None] = mapped_column(index=True)
    """The occurrence that is at work now: the first that is not finished, or the last."""
    executor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The person at work; the side's coordinator names him, it is not a term of the plan."""
    executor_name: Mapped[str] = mapped_column(Text, default="")
    dropped: Mapped[bool] = mapped_column(default=False)
    """Struck from a draft before any approval; its number stays taken."""

    roadmap: Mapped[Roadmap] = relationship()
    terms: Mapped[ItemTerms | None] = relationship(
        primaryjoin=lambda: foreign(Item.terms_id) == remote(ItemTerms.id), viewonly=True
    )


class ItemTerms(Versioned, Model):
    """What one edition says about one item. Frozen with its edition."""

    __tablename__ = "roadmap_terms"
    __table_args__ = (UniqueConstraint("edition_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("roadmap_edition.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"), index=True)
    frozen: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(Text)
    term_text: Mapped[str] = mapped_column(Text, default="")
    """The term in words as the plan prints it; the dates below are computed or entered beside it."""
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    """Due day of the first period; empty where the item legitimately has no date."""
    until_on: Mapped[date | None]
    """Last due day of a recurring item; empty is the end of the plan."""
    recurrence: Mapped[str] = mapped_column(Code, default="once")
    for_previous: Mapped[bool] = mapped_column(default=False)
    """The due day lies after the period it reports on («до 15 числа месяца, следующего за кварталом»)."""
    period_dates: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Due days moved for single periods: {"2026-Q2": "2026-07-20"}."""
    after_item_id: Mapped[int | None] = mapped_column(ForeignKey("roadmap_item.id"), index=True)
    after_days: Mapped[int | None]
    after_working: Mapped[bool] = mapped_column(default=False)
    """«В течение N (рабочих) дней после» the item above: the date is set when that one is done."""
    responsible_side: Mapped[str] = mapped_column(Code, default="both")
    """A side of the plan, or both («Совместно»)."""
    unit: Mapped[str] = mapped_column(Text, default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    """The organisation the executor belongs to; empty is the responsible party itself."""
    co_executors: Mapped[str] = mapped_column(Text, default="")
    co_organisations: Mapped[list[int]] = mapped_column(Json, default=list)
    result: Mapped[str] = mapped_column(Text, default="")
    document_kind: Mapped[str] = mapped_column(Text, default="")
    document_template: Mapped[str] = mapped_column(Code, default="")
    control_points: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{"title", "term", "due": ISO day or null}]"""
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    target: Mapped[Decimal | None] = mapped_column(Numeric(18, 3))
    target_unit: Mapped[str] = mapped_column(Text, default="")
    excluded: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text, default="")
    """Stems of what is looked for by words, kept by the event below."""

    edition: Mapped[Edition] = relationship()
    item: Mapped[Item] = relationship(foreign_keys=[item_id])


class Occurrence(Stateful, Model):
    """An item in one period: the row of the item's machine. An item without recurrence has one."""

    __tablename__ = "roadmap_occurrence"
    __table_args__ = (
        UniqueConstraint("item_id", "period"),
        Index("ix_roadmap_occurrence_due", "state", "due_on"),
        Index("ix_roadmap_occurrence_late", "item_id", "due_on", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"))
    period: Mapped[str] = mapped_column(Code, default="")
    """"" for an item without recurrence; «2026», «2026-Q1», «2026-H1», «2026-03» otherwise."""
    ordinal: Mapped[int] = mapped_column(default=1)
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    started_on: Mapped[date | None]
    fact_on: Mapped[date | None]
    """The day the result was presented; final once confirmed."""
    percent: Mapped[int] = mapped_column(default=0)
    forecast_on: Mapped[date | None]
    risk: Mapped[str] = mapped_column(Code, default="none")
    """none, medium, high: as the executor tells it."""
    last_info_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    """The last word on progress, or why the term was broken."""
    attempt: Mapped[int] = mapped_column(default=0)
    """How often the result was presented."""
    returns: Mapped[int] = mapped_column(default=0)
    submitted_by: Mapped[int | None]
    accepted_side: Mapped[str] = mapped_column(Code, default="")
    result_hash: Mapped[str | None] = mapped_column(Text)
    """SHA-256 of the presented result: its files, date and values."""
    control_facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """{control point's place: ISO day it was reached}."""

    item: Mapped[Item] = relationship()

    @property
    def audit_subject(self) -> tuple[str, int]:
        return "roadmap_item", self.item_id

    @property
    def document_hash(self) -> str | None:
        return self.result_hash


class Verdict(Model):
    """A side accepted or confirmed a presented result. One a side and presentation; append-only."""

    __tablename__ = "roadmap_verdict"
    __table_args__ = (UniqueConstraint("occurrence_id", "attempt", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("roadmap_occurrence.id"))
    attempt: Mapped[int]
    side: Mapped[str] = mapped_column(Code)
    step: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Model):
    """The other side agrees to a step that neither side takes alone (close as not done, reopen, resume)."""

    __tablename__ = "roadmap_consent"
    __table_args__ = (Index("ix_roadmap_consent", "occurrence_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("roadmap_occurrence.id"))
    step: Mapped[str] = mapped_column(Code)
    side: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    """The occurrence's state it was given in: it lapses with it."""
    person_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    used: Mapped[bool] = mapped_column(default=False)


class Dependency(Model):
    """`item` begins only after `after` is done. Kept by the coordinators beside the plan, not approved with it."""

    __tablename__ = "roadmap_dependency"
    __table_args__ = (UniqueConstraint("item_id", "after_id"), Index("ix_roadmap_dependency_after", "after_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    roadmap_id: Mapped[int] = mapped_column(ForeignKey("roadmap.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"))
    blocking: Mapped[bool] = mapped_column(default=True)
    lag_days: Mapped[int] = mapped_column(default=0)
    """How many more days must pass after `after` is done."""
    lag_working: Mapped[bool] = mapped_column(default=False)


class ItemLink(Model):
    """What an item rests on elsewhere, as (kind, id). The other room settles it: an agreement once registered."""

    __tablename__ = "roadmap_item_link"
    __table_args__ = (UniqueConstraint("item_id", "kind", "subject_id"), Index("ix_roadmap_link", "kind", "subject_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"))
    kind: Mapped[str] = mapped_column(Code)
    subject_id: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text, default="")
    required: Mapped[bool] = mapped_column(default=False)
    """The item's document is this very subject: the item closes only once it is settled."""
    settled: Mapped[bool] = mapped_column(default=False)


class ItemIndicator(Model):
    """An indicator an item moves."""

    __tablename__ = "roadmap_item_indicator"

    item_id: Mapped[int] = mapped_column(ForeignKey("roadmap_item.id"), primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), primary_key=True, index=True)


def _index_words(_mapper: Mapper[Any], _connection: Any, target: ItemTerms) -> None:
    target.words = " ".join(stems(" ".join((target.title, target.unit or "", target.result or ""))))


def _refuse_frozen(_mapper: Mapper[Any], _connection: Any, target: ItemTerms) -> None:
    if target.frozen:
        raise RuntimeError("terms of a frozen edition are not edited")


def _refuse(_mapper: Mapper[Any], _connection: Any, target: Any) -> None:
    raise RuntimeError(f"{type(target).__name__} is append-only")


event.listen(ItemTerms, "before_insert", _index_words)
event.listen(ItemTerms, "before_update", _refuse_frozen)
event.listen(ItemTerms, "before_update", _index_words)
event.listen(ItemTerms, "before_delete", _refuse_frozen)
event.listen(Verdict, "before_update", _refuse)
event.listen(Verdict, "before_delete", _refuse)
