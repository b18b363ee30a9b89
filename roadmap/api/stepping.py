"""What a step is given by a program: words and files out of one multipart form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from core.documents.attachments import Upload
from core.workflow import Ask, Step


def brought(step: Step | None, sent: Mapping[str, Any]) -> tuple[Ask, dict[str, Upload]]:
    """The comment, the values and the files of what the step asks for, as a page's form brings them."""
    asked = step.asks if step else ()
    values = {one.name: str(sent[one.name]).strip() for one in asked if isinstance(sent.get(one.name), str)}
    uploads = {
        one.name: Upload(file.filename, file.read())
        for one in asked
        if one.kind in ("document", "file") and (file := request.files.get(one.name)) and file.filename
    }
    return Ask(comment=str(sent["comment"]), data=values), uploads
