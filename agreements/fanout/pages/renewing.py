"""A new revision of the model met with one draft: clause by clause, a person decides where both changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.fanout import board, renewing
from agreements.fanout.pages.blueprint import bp, version
from core.accounts.login import me
from core.accounts.models import Organisation
from core.db import db
from core.documents.comparison import compare_clauses, seen
from core.errors import NotNow, NotValid, Refusal


@bp.route("/models/counterparties/<int:sent_id>/renew", methods=["GET", "POST"])
def renew(sent_id: int) -> Any:
    """Three wordings of every clause both changed."""
    actor = me()
    board.sent_for(sent_id, actor)
    if request.method == "GET":
        return _page(sent_id, {})
    said = _said(request.form)
    seen = request.form.get("revision", "")
    try:
        renewing.renew(
            sent_id, actor, said, revision=int(seen) if seen.isdecimal() and len(seen) < 9 else None, version=version()
        )
    except (NotValid, NotNow) as refusal:
        return _page(sent_id, said, refusal), refusal.status
    flash(_("Новая редакция формы внесена, отклонения сохранены"), "success")
    return redirect(url_for("fanout.show", model_id=board.sent_for(sent_id, actor).model_id))


def _page(sent_id: int, said: Mapping[str, Mapping[str, Any]], refusal: Refusal | None = None) -> str:
    found = renewing.renewal(sent_id, me(), said)
    news = compare_clauses(found.sent.base, found.base)
    return render_template(
        "fanout/renew.html",
        found=found,
        it=found.agreement,
        organisation=db.session.get_one(Organisation, found.sent.organisation_id).short_name,
        news=[block for block in news if block.kind != "equal"],
        said=said,
        segments=seen,
        refusal=refusal,
        errors=refusal.fields if isinstance(refusal, NotValid) else {},
    )


def _said(form: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What was chosen of every conflict: fields «take.<id>», «text.<id>»."""
    said: dict[str, dict[str, str]] = {}
    for key, value in form.items():
        name, _dot, clause_id = key.partition(".")
        if name in ("take", "text") and clause_id:
            said.setdefault(clause_id, {})[name] = value
    return said
