"""Issued documents by API: the list, one, its bytes, its PDF, verification."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents import issuing, pdf, queries, verification
from core.documents.api import schemas
from core.documents.downloads import given, handed
from core.documents.models import IssuedDocument
from core.errors import NotValid
from core.web.api import as_page, page_of

bp = APIBlueprint("documents_api", __name__, url_prefix="/api/v1/documents", tag="Документы")


@bp.get("")
@bp.input(schemas.DocumentQuery, location="query")
@bp.output(page_of(schemas.DocumentRow, "Documents"))
def documents(query_data: dict[str, Any]) -> Any:
    """Выпущенные документы, которые Вы можете видеть, новые первыми"""
    return as_page(queries.documents(me(), **query_data), lambda row: row)


@bp.get("/<int:document_id>")
@bp.output(schemas.DocumentOut)
def document(document_id: int) -> Any:
    """Один документ"""
    return _full(queries.document(document_id, me()))


def _full(found: IssuedDocument) -> dict[str, Any]:
    row = {name: getattr(found, name) for name in schemas.DocumentRow().fields}
    extra = {"fingerprint": issuing.fingerprint(found), "verify_url": issuing.verify_url(found.code)}
    return {**row, **extra, "pdf": pdf.status(found.id)}


@bp.get("/<int:document_id>/file")
@bp.output(schemas.FileOut, content_type=schemas.DOCX)
def file(document_id: int) -> Any:
    """Файл DOCX, каким он был выпущен"""
    found = queries.document(document_id, me())
    return handed(found.sha256, found.file_name)


@bp.get("/<int:document_id>/pdf")
@bp.output(schemas.PdfOut)
def pdf_status(document_id: int) -> Any:
    """Готов ли PDF"""
    return pdf.status(queries.document(document_id, me()).id)


@bp.post("/<int:document_id>/pdf")
@bp.output(schemas.PdfOut, status_code=202)
def ask_pdf(document_id: int) -> Any:
    """Сделать PDF"""
    actor = me()
    found = queries.document(document_id, actor)
    pdf.request([found.id], actor.id)
    return pdf.status(found.id)


@bp.get("/<int:document_id>/pdf/file")
@bp.output(schemas.FileOut, content_type="application/pdf")
def pdf_file(document_id: int) -> Any:
    """Файл PDF/A-2b"""
    found = queries.document(document_id, me())
    return given(pdf.pdf_of(found), found.file_name.removesuffix(".docx") + ".pdf", "application/pdf")


@bp.get("/verify")
@bp.input(schemas.VerifyQuery, location="query")
@bp.output(schemas.AnswerOut)
def verify(query_data: dict[str, Any]) -> Any:
    """Проверить документ по коду или по контрольной сумме файла"""
    if query_data["code"]:
        return verification.by_code(query_data["code"])
    if query_data["sha256"]:
        return verification.by_hash(query_data["sha256"])
    raise NotValid(_("Нужен код или контрольная сумма"), "code")


@bp.post("/verify")
@bp.input(schemas.VerifyFileIn, location="files")
@bp.output(schemas.AnswerOut)
def verify_file(files_data: dict[str, Any]) -> Any:
    """Проверить файл; он не сохраняется"""
    return verification.by_file(files_data["file"].stream)
