"""A sending: what the check found, the start, the progress, the stop."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from agreements.fanout import sending
from agreements.fanout.pages.blueprint import bp, numbers, version
from agreements.models import ModelForm, ModelRevision, Sending, SendingRow
from core.accounts.login import me
from core.db import db
from core.errors import NotNow, Refusal


def labels() -> dict[str, tuple[str, str]]:
    """States of a sending, in words, with their tones."""
    return {
        "checked": (_("проверена, не начата"), "info"),
        "running": (_("создаются соглашения"), "progress"),
        "cancelled": (_("остановлена"), "warning"),
        "done": (_("завершена"), "success"),
    }


def row_labels() -> dict[str, tuple[str, str]]:
    """States of a row."""
    return {
        "ready": (_("готово к созданию"), "info"),
        "faulty": (_("ошибка"), "danger"),
        "left_out": (_("исключено"), "muted"),
        "waiting": (_("ждёт"), "waiting"),
        "done": (_("создано"), "success"),
        "failed": (_("не создано"), "danger"),
        "cancelled": (_("не создано: остановлено"), "muted"),
    }


@bp.get("/models/sendings/<int:sending_id>")
def sending_page(sending_id: int) -> Any:
    """One sending."""
    return _page(sending.sending_for(sending_id, me()))


def _page(found: Sending, refusal: Refusal | None = None) -> Any:
    counts = sending.counts(found.id)
    order = ("faulty", "failed", "ready", "waiting", "cancelled", "done", "left_out")
    rows = db.session.scalars(
        select(SendingRow).where(SendingRow.sending_id == found.id).order_by(SendingRow.number)
    ).all()
    page = render_template(
        "fanout/sending.html",
        it=found,
        model=db.session.get_one(ModelForm, found.model_id),
        revision=db.session.get_one(ModelRevision, found.revision_id).number,
        rows=sorted(rows, key=lambda row: (order.index(row.state), row.number)),
        counts=counts,
        warned=sum(1 for row in rows if row.state == "ready" and row.warnings),
        state=labels()[found.state],
        states=row_labels(),
        refusal=refusal,
    )
    return page, refusal.status if refusal else 200


@bp.post("/models/sendings/<int:sending_id>/leave-out")
def leave_out(sending_id: int) -> Any:
    """Take rows out of the list."""
    actor = me()
    try:
        sending.leave_out(sending_id, numbers("row"), actor, faulty="faulty" in request.form, version=version())
    except NotNow as refusal:
        return _page(sending.sending_for(sending_id, actor), refusal)
    return redirect(url_for("fanout.sending_page", sending_id=sending_id))


@bp.post("/models/sendings/<int:sending_id>/start")
def start(sending_id: int) -> Any:
    """Create the agreements, or go on."""
    actor = me()
    try:
        sending.start(sending_id, actor, version())
    except NotNow as refusal:
        return _page(sending.sending_for(sending_id, actor), refusal)
    return redirect(url_for("fanout.sending_page", sending_id=sending_id))


@bp.post("/models/sendings/<int:sending_id>/cancel")
def cancel(sending_id: int) -> Any:
    """Stop; what is created stays."""
    actor = me()
    try:
        sending.cancel(sending_id, actor)
    except NotNow as refusal:
        return _page(sending.sending_for(sending_id, actor), refusal)
    flash(_("Рассылка остановлена. Созданное остаётся, её можно продолжить."), "success")
    return redirect(url_for("fanout.sending_page", sending_id=sending_id))
