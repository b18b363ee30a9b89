"""Import and export of plans by API: the same functions as the pages'."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length
from flask import Response
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.attachments import Upload
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import CSV, XLSX
from roadmap import exporting
from roadmap.api import schemas
from roadmap.importing import service
from roadmap.queries.plans import ItemSearch
from roadmap.service import NewPlan

bp = APIBlueprint("plan_imports_api", __name__, url_prefix="/api/v1/roadmaps", tag="Дорожная карта")


class PlanFileIn(Schema):
    file = File(required=True, metadata={"description": "XLSX или DOCX, до 20 МБ"})


class ImportedPlanIn(PlanFileIn):
    """The file, and beside it the plan that the import draws."""

    title = String(required=True, validate=Length(1, 1000))
    period_start = Date(required=True)
    period_end = Date(required=True)
    parties = List(Integer(), required=True, metadata={"description": "Стороны по порядку"})


class PlanFaultOut(Schema):
    row = Integer()
    column = String()
    message = String()


class PlanImportOut(Schema):
    id = Integer()
    roadmap_id = Integer(allow_none=True, metadata={"description": "План; у нового – после загрузки"})
    file_name = String()
    state = String(metadata={"description": "uploaded, checking, faulty, checked, importing, done"})
    headers = List(String())
    mapping = Dict(keys=String(), values=String(), metadata={"description": "Номер столбца с нуля → его смысл"})
    total = Integer()
    done = Integer()
    fault_count = Integer()
    faults = List(Nested(PlanFaultOut))
    preview = Dict(keys=String(), values=Raw(), metadata={"description": "Что будет создано: разделы, строки, даты"})
    version = Integer()
    created_at = DateTime()


class PlanMappingIn(Schema):
    mapping = Dict(keys=String(), values=String(), required=True)
    version = Integer(load_default=None, allow_none=True)


def _upload(files_data: dict[str, Any]) -> Upload:
    file = files_data["file"]
    if not file.filename:
        raise NotValid(_("Выберите файл"), "file")
    return Upload(file.filename, file.read())


@bp.post("/imports")
@bp.input(ImportedPlanIn, location="form_and_files")
@bp.output(PlanImportOut, status_code=201)
def bring_new(form_and_files_data: dict[str, Any]) -> Any:
    """Принести таблицу нового плана"""
    file = _upload({"file": form_and_files_data.pop("file")})
    return service.upload(file, me(), plan=NewPlan(**form_and_files_data))


@bp.post("/<int:roadmap_id>/imports")
@bp.input(PlanFileIn, location="files")
@bp.output(PlanImportOut, status_code=201)
def bring(roadmap_id: int, files_data: dict[str, Any]) -> Any:
    """Принести таблицу мероприятий в проект плана"""
    return service.upload(_upload(files_data), me(), roadmap_id=roadmap_id)


@bp.get("/imports/<int:run_id>")
@bp.output(PlanImportOut)
def shown(run_id: int) -> Any:
    """Ход загрузки плана, ошибки по строкам и столбцам, что будет создано"""
    return service.run_for(run_id, me())


@bp.post("/imports/<int:run_id>/check")
@bp.input(PlanMappingIn)
@bp.output(PlanImportOut, status_code=202)
def check(run_id: int, json_data: dict[str, Any]) -> Any:
    """Назвать столбцы и проверить, ничего не загружая"""
    return service.check(run_id, json_data["mapping"], me(), json_data["version"])


@bp.post("/imports/<int:run_id>/start")
@bp.output(PlanImportOut, status_code=202)
def start(run_id: int) -> Any:
    """Загрузить проверенное: всё или ничего"""
    return service.start(run_id, me())


@bp.get("/imports/<int:run_id>/faults.xlsx")
def marked_file(run_id: int) -> Response:
    """Принесённая таблица с отмеченными ошибками"""
    run = service.run_for(run_id, me())
    return given(service.marked_file(run), f"{run.file_name.rpartition('.')[0]}.xlsx", XLSX)


@bp.get("/<int:roadmap_id>/plan.xlsx")
@bp.input(schemas.ItemQuery, location="query")
def export(roadmap_id: int, query_data: dict[str, Any]) -> Response:
    """План таблицей с тем же отбором, что у мероприятий"""
    return given(exporting.shown_sheet(me(), roadmap_id, ItemSearch(**query_data)), f"plan-{roadmap_id}.xlsx", XLSX)


@bp.get("/<int:roadmap_id>/plan.csv")
@bp.input(schemas.ItemQuery, location="query")
def export_csv(roadmap_id: int, query_data: dict[str, Any]) -> Response:
    """То же в CSV"""
    content = exporting.shown_sheet(me(), roadmap_id, ItemSearch(**query_data), "csv")
    return given(content, f"plan-{roadmap_id}.csv", CSV)


@bp.get("/<int:roadmap_id>/editions/<int:number>/plan.xlsx")
def export_edition(roadmap_id: int, number: int) -> Response:
    """Редакция таблицей"""
    return given(exporting.edition_sheet(me(), roadmap_id, number), f"plan-{roadmap_id}-{number}.xlsx", XLSX)
