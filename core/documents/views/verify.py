"""The public page of verification: a code or a file, asked by anybody."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from core.documents import verification
from core.documents.views.blueprint import bp
from core.web.security import public


@bp.route("/verify", methods=["GET", "POST"])
@public
def verify() -> Any:
    """What a document is, by the code printed on it or by the file itself. Nothing that is sent is kept."""
    typed, file = request.values.get("code", "").strip(), request.files.get("file")
    if file is not None and file.filename:
        verification.count(request.remote_addr or "")
        return _shown(verification.by_file(file.stream), "", by_file=True)
    if typed:
        verification.count(request.remote_addr or "")
        return _shown(verification.by_code(typed), typed)
    if request.method == "POST":
        return _shown(None, "", fault=_("Введите код или выберите файл")), 422
    return _shown(None, "")


def _shown(answer: verification.Answer | None, typed: str, by_file: bool = False, fault: str = "") -> str:
    return render_template("documents/verify.html", answer=answer, typed=typed, by_file=by_file, fault=fault)
