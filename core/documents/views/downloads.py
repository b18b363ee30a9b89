"""Downloads: issued documents and attached files of whatever subject, to those who may see it."""

from __future__ import annotations

from typing import Any

from core.accounts.login import me
from core.documents.downloads import attached, handed, issued
from core.documents.views.blueprint import bp


@bp.get("/documents/<int:document_id>/<code>.docx")
def document(document_id: int, code: str) -> Any:
    """An issued document: the very bytes that were issued."""
    found = issued(document_id, me(), code)
    return handed(found.sha256, found.file_name)


@bp.get("/attachments/<int:attachment_id>")
def attachment(attachment_id: int) -> Any:
    """An attached file, under the name it came with."""
    found = attached(attachment_id, me())
    return handed(found.sha256, found.name, "application/octet-stream")
