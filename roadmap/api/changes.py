"""Change requests by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Dict, Integer, List, Nested, Raw, String
from apiflask.validators import OneOf
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import DOCX, given
from core.errors import NotFound
from core.web.api import PageQuery, as_page, page_of
from core.workflow import Ask
from roadmap import plan_values, queries, service
from roadmap.api import schemas
from roadmap.documents import changes as documents
from roadmap.queries.changes import ChangePage, change_list, change_page, ruling_edition
from roadmap.queries.plans import section_titles
from roadmap.service import NewChange
from roadmap.states.changes import KINDS
from roadmap.wording import slip

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
    indicator = String(allow_none=True, metadata={"description": "Код показателя, если меняется плановое значение"})
    edition = Integer(allow_none=True)


class ChangeIn(Schema):
    kind = String(required=True, validate=OneOf(list(KINDS)))
    item_id = Integer(load_default=None, allow_none=True)
    section = Integer(load_default=None, allow_none=True)
    values = Dict(
        keys=String(),
        values=Raw(allow_none=True),
        load_default=dict,
        metadata={
            "description": "Новые условия пункта; для kind=plan_value – indicator_id, period, value и, если значение "
            "по разрезу, organisation_id, region_code, speciality"
        },
    )
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
    section = Integer(allow_none=True)
    reason = String()
    author_name = String()
    answered_side = String()
    answered_name = String()
    slip_days = Integer(allow_none=True, metadata={"description": "На сколько дней переносится срок"})
    changes = Dict(metadata={"description": "{поле: [было, стало]}; plan_value – показатель, период и значение"})
    steps = List(Nested(schemas.StepOut))


@bp.get("/roadmaps/<int:roadmap_id>/changes")
@bp.input(ChangeQuery, location="query")
@bp.output(page_of(ChangeLineOut, "Change"))
def changes(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Запросы на изменение"""
    queries.plan_head(me(), roadmap_id)
    found = change_list(me(), roadmap_id, query_data["state"], query_data["after"], query_data["before"])
    return as_page(found, lambda row: {**row._mapping, "indicator": _indicator(row.changes)})


def _indicator(changes: dict[str, Any]) -> str | None:
    pair = changes.get(plan_values.KIND)
    return str(pair[1]["code"]) if pair else None


@bp.post("/roadmaps/<int:roadmap_id>/changes")
@bp.input(ChangeIn)
@bp.output(ChangeOut, status_code=201)
def draft_change(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Подготовить запрос на изменение"""
    row = service.draft_change(roadmap_id, NewChange(**json_data), me())
    return change_out(change_page(me(), row.id))


def change_out(page: ChangePage) -> dict[str, Any]:
    names = (
        "id", "number", "kind", "state", "side", "version", "item_id", "section", "reason", "author_name",
        "answered_side", "answered_name", "changes",
    )  # fmt: skip
    return {
        **{name: getattr(page.row, name) for name in names},
        "edition": page.edition,
        "slip_days": slip(page.row.changes),
        "steps": [schemas.step_out(offer) for offer in page.offers],
    }


class NextChangeOut(Schema):
    code = String()
    kind = String(metadata={"description": "restate, add, exclude; plan – плановое значение показателя"})
    text = String(metadata={"description": "Как это напечатано в «Изменениях, которые вносятся в план»"})


class NextEditionOut(Schema):
    number = Integer(metadata={"description": "Номер будущей редакции"})
    base = Integer(metadata={"description": "Номер действующей"})
    changes = List(Nested(NextChangeOut))
    requests = List(Integer(), metadata={"description": "Номера запросов, из которых она сложена"})
    stale = List(Integer(), metadata={"description": "Номера запросов, которые исходят из прежних условий"})


@bp.get("/roadmaps/<int:roadmap_id>/next-edition")
@bp.output(NextEditionOut)
def next_edition(roadmap_id: int) -> Any:
    """Что войдёт в следующую редакцию, если начать её сейчас"""
    found = _next(roadmap_id)
    titles = {row.number: row.title for row in section_titles(roadmap_id)}
    return {
        "number": found.number,
        "base": found.base.number,
        "changes": [
            {"code": one.code, "kind": one.kind, "text": documents.phrase(one, titles.get(one.section, ""))}
            for one in found.changes
        ],
        "requests": [request.number for request in found.requests],
        "stale": [request.number for request in found.stale],
    }


@bp.get("/roadmaps/<int:roadmap_id>/next-edition.docx")
@bp.doc(responses={200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}})
def next_edition_paper(roadmap_id: int) -> Any:
    """«Изменения, которые вносятся в план» для предварительного просмотра; документ не сохраняется"""
    content = documents.preview_of(_next(roadmap_id))
    return given(content, "Изменения в план мероприятий.docx", DOCX)


def _next(roadmap_id: int) -> documents.NextEdition:
    queries.plan_head(me(), roadmap_id)
    ruling = ruling_edition(me(), roadmap_id)
    if ruling is None:
        raise NotFound(_("Действующей редакции нет"))
    return documents.next_edition(ruling)


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
