"""Kept filters of a plan and the address of the calendar of terms by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf
from flask import current_app, url_for

from core.accounts.login import me
from core.accounts.once import answers_secret
from roadmap import feeds, queries, service
from roadmap.queries.plans import FILTERS
from roadmap.queries.views import views
from roadmap.service.views import OPENS

feed_bp = APIBlueprint("calendar_feed_api", __name__, url_prefix="/api/v1/calendar-feed", tag="Дорожная карта")
bp = APIBlueprint("plan_views_api", __name__, url_prefix="/api/v1/roadmaps", tag="Дорожная карта")


class PlanViewIn(Schema):
    name = String(required=True, validate=Length(1, 100))
    filters = Dict(
        keys=String(validate=OneOf(FILTERS)),
        values=String(),
        required=True,
        metadata={"description": "Как в адресе страницы и в запросе мероприятий плана"},
    )
    shared = Boolean(load_default=False, metadata={"description": "Показывать сотрудникам моей организации"})
    opens = String(load_default="plan", validate=OneOf(OPENS))


class PlanViewOut(PlanViewIn):
    id = Integer()
    code = String(metadata={"description": "Ссылка на отбор: /roadmaps/views/<code>"})
    author_name = String()


@bp.get("/<int:roadmap_id>/views")
@bp.output({"views": List(Nested(PlanViewOut))}, schema_name="PlanViews")
def listed(roadmap_id: int) -> Any:
    """Отборы плана: свои и открытые моей организацией"""
    queries.plan_head(me(), roadmap_id)
    return {"views": views(me(), roadmap_id)}


@bp.post("/<int:roadmap_id>/views")
@bp.input(PlanViewIn)
@bp.output(PlanViewOut, status_code=201)
def save(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Сохранить отбор плана под именем"""
    name, filters = json_data.pop("name"), json_data.pop("filters")
    return service.save_view(roadmap_id, name, filters, me(), **json_data)


@bp.delete("/<int:roadmap_id>/views/<int:plan_view_id>")
@bp.output({}, status_code=204)
def forget(roadmap_id: int, plan_view_id: int) -> Any:
    """Удалить свой отбор плана"""
    queries.plan_head(me(), roadmap_id)
    service.forget_view(plan_view_id, me())
    return ""


class FeedOut(Schema):
    address = String(metadata={"description": "Секретный адрес календаря; показывается один раз"})


@feed_bp.post("")
@feed_bp.output(FeedOut, status_code=201)
@answers_secret
def issue_feed() -> Any:
    """Получить адрес календаря сроков; прежний перестаёт действовать"""
    token = feeds.issue_feed(me())
    return {"address": current_app.config["PUBLIC_URL"].rstrip("/") + url_for("roadmap.ics", token=token)}


@feed_bp.delete("")
@feed_bp.output({}, status_code=204)
def revoke_feed() -> Any:
    """Отозвать адрес календаря"""
    feeds.revoke_feed(me())
    return ""
