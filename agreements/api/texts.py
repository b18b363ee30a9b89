"""Revisions beside one another: what a revision changed, as clauses and as a Word file with tracked changes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from agreements import editions as reading
from agreements.api import schemas
from agreements.api.blueprint import bp
from core.accounts.login import me
from core.documents.comparison import Block, compare_clauses
from core.documents.downloads import given
from core.documents.issuing import content_of
from core.documents.redline import redline
from core.errors import NotFound


@bp.get("/<int:agreement_id>/revisions/<int:number>")
@bp.input(schemas.AgainstQuery, location="query")
@bp.output(schemas.RevisionText)
def revision(agreement_id: int, number: int, query_data: dict[str, Any]) -> Any:
    """Текст редакции по пунктам и отличия от прежней"""
    found = reading.revisions(agreement_id, number, query_data["against"], me())
    before = found.before.clauses if found.before else found.now.clauses
    blocks = [block for block in compare_clauses(before, found.now.clauses) if block.kind != "equal"]
    return {
        "number": found.now.number,
        "against": found.before.number if found.before else None,
        "document_hash": found.now.document_hash,
        "clauses": found.now.clauses,
        "changes": [
            {"kind": block.kind, "id": block.id, "number": block.number, "was": _text(block, "insert"),
             "now": _text(block, "delete")}
            for block in blocks
        ],
    }  # fmt: skip


def _text(block: Block, without: str) -> str:
    """The text of one of the two revisions: without what the other one put in, or has lost."""
    return "".join(segment.text for segment in block.segments if segment.kind != without)


@bp.get("/<int:agreement_id>/revisions/<int:number>/redline.docx")
@bp.input(schemas.AgainstQuery, location="query")
@bp.output(schemas.DocxOut, content_type=schemas.DOCX)
def revision_redline(agreement_id: int, number: int, query_data: dict[str, Any]) -> Any:
    """Редакция файлом Word с отслеженными изменениями"""
    found = reading.revisions(agreement_id, number, query_data["against"], me())
    if found.before is None:
        raise NotFound(_("Сравнивать не с чем: это первая редакция"))
    before, now = (content_of(row.document_hash) for row in (found.before, found.now))
    name = _("%(title)s, редакция %(n)s с отличиями.docx", title=found.agreement.title[:100], n=number)
    return given(redline(before, now, found.now.created_name, found.now.created_at), name)
