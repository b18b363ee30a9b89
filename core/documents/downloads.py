"""Documents room: which files a person may take, and the answer that hands them over: as an attachment, never shown."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from flask import Response, send_file
from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.documents.issuing import content_of
from core.documents.models import Attachment, IssuedDocument
from core.errors import NotFound

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def issued(document_id: int, actor: Actor, code: str | None = None) -> Any:
    """Where an issued document of a subject the actor may see is kept: file_name, sha256, subject. Raises NotFound."""
    columns = ("id", "code", "file_name", "sha256", "subject_kind", "subject_id")
    statement = select(*(getattr(IssuedDocument, name) for name in columns)).where(IssuedDocument.id == document_id)
    if code is not None:
        statement = statement.where(IssuedDocument.code == code)
    return _seen(statement, IssuedDocument, actor, _("Документ не найден"))


def attached(attachment_id: int, actor: Actor) -> Any:
    """Where a file attached to a subject the actor may see is kept: name, sha256, subject. Raises NotFound."""
    columns = ("id", "name", "media_type", "sha256", "subject_kind", "subject_id")
    statement = select(*(getattr(Attachment, name) for name in columns)).where(Attachment.id == attachment_id)
    return _seen(statement, Attachment, actor, _("Файл не найден"))


def _seen(statement: Any, model: Any, actor: Actor, message: str) -> Any:
    """The row, if the actor's organisation is among the readers of its subject, whatever kind that is."""
    found = db.session.execute(statement.where(visible_to(actor, model.subject_kind, model.subject_id))).one_or_none()
    if found is None:
        raise NotFound(message)
    return found


def handed(sha256: str, name: str, media_type: str = DOCX) -> Response:
    """The bytes kept under a hash as a download under their own name (RFC 6266). Never rendered by the browser.

    A personal document is opened on the way. Raises NotFound.
    """
    return given(content_of(sha256), name, media_type, etag=sha256)


def given(content: bytes, name: str, media_type: str = DOCX, etag: str = "") -> Response:
    """The same for bytes that are kept nowhere."""
    answer = send_file(io.BytesIO(content), mimetype=media_type, etag=etag or False)
    answer.headers["Content-Disposition"] = disposition(name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def disposition(name: str) -> str:
    """An attachment with its real name, and a plain one for programs that know no other (RFC 6266, RFC 8187)."""
    ending = "".join(letter for letter in PurePosixPath(name).suffix if letter.isascii() and letter.isalnum())
    plain = f"document.{ending}" if ending else "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
