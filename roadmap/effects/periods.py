"""Occurrences follow the terms in force: born at the approval, moved by an amendment, excluded with their item."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from core.accounts.actor import SYSTEM
from core.db import db
from core.web.kept import russian
from core.workflow import Ask
from roadmap.effects.items import point
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Occurrence
from roadmap.periods import spread


def activate(edition: Edition) -> None:
    """Every item of the edition that still is a draft begins its life."""
    from roadmap.states import roadmap_item

    drafts = db.session.scalars(
        select(Occurrence)
        .join(Occurrence.item)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition.id, ~ItemTerms.excluded, Occurrence.state == "draft")
        .options(contains_eager(Occurrence.item))
        .order_by(Item.section, Item.number)
    ).all()
    for occurrence in drafts:
        roadmap_item.take(occurrence, "activate", SYSTEM)


def follow_terms(edition: Edition) -> None:
    """What the edition changed: days move, periods are born or live again, excluded ones end. Finished ones stay."""
    if edition.number == 1:
        return
    for item, terms in _touched(edition):
        occurrences = db.session.scalars(
            select(Occurrence).where(Occurrence.item_id == item.id).order_by(Occurrence.ordinal)
        ).all()
        if terms.excluded:
            _exclude(occurrences, russian(_l("пункт исключён новой редакцией плана")))
        else:
            _move(edition, item, terms, occurrences)
        db.session.flush()
        point(item.id)


def _touched(edition: Edition) -> Sequence[tuple[Item, ItemTerms]]:
    ids = select(ChangeRequest.item_id).where(ChangeRequest.edition_id == edition.id)
    rows = db.session.execute(
        select(Item, ItemTerms)
        .join(ItemTerms, ItemTerms.item_id == Item.id)
        .where(ItemTerms.edition_id == edition.id, Item.id.in_(ids))
    )
    return [(item, terms) for item, terms in rows]


def _exclude(occurrences: Sequence[Occurrence], note: str) -> None:
    """What has not been presented yet ends; a result on the desks is looked at to its end."""
    from roadmap.states import roadmap_item

    for occurrence in occurrences:
        if occurrence.state in ("planned", "in_progress", "suspended"):
            roadmap_item.take(occurrence, "exclude", SYSTEM, Ask(comment=note))


def _restore(occurrence: Occurrence) -> None:
    """An earlier edition had no such period, this one has it again."""
    from roadmap.states import roadmap_item

    note = russian(_l("период снова есть в новой редакции плана"))
    roadmap_item.take(occurrence, "restore", SYSTEM, Ask(comment=note))


def _move(edition: Edition, item: Item, terms: ItemTerms, occurrences: Sequence[Occurrence]) -> None:
    spans = {span.key: span for span in spread(terms, edition.roadmap.period_end)}
    gone = []
    for occurrence in occurrences:
        span = spans.pop(occurrence.period, None)
        if span is None:
            gone.append(occurrence)
        elif occurrence.state not in ("done", "not_done"):
            occurrence.starts_on, occurrence.due_on = span.starts_on, span.due_on
            if occurrence.state == "excluded":
                _restore(occurrence)
    _exclude(gone, russian(_l("такого периода в новой редакции плана нет")))
    last = max((occurrence.ordinal for occurrence in occurrences), default=0)
    for number, span in enumerate(spans.values(), start=last + 1):
        db.session.add(
            Occurrence(
                item_id=item.id,
                period=span.key,
                ordinal=number,
                state="planned",
                starts_on=span.starts_on,
                due_on=span.due_on,
            )
        )
