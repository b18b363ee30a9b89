"""Progress reports by API: rounds, answers, reminders, corrections, the report with the rows behind its totals."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Integer, List, Nested, String
from apiflask.validators import Length, Range

from core.accounts.login import me
from core.errors import NotValid
from core.workflow import Ask
from roadmap import queries, rounds
from roadmap.api import schemas
from roadmap.documents.report import approvals
from roadmap.queries import report_people as people
from roadmap.queries import reports as reads
from roadmap.queries.report_page import report_page
from roadmap.service import reports as service
from roadmap.service.reports import Answer

bp = APIBlueprint("reports_api", __name__, url_prefix="/api/v1", tag="Отчёты")


class ReportLineOut(Schema):
    id = Integer()
    period = String()
    number = Integer(metadata={"description": "1 – первый отчёт за период, далее уточнённые"})
    state = String()
    due_on = Date(metadata={"description": "Ответы исполнителей до"})
    approved_at = DateTime(allow_none=True)


class PeriodOut(Schema):
    period = String()
    label = String()
    over = Boolean(metadata={"description": "Период закончился"})


class ReportsOut(Schema):
    items = List(Nested(ReportLineOut))
    periods = List(Nested(PeriodOut), metadata={"description": "Периоды, отчёт за которые ещё не открыт"})


class ReportIn(Schema):
    period = String(required=True, metadata={"description": "2026-Q3, 2026 или final"})


class ReportRowOut(Schema):
    section = Integer()
    code = String()
    title = String()
    period = String()
    occurrence_id = Integer()
    item_id = Integer()
    side = String()
    responsible = String()
    executor = String()
    due_on = Date(allow_none=True)
    fact_on = Date(allow_none=True)
    forecast_on = Date(allow_none=True)
    state = String()
    status = String(metadata={"description": ", ".join(reads.STATUSES)})
    percent = Integer()
    info = String()
    reasons = String()
    measures = String()
    evidence = String()
    answered = Boolean()
    version = Integer(metadata={"description": "Версия строки: передайте её в ответе"})


class SectionOut(Schema):
    number = Integer()
    title = String()
    totals = Dict(keys=String(), values=Integer())


class GroupOut(Schema):
    side = String()
    organisation = String()
    total = Integer()
    answered = Integer()


class ApprovalOut(Schema):
    side = String()
    who = String()
    at = String()
    hash = String()


class ReportOut(Schema):
    id = Integer()
    period = String()
    number = Integer()
    state = String()
    version = Integer()
    due_on = Date()
    correction = String()
    gaps_note = String(metadata={"description": "Почему направлен без части сведений"})
    content_hash = String(allow_none=True)
    approved_at = DateTime(allow_none=True)
    summary = Dict(keys=String(), values=Integer())
    trace = Dict(
        keys=String(),
        values=List(Integer()),
        metadata={"description": "Итог → occurrence_id строк, из которых он сложен"},
    )
    sections = List(Nested(SectionOut))
    progress = List(Nested(GroupOut))
    approvals = List(Nested(ApprovalOut))
    steps = List(Nested(schemas.StepOut))
    rows = List(Nested(ReportRowOut))


class AnswerIn(Schema):
    text = String(required=True)
    reasons = String(load_default="")
    measures = String(load_default="")
    forecast_on = Date(load_default=None, allow_none=True)
    evidence = String(load_default="")
    percent = Integer(load_default=None, allow_none=True, validate=Range(0, 100))
    version = Integer(load_default=None, allow_none=True)


class OneAnswerIn(AnswerIn):
    occurrence_id = Integer(required=True)


class AnswersIn(Schema):
    answers = List(Nested(OneAnswerIn), required=True, validate=Length(1, 500))


class AnswersOut(Schema):
    refused = Dict(
        keys=String(),
        values=Dict(keys=String(), values=String()),
        metadata={"description": "occurrence_id → {поле: что не так}; остальные приняты"},
    )


class DraftsOut(Schema):
    versions = Dict(keys=String(), values=Integer(), metadata={"description": "occurrence_id → новая версия строки"})


class RequestOut(Schema):
    report_id = Integer()
    period = String()
    plan = String()
    due_on = Date()
    total = Integer()
    answered = Integer()


class RequestsOut(Schema):
    items = List(Nested(RequestOut))


class RemindIn(Schema):
    person_id = Integer(load_default=None, allow_none=True)


class RemindOut(Schema):
    told = Integer()


class CorrectIn(Schema):
    reason = String(required=True)


@bp.get("/roadmaps/<int:roadmap_id>/reports")
@bp.output(ReportsOut)
def reports(roadmap_id: int) -> Any:
    """Отчёты плана и периоды, отчёт за которые ещё не открыт"""
    queries.plan_head(me(), roadmap_id)
    rows = reads.reports(me(), roadmap_id)
    return {"items": rows, "periods": rounds.choices(reads.plan_of(roadmap_id), [row.period for row in rows])}


@bp.post("/roadmaps/<int:roadmap_id>/reports")
@bp.input(ReportIn)
@bp.output(ReportOut, status_code=201)
def open_report(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Открыть отчёт за период и запросить сведения"""
    return report_out(service.open_report(roadmap_id, json_data["period"], me()).id)


