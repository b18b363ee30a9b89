"""Change requests and progress reports by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import OneOf

from core.accounts.login import me
from core.web.api import PageQuery, as_page, page_of
from core.workflow import Ask
from roadmap import queries, service
from roadmap.api import schemas
from roadmap.queries import reports as report_reads
from roadmap.queries.changes import ChangePage, change_list, change_page
from roadmap.service import NewChange
from roadmap.service import reports as report_service
from roadmap.service.reports import Answer
from roadmap.states.changes import KINDS

bp = APIBlueprint("changes_api", __name__, url_prefix="/api/v1", tag="Изменения и отчёты")


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


class ReportIn(Schema):
    period = String(required=True, metadata={"description": "2026-Q3 или final"})


class ReportRowOut(Schema):
    code = String()
    title = String()
    period = String()
    occurrence_id = Integer()
    due_on = Date(allow_none=True)
    fact_on = Date(allow_none=True)
    status = String()
    info = String()
    reasons = String()
    measures = String()
    answered = Boolean()


class ReportOut(Schema):
    id = Integer()
    period = String()
    state = String()
    content_hash = String(allow_none=True)
    summary = Dict(keys=String(), values=Integer())
    rows = List(Nested(ReportRowOut))


class AnswerIn(Schema):
    text = String(required=True)
    reasons = String(load_default="")
    measures = String(load_default="")
    forecast_on = Date(load_default=None, allow_none=True)


@bp.post("/roadmaps/<int:roadmap_id>/reports")
@bp.input(ReportIn)
@bp.output(ReportOut, status_code=201)
def open_report(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Открыть отчёт за период"""
    return report_out(report_service.open_report(roadmap_id, json_data["period"], me()).id)


@bp.get("/reports/<int:report_id>")
@bp.output(ReportOut)
def report(report_id: int) -> Any:
    """Отчёт: итоги и строки, из которых они сложены"""
    return report_out(report_id)


def report_out(report_id: int) -> dict[str, Any]:
    row = report_reads.report(me(), report_id)
    rows = report_reads.report_rows(row)
    names = ("id", "period", "state", "content_hash")
    return {**{name: getattr(row, name) for name in names}, "summary": report_reads.summary(rows), "rows": rows}


@bp.post("/reports/<int:report_id>/answers/<int:occurrence_id>")
@bp.input(AnswerIn)
@bp.output({}, status_code=204)
def answer(report_id: int, occurrence_id: int, json_data: dict[str, Any]) -> Any:
    """Ответить за мероприятие"""
    report_service.answer(report_id, occurrence_id, Answer(**json_data), me())
    return ""


@bp.post("/reports/<int:report_id>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(ReportOut)
def report_step(report_id: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг отчёта"""
    ask = Ask(json_data["comment"], json_data["data"])
    report_service.take_report_step(report_id, step, me(), ask, json_data["version"])
    return report_out(report_id)
