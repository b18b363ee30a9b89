"""What a step asks for, read from a form or from JSON into what the engine takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from agreements.forms.entered import a_date, a_number
from agreements.states import agreement_machine
from core.documents.attachments import Upload
from core.errors import NotFound, NotValid
from core.workflow import Ask, Input


def asked(step: str, sent: Mapping[str, Any], files: Mapping[str, FileStorage]) -> tuple[Ask, dict[str, Upload]]:
    """The comment, the values and the files of a step; what is missing the engine tells after it asked who and when.

    Raises NotFound (no such step), NotValid in words for what cannot be read.
    """
    row = agreement_machine.steps.get(step)
    if row is None:
        raise NotFound(_("Нет такого шага: %(step)s", step=step))
    values: dict[str, Any] = {}
    uploads: dict[str, Upload] = {}
    faults: dict[str, str] = {}
    for one in row.asks:
        if one.kind in ("file", "document") and (upload := uploaded(files.get(one.name))):
            uploads[one.name] = upload
        if one.kind != "file":
            _read(one, str(sent.get(one.name) or "").strip(), values, faults)
    if shown := str(sent.get("cascade") or ""):
        values["cascade"] = shown  # the consequences that stood before the person's eyes: see agreements.ending
    comment = str(sent.get("comment") or "").strip()
    if faults:
        raise NotValid(_("Проверьте введённое"), fields=faults)
    return Ask(comment, values), uploads


def _read(one: Input, text: str, values: dict[str, Any], faults: dict[str, str]) -> None:
    if not text:
        return
    try:
        if one.kind == "date":
            values[one.name] = a_date(text).isoformat()
        elif one.kind == "int":
            values[one.name] = a_number(text)
        elif one.kind == "choice" and text not in {value for value, _label in one.choices}:
            faults[one.name] = _("Выберите из списка")
        else:
            values[one.name] = text
    except ValueError as fault:
        faults[one.name] = str(fault)


def uploaded(file: FileStorage | None) -> Upload | None:
    """A file that was really chosen."""
    if file is None or not file.filename:
        return None
    return Upload(file.filename, file.stream.read())
