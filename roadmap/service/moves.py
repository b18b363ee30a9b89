"""Several moved days as change requests, drafted together: what «что, если» showed is asked of the other side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotFound, NotValid
from core.language.dates import date_words
from core.web.kept import russian
from roadmap.models import ChangeRequest, Item, Occurrence
from roadmap.scheduling import Shift
from roadmap.service.changes import NewChange, draft_change
from roadmap.service.items import visible_item


@dataclass(frozen=True)
class Moved:
    """An item's new last day (and first day, where it moves too) at its present period."""

    item_id: int
    due_on: date
    starts_on: date | None = None

    @classmethod
    def of(cls, item_id: int, shift: Shift) -> Moved:
        """What «что, если» answered about the item."""
        assert shift.due is not None
        return cls(item_id, shift.due, shift.start if shift.start != shift.was_start else None)


def draft_moves(roadmap_id: int, moves: Sequence[Moved], reason: str, actor: Actor) -> list[ChangeRequest]:
    """One request «перенос срока» an item, all or none. Raises what drafting one does."""
    if not reason.strip():
        raise NotValid(_("Напишите, почему нужно изменение"), "reason")
    if not moves:
        raise NotValid(_("Отметьте хотя бы один пункт"), "chosen")
    with transaction():
        return [
            draft_change(
                roadmap_id,
                NewChange("term", values_of(visible_item(move.item_id, actor), move), reason, move.item_id),
                actor,
            )
            for move in moves
        ]


def values_of(item: Item, move: Moved) -> Mapping[str, Any]:
    """The terms that say the new day: of one period for what recurs, of the item itself otherwise."""
    row = db.session.get(Occurrence, item.current_id) if item.current_id else None
    if row is None or item.terms is None:
        raise NotFound(_("Мероприятие не найдено"))
    if row.period:
        return {"period_dates": {**(item.terms.period_dates or {}), row.period: move.due_on.isoformat()}}
    values: dict[str, Any] = {
        "due_on": move.due_on,
        "term_text": russian(_l("до %(day)s", day=date_words(move.due_on))),
    }
    if move.starts_on is not None and item.terms.starts_on is not None:
        values["starts_on"] = move.starts_on
    return values
