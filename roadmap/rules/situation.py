"""What an occurrence's rules ask of the database, gathered with one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, literal, or_, select, union_all

from core.db import db
from core.documents.models import Attachment
from roadmap.models import (
    ChangeRequest,
    Consent,
    Dependency,
    Indicator,
    IndicatorValue,
    Item,
    ItemIndicator,
    ItemLink,
    Occurrence,
)


@dataclass(frozen=True)
class Situation:
    """Beside the row itself: what is attached, what is missing, who agreed."""

    results: int = 0
    missing_facts: tuple[str, ...] = ()
    """Codes of linked indicators without a declared value for this period."""
    blockers: tuple[str, ...] = ()
    """Codes of items that must be done before and are not."""
    unsettled: tuple[str, ...] = ()
    """Titles of the agreements the item rests on that are not registered yet."""
    changes: frozenset[str] = frozenset()
    """Kinds of the item's change requests both sides have approved."""
    consents: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(step, side) that agreed to it in the present state."""


def situation(row: Occurrence) -> Situation:
    """The situation of an occurrence now. One query; a page may have put it on the row already (`known`)."""
    known = row.__dict__.get("known")
    if isinstance(known, Situation):
        return known
    return gather(db.session.execute(question(row)).all())


def gather(rows: Iterable[Any]) -> Situation:
    found: dict[str, list[str]] = {}
    for tag, value in rows:
        found.setdefault(tag, []).append(value)
    consents = [value.partition("|") for value in found.get("consent", [])]
    return Situation(
        results=int(found.get("results", ["0"])[0]),
        missing_facts=tuple(sorted(found.get("fact", []))),
        blockers=tuple(sorted(found.get("blocker", []))),
        unsettled=tuple(sorted(found.get("unsettled", []))),
        changes=frozenset(found.get("change", [])),
        consents=frozenset((step, side) for step, _bar, side in consents),
    )


def question(row: Occurrence) -> Select[Any]:
    union = union_all(*parts(row)).subquery()
    return select(union.c.tag, union.c.value)


def parts(row: Occurrence) -> list[Select[Any]]:
    """The questions, each (tag, value): a page asks them together with its own."""
    return [_results(row), _facts(row), _blockers(row), _unsettled(row), _changes(row), _consents(row)]


def _tag(name: str) -> ColumnElement[str]:
    return cast(literal(name), Text).label("tag")


def _results(row: Occurrence) -> Select[Any]:
    return select(_tag("results"), cast(func.count(), Text).label("value")).where(
        Attachment.subject_kind == "roadmap_result", Attachment.subject_id == row.id, Attachment.purpose == "result"
    )


def _facts(row: Occurrence) -> Select[Any]:
    entered = select(IndicatorValue.id).where(
        IndicatorValue.indicator_id == Indicator.id,
        IndicatorValue.occurrence_id == row.id,
        IndicatorValue.kind == "declared",
    )
    return (
        select(_tag("fact"), cast(Indicator.code, Text).label("value"))
        .join(ItemIndicator, ItemIndicator.indicator_id == Indicator.id)
        .where(ItemIndicator.item_id == row.item_id, ~entered.exists())
    )


def _blockers(row: Occurrence) -> Select[Any]:
    unfinished = select(Occurrence.id).where(
        Occurrence.item_id == Dependency.after_id, Occurrence.state.not_in(("done", "excluded"))
    )
    if row.due_on is not None:
        unfinished = unfinished.where(or_(Occurrence.due_on.is_(None), Occurrence.due_on <= row.due_on))
    return (
        select(_tag("blocker"), cast(Item.code, Text).label("value"))
        .join(Dependency, Dependency.after_id == Item.id)
        .where(Dependency.item_id == row.item_id, Dependency.blocking, unfinished.exists())
    )


def _unsettled(row: Occurrence) -> Select[Any]:
    return select(_tag("unsettled"), cast(ItemLink.title, Text).label("value")).where(
        ItemLink.item_id == row.item_id, ItemLink.required, ~ItemLink.settled
    )


def _changes(row: Occurrence) -> Select[Any]:
    return select(_tag("change"), cast(ChangeRequest.kind, Text).label("value")).where(
        ChangeRequest.item_id == row.item_id,
        or_(
            ChangeRequest.state == "approved",
            # Leave to suspend ends when both sides resume.
            and_(ChangeRequest.state == "applied", ChangeRequest.kind != "suspension"),
        ),
    )


def _consents(row: Occurrence) -> Select[Any]:
    return select(_tag("consent"), (Consent.step + "|" + Consent.side).label("value")).where(
        Consent.occurrence_id == row.id, Consent.state == row.state, ~Consent.used
    )
