"""Pages of the remarks register: the table of a subject, the coordinator's answers, the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.actor import Actor
from core.accounts.login import me
from core.db import db
from core.errors import NotFound, NotNow, NotValid
from core.signoffs import service, words
from core.signoffs.forms import number_or_none
from core.signoffs.models import Remark, Round
from core.signoffs.subjects import Subject, visible
from core.signoffs.task import remarks_of
from core.signoffs.views.blueprint import bp


@bp.get("/remarks/<kind>/<int:subject_id>")
def remarks(kind: str, subject_id: int) -> Any:
    """The register of one subject, all rounds."""
    return _page(kind, subject_id)


def _page(kind: str, subject_id: int, refused: NotValid | NotNow | None = None, failed: int | None = None) -> Any:
    about = visible(kind, subject_id, me())
    rows = remarks_of(kind, subject_id)
    rounds = _rounds(kind, subject_id)
    last = rounds[-1] if rounds else None
    page = render_template(
        "signoffs/remarks.html",
        kind=kind,
        subject_id=subject_id,
        subject=about,
        subject_url=about.url(subject_id),
        title=last.title if last else "",
        remarks=rows,
        rounds={row.id: row.number for row in rounds},
        moments={row.id: words.minute(row.created_at) for row in rows},
        waiting=sum(not row.answer for row in rows),
        blocking=sum(row.blocking and not row.answer for row in rows),
        may_answer={row.id for row in rows if last and _may_answer(row, last, about, me())},
        failed=failed,
        typed=request.form,
        errors=[str(refused)] if refused else [],
    )
    return page, refused.status if refused else 200


def _rounds(kind: str, subject_id: int) -> Sequence[Any]:
    columns = (Round.id, Round.number, Round.title, Round.initiator_id)
    statement = select(*columns).where(Round.subject_kind == kind, Round.subject_id == subject_id)
    return db.session.execute(statement.order_by(Round.number)).all()


def _may_answer(row: Remark, last: Any, about: Subject, actor: Actor) -> bool:
    """As the service judges: the initiator's coordinator, until the text has been submitted again."""
    mine = actor.organisation_id == last.initiator_id and row.round_id == last.id
    return mine and about.may_coordinate(row.subject_id, actor)


@bp.post("/remarks/<int:remark_id>/answer")
def answer_remark(remark_id: int) -> Any:
    """Accept or decline a remark."""
    row = db.session.get(Remark, remark_id)
    if row is None:
        raise NotFound(_("Замечание не найдено"))
    kind, subject_id = row.subject_kind, row.subject_id
    visible(kind, subject_id, me())
    answer, why = request.form.get("answer", ""), request.form.get("justification", "")
    try:
        service.answer_remark(remark_id, answer, why, me(), number_or_none(request.form.get("version")))
    except (NotValid, NotNow) as refusal:
        return _page(kind, subject_id, refusal, remark_id)
    flash(_("Ответ записан"), "success")
    return redirect(url_for("signoffs.remarks", kind=kind, subject_id=subject_id, _anchor=f"r{remark_id}"))
