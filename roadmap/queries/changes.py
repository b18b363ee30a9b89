"""Change requests: the list of a plan, one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.errors import NotFound
from core.web.paging import PAGE, Key, Page, page
from core.workflow import Offer
from roadmap import plan_values, readers
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Roadmap, RoadmapParty
from roadmap.rules.people import COORDINATORS, DEPUTIES
from roadmap.service.changes import KIND
from roadmap.states.changes import change_request


def change_list(actor: Actor, roadmap_id: int, state: str = "", after: str = "", before: str = "") -> Page[Any]:
    """Requests of a plan the actor may see, the newest first. One query."""
    change = ChangeRequest
    statement = (
        select(
            change.id, change.number, change.kind, change.state, change.side, change.reason, change.author_name,
            change.changes, change.answered_side, change.answered_name,
            Item.code, ItemTerms.title, Edition.number.label("edition"),
        )
        .outerjoin(Item, Item.id == change.item_id)
        .outerjoin(ItemTerms, ItemTerms.id == Item.terms_id)
        .outerjoin(Edition, Edition.id == change.edition_id)
        .where(change.roadmap_id == roadmap_id, visible_to(actor, KIND, change.id))
    )  # fmt: skip
    if state:
        statement = statement.where(change.state == state)
    keys = [Key(change.number, lambda row: row.number, descending=True)]  # type: ignore[arg-type]
    return page(statement, keys, after=after, before=before, size=PAGE)


@dataclass
class ChangePage:
    """One request: the row, what the person can do, what has happened."""

    row: ChangeRequest
    edition: int | None
    offers: list[Offer]
    history: list[AuditRecord]


def change_page(actor: Actor, change_id: int) -> ChangePage:
    """Raises NotFound."""
    found = (
        db.session.execute(
            select(ChangeRequest, Edition.number)
            .outerjoin(Edition, Edition.id == ChangeRequest.edition_id)
            .where(ChangeRequest.id == change_id, visible_to(actor, KIND, ChangeRequest.id))
            .options(
                joinedload(ChangeRequest.item),
                joinedload(ChangeRequest.roadmap).joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation),
            )
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound(_("Запрос не найден"))
    row = found[0]
    offers = [offer for offer in change_request.offers(row, actor) if offer.mine and not offer.step.hidden]
    history = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == KIND, AuditRecord.subject_id == row.id)
        .order_by(AuditRecord.seq.desc())
    )
    return ChangePage(row, found[1], offers, list(history))


def changeable(actor: Actor, roadmap_id: int) -> list[tuple[int, str]]:
    """Items of the plan in force the actor may ask to change: (id, «2.3. Название»)."""
    rows = db.session.execute(
        select(Item.id, Item.code, ItemTerms.title)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .where(Item.roadmap_id == roadmap_id, ~ItemTerms.excluded, visible_to(actor, readers.ITEM, Item.id))
        .order_by(Item.section, Item.number)
    )
    return [(row.id, f"{row.code}. {row.title}") for row in rows]


def ruling_edition(actor: Actor, roadmap_id: int) -> Edition | None:
    """The edition in force the actor may see, with its plan; None where there is none."""
    return (
        db.session.execute(
            select(Edition)
            .where(
                Edition.roadmap_id == roadmap_id,
                Edition.state == "in_force",
                visible_to(actor, readers.EDITION, Edition.id),
            )
            .options(joinedload(Edition.roadmap).joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation))
        )
        .unique()
        .scalar_one_or_none()
    )


def awaiting(actor: Actor, size: int) -> list[Any]:
    """Requests that wait for the actor, the oldest first: of the other side for an answer, of his own to be sent over
    (a coordinator's business). At most `size` rows, each with the `total` of them. One query; none for other people."""
    if not actor.has(*COORDINATORS, *DEPUTIES):
        return []
    change, party = ChangeRequest, RoadmapParty
    theirs = and_(change.state == "review_other", change.side != party.side)
    own = and_(change.state == "submitted", change.side == party.side)
    return list(
        db.session.execute(
            select(change.id, change.number, change.kind, change.state, change.reason, change.side,
                   change.changes, Item.code, func.count().over().label("total"))
            .join(party, and_(party.roadmap_id == change.roadmap_id, party.organisation_id == actor.organisation_id))
            .outerjoin(Item, Item.id == change.item_id)
            .where(or_(theirs, own) if actor.has(*COORDINATORS) else theirs, visible_to(actor, KIND, change.id))
            .order_by(change.id)
            .limit(size)
        )
    )  # fmt: skip


def pending(actor: Actor, roadmap_id: int) -> list[ChangeRequest]:
    """Requests on their way that the next edition will not carry unless both sides approve them."""
    rows = db.session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.roadmap_id == roadmap_id,
            ChangeRequest.state.in_(("draft", "submitted", "review_other")),
            visible_to(actor, KIND, ChangeRequest.id),
        )
        .order_by(ChangeRequest.number)
        .options(joinedload(ChangeRequest.item))
    )
    return list(rows)


def of_indicator(actor: Actor, roadmap_id: int, indicator_id: int) -> list[ChangeRequest]:
    """Requests on their way to another plan value of an indicator, as they were asked. One query."""
    rows = db.session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.roadmap_id == roadmap_id,
            ChangeRequest.kind == plan_values.KIND,
            ChangeRequest.state.in_(("draft", "submitted", "review_other", "approved")),
            visible_to(actor, KIND, ChangeRequest.id),
        )
        .order_by(ChangeRequest.number)
    )
    return [row for row in rows if row.changes[plan_values.KIND][1]["indicator_id"] == indicator_id]
