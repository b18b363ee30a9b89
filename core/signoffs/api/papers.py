"""Remarks, protocols, sheets and their documents by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import List, Nested
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import handed
from core.documents.models import IssuedDocument
from core.errors import NotValid
from core.signoffs import documents, queries, service, texts
from core.signoffs.api import schemas
from core.signoffs.documents.sheet import sheet_context
from core.signoffs.models import ProtocolRow
from core.signoffs.protocol_shown import protocol_of_actor, protocol_of_row, shown
from core.signoffs.service.protocol import Clause
from core.signoffs.subjects import visible
from core.signoffs.task import remarks_of

bp = APIBlueprint("signoff_papers_api", __name__, url_prefix="/api/v1/tasks", tag="Замечания, протоколы, листы")
FILE = {200: {"content": {"application/octet-stream": {}}, "description": "DOCX"}}


def _file(document: IssuedDocument) -> Any:
    return handed(document.sha256, document.file_name)


@bp.get("/remarks/<kind>/<int:subject_id>")
@bp.output({"items": List(Nested(schemas.RemarkRow))}, schema_name="Remarks")
def remarks(kind: str, subject_id: int) -> Any:
    """Таблица учёта замечаний документа"""
    visible(kind, subject_id, me())
    return {"items": remarks_of(kind, subject_id)}


@bp.post("/remarks/<int:remark_id>/answer")
@bp.input(schemas.AnswerIn)
@bp.output(schemas.RemarkOut)
def answer(remark_id: int, json_data: dict[str, Any]) -> Any:
    """Принять или отклонить замечание"""
    given = (json_data["answer"], json_data["justification"], me(), json_data["version"])
    return service.answer_remark(remark_id, *given)


@bp.post("/remarks/<kind>/<int:subject_id>/docx")
@bp.doc(responses=FILE)
def remarks_docx(kind: str, subject_id: int) -> Any:
    """Таблица учёта замечаний в Word"""
    visible(kind, subject_id, me())
    return _file(documents.issue_remarks(kind, subject_id, me()))


@bp.get("/sheets/<kind>/<int:subject_id>")
@bp.output(schemas.SheetOut)
def sheet(kind: str, subject_id: int) -> Any:
    """Лист согласования: все круги, обе стороны"""
    about = visible(kind, subject_id, me())
    found = queries.sheet(kind, subject_id, me())
    return sheet_context(found, about.paper(subject_id)) if found.rounds else {"rounds": [], "remarks": []}


@bp.post("/sheets/<kind>/<int:subject_id>/docx")
@bp.doc(responses=FILE)
def sheet_docx(kind: str, subject_id: int) -> Any:
    """Лист согласования в Word"""
    visible(kind, subject_id, me())
    return _file(documents.issue_sheet(kind, subject_id, me()))


@bp.get("/protocols/<int:protocol_id>")
@bp.output(schemas.ProtocolOut)
def protocol(protocol_id: int) -> Any:
    """Протокол разногласий"""
    return shown(protocol_of_actor(protocol_id, me()), me())


@bp.post("/protocols/<int:protocol_id>/rows")
@bp.input(schemas.ClauseIn)
@bp.output(schemas.ProtocolOut, status_code=201)
def add_row(protocol_id: int, json_data: dict[str, Any]) -> Any:
    """Внести в протокол пункт со своей редакцией"""
    row = protocol_of_actor(protocol_id, me()).protocol
    found = next((c for c in texts.clauses(row.document_hash) if c["id"] == json_data["clause_id"]), None)
    if found is None:
        raise NotValid(_("Такого пункта в документе нет"), "clause_id")
    service.add_row(protocol_id, Clause(found["id"], found["number"], found["text"]), json_data["text"], me())
    return shown(protocol_of_actor(protocol_id, me()), me())


def _after(row: ProtocolRow) -> Any:
    return shown(protocol_of_actor(row.protocol_id, me()), me())


@bp.put("/protocols/rows/<int:row_id>/wording")
@bp.input(schemas.WordingIn)
@bp.output(schemas.ProtocolOut)
def wording(row_id: int, json_data: dict[str, Any]) -> Any:
    """Записать редакцию своей стороны"""
    protocol_of_row(row_id, me())
    return _after(service.set_wording(row_id, json_data["text"], me(), json_data["version"]))


@bp.put("/protocols/rows/<int:row_id>/agreed")
@bp.input(schemas.AgreedIn)
@bp.output(schemas.ProtocolOut)
def agreed(row_id: int, json_data: dict[str, Any]) -> Any:
    """Предложить согласованную редакцию"""
    protocol_of_row(row_id, me())
    return _after(service.propose(row_id, json_data["text"], json_data["justification"], me(), json_data["version"]))


@bp.post("/protocols/rows/<int:row_id>/withdraw")
@bp.input(schemas.WithdrawIn)
@bp.output(schemas.ProtocolOut)
def withdraw(row_id: int, json_data: dict[str, Any]) -> Any:
    """Снять разногласие: пункт остаётся в редакции проекта"""
    protocol_of_row(row_id, me())
    return _after(service.withdraw(row_id, me(), json_data["version"]))


@bp.post("/protocols/rows/<int:row_id>/consent")
@bp.input(schemas.ConsentIn)
@bp.output(schemas.ProtocolOut)
def consent(row_id: int, json_data: dict[str, Any]) -> Any:
    """Согласиться ровно с той редакцией, что прочитана"""
    protocol_of_row(row_id, me())
    return _after(service.consent(row_id, json_data["agreed_hash"], me()))


@bp.post("/protocols/<int:protocol_id>/close")
@bp.output(schemas.ProtocolOut)
def close(protocol_id: int) -> Any:
    """Закрыть протокол: все пункты согласованы"""
    protocol_of_actor(protocol_id, me())
    service.close_protocol(protocol_id, me())
    return shown(protocol_of_actor(protocol_id, me()), me())


@bp.post("/protocols/<int:protocol_id>/docx")
@bp.doc(responses=FILE)
def protocol_docx(protocol_id: int) -> Any:
    """Протокол разногласий в Word"""
    row = protocol_of_actor(protocol_id, me()).protocol
    return _file(documents.issue_protocol(row.subject_kind, row.subject_id, me(), row.number))
