"""Bulk runs by API: a selection of rows or a register, progress, the ZIP."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import Integer
from flask import Response, stream_with_context

from core.accounts.login import me
from core.documents import bulkjobs, kinds, queries, registers
from core.documents.api import schemas
from core.documents.downloads import disposition
from core.documents.models import BulkRun
from core.web.api import PageQuery, as_page, page_of

bp = APIBlueprint("bulk_api", __name__, url_prefix="/api/v1/bulk-runs", tag="Массовый выпуск")


@bp.get("")
@bp.input(PageQuery, location="query")
@bp.output(page_of(schemas.RunRow, "Runs"))
def runs(query_data: dict[str, Any]) -> Any:
    """Выпуски Вашей организации, новые первыми"""
    return as_page(queries.runs(me(), **query_data), lambda row: row)


@bp.post("")
@bp.input(schemas.RunIn)
@bp.output(schemas.RunOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Выпуск по выборке строк; документы делаются после начала"""
    kind = kinds.kind(json_data["kind"])
    rows = registers.selection(kind, [(row["name"], row["data"]) for row in json_data["rows"]])
    return _full(bulkjobs.create(kind.name, rows, me(), json_data["title"]))


@bp.post("/register")
@bp.input(schemas.RegisterIn, location="form_and_files")
@bp.output(schemas.RunOut, status_code=201)
def create_from_register(form_and_files_data: dict[str, Any]) -> Any:
    """Выпуск по реестру Excel; ошибки перечислены по строкам и столбцам"""
    kind = kinds.kind(form_and_files_data["kind"])
    queries.runs(me(), size=1)
    read = registers.read(form_and_files_data["file"].read(), kind)
    return _full(bulkjobs.create(kind.name, read.rows, me(), form_and_files_data["title"]))


def _full(run: BulkRun) -> dict[str, Any]:
    row = {name: getattr(run, name) for name in schemas.RunRow().fields}
    counts = dict.fromkeys(("done", "failed", "waiting"), 0) | bulkjobs.counts(run.id)
    return {**row, **counts, "failed_rows": [each._mapping for each in queries.failed_rows(run.id)]}


@bp.get("/<int:run_id>")
@bp.output(schemas.RunOut)
def run(run_id: int) -> Any:
    """Ход выпуска и строки с ошибками"""
    return _full(queries.run(run_id, me()))


@bp.post("/<int:run_id>/start")
@bp.output(schemas.RunOut, status_code=202)
def start(run_id: int) -> Any:
    """Начать или продолжить"""
    return _full(bulkjobs.start(run_id, me()))


@bp.post("/<int:run_id>/cancel")
@bp.output(schemas.RunOut)
def cancel(run_id: int) -> Any:
    """Остановить; готовое сохраняется"""
    return _full(bulkjobs.cancel(run_id, me()))


@bp.post("/<int:run_id>/pdf")
@bp.output({"asked": Integer()}, status_code=202, schema_name="AskedPdf")
def ask_pdf(run_id: int) -> Any:
    """Подготовить PDF всех документов выпуска"""
    return {"asked": bulkjobs.ask_pdf(run_id, me())}


@bp.get("/<int:run_id>/file")
@bp.output(schemas.FileOut, content_type="application/zip")
def archive(run_id: int) -> Any:
    """ZIP с документами и описью"""
    found = queries.run(run_id, me())
    answer = Response(stream_with_context(bulkjobs.archive(found.id)), mimetype="application/zip")
    answer.headers["Content-Disposition"] = disposition(f"{found.title}, выпуск {found.id}.zip")
    return answer
