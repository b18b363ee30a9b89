"""What of the plans rests on subjects of other rooms: asked by them, told by them, without knowing them."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import exists, select, update

from core import audit
from core.accounts.access import visible_to
from core.accounts.actor import SYSTEM, Actor
from core.db import db
from roadmap.models import Item, ItemLink, ItemTerms, Occurrence, Roadmap
from roadmap.readers import ITEM, PLAN

CLOSED = ("done", "not_done", "excluded")


@dataclass(frozen=True)
class Resting:
    """An item or a plan that rests on a subject. `closed`: nothing of it is at work any more."""

    kind: str
    id: int
    title: str
    url: str
    closed: bool = False
    required: bool = False
    """The item closes only once the subject is settled."""
    plan_id: int = 0


def resting_on(kind: str, subject_id: int, actor: Actor) -> list[Resting]:
    """Items tied to the subject and plans that are its appendix, as far as the actor may see them."""
    at_work = exists().where(Occurrence.item_id == Item.id, Occurrence.state.not_in(CLOSED))
    items = db.session.execute(
        select(Item.id, Item.code, Item.roadmap_id, ItemTerms.title, ItemLink.required, at_work.label("at_work"))
        .join(ItemLink, ItemLink.item_id == Item.id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id, isouter=True)
        .where(ItemLink.kind == kind, ItemLink.subject_id == subject_id, visible_to(actor, ITEM, Item.id))
        .order_by(Item.section, Item.number)
    )
    plans = db.session.execute(
        select(Roadmap.id, Roadmap.title)
        .where(Roadmap.agreement_kind == kind, Roadmap.agreement_id == subject_id, visible_to(actor, PLAN, Roadmap.id))
        .order_by(Roadmap.id)
    )
    found = [
        Resting(
            ITEM,
            row.id,
            f"{row.code} {row.title or ''}".strip(),
            _item(row.id),
            not row.at_work,
            row.required,
            row.roadmap_id,
        )
        for row in items
    ]
    return found + [
        Resting(PLAN, row.id, _("План мероприятий %(t)s", t=row.title), _plan(row.id), plan_id=row.id) for row in plans
    ]


def _item(item_id: int) -> str:
    return f"/items/{item_id}"


def _plan(roadmap_id: int) -> str:
    return f"/roadmaps/{roadmap_id}"


def unsettle(kind: str, subject_id: int, why: str) -> int:
    """The subject is no proof any more: items at work wait for another one, and their journals say why.

    Inside the caller's transaction; returns how many items were touched.
    """
    at_work = exists().where(Occurrence.item_id == ItemLink.item_id, Occurrence.state.not_in(CLOSED))
    rows = db.session.execute(
        select(ItemLink.id, ItemLink.item_id).where(
            ItemLink.kind == kind, ItemLink.subject_id == subject_id, ItemLink.settled, at_work
        )
    ).all()
    if rows:
        ids = [row.id for row in rows]
        db.session.execute(update(ItemLink).where(ItemLink.id.in_(ids)).values(settled=False))
    for row in rows:
        data = {"kind": kind, "id": subject_id}
        audit.append(SYSTEM.who(), audit.Act("roadmap_item", row.item_id, "link_unsettled", comment=why, data=data))
    return len(rows)
