"""Import of existing agreements: the file, its columns, the dry run with its faults, the import itself."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import DateTime, Dict, File, Integer, List, Nested, String
from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.affairs.blueprint import api, bp, number
from agreements.forms.asked import uploaded
from agreements.importing import meanings, service
from agreements.importing.blank import blank
from agreements.models import ImportRun
from core.accounts.actor import Actor
from core.accounts.login import me
from core.documents.downloads import given
from core.documents.registers import pages
from core.errors import NotNow, NotValid, Refusal
from core.reports.sheets import XLSX


@bp.route("/agreements/import", methods=["GET", "POST"])
def imports() -> Any:
    """Imports of one's organisation; a new file."""
    actor, refusal = me(), None
    if request.method == "POST":
        try:
            return redirect(url_for("affairs.import_run", run_id=_uploaded(actor).id))
        except NotValid as refused:
            refusal = refused
    rows = [(url_for("affairs.import_run", run_id=run.id), run) for run in service.runs(actor)]
    page = render_template("agreements/imports.html", rows=rows, refusal=refusal, states=pages.labels())
    return page, refusal.status if refusal else 200


def _uploaded(actor: Actor) -> ImportRun:
    file = uploaded(request.files.get("file"))
    if file is None:
        raise NotValid(_("Выберите файл"), "file")
    return service.upload(file, actor)


@bp.get("/agreements/import/blank.xlsx")
def import_blank() -> Response:
    """A sheet to be filled in."""
    return _blank()


def _blank() -> Response:
    service.refuse_others(me())
    return given(blank(), f"{_('Действующие соглашения, форма')}.xlsx", XLSX)


@bp.get("/agreements/import/<int:run_id>")
def import_run(run_id: int) -> Any:
    """Columns and what they mean; what was found; how far it is."""
    return _page(service.run_for(run_id, me()))


def _page(run: ImportRun, refusal: Refusal | None = None) -> Any:
    actor = me()
    page = render_template(
        "agreements/import.html",
        **pages.moving(service.RUNS, run),
        refusal=refusal,
        typed=request.form,
        meanings=[("", _("не загружать")), *((each.name, str(each.label)) for each in meanings.MEANINGS)],
        faults=run.faults[: pages.MOST_FAULTS],
        creates=actor.is_admin,
    )
    return page, refusal.status if refusal else 200


@bp.get("/agreements/import/<int:run_id>/progress")
def import_progress(run_id: int) -> Response:
    """The piece of the page that moves."""
    return pages.progress(
        service.RUNS, service.run_for(run_id, me()), url_for("affairs.import_progress", run_id=run_id)
    )


@bp.get("/agreements/import/<int:run_id>/faults.xlsx")
def import_faults(run_id: int) -> Response:
    """The brought file with its faulty cells marked."""
    return _marked(run_id)


def _marked(run_id: int) -> Response:
    actor = me()
    return pages.marked_file(service.run_for(run_id, actor), service.marked_file(run_id, actor))


@bp.post("/agreements/import/<int:run_id>/check")
def check_import(run_id: int) -> Any:
    """Name the columns, start the dry run."""
    actor = me()
    run = service.run_for(run_id, actor)
    named = pages.columns_sent(run)
    matches = {row["text"]: request.form.get(f"match.{place}", "") for place, row in enumerate(run.unknown)}
    mapping = {place: name for place, name in named.items() if name}
    try:
        service.check(run_id, mapping, actor, number("version"), matches)
    except (NotValid, NotNow) as refusal:
        return _page(service.run_for(run_id, actor), refusal)
    return redirect(url_for("affairs.import_run", run_id=run_id))


@bp.post("/agreements/import/<int:run_id>/start")
def start_import(run_id: int) -> Any:
    """Take all of it."""
    actor = me()
    try:
        service.start(run_id, actor, number("version"))
    except NotNow as refusal:
        return _page(service.run_for(run_id, actor), refusal)
    return redirect(url_for("affairs.import_run", run_id=run_id))


class FileIn(Schema):
    file = File(required=True)


class FaultOut(Schema):
    row = Integer()
    column = String()
    message = String()


class UnknownOut(Schema):
    text = String(metadata={"description": "Как сторона названа в файле"})
    first = Integer(metadata={"description": "Первая строка, где она стоит"})
    rows = Integer()


class ImportOut(Schema):
    id = Integer()
    file_name = String()
    state = String()
    headers = List(String())
    mapping = Dict(keys=String(), values=String(), metadata={"description": "Номер столбца с нуля → его смысл"})
    total = Integer()
    done = Integer()
    fault_count = Integer()
    faults = List(Nested(FaultOut))
    unknown = List(Nested(UnknownOut), metadata={"description": "Организации, которых нет в справочнике"})
    version = Integer()
    created_at = DateTime()


class MappingIn(Schema):
    mapping = Dict(keys=String(), values=String(), required=True)
    matches = Dict(
        keys=String(),
        values=String(),
        load_default=dict,
        metadata={"description": "Сторона, как она названа в файле → ИНН или наименование из справочника"},
    )
    version = Integer(load_default=None, allow_none=True)


@api.post("/agreements/imports")
@api.input(FileIn, location="files")
@api.output(ImportOut, status_code=201)
def upload_by_api(files_data: dict[str, Any]) -> Any:
    """Принести таблицу XLSX с действующими соглашениями"""
    return _uploaded(me())


@api.get("/agreements/imports/blank.xlsx")
def blank_by_api() -> Response:
    """Пустая форма таблицы и как её заполнять"""
    return _blank()


@api.get("/agreements/imports/<int:run_id>")
@api.output(ImportOut)
def shown(run_id: int) -> Any:
    """Ход загрузки и ошибки по строкам и столбцам"""
    return service.run_for(run_id, me())


@api.post("/agreements/imports/<int:run_id>/check")
@api.input(MappingIn)
@api.output(ImportOut, status_code=202)
def check_by_api(run_id: int, json_data: dict[str, Any]) -> Any:
    """Назвать столбцы и проверить, ничего не загружая"""
    return service.check(run_id, json_data["mapping"], me(), json_data["version"], json_data["matches"])


@api.get("/agreements/imports/<int:run_id>/faults.xlsx")
def marked_by_api(run_id: int) -> Response:
    """Принесённый файл с отмеченными ошибками"""
    return _marked(run_id)


@api.post("/agreements/imports/<int:run_id>/start")
@api.output(ImportOut, status_code=202)
def start_by_api(run_id: int) -> Any:
    """Загрузить проверенное: всё или ничего"""
    return service.start(run_id, me())
