"""What an item or a plan rests on in other rooms, and the indicators it moves: named by the side it lies with."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from core import audit
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import readers
from roadmap.models import (
    EDITABLE_EDITION,
    Edition,
    Indicator,
    IndicatorValue,
    Item,
    ItemIndicator,
    ItemLink,
    Occurrence,
    Roadmap,
)
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service.items import refuse_other_side, visible_item
from roadmap.states.items import WAITING


def link(
    item_id: int, kind: str, subject_id: int, title: str, actor: Actor, *, url: str = "", required: bool = False,
    settled: bool = False,
) -> ItemLink:  # fmt: skip
    """Tie an item to something of another room: (kind, id). `required`: the item closes only once it is settled.

    The same tie again changes whether it is required. Raises NotFound, NotAllowed (the side the item lies with names
    what it rests on), NotNow (a result under review rests on what was named when it was presented).
    """
    with transaction():
        item = _own(item_id, actor)
        row = _tied(item.id, kind, subject_id)
        if row is not None and row.required and not required:
            _refuse_reviewed(item)
        if row is None:
            row = ItemLink(item_id=item.id, kind=kind, subject_id=subject_id, title=title, url=url)
            db.session.add(row)
        row.title, row.url, row.required, row.settled = title, url, required, settled
        data = {"kind": kind, "id": subject_id, "required": required}
        audit.append(actor.who(), audit.Act("roadmap_item", item.id, "link", data=data))
        db.session.flush()
        return row


def unlink(item_id: int, kind: str, subject_id: int, actor: Actor) -> None:
    """The item rests on it no more. Raises NotFound, NotAllowed, NotNow while a result is under review."""
    with transaction():
        item = _own(item_id, actor)
        row = _tied(item.id, kind, subject_id)
        if row is None:
            raise NotFound(_("Связь не найдена"))
        _refuse_reviewed(item)
        db.session.execute(delete(ItemLink).where(ItemLink.id == row.id))
        audit.append(actor.who(), audit.Act("roadmap_item", item.id, "unlink", data={"kind": kind, "id": subject_id}))


def _own(item_id: int, actor: Actor) -> Item:
    item = visible_item(item_id, actor)
    if not actor.is_system:
        refuse_other_side(item, actor, _("Связи мероприятия ведёт координатор ответственной Стороны"))
    locked(Item, item.id)  # two at once would tie the same twice
    return item


def _tied(item_id: int, kind: str, subject_id: int) -> ItemLink | None:
    same = (ItemLink.item_id == item_id, ItemLink.kind == kind, ItemLink.subject_id == subject_id)
    return db.session.scalars(select(ItemLink).where(*same).with_for_update()).one_or_none()


def _refuse_reviewed(item: Item) -> None:
    reviewed = select(Occurrence.id).where(Occurrence.item_id == item.id, Occurrence.state.in_(WAITING)).limit(1)
    if db.session.scalar(reviewed) is not None:
        raise NotNow(_("Результат на проверке: то, на чём он основан, не меняется"))


def settle_link(kind: str, subject_id: int, settled: bool = True) -> int:
    """The other room tells that its subject is settled (an agreement is registered). Inside its transaction."""
    with transaction():
        ids = list(
            db.session.scalars(select(ItemLink.id).where(ItemLink.kind == kind, ItemLink.subject_id == subject_id))
        )
        if ids:
            db.session.execute(update(ItemLink).where(ItemLink.id.in_(ids)).values(settled=settled))
        return len(ids)


def tie_indicator(item_id: int, indicator_id: int, actor: Actor) -> None:
    """The item moves an indicator of its plan: its value is asked for before a result is presented. Again is no harm.

    Raises NotFound, NotAllowed, NotValid (no such indicator in the plan).
    """
    with transaction():
        item = _own(item_id, actor)
        indicator = db.session.get(Indicator, indicator_id)
        if indicator is None or indicator.roadmap_id != item.roadmap_id:
            raise NotValid(_("В плане нет такого показателя"), "indicator")
        if db.session.get(ItemIndicator, (item.id, indicator.id)) is None:
            db.session.add(ItemIndicator(item_id=item.id, indicator_id=indicator.id))
            data = {"indicator": indicator.code}
            audit.append(actor.who(), audit.Act("roadmap_item", item.id, "tie_indicator", data=data))
            db.session.flush()


def untie_indicator(item_id: int, indicator_id: int, actor: Actor) -> None:
    """The item moves it no more. Raises NotFound, NotAllowed, NotNow (a result under review, or values entered)."""
    with transaction():
        item = _own(item_id, actor)
        row = db.session.get(ItemIndicator, (item.id, indicator_id))
        if row is None:
            raise NotFound(_("Этот показатель не связан с мероприятием"))
        _refuse_reviewed(item)
        entered = select(IndicatorValue.id).join(Occurrence, Occurrence.id == IndicatorValue.occurrence_id)
        entered = entered.where(Occurrence.item_id == item.id, IndicatorValue.indicator_id == indicator_id)
        if db.session.scalar(entered.limit(1)) is not None:
            raise NotNow(_("По мероприятию уже введены значения этого показателя"))
        db.session.delete(row)
        code = db.session.get_one(Indicator, indicator_id).code
        audit.append(actor.who(), audit.Act("roadmap_item", item.id, "untie_indicator", data={"indicator": code}))
        db.session.flush()


def append_plan(roadmap_id: int, kind: str, subject_id: int, title: str, actor: Actor) -> Roadmap:
    """The plan is an appendix of (kind, id). Raises NotFound, NotAllowed, NotNow once the plan is on its way."""
    with transaction():
        plan, edition = _drafted_plan(roadmap_id, actor)
        plan.agreement_kind, plan.agreement_id, plan.agreement_title = kind, subject_id, title
        data = {"kind": kind, "id": subject_id}
        audit.append(actor.who(), audit.Act("roadmap", edition.id, "append", data=data))
        db.session.flush()
        return plan


def detach_plan(roadmap_id: int, kind: str, subject_id: int, actor: Actor) -> Roadmap:
    """The plan is an appendix of (kind, id) no more. Raises as `append_plan` does, NotFound where it was none."""
    with transaction():
        plan, edition = _drafted_plan(roadmap_id, actor)
        if (plan.agreement_kind, plan.agreement_id) != (kind, subject_id):
            raise NotFound(_("Связь не найдена"))
        plan.agreement_kind, plan.agreement_id, plan.agreement_title = "", None, ""
        data = {"kind": kind, "id": subject_id}
        audit.append(actor.who(), audit.Act("roadmap", edition.id, "detach", data=data))
        db.session.flush()
        return plan


def _drafted_plan(roadmap_id: int, actor: Actor) -> tuple[Roadmap, Edition]:
    """What a plan is an appendix of is part of its text: it changes while the first edition is a draft."""
    plan = locked(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
    if plan is None:
        raise NotFound(_("План не найден"))
    if not (actor.has(*COORDINATORS) and side_of(plan, actor)):
        raise NotAllowed(_("Проект плана правит координатор Стороны"))
    edition = db.session.scalars(select(Edition).where(Edition.roadmap_id == plan.id, Edition.number == 1)).one()
    if edition.state not in EDITABLE_EDITION:
        raise NotNow(_("План уже на согласовании или утверждён: его основание не меняется"))
    return plan, edition
