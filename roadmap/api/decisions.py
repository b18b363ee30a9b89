"""Decisions by API: the matrix and its rows, one's own, writing into the draft minutes, steps, evidence, turning."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Dict, File, Integer, List, Nested, String
from apiflask.validators import Length, OneOf
from flask import Response

from core import clock
from core.accounts.login import me
from core.documents.attachments import Upload
from core.documents.downloads import given
from core.reports.sheets import XLSX, xlsx
from core.workflow import Ask
from roadmap import queries
from roadmap.api import schemas
from roadmap.control import RESULTS, late_days, result_of
from roadmap.control_sheets import COLUMNS, sheet_columns, told
from roadmap.models import Item, MeetingDecision
from roadmap.queries import decisions as reads
from roadmap.queries import proceedings
from roadmap.queries.decisions import Line, Row, Search
from roadmap.service import decisions as service
from roadmap.service import reminding, turning
from roadmap.service.decisions import NewDecision
from roadmap.states.meetings import meeting_decision

bp = APIBlueprint("decisions_api", __name__, url_prefix="/api/v1", tag="Поручения")


class DecisionBrief(Schema):
    id = Integer()
    code = String()
    point = String()
    text = String()
    executor_id = Integer(allow_none=True)
    executor_name = String()
    organisation_id = Integer(allow_none=True)
    co_executors = String()
    co_executor_ids = List(Integer())
    urgency = String()
    term_text = String()
    report_kind = String()
    due_on = Date()
    first_due_on = Date()
    state = String()
    version = Integer()


class FileLine(Schema):
    id = Integer()
    name = String()
    purpose = String()
    sha256 = String()
    size = Integer()


class DecisionOut(DecisionBrief):
    meeting_id = Integer()
    asked_due_on = Date(allow_none=True)
    fact_on = Date(allow_none=True)
    answer = String()
    returns = Integer()
    result = String(allow_none=True, metadata={"description": "Итог на сегодня; у проекта его нет"})
    late_days = Integer(allow_none=True, metadata={"description": "На сколько рабочих дней просрочено"})
    item_id = Integer(allow_none=True)
    change_id = Integer(allow_none=True)
    files = List(Nested(FileLine))
    steps = List(Nested(schemas.StepOut))


class DecisionIn(Schema):
    text = String(required=True, validate=Length(1, 8000))
    executor_id = Integer(load_default=None, allow_none=True)
    organisation_id = Integer(load_default=None, allow_none=True, metadata={"description": "Если человек не назван"})
    co_executors = String(load_default="")
    co_executor_ids = List(Integer(), load_default=list)
    point = String(load_default="", metadata={"description": "Ключ вопроса повестки; без него – последний"})
    due_on = Date(load_default=None, allow_none=True, metadata={"description": "Без дня – обычный срок"})
    urgency = String(load_default="", validate=OneOf(service.URGENCIES))
    term_text = String(load_default="")
    report_kind = String(load_default="")


class EditDecisionIn(DecisionIn):
    version = Integer(load_default=None, allow_none=True)


class ControlQuery(Schema):
    meeting = Integer(load_default=None, allow_none=True)
    since = Date(load_default=None, allow_none=True)
    until = Date(load_default=None, allow_none=True)
    side = String(load_default="")
    organisation = Integer(load_default=None, allow_none=True)
    person = Integer(load_default=None, allow_none=True)
    state = String(load_default="", validate=OneOf(["", *meeting_decision.states]))
    result = String(load_default="", validate=OneOf(["", *RESULTS]))
    day = Date(load_default=None, allow_none=True, metadata={"description": "На какую дату; без неё – на сегодня"})


class MatrixQuery(ControlQuery):
    by = String(load_default="organisation", validate=OneOf(["organisation", "person"]))


class LineOut(Schema):
    id = Integer()
    code = String()
    text = String()
    meeting_id = Integer()
    meeting = Integer()
    held_on = Date()
    executor_id = Integer(allow_none=True)
    executor_name = String()
    organisation_id = Integer(allow_none=True)
    organisation = String()
    side = String()
    co_executors = String()
    due_on = Date()
    first_due_on = Date()
    fact_on = Date(allow_none=True)
    state = String()
    result = String()
    late = Integer(
        allow_none=True, data_key="late_days", metadata={"description": "На сколько рабочих дней просрочено"}
    )
    answer = String()


class LinesOut(Schema):
    day = Date()
    totals = Dict(keys=String(), values=Integer())
    items = List(Nested(LineOut))


class CellOut(Schema):
    decision_id = Integer()
    responsible = Boolean(metadata={"description": "false – соисполнитель"})
    text = String()


class MatrixRowOut(Schema):
    key = Integer()
    name = String()
    side = String()
    totals = Dict(keys=String(), values=Integer())
    cells = List(Nested(CellOut))


class MatrixOut(Schema):
    day = Date()
    totals = Dict(keys=String(), values=Integer())
    columns = List(Nested(LineOut))
    rows = List(Nested(MatrixRowOut))


class OwnOut(Schema):
    id = Integer()
    code = String()
    text = String()
    plan = String()
    meeting = Integer()
    held_on = Date()
    executor_name = String()
    due_on = Date()
    state = String()


class MineOut(Schema):
    counts = Dict(keys=String(), values=Integer())
    items = List(Nested(OwnOut))


class MineQuery(Schema):
    which = String(load_default="open", validate=OneOf(["open", "overdue", "reported", "done"]))


class EvidenceFileIn(Schema):
    file = File(required=True)


class TurnIn(Schema):
    section = Integer(required=True)
    title = String()
    unit = String()
    responsible_side = String()
    result = String()
    document_kind = String()


class TurnedOut(Schema):
    item_id = Integer(allow_none=True)
    change_id = Integer(allow_none=True)


class RemoveQuery(Schema):
    version = Integer(load_default=None, allow_none=True)


def _lines(roadmap_id: int, asked: dict[str, Any]) -> tuple[Search, list[Line]]:
    queries.plan_head(me(), roadmap_id)
    names = {"meeting": "meeting_id", "organisation": "organisation_id", "person": "person_id"}
    search = Search(**{names.get(name, name): value for name, value in asked.items() if name != "by"})
    return search, reads.decisions(me(), roadmap_id, search)


@bp.get("/roadmaps/<int:roadmap_id>/decisions")
@bp.input(ControlQuery, location="query")
@bp.output(LinesOut)
def decisions(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Поручения плана на дату и их итоги"""
    search, lines = _lines(roadmap_id, query_data)
    return {"day": search.day or clock.today(), "totals": reads.counted(lines), "items": lines}


