"""Import of existing agreements: the file, its columns, the dry run with its faults, the import itself."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import DateTime, Dict, File, Integer, List, Nested, String
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.affairs.blueprint import api, bp, number
from agreements.forms.asked import uploaded
from agreements.importing import meanings, service
from agreements.models import ImportRun
from core.accounts.actor import Actor
from core.accounts.login import me
from core.errors import NotNow, NotValid, Refusal


@bp.route("/agreements/import", methods=["GET", "POST"])
def imports() -> Any:
    """Imports of one's organisation; a new file."""
    actor, refusal = me(), None
    if request.method == "POST":
        try:
            return redirect(url_for("affairs.import_run", run_id=_uploaded(actor).id))
        except NotValid as refused:
            refusal = refused
    page = render_template("agreements/imports.html", rows=service.runs(actor), refusal=refusal, states=labels())
    return page, refusal.status if refusal else 200


def _uploaded(actor: Actor) -> ImportRun:
    file = uploaded(request.files.get("file"))
    if file is None:
        raise NotValid(_("Выберите файл"), "file")
    return service.upload(file, actor)


@bp.get("/agreements/import/<int:run_id>")
def import_run(run_id: int) -> Any:
    """Columns and what they mean; what was found; how far it is."""
    return _page(service.run_for(run_id, me()))


def _page(run: ImportRun, refusal: Refusal | None = None) -> Any:
    page = render_template(
        "agreements/import.html",
        run=run,
        refusal=refusal,
        meanings=[("", _("не загружать")), *((each.name, str(each.label)) for each in meanings.MEANINGS)],
        state=labels()[run.state],
        busy=run.state in service.BUSY,
    )
    return page, refusal.status if refusal else 200


@bp.post("/agreements/import/<int:run_id>/check")
def check_import(run_id: int) -> Any:
    """Name the columns, start the dry run."""
    actor = me()
    run = service.run_for(run_id, actor)
    named = {str(place): request.form.get(f"column.{place}", "") for place in range(len(run.headers))}
    try:
        service.check(run_id, {place: name for place, name in named.items() if name}, actor, number("version"))
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


def labels() -> dict[str, tuple[str, str]]:
    """States of an import, in words, with their tones."""
    return {
        "uploaded": (_("столбцы не названы"), "neutral"),
        "checking": (_("проверяется"), "progress"),
        "faulty": (_("есть ошибки, ничего не загружено"), "danger"),
        "checked": (_("ошибок нет, можно загружать"), "info"),
        "importing": (_("загружается"), "progress"),
        "done": (_("загружено"), "success"),
    }


class FileIn(Schema):
    file = File(required=True)


class FaultOut(Schema):
    row = Integer()
    column = String()
    message = String()


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
    version = Integer()
    created_at = DateTime()


class MappingIn(Schema):
    mapping = Dict(keys=String(), values=String(), required=True)
    version = Integer(load_default=None, allow_none=True)


@api.post("/agreements/imports")
@api.input(FileIn, location="files")
@api.output(ImportOut, status_code=201)
def upload_by_api(files_data: dict[str, Any]) -> Any:
    """Принести таблицу XLSX с действующими соглашениями"""
    return _uploaded(me())


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
    return service.check(run_id, json_data["mapping"], me(), json_data["version"])


@api.post("/agreements/imports/<int:run_id>/start")
@api.output(ImportOut, status_code=202)
def start_by_api(run_id: int) -> Any:
    """Загрузить проверенное: всё или ничего"""
    return service.start(run_id, me())
