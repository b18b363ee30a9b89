"""Bulk acts of a board, what became of each row, and the documents of many as one ZIP."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _

from agreements.fanout import acts, drawing
from agreements.fanout.pages.blueprint import bp, numbers
from agreements.models import BoardAct
from core.accounts.login import me
from core.db import db
from core.documents.downloads import disposition


@bp.post("/models/<int:model_id>/acts")
def begin_act(model_id: int) -> Any:
    """One act for the counterparties ticked; «zip» gives their documents."""
    actor, kind, chosen = me(), request.form.get("kind", ""), numbers("sent")
    if kind == "zip":
        return _zip(model_id, chosen)
    made = acts.begin(model_id, kind, chosen, actor, request.form.get("comment", ""))
    return redirect(url_for("fanout.act", act_id=made.id))


def _zip(model_id: int, chosen: list[int]) -> Response:
    actor = me()
    title = drawing.model_for(model_id, actor).title
    answer = Response(stream_with_context(acts.archive(model_id, chosen, actor)), mimetype="application/zip")
    answer.headers["Content-Disposition"] = disposition(f"{title[:80]}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/models/acts/<int:act_id>")
def act(act_id: int) -> Any:
    """How far an act is, and every refusal in words."""
    found = acts.act_for(act_id, me())
    return render_template(
        "fanout/act.html",
        it=found,
        model=drawing.model_for(found.model_id, me()),
        label=acts.KINDS[found.kind],
        rows=acts.rows(found.id),
        counts=acts.counts(found.id),
        states={
            "waiting": (_("ждёт"), "waiting"),
            "done": (_("сделано"), "success"),
            "refused": (_("отказано"), "danger"),
        },
    )


def recent(model_id: int) -> list[tuple[BoardAct, str]]:
    """The newest acts of a board with their names."""
    statement = db.select(BoardAct).where(BoardAct.model_id == model_id).order_by(BoardAct.id.desc()).limit(10)
    return [(row, str(acts.KINDS[row.kind])) for row in db.session.scalars(statement)]
