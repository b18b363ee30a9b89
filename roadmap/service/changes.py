"""Change requests: было → стало, through both sides, into the next edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap import plan_values, readers
from roadmap.effects.amending import plain
from roadmap.models import ChangeRequest, Edition, Item, Roadmap, RoadmapSection
from roadmap.rules.people import COORDINATORS, responsible_of, side_of
from roadmap.states.changes import KINDS, change_request
from roadmap.terms import checked

FIELDS_OF_KIND: dict[str, tuple[str, ...]] = {
    "term": ("term_text", "starts_on", "due_on", "until_on", "period_dates", "control_points"),
    "executor": ("responsible_side", "unit", "organisation_id", "co_executors", "co_organisations"),
    "result": ("title", "result", "document_kind", "control_points", "legal_basis"),
    "indicator": ("target", "target_unit"),
    "exclusion": ("excluded",),
    "suspension": (),
    plan_values.KIND: plan_values.FIELDS,
}
"""What a request of a kind may change."""
NOT_OF_ITEM = ("new_item", plan_values.KIND)
"""Kinds that are not about an item of the plan."""
KIND = "change_request"


@dataclass(frozen=True)
class NewChange:
    """A request to draft. `values` are the new terms; for a new item all of them and its section."""

    kind: str
    values: Mapping[str, Any]
    reason: str = ""
    item_id: int | None = None
    section: int | None = None


def draft_change(roadmap_id: int, new: NewChange, actor: Actor) -> ChangeRequest:
    """Draft a request: by a coordinator of a side or the item's executor. Raises NotValid where nothing changes."""
    if new.kind not in KINDS:
        raise NotValid(_("Нет такого вида изменения"), "kind")
    with transaction():
        plan = _plan_in_force(roadmap_id, actor)
        item = _item(plan, new.item_id) if new.kind not in NOT_OF_ITEM else None
        side = _side(plan, item, actor)
        row = ChangeRequest(
            roadmap_id=plan.id,
            number=_next_number(plan),
            kind=new.kind,
            item_id=item.id if item else None,
            section=_section(plan, new),
            changes=_changes(plan, item, new),
            reason=new.reason.strip(),
            side=side,
            author_id=actor.id,
            author_name=actor.name,
            state="draft",
            created_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        set_readers(KIND, row.id, [party.organisation_id for party in plan.parties], _own(plan, actor))
        data = {"number": row.number, "kind": row.kind, "item": item.code if item else None}
        audit.append(actor.who(), audit.Act(KIND, row.id, "draft", None, "draft", data=data))
        return row


def _own(plan: Roadmap, actor: Actor) -> list[int]:
    """An executor of a third organisation goes on seeing his own request."""
    parties = {party.organisation_id for party in plan.parties}
    return [actor.organisation_id] if actor.organisation_id and actor.organisation_id not in parties else []


def _plan_in_force(roadmap_id: int, actor: Actor) -> Roadmap:
    plan = locked(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
    if plan is None:
        raise NotFound(_("План не найден"))
    ruling = db.session.scalar(
        select(Edition.id).where(Edition.roadmap_id == plan.id, Edition.state == "in_force").limit(1)
    )
    if ruling is None:
        raise NotNow(_("План ещё не утверждён: проект правится без запросов"))
    return plan


def _item(plan: Roadmap, item_id: int | None) -> Item:
    item = db.session.get(Item, item_id) if item_id else None
    if item is None or item.roadmap_id != plan.id or item.terms is None:
        raise NotFound(_("Мероприятие не найдено"))
    if item.terms.excluded:
        raise NotNow(_("Мероприятие исключено из плана"))
    return item


def _side(plan: Roadmap, item: Item | None, actor: Actor) -> str:
    """Whose request it is: the coordinator's own side, or the side the executor works for."""
    side = side_of(plan, actor)
    if side and actor.has(*COORDINATORS):
        return side
    if item is not None and item.executor_id == actor.id:
        return side or responsible_of(item)[0]
    raise NotAllowed(_("Запрос готовит координатор Стороны или исполнитель мероприятия"))


def _next_number(plan: Roadmap) -> int:
    last = db.session.scalar(select(func.max(ChangeRequest.number)).where(ChangeRequest.roadmap_id == plan.id))
    return (last or 0) + 1


def _section(plan: Roadmap, new: NewChange) -> int | None:
    if new.kind != "new_item":
        return None
    if new.section is None or db.session.get(RoadmapSection, (plan.id, new.section)) is None:
        raise NotValid(_("Укажите раздел плана"), "section")
    return new.section


def _changes(plan: Roadmap, item: Item | None, new: NewChange) -> dict[str, Any]:
    """{field: [was, now]} of what really changes."""
    if new.kind == "suspension":
        return {}
    if new.kind == "exclusion":
        return {"excluded": [False, True]}
    if new.kind == plan_values.KIND:
        return plan_values.proposed(plan, new.values)
    if item is None:
        return {
            name: [None, plain(value)] for name, value in checked(new.values, plan).items() if value not in ("", [])
        }
    assert item.terms is not None
    foreign = set(new.values) - set(FIELDS_OF_KIND[new.kind])
    if foreign:
        raise NotValid(
            _("Запрос этого вида таких полей не меняет"),
            fields={name: _("не относится к виду изменения") for name in foreign},
        )
    now = checked(new.values, plan)
    _in_order(item, now)
    changes = {
        name: [plain(getattr(item.terms, name)), plain(value)]
        for name, value in now.items()
        if getattr(item.terms, name) != value
    }
    if not changes:
        raise NotValid(_("Ничего не меняется: укажите новые значения"), "values")
    return changes


def _in_order(item: Item, now: Mapping[str, Any]) -> None:
    """The new days fit with those that stay."""
    assert item.terms is not None
    start, due = (now.get(name, getattr(item.terms, name)) for name in ("starts_on", "due_on"))
    if start and due and start > due:
        raise NotValid(_("Срок раньше начала"), "due_on")


def locked_change(change_id: int, actor: Actor) -> ChangeRequest:
    """The request under its lock. Raises NotFound for what the actor may not see."""
    row = locked(ChangeRequest, change_id) if may_see(actor, KIND, change_id) else None
    if row is None:
        raise NotFound(_("Запрос не найден"))
    return row


def take_change_step(change_id: int, name: str, actor: Actor, ask: Ask, version: int | None = None) -> Taken:
    """Take a step of a request. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = locked_change(change_id, actor)
        expect_version(row, version)
        step = change_request.steps.get(name)
        if step is not None and step.hidden:
            raise NotAllowed(_("Изменение вносит регистратор, утверждая редакцию"))
        return change_request.take(row, name, actor, ask)
