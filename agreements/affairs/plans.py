"""What of the plans rests on an agreement: the page and the API of its ties to the roadmap."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Integer, List, Nested, String
from apiflask.validators import Length
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import resting, service
from agreements.affairs.blueprint import api, bp, number
from agreements.dossier import head
from core.accounts.login import me
from core.errors import NotAllowed, NotNow, NotValid, Refusal
from roadmap import links, queries
from roadmap.models import EDITABLE_EDITION
from roadmap.rules.people import COORDINATORS

MOST = 50
"""Plans offered in the form, the newest first."""


@bp.get("/agreements/<int:agreement_id>/plans")
def plans(agreement_id: int) -> Any:
    """Items and plans that rest on the agreement; for a coordinator, the forms to name more."""
    return _page(agreement_id)


def _page(agreement_id: int, refusal: Refusal | None = None) -> Any:
    actor = me()
    agreement = head(agreement_id, actor)
    coordinates = actor.has(*COORDINATORS)
    known = queries.plan_list(actor, size=MOST).items if coordinates else []
    page = render_template(
        "agreements/plans.html",
        it=agreement,
        rows=links.resting_on(resting.KIND, agreement.id, actor),
        plans=known,
        drafts=[plan for plan in known if plan.state in EDITABLE_EDITION],
        coordinates=coordinates and agreement.state not in resting.GONE,
        refusal=refusal,
        errors=refusal.fields if isinstance(refusal, NotValid) else {},
        typed=request.form,
    )
    return page, refusal.status if refusal else 200


@bp.post("/agreements/<int:agreement_id>/plans")
def rest_item(agreement_id: int) -> Any:
    """An item, named by its number, rests on the agreement."""
    form = request.form
    try:
        resting.rest(agreement_id, number("roadmap_id") or 0, form.get("code", ""), bool(form.get("required")), me())
    except (NotValid, NotNow, NotAllowed) as refusal:
        return _page(agreement_id, _at_code(refusal))
    flash(_("Мероприятие связано с документом"), "success")
    return redirect(url_for("affairs.plans", agreement_id=agreement_id))


def _at_code(refusal: Refusal) -> Refusal:
    """A number no item has is shown at the field it was typed in."""
    return NotValid(refusal.message, "code") if isinstance(refusal, NotValid) else refusal


@bp.post("/agreements/<int:agreement_id>/plans/items/<int:item_id>/remove")
def rest_item_no_more(agreement_id: int, item_id: int) -> Any:
    """The item rests on the agreement no more."""
    try:
        resting.rest_no_more(agreement_id, item_id, me())
    except (NotNow, NotAllowed) as refusal:
        return _page(agreement_id, refusal)
    flash(_("Связь убрана"), "success")
    return redirect(url_for("affairs.plans", agreement_id=agreement_id))


@bp.post("/agreements/<int:agreement_id>/plans/appendix")
def append_plan(agreement_id: int) -> Any:
    """A draft plan is an appendix of the agreement."""
    try:
        resting.append_plan(agreement_id, number("appendix_id") or 0, me())
    except (NotNow, NotAllowed) as refusal:
        return _page(agreement_id, refusal)
    flash(_("План – приложение к этому документу"), "success")
    return redirect(url_for("affairs.plans", agreement_id=agreement_id))


@bp.post("/agreements/<int:agreement_id>/plans/<int:roadmap_id>/detach")
def detach_plan(agreement_id: int, roadmap_id: int) -> Any:
    """A draft plan is its appendix no more."""
    try:
        resting.detach_plan(agreement_id, roadmap_id, me())
    except (NotNow, NotAllowed) as refusal:
        return _page(agreement_id, refusal)
    flash(_("План больше не приложение к этому документу"), "success")
    return redirect(url_for("affairs.plans", agreement_id=agreement_id))


class RestingIn(Schema):
    roadmap_id = Integer(required=True, metadata={"description": "План"})
    code = String(required=True, validate=Length(1, 20), metadata={"description": "Номер пункта: 2.4"})
    required = Boolean(load_default=True, metadata={"description": "Закрывается только после регистрации документа"})


class RestingOut(Schema):
    kind = String(metadata={"description": "roadmap_item или roadmap_plan"})
    id = Integer()
    plan_id = Integer()
    title = String()
    required = Boolean()
    closed = Boolean(metadata={"description": "Ничего из него уже не исполняется"})


class AllRestingOut(Schema):
    items = List(Nested(RestingOut))


def _shown(agreement_id: int) -> dict[str, Any]:
    actor = me()
    service.get_for(agreement_id, actor)
    return {"items": links.resting_on(resting.KIND, agreement_id, actor)}


@api.get("/agreements/<int:agreement_id>/plans")
@api.output(AllRestingOut)
def resting_by_api(agreement_id: int) -> Any:
    """Мероприятия и планы, основанные на документе"""
    return _shown(agreement_id)


@api.post("/agreements/<int:agreement_id>/plans/items")
@api.input(RestingIn)
@api.output(AllRestingOut, status_code=201)
def rest_by_api(agreement_id: int, json_data: dict[str, Any]) -> Any:
    """Связать мероприятие с документом; повтор меняет обязательность"""
    resting.rest(agreement_id, json_data["roadmap_id"], json_data["code"], json_data["required"], me())
    return _shown(agreement_id)


@api.delete("/agreements/<int:agreement_id>/plans/items/<int:item_id>")
@api.output({}, status_code=204)
def rest_no_more_by_api(agreement_id: int, item_id: int) -> Any:
    """Убрать связь мероприятия с документом"""
    resting.rest_no_more(agreement_id, item_id, me())
    return ""


@api.put("/agreements/<int:agreement_id>/plans/<int:roadmap_id>")
@api.output(AllRestingOut)
def append_by_api(agreement_id: int, roadmap_id: int) -> Any:
    """Сделать проект плана приложением к документу"""
    resting.append_plan(agreement_id, roadmap_id, me())
    return _shown(agreement_id)


@api.delete("/agreements/<int:agreement_id>/plans/<int:roadmap_id>")
@api.output({}, status_code=204)
def detach_by_api(agreement_id: int, roadmap_id: int) -> Any:
    """Проект плана больше не приложение к документу"""
    resting.detach_plan(agreement_id, roadmap_id, me())
    return ""
