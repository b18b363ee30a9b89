"""A decision of a meeting becomes an item of the plan: put into the draft, or proposed where the plan is approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit
from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotNow, NotValid
from core.web.kept import in_russian
from roadmap.models import EDITABLE_EDITION, ChangeRequest, Edition, Item, MeetingDecision
from roadmap.service.changes import NewChange, draft_change
from roadmap.service.decisions import KIND, locked_decision
from roadmap.service.plans import NewItem, add_item

TURNABLE = ("issued", "accepted", "in_progress", "returned", "extension_requested", "reported", "closed")


@dataclass(frozen=True)
class Turned:
    """What a decision became: an item of the draft, or a request for a new item."""

    item_id: int | None = None
    change_id: int | None = None


def turn_into_item(decision_id: int, section: int, terms: Mapping[str, Any], actor: Actor) -> Turned:
    """Make the decision an item. In a first draft it is added at once; later a request for it goes to both sides.

    What `terms` do not say is taken from the decision. Raises NotFound, NotAllowed, NotNow, NotValid.
    """
    with transaction():
        row = locked_decision(decision_id, actor)
        _still_free(row)
        filled = {**_of(row), **terms}
        draft = _draft(row.meeting.roadmap_id)
        if draft is not None:
            row.item_id = add_item(draft, NewItem(section, filled), actor).id
        else:
            row.change_id = draft_change(
                row.meeting.roadmap_id, NewChange("new_item", filled, _reason(row), section=section), actor
            ).id
        db.session.flush()
        data = {"item": row.item_id, "change": row.change_id}
        audit.append(actor.who(), audit.Act(KIND, row.id, "turn", data=data))
        return Turned(row.item_id, row.change_id)


def _still_free(row: MeetingDecision) -> None:
    if row.meeting.signed_on is None:
        raise NotNow(_("Протокол ещё не подписан: поручение не выдано"))
    if row.state not in TURNABLE:
        raise NotNow(_("Снятое поручение в мероприятие не обращают"))
    if became(row) is not None:
        raise NotValid(_("Это поручение уже обращено в мероприятие"))


def became(row: MeetingDecision) -> Item | ChangeRequest | None:
    """The item the decision was turned into, or the request that still proposes it; None for neither."""
    change = db.session.get(ChangeRequest, row.change_id) if row.change_id else None
    if change is not None and change.state in ("declined", "withdrawn"):
        change = None
    item_id = row.item_id or (change.item_id if change else None)
    item = db.session.get(Item, item_id) if item_id else None
    return item if item is not None and not item.dropped else change


def _draft(roadmap_id: int) -> int | None:
    """The first edition while it is drawn: items are put into it directly."""
    return db.session.scalar(
        select(Edition.id).where(
            Edition.roadmap_id == roadmap_id, Edition.number == 1, Edition.state.in_(EDITABLE_EDITION)
        )
    )


@in_russian
def _of(row: MeetingDecision) -> dict[str, Any]:
    """What the decision itself says of the item."""
    plan = row.meeting.roadmap
    side = next((party.side for party in plan.parties if party.organisation_id == row.organisation_id), "both")
    return {
        "title": row.text.rstrip("."),
        "due_on": row.due_on,
        "term_text": row.term_text or f"до {row.due_on:%d.%m.%Y}",
        "responsible_side": side,
        "organisation_id": row.organisation_id,
        "unit": row.executor_name,
        "co_executors": row.co_executors,
        "document_kind": row.report_kind,
        "legal_basis": _reason(row),
    }


@in_russian
def _reason(row: MeetingDecision) -> str:
    """«пункт 2.1 протокола совещания от 22.10.2026 № 4»."""
    meeting = row.meeting
    return str(
        _("пункт %(code)s протокола совещания от %(day)s № %(n)s", code=row.code, n=meeting.number,
          day=f"{meeting.held_on:%d.%m.%Y}")
    )  # fmt: skip