@bp.get("/roadmaps/<int:roadmap_id>/decisions/matrix")
@bp.input(MatrixQuery, location="query")
@bp.output(MatrixOut)
def matrix(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Матрица «Выполнение протокольных поручений»"""
    search, lines = _lines(roadmap_id, query_data)
    rows = [_row(row, lines) for row in reads.matrix(lines, query_data["by"])]
    return {"day": search.day or clock.today(), "totals": reads.counted(lines), "columns": lines, "rows": rows}


def _row(row: Row, lines: list[Line]) -> dict[str, Any]:
    cells = [
        {"decision_id": line.id, "responsible": row.cells[line.id][1], "text": told(row, line)}
        for line in lines
        if line.id in row.cells
    ]
    return {**{name: getattr(row, name) for name in ("key", "name", "side", "totals")}, "cells": cells}


@bp.get("/roadmaps/<int:roadmap_id>/decisions.xlsx")
@bp.input(ControlQuery, location="query")
def decisions_sheet(roadmap_id: int, query_data: dict[str, Any]) -> Response:
    """Поручения таблицей XLSX"""
    _search, lines = _lines(roadmap_id, query_data)
    return given(xlsx(COLUMNS, lines, "Поручения"), "decisions.xlsx", XLSX)


@bp.get("/roadmaps/<int:roadmap_id>/decisions/matrix.xlsx")
@bp.input(MatrixQuery, location="query")
def matrix_sheet(roadmap_id: int, query_data: dict[str, Any]) -> Response:
    """Матрица таблицей XLSX"""
    _search, lines = _lines(roadmap_id, query_data)
    rows = reads.matrix(lines, query_data["by"])
    return given(xlsx(sheet_columns(lines), rows, "Выполнение поручений"), "matrix.xlsx", XLSX)


@bp.get("/decisions/mine")
@bp.input(MineQuery, location="query")
@bp.output(MineOut)
def mine(query_data: dict[str, Any]) -> Any:
    """Мои поручения"""
    return {"counts": reads.counts(me()), "items": reads.mine(me(), query_data["which"])}


@bp.post("/meetings/<int:meeting_id>/decisions")
@bp.input(DecisionIn)
@bp.output(DecisionOut, status_code=201)
def add(meeting_id: int, json_data: dict[str, Any]) -> Any:
    """Записать поручение в проект протокола"""
    return out(service.add_decision(meeting_id, NewDecision(**json_data), me()).id)


def out(decision_id: int) -> dict[str, Any]:
    """A decision as the API tells it, with the person's own steps and the reasons why not."""
    row: MeetingDecision = reads.decision(me(), decision_id)
    became = turning.became(row)
    return {
        **{name: getattr(row, name) for name in DecisionOut._declared_fields if hasattr(row, name)},
        "result": None if row.state == "draft" else result_of(row.state, row.due_on, row.fact_on, clock.today()),
        "late_days": late_days(row.state, row.due_on, clock.today()),
        "item_id": became.id if isinstance(became, Item) else None,
        "files": proceedings.files(service.KIND, row.id),
        "steps": [
            schemas.step_out(offer)
            for offer in meeting_decision.offers(row, me())
            if offer.mine and not offer.step.hidden
        ],
    }


@bp.get("/decisions/<int:decision_id>")
@bp.output(DecisionOut)
def decision(decision_id: int) -> Any:
    """Поручение, его файлы и шаги с причинами"""
    return out(decision_id)


@bp.put("/decisions/<int:decision_id>")
@bp.input(EditDecisionIn)
@bp.output(DecisionOut)
def edit(decision_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить поручение в проекте протокола"""
    version = json_data.pop("version")
    service.edit_decision(decision_id, NewDecision(**json_data), me(), version)
    return out(decision_id)


@bp.delete("/decisions/<int:decision_id>")
@bp.input(RemoveQuery, location="query")
@bp.output({}, status_code=204)
def remove(decision_id: int, query_data: dict[str, Any]) -> Any:
    """Вычеркнуть поручение из проекта протокола"""
    service.remove_decision(decision_id, me(), query_data["version"])
    return ""


@bp.post("/decisions/<int:decision_id>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(DecisionOut)
def take_step(decision_id: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг поручения"""
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_decision_step(decision_id, step, me(), ask, version=json_data["version"])
    return out(decision_id)


@bp.post("/decisions/<int:decision_id>/reminders")
@bp.output({"told": Integer()}, status_code=201, schema_name="DecisionReminded")
def remind(decision_id: int) -> Any:
    """Напомнить исполнителям о просроченном поручении"""
    return {"told": reminding.remind_decision(decision_id, me())}


@bp.post("/decisions/<int:decision_id>/evidence")
@bp.input(EvidenceFileIn, location="form_and_files")
@bp.output({"id": Integer()}, status_code=201, schema_name="NewEvidence")
def attach(decision_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Приложить документ об исполнении"""
    file = form_and_files_data["file"]
    return {"id": service.attach_to_decision(decision_id, Upload(file.filename or "", file.read()), me())}


@bp.post("/decisions/<int:decision_id>/item")
@bp.input(TurnIn)
@bp.output(TurnedOut, status_code=201)
def turn(decision_id: int, json_data: dict[str, Any]) -> Any:
    """Обратить поручение в мероприятие: сразу в проект плана или запросом"""
    section = json_data.pop("section")
    return turning.turn_into_item(decision_id, section, json_data, me())
