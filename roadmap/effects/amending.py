"""Approved change requests become the terms of the next edition, and are applied when it comes into force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core.accounts.actor import Actor
from core.db import db
from core.errors import NotNow, Reason
from core.workflow import Ask
from roadmap import plan_values
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Occurrence

DATES = ("starts_on", "due_on", "until_on")


def put_in(edition: Edition, actor: Actor) -> None:
    """Put every approved request into the edition's terms. Raises NotNow naming the requests that are out of date."""
    requests = waiting_requests(edition.roadmap_id)
    stale = [request for request in requests if request.item_id is not None and _is_stale(request, edition)]
    stale += plan_values.stale_of(requests)
    if stale:
        numbers = ", ".join(str(request.number) for request in stale)
        raise NotNow(
            _("Пока запросы ждали, условия изменились"),
            reasons=[
                Reason(
                    _(
                        "Запросы № %(numbers)s исходят из прежних условий: отзовите и подайте заново",
                        numbers=numbers,
                    ),
                    "change_is_current",
                    ", ".join(request.author_name for request in stale),
                )
            ],
        )
    for request in requests:
        _put(request, edition)
        request.edition_id = edition.id
    db.session.flush()


def waiting_requests(roadmap_id: int) -> Sequence[ChangeRequest]:
    """Requests both sides approved that no edition carries yet, in the order they were asked."""
    return db.session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.roadmap_id == roadmap_id,
            ChangeRequest.state == "approved",
            ChangeRequest.edition_id.is_(None),
            ChangeRequest.kind != "suspension",
        )
        .order_by(ChangeRequest.number)
    ).all()


def _is_stale(request: ChangeRequest, edition: Edition) -> bool:
    terms = terms_in(edition, request.item_id)
    return any(plain(getattr(terms, field)) != was for field, (was, _now) in request.changes.items())


def terms_in(edition: Edition, item_id: int | None) -> ItemTerms:
    return db.session.scalars(
        select(ItemTerms).where(ItemTerms.edition_id == edition.id, ItemTerms.item_id == item_id)
    ).one()


def _put(request: ChangeRequest, edition: Edition) -> None:
    """A plan value is in no item's terms: it is recorded when the edition comes into force."""
    if request.kind == plan_values.KIND:
        return
    if request.item_id is None:
        item = new_item(edition, request.section or 1)
        request.item_id = item.id
        db.session.add(ItemTerms(edition_id=edition.id, item_id=item.id, **_values(request)))
    else:
        terms = terms_in(edition, request.item_id)
        for field, value in _values(request).items():
            setattr(terms, field, value)
    db.session.flush()


def _values(request: ChangeRequest) -> dict[str, Any]:
    return {field: typed(field, now) for field, (_was, now) in request.changes.items()}


def new_item(edition: Edition, section: int) -> Item:
    """An item under the next number of the section, never one that was given before."""
    return new_items(edition, [section])[0]


def new_items(edition: Edition, sections: Sequence[int], numbers: Sequence[int] = ()) -> list[Item]:
    """An item for each of the section numbers, in their order; five statements, however many.

    `numbers`, where an import brings its own, stand for the next free ones: the caller knows that none was given.
    """
    given = select(Item.section, func.max(Item.number)).where(Item.roadmap_id == edition.roadmap_id)
    last = dict(db.session.execute(given.group_by(Item.section)).tuples().all())
    items = []
    for place, section in enumerate(sections):
        number = last[section] = numbers[place] if numbers else last.get(section, 0) + 1
        items.append(Item(roadmap_id=edition.roadmap_id, section=section, number=number, code=f"{section}.{number}"))
    db.session.add_all(items)
    db.session.flush()
    occurrences = [Occurrence(item_id=item.id, state="draft") for item in items]
    db.session.add_all(occurrences)
    db.session.flush()
    for item, occurrence in zip(items, occurrences, strict=True):
        item.current_id = occurrence.id
    return items


def plain(value: Any) -> Any:
    """A value of the terms as a request keeps it (JSON)."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value


def typed(field: str, value: Any) -> Any:
    """The reverse of `plain`."""
    if value is None:
        return None
    if field in DATES:
        return date.fromisoformat(str(value))
    return Decimal(str(value)) if field == "target" else value


def apply_requests(edition: Edition, actor: Actor) -> None:
    """The edition is approved: its requests are applied, by the registrar who registered it."""
    from roadmap.states.changes import change_request

    requests = db.session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.edition_id == edition.id, ChangeRequest.state == "approved")
        .order_by(ChangeRequest.number)
    ).all()
    for request in requests:
        change_request.take(request, "apply", actor, Ask(data={"edition": edition.number}))
        if request.kind == plan_values.KIND:
            plan_values.bring_into_force(request, edition, actor)
