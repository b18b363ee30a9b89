"""The evidence pack, taken out by a page or by API."""

from __future__ import annotations

from typing import Any

from flask import Response, send_file

from agreements.affairs.blueprint import api, bp
from agreements.evidence.pack import pack
from core.accounts.login import me
from core.documents.downloads import disposition


def _handed(agreement_id: int) -> Response:
    source, name = pack(agreement_id, me())
    answer = send_file(source, mimetype="application/zip", etag=False)
    answer.call_on_close(source.close)
    answer.headers["Content-Disposition"] = disposition(name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post("/agreements/<int:agreement_id>/evidence.zip")
def evidence(agreement_id: int) -> Any:
    """The pack. A POST, because that it was taken out is written into the journal."""
    return _handed(agreement_id)


@api.post("/agreements/<int:agreement_id>/evidence")
@api.doc(responses={200: {"description": "ZIP", "content": {"application/zip": {}}}})
def evidence_by_api(agreement_id: int) -> Any:
    """Выгрузить пакет доказательств"""
    return _handed(agreement_id)
