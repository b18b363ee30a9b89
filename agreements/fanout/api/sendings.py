"""Sendings: checked, started, stopped."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from agreements.api.drafts import checked
from agreements.catalogue import fields_of, get, is_empty
from agreements.fanout import drawing, sending, wanted
from agreements.fanout.api import schemas
from agreements.fanout.api.blueprint import bp
from agreements.forms.asked import uploaded
from agreements.models import ModelForm, Sending, SendingRow
from core.accounts.login import me
from core.db import db
from core.errors import NotValid


@bp.post("/<int:model_id>/sendings")
@bp.input(schemas.SendingIn)
@bp.output(schemas.SendingOut, status_code=201)
def prepare(model_id: int, json_data: dict[str, Any]) -> Any:
    """Назвать контрагентов и проверить; ничего не создаётся"""
    actor = me()
    model = drawing.model_for(model_id, actor)
    revision = drawing.revision_of(model, json_data["revision"])
    known = {str(clause["id"]) for clause in revision.clauses}
    rows = [_wanted(number, row, model, known) for number, row in enumerate(json_data["counterparties"], 1)]
    return _shown(sending.prepare(model_id, rows, actor, source="API", revision=json_data["revision"]))


def _wanted(number: int, sent: dict[str, Any], model: ModelForm, known: set[str]) -> wanted.Wanted:
    row = wanted.Wanted(number, "", sent["organisation_id"])
    if row.organisation_id is None:
        found = wanted.of_lines(sent["inn"] or "—")[0]
        row.asked, row.organisation_id, row.faults = found.asked, found.organisation_id, found.faults
    row.alias, row.signatory, row.extra = sent["alias"], sent["signatory"], sent["extra"]
    row.clauses = sent["clauses"]
    for change in row.clauses:
        if change["clause_id"] not in known or (change["action"] != "exclude" and not change["text"].strip()):
            row.wrong(
                "clauses", _("Пункт %(number)s: такого нет в форме или он без текста", number=change["clause_id"])
            )
    try:
        data = checked(model.kind, sent["data"])
    except NotValid as refusal:
        for name, message in refusal.fields.items():
            row.wrong(name, message)
        return row
    values = {field.name: get(data, field.name) for field in fields_of(model.kind)}
    row.data = {name: value for name, value in values.items() if not is_empty(value) and value is not False}
    return row


@bp.post("/<int:model_id>/sendings/sheet")
@bp.input(schemas.SheetIn, location="form_and_files")
@bp.output(schemas.SendingOut, status_code=201)
def prepare_sheet(model_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Принести таблицу XLSX: по контрагенту в строке, с его сведениями и редакциями пунктов"""
    actor = me()
    model = drawing.model_for(model_id, actor)
    file, wanted_revision = uploaded(form_and_files_data["file"]), form_and_files_data["revision"]
    if file is None:
        raise NotValid(_("Выберите файл"), "file")
    rows = wanted.of_sheet(file.content, model.kind, drawing.revision_of(model, wanted_revision))
    return _shown(sending.prepare(model_id, rows, actor, source=file.name, revision=wanted_revision))


@bp.get("/sendings/<int:sending_id>")
@bp.output(schemas.SendingOut)
def shown(sending_id: int) -> Any:
    """Рассылка: что нашла проверка и что создано"""
    return _shown(sending.sending_for(sending_id, me()))


def _shown(found: Sending) -> dict[str, Any]:
    rows = db.session.scalars(
        db.select(SendingRow).where(SendingRow.sending_id == found.id).order_by(SendingRow.number)
    ).all()
    names = ("id", "model_id", "state", "source", "total", "version")
    return {**{name: getattr(found, name) for name in names}, "counts": sending.counts(found.id), "rows": rows}


@bp.post("/sendings/<int:sending_id>/leave-out")
@bp.input(schemas.LeaveOutIn)
@bp.output(schemas.SendingOut)
def leave_out(sending_id: int, json_data: dict[str, Any]) -> Any:
    """Исключить строки до начала"""
    return _shown(
        sending.leave_out(sending_id, json_data["rows"], me(), faulty=json_data["faulty"], version=json_data["version"])
    )


@bp.post("/sendings/<int:sending_id>/start")
@bp.input(schemas.VersionIn)
@bp.output(schemas.SendingOut, status_code=202)
def start(sending_id: int, json_data: dict[str, Any]) -> Any:
    """Создать соглашения или продолжить после остановки"""
    return _shown(sending.start(sending_id, me(), json_data["version"]))


@bp.post("/sendings/<int:sending_id>/cancel")
@bp.output(schemas.SendingOut)
def cancel(sending_id: int) -> Any:
    """Остановить: созданное остаётся"""
    return _shown(sending.cancel(sending_id, me()))
