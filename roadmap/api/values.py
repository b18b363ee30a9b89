"""Values of indicators in a sheet by API, out and in: the same functions as the pages'."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import DateTime, Dict, File, Integer, List, Nested, Raw, String
from flask import Response
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.documents.attachments import Upload
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import XLSX
from roadmap import queries
from roadmap.api.imports import PlanFaultOut, PlanMappingIn
from roadmap.api.indicators import YearQuery
from roadmap.declaring import service
from roadmap.sheets import indicator_book

bp = APIBlueprint("value_imports_api", __name__, url_prefix="/api/v1", tag="Показатели")


class ValuesFileIn(Schema):
    file = File(required=True, metadata={"description": "XLSX, до 20 МБ"})


class ValueImportOut(Schema):
    id = Integer()
    roadmap_id = Integer()
    file_name = String()
    state = String(metadata={"description": "uploaded, checking, faulty, checked, importing, done"})
    headers = List(String())
    mapping = Dict(keys=String(), values=String(), metadata={"description": "Номер столбца с нуля → его смысл"})
    total = Integer()
    done = Integer()
    fault_count = Integer()
    faults = List(Nested(PlanFaultOut))
    preview = Dict(
        keys=String(),
        values=Raw(),
        metadata={"description": "Было → стало по строкам; new, changed, same, kept – сколько"},
    )
    version = Integer()
    created_at = DateTime()


@bp.get("/roadmaps/<int:roadmap_id>/indicators.xlsx")
@bp.input(YearQuery, location="query")
def export_values(roadmap_id: int, query_data: dict[str, Any]) -> Response:
    """Все значения показателей за год таблицей, которую можно загрузить обратно"""
    head = queries.plan_head(me(), roadmap_id)
    year = query_data["year"] or clock.today().year
    return given(indicator_book(me(), head.id, year), f"indicators-{roadmap_id}-{year}.xlsx", XLSX)


@bp.post("/roadmaps/<int:roadmap_id>/indicators/imports")
@bp.input(ValuesFileIn, location="files")
@bp.output(ValueImportOut, status_code=201)
def bring_values(roadmap_id: int, files_data: dict[str, Any]) -> Any:
    """Принести таблицу заявляемых значений"""
    file = files_data["file"]
    if not file.filename:
        raise NotValid(_("Выберите файл"), "file")
    return service.upload(Upload(file.filename, file.read()), roadmap_id, me())


@bp.get("/indicators/imports/<int:run_id>")
@bp.output(ValueImportOut)
def value_import(run_id: int) -> Any:
    """Ход загрузки значений, ошибки по строкам и столбцам, было → стало"""
    return service.run_for(run_id, me())


@bp.post("/indicators/imports/<int:run_id>/check")
@bp.input(PlanMappingIn)
@bp.output(ValueImportOut, status_code=202)
def check_values(run_id: int, json_data: dict[str, Any]) -> Any:
    """Назвать столбцы и проверить, ничего не заявляя"""
    return service.check(run_id, json_data["mapping"], me(), json_data["version"])


@bp.post("/indicators/imports/<int:run_id>/start")
@bp.output(ValueImportOut, status_code=202)
def declare_values(run_id: int) -> Any:
    """Заявить проверенное: всё или ничего"""
    return service.start(run_id, me())


@bp.get("/indicators/imports/<int:run_id>/faults.xlsx")
def marked_values(run_id: int) -> Response:
    """Принесённая таблица с отмеченными ошибками"""
    run = service.run_for(run_id, me())
    return given(service.marked_file(run), f"{run.file_name.rpartition('.')[0]}.xlsx", XLSX)
