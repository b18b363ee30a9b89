"""Documents of an agreement: the list, issuing, the bytes; the consolidated text on a day."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from agreements import service
from agreements.api import schemas
from agreements.api.blueprint import bp
from agreements.dossier import documents as documents_query
from agreements.editions import editions, seen
from agreements.gathered import gathered
from agreements.terms import not_yet
from core import clock
from core.accounts.login import me
from core.documents.downloads import attached, handed, issued
from core.errors import NotFound


@bp.get("/<int:agreement_id>/documents")
@bp.output(schemas.DocumentsOut)
def documents(agreement_id: int) -> Any:
    """Сформированные документы, новые первыми"""
    seen(agreement_id, me())
    return {"items": gathered(items=documents_query("agreement", agreement_id))["items"]}


@bp.post("/<int:agreement_id>/documents")
@bp.output(schemas.IssuedOut, status_code=201)
def generate(agreement_id: int) -> Any:
    """Сформировать документ проекта"""
    service.take_step(agreement_id, "generate", me())
    return gathered(items=documents_query("agreement", agreement_id))["items"][0]


@bp.get("/<int:agreement_id>/documents/<int:document_id>/file")
@bp.output(schemas.DocxOut, content_type=schemas.DOCX)
def download(agreement_id: int, document_id: int) -> Any:
    """Файл документа"""
    found = issued(document_id, me())
    if (found.subject_kind, found.subject_id) != ("agreement", agreement_id):
        raise NotFound(_("Документ не найден"))
    return handed(found.sha256, found.file_name)


@bp.get("/<int:agreement_id>/attachments/<int:attachment_id>/file")
@bp.output(schemas.DocxOut, content_type="application/octet-stream")
def attachment(agreement_id: int, attachment_id: int) -> Any:
    """Приложенный файл"""
    found = attached(attachment_id, me())
    if (found.subject_kind, found.subject_id) != ("agreement", agreement_id):
        raise NotFound(_("Файл не найден"))
    return handed(found.sha256, found.name, "application/octet-stream")


@bp.get("/<int:agreement_id>/consolidated")
@bp.input(schemas.DayQuery, location="query")
@bp.output(schemas.ConsolidatedOut)
def consolidated(agreement_id: int, query_data: dict[str, Any]) -> Any:
    """Редакция на дату: действующий текст по пунктам"""
    day = query_data["day"] or clock.today()
    found = editions(agreement_id, day, me())
    if found.chosen is None:
        raise not_yet(day)
    return found.chosen._mapping


@bp.post("/<int:agreement_id>/consolidated")
@bp.input(schemas.DayQuery, location="query")
@bp.output(schemas.IssuedOut, status_code=201)
def issue_consolidated(agreement_id: int, query_data: dict[str, Any]) -> Any:
    """Сформировать документ сводного текста на дату"""
    return service.consolidated(agreement_id, query_data["day"] or clock.today(), me())
