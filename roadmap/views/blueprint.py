"""The blueprint every page of the roadmap hangs on, and what its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from core.documents.attachments import Upload
from core.errors import NotValid
from core.workflow import Ask, Step

bp = Blueprint("roadmap", __name__)


def version_asked() -> int | None:
    """The version the form was opened on; None where the form carries none."""
    text = request.form.get("version", "")
    return int(text) if text.isdigit() else None


def ask_of(step: Step | None) -> Ask:
    """What the form brings to a step: its comment and the values it asks for."""
    data = {asked.name: request.form.get(asked.name, "").strip() for asked in (step.asks if step else ())}
    return Ask(comment=request.form.get("comment", ""), data=data)


def uploads_of(step: Step | None) -> dict[str, Upload]:
    """Files brought in place of words, by the input's name."""
    found = {}
    for asked in step.asks if step else ():
        upload = upload_of(asked.name)
        if asked.kind in ("document", "file") and upload is not None:
            found[asked.name] = upload
    return found


def upload_of(name: str) -> Upload | None:
    file: FileStorage | None = request.files.get(name)
    return Upload(file.filename, file.read()) if file and file.filename else None


def required_upload(name: str) -> Upload:
    """Raises NotValid where no file was chosen."""
    upload = upload_of(name)
    if upload is None:
        raise NotValid(_("Выберите файл"), name)
    return upload


def number(value: Any) -> int | None:
    """A whole number of the query string, or None."""
    text = str(value or "")
    return int(text) if text.isdigit() and len(text) < 10 else None
