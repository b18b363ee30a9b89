"""Paper copies: which came back, with their scans."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from agreements import service
from agreements.forms.asked import uploaded
from agreements.forms.signing import read_day
from agreements.views.blueprint import bp
from agreements.views.steps import attempt
from core.accounts.login import me


@bp.post("/agreements/<int:agreement_id>/copies/<int:copy_id>/return")
def return_copy(agreement_id: int, copy_id: int) -> Any:
    """A signed copy came back."""
    actor = me()

    def call() -> str:
        day = read_day(request.form.get("returned_on", ""), "returned_on")
        copy = service.return_copy(copy_id, actor, uploaded(request.files.get("scan")), day)
        return str(_("Экземпляр № %(n)s возвращён", n=copy.number))

    return attempt(agreement_id, actor, f"copy-{copy_id}", call)
