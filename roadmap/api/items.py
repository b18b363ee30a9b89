"""Items by API: read, take steps, bring and fetch evidence, declare values."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Integer, String
from flask import Response

from core import clock
from core.accounts.login import me
from core.documents.attachments import Upload
from core.documents.downloads import handed
from core.workflow import Ask
from roadmap import flags, queries, service
from roadmap.api import schemas
from roadmap.api.stepping import brought
from roadmap.queries.items import ItemPage, moment
from roadmap.service import reminding
from roadmap.service.evidence import readable
from roadmap.states import roadmap_item

bp = APIBlueprint("items_api", __name__, url_prefix="/api/v1/items", tag="Мероприятия")


class PeriodQuery(Schema):
    """Which period of a recurring item; without it the one at work."""

    period = String(load_default=None, allow_none=True)


@bp.get("/<int:item_id>")
@bp.input(PeriodQuery, location="query")
@bp.output(schemas.ItemOut)
def item(item_id: int, query_data: dict[str, Any]) -> Any:
    """Мероприятие: условия, ход, файлы, шаги с причинами, история"""
    return item_out(queries.item_page(me(), item_id, query_data["period"]))


def item_out(page: ItemPage) -> dict[str, Any]:
    """A page of an item as the API tells it."""
    names = ("title", "term_text", "responsible_side", "excluded", "unit", "co_executors", "result", "document_kind",
             "legal_basis")  # fmt: skip
    moving = ("period", "state", "starts_on", "due_on", "fact_on", "forecast_on", "percent", "risk", "version")
    return {
        "id": page.item.id,
        "code": page.item.code,
        "section": page.item.section,
        "section_title": page.section,
        "occurrence_id": page.row.id,
        "edition": page.edition,
        "executor": page.item.executor_name,
        "flags": page.flags,
        "late_days": flags.days_late(page.row, clock.today()),
        "control_points": [
            {**point, "due": moment(point.get("due")) and moment(point["due"]).date()}
            for point in page.terms.control_points
        ],
        "files": [file_out(row) for row in page.of("file")],
        "indicators": [
            {"id": row.id, "code": row.one, "name": row.two, "unit": row.three, "declared": row.four}
            for row in page.of("indicator")
        ],
        "links": [link_out(row) for row in page.of("link")],
        "steps": [schemas.step_out(offer) for offer in page.offers],
        "history": [act_out(row) for row in page.of("act")],
        **{name: getattr(page.terms, name) for name in names},
        **{name: getattr(page.row, name) for name in moving},
    }


TRUE = ("true", "1", "t")
"""How the databases write «yes» as text."""


def link_out(row: Any) -> dict[str, Any]:
    return {"title": row.one, "url": row.two, "settled": row.three in TRUE, "required": row.four in TRUE}


def file_out(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.one,
        "purpose": row.two,
        "sha256": row.three,
        "size": int(row.four),
        "version": int(row.five),
        "author": row.six,
        "at": moment(row.seven),
        "verified_by": row.eight,
    }


def act_out(row: Any) -> dict[str, Any]:
    return {
        "seq": row.id,
        "at": moment(row.one),
        "who": row.two,
        "organisation": row.three,
        "step": row.four,
        "to_state": row.five,
        "comment": row.six,
    }


@bp.post("/<int:item_id>/steps/<step>")
@bp.input(PeriodQuery, location="query")
@bp.input(schemas.StepIn)
@bp.output(schemas.ItemOut)
def take_step(item_id: int, step: str, query_data: dict[str, Any], json_data: dict[str, Any]) -> Any:
    """Сделать шаг мероприятия"""
    row, _found = queries.find_item(me(), item_id, query_data["period"])
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_item_step(row.id, step, me(), ask, json_data["version"])
    return item_out(queries.item_page(me(), item_id, query_data["period"]))


@bp.post("/<int:item_id>/steps/<step>/with-files")
@bp.input(PeriodQuery, location="query")
@bp.input(schemas.StepFilesIn, location="form_and_files")
@bp.output(schemas.ItemOut)
def take_step_with_files(
    item_id: int, step: str, query_data: dict[str, Any], form_and_files_data: dict[str, Any]
) -> Any:
    """Сделать шаг мероприятия с файлами: multipart"""
    row, _found = queries.find_item(me(), item_id, query_data["period"])
    ask, uploads = brought(roadmap_item.steps.get(step), form_and_files_data)
    service.take_item_step_with_files(row.id, step, me(), ask, uploads, form_and_files_data["version"])
    return item_out(queries.item_page(me(), item_id, query_data["period"]))


@bp.put("/<int:item_id>/executor")
@bp.input(schemas.ExecutorIn)
@bp.output(schemas.ItemOut)
def assign(item_id: int, json_data: dict[str, Any]) -> Any:
    """Назначить исполнителя: координатор ответственной Стороны"""
    service.assign_executor(item_id, json_data["person_id"], me())
    return item_out(queries.item_page(me(), item_id))


@bp.put("/<int:item_id>/indicators/<int:indicator_id>")
@bp.output(schemas.ItemOut)
def tie_indicator(item_id: int, indicator_id: int) -> Any:
    """Связать мероприятие с показателем плана: координатор ответственной Стороны"""
    service.tie_indicator(item_id, indicator_id, me())
    return item_out(queries.item_page(me(), item_id))


@bp.delete("/<int:item_id>/indicators/<int:indicator_id>")
@bp.output({}, status_code=204)
def untie_indicator(item_id: int, indicator_id: int) -> Any:
    """Убрать связь с показателем, пока по нему нет значений"""
    service.untie_indicator(item_id, indicator_id, me())
    return ""


@bp.post("/<int:item_id>/reminders")
@bp.input(PeriodQuery, location="query")
@bp.output({"told": Integer()}, status_code=201, schema_name="Reminded")
def remind(item_id: int, query_data: dict[str, Any]) -> Any:
    """Напомнить о просроченном мероприятии исполнителю и координатору ответственной Стороны"""
    row, _found = queries.find_item(me(), item_id, query_data["period"])
    return {"told": reminding.remind_item(row.id, me())}


@bp.post("/<int:item_id>/evidence")
@bp.input(PeriodQuery, location="query")
@bp.input(schemas.EvidenceIn, location="form_and_files")
@bp.output(schemas.FileOut, status_code=201)
def attach(item_id: int, query_data: dict[str, Any], form_and_files_data: dict[str, Any]) -> Any:
    """Приложить файл"""
    row, _found = queries.find_item(me(), item_id, query_data["period"])
    file = form_and_files_data["file"]
    kept = service.attach(row.id, Upload(file.filename or "", file.read()), form_and_files_data["purpose"], me())
    return {
        "id": kept.id,
        "name": kept.name,
        "purpose": kept.purpose,
        "sha256": kept.sha256,
        "size": kept.size,
        "version": kept.version,
        "author": kept.author_name,
        "at": kept.at,
        "verified_by": None,
    }


@bp.get("/evidence/<int:attachment_id>")
def evidence(attachment_id: int) -> Response:
    """Скачать файл"""
    kept = readable(attachment_id, me())
    return handed(kept.sha256, kept.name, kept.media_type)


@bp.post("/evidence/<int:attachment_id>/verify")
@bp.input(schemas.NoteIn)
@bp.output({}, status_code=204)
def verify(attachment_id: int, json_data: dict[str, Any]) -> Any:
    """Подтвердить файл: заявленное становится подтверждённым"""
    service.verify(attachment_id, json_data["note"], me())
    return ""


@bp.post("/<int:item_id>/facts")
@bp.input(PeriodQuery, location="query")
@bp.input(schemas.FactIn)
@bp.output({"id": Integer()}, status_code=201, schema_name="NewFact")
def enter_fact(item_id: int, query_data: dict[str, Any], json_data: dict[str, Any]) -> Any:
    """Ввести значение связанного показателя"""
    row, _found = queries.find_item(me(), item_id, query_data["period"])
    return service.enter_fact(
        row.id,
        json_data["indicator_id"],
        json_data["value"],
        me(),
        source=json_data["source"],
        not_provided=json_data["not_provided"],
    )
