"""Change requests by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Dict, Integer, List, Nested, Raw, String
from apiflask.validators import OneOf

from core.accounts.login import me
from core.web.api import PageQuery, as_page, page_of
from core.workflow import Ask
from roadmap import queries, service
from roadmap.api import schemas
from roadmap.queries.changes import ChangePage, change_list, change_page
from roadmap.service import NewChange
from roadmap.states.changes import KINDS

bp = APIBlueprint("changes_api", __name__, url_prefix="/api/v1", tag="Изменения")


class ChangeQuery(PageQuery):
    state = String(load_default="")


class ChangeLineOut(Schema):
    id = Integer()
    number = Integer()
    kind = String()
    state = String()
    side = String()
    reason = String()
    author_name = String()
    code = String(allow_none=True)
    edition = Integer(allow_none=True)


class ChangeIn(Schema):
    kind = String(required=True, validate=OneOf(list(KINDS)))
    item_id = Integer(load_default=None, allow_none=True)
    section = Integer(load_default=None, allow_none=True)
    values = Dict(keys=String(), values=Raw(allow_none=True), load_default=dict)
    reason = String(load_default="")


class ChangeOut(Schema):
    id = Integer()
    number = Integer()
    kind = String()
    state = String()
    side = String()
    version = Integer()
    item_id = Integer(allow_none=True)
    edition = Integer(allow_none=True)
    changes = Dict(metadata={"description": "{поле: [было, стало]}"})
    steps = List(Nested(schemas.StepOut))


@bp.get("/roadmaps/<int:roadmap_id>/changes")
@bp.input(ChangeQuery, location="query")
@bp.output(page_of(ChangeLineOut, "Change"))
def changes(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Запросы на изменение"""
    queries.plan_head(me(), roadmap_id)
    found = change_list(me(), roadmap_id, query_data["state"], query_data["after"], query_data["before"])
    return as_page(found, lambda row: row)


@bp.post("/roadmaps/<int:roadmap_id>/changes")
@bp.input(ChangeIn)
@bp.output(ChangeOut, status_code=201)
def draft_change(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Подготовить запрос на изменение"""
    row = service.draft_change(roadmap_id, NewChange(**json_data), me())
    return change_out(change_page(me(), row.id))


def change_out(page: ChangePage) -> dict[str, Any]:
    names = ("id", "number", "kind", "state", "side", "version", "item_id", "changes")
    return {
        **{name: getattr(page.row, name) for name in names},
        "edition": page.edition,
        "steps": [schemas.step_out(offer) for offer in page.offers],
    }


@bp.get("/changes/<int:change_id>")
@bp.output(ChangeOut)
def change(change_id: int) -> Any:
    """Запрос на изменение и его шаги с причинами"""
    return change_out(change_page(me(), change_id))


@bp.post("/changes/<int:change_id>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(ChangeOut)
def change_step(change_id: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг запроса на изменение"""
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_change_step(change_id, step, me(), ask, json_data["version"])
    return change_out(change_page(me(), change_id))