@bp.get("/reports/<int:report_id>")
@bp.output(ReportOut)
def report(report_id: int) -> Any:
    """Отчёт: итоги и строки, из которых они сложены"""
    return report_out(report_id)


def report_out(report_id: int) -> dict[str, Any]:
    found = report_page(me(), report_id)
    names = (
        "id", "period", "number", "state", "version", "due_on", "correction", "gaps_note", "content_hash",
        "approved_at",
    )  # fmt: skip
    return {
        **{name: getattr(found.row, name) for name in names},
        "summary": found.totals,
        "trace": {status: [row.occurrence_id for row in reads.chosen(found.rows, status)] for status in reads.STATUSES},
        "sections": found.sections,
        "progress": found.groups,
        "approvals": approvals(found.row) if found.row.state == "approved" else [],
        "steps": [schemas.step_out(offer) for offer in found.offers],
        "rows": found.rows,
    }


@bp.get("/requests")
@bp.output(RequestsOut)
def requests() -> Any:
    """Отчёты, для которых запрошены мои сведения"""
    return {"items": people.requests(me())}


@bp.get("/reports/<int:report_id>/answers")
@bp.output(ReportRowOut(many=True))
def my_rows(report_id: int) -> Any:
    """Строки отчёта, по которым отвечаю я"""
    return people.mine(me(), report_id)[1]


@bp.post("/reports/<int:report_id>/answers/<int:occurrence_id>")
@bp.input(AnswerIn)
@bp.output({}, status_code=204)
def answer(report_id: int, occurrence_id: int, json_data: dict[str, Any]) -> Any:
    """Ответить за мероприятие"""
    service.answer(report_id, occurrence_id, Answer(**json_data), me())
    return ""


@bp.post("/reports/<int:report_id>/answers")
@bp.input(AnswersIn)
@bp.output(AnswersOut)
def answer_many(report_id: int, json_data: dict[str, Any]) -> Any:
    """Ответить за несколько мероприятий: полные ответы принимаются, неполные остаются черновиками"""
    refused = service.answer_many(report_id, _answers(json_data), me())
    return {"refused": {str(key): faults for key, faults in refused.items()}}


@bp.put("/reports/<int:report_id>/drafts")
@bp.input(AnswersIn)
@bp.output(DraftsOut)
def keep_drafts(report_id: int, json_data: dict[str, Any]) -> Any:
    """Сохранить черновики ответов"""
    kept = service.keep_drafts(report_id, _answers(json_data), me())
    return {"versions": {str(key): version for key, version in kept.items()}}


def _answers(json_data: dict[str, Any]) -> dict[int, Answer]:
    given = {row.pop("occurrence_id"): Answer(**row) for row in json_data["answers"]}
    if len(given) != len(json_data["answers"]):
        from flask_babel import gettext as _

        raise NotValid(_("Строка отчёта названа дважды"), "answers")
    return given


@bp.post("/reports/<int:report_id>/reminders")
@bp.input(RemindIn)
@bp.output(RemindOut)
def remind(report_id: int, json_data: dict[str, Any]) -> Any:
    """Напомнить тем, кто не ответил: каждому не чаще раза в рабочий день"""
    return {"told": service.remind(report_id, me(), json_data["person_id"])}


@bp.post("/reports/<int:report_id>/corrections")
@bp.input(CorrectIn)
@bp.output(ReportOut, status_code=201)
def correct_report(report_id: int, json_data: dict[str, Any]) -> Any:
    """Открыть уточнённый отчёт; согласованный остаётся как есть"""
    return report_out(service.correct_report(report_id, json_data["reason"], me()).id)


@bp.post("/reports/<int:report_id>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(ReportOut)
def report_step(report_id: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг отчёта"""
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_report_step(report_id, step, me(), ask, json_data["version"])
    return report_out(report_id)
