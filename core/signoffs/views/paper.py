"""Pages of acts on paper: recorded with the scan by one, confirmed or sent back by another."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.db import db
from core.documents.attachments import Upload
from core.documents.downloads import handed
from core.errors import NotFound, NotValid
from core.signoffs import service
from core.signoffs.forms import PaperForm, VerdictForm
from core.signoffs.models import PaperAct
from core.signoffs.scans import record_with_scan
from core.signoffs.task import Task, task
from core.signoffs.views.blueprint import bp
from core.signoffs.views.task import offered_paper, page
from core.web.forms import Refused, attempt

FIELDS = {"file": "scan", "comment": "paper_comment", "verdict": "paper_verdict"}
"""Where a service's fault stands in the form."""


@bp.post("/tasks/<int:slot_id>/paper")
def record_paper(slot_id: int) -> Any:
    """Write down an act on paper with its scan."""
    actor = me()
    current = task(slot_id, actor)
    form = offered_paper(current, PaperForm())
    done = attempt(form, lambda: _record(slot_id, form))
    if isinstance(done, Refused):
        return page(task(slot_id, actor), VerdictForm(formdata=None), form, done.status)
    flash(_("Внесено. Решение вступит в силу, когда его подтвердит второй сотрудник."), "success")
    return redirect(url_for("signoffs.show", slot_id=slot_id))


def _record(slot_id: int, form: PaperForm) -> PaperAct:
    scan = Upload(form.scan.data.filename or "", form.scan.data.read())
    entered = (form.signer_id.data, form.paper_verdict.data, form.signed_on.data)
    try:
        return record_with_scan(slot_id, *entered, scan, form.paper_comment.data or "", me())
    except NotValid as refusal:
        fields = {FIELDS.get(name, name): text for name, text in refusal.fields.items()}
        raise NotValid(refusal.message, fields=fields) from refusal


@bp.post("/tasks/<int:slot_id>/paper/<int:act_id>/confirm")
def confirm_paper(slot_id: int, act_id: int) -> Any:
    """The second person has compared the entry with the scan."""
    _act(task(slot_id, me()), act_id)
    service.confirm_paper(act_id, me())
    flash(_("Решение на бумаге подтверждено"), "success")
    return redirect(url_for("signoffs.show", slot_id=slot_id))


@bp.post("/tasks/<int:slot_id>/paper/<int:act_id>/refuse")
def refuse_paper(slot_id: int, act_id: int) -> Any:
    """The entry does not match the scan."""
    _act(task(slot_id, me()), act_id)
    service.refuse_paper(act_id, request.form.get("reason", ""), me())
    flash(_("Запись возвращена: её можно внести заново"), "success")
    return redirect(url_for("signoffs.show", slot_id=slot_id))


@bp.get("/tasks/<int:slot_id>/paper/<int:act_id>/scan")
def scan(slot_id: int, act_id: int) -> Any:
    """The scan itself, for whoever sees the task."""
    act = _act(task(slot_id, me()), act_id)
    return handed(act.scan_sha256, act.scan_name, "application/octet-stream")


def _act(current: Task, act_id: int) -> PaperAct:
    act = db.session.get(PaperAct, act_id)
    if act is None or act.slot_id != current.slot.id:
        raise NotFound(_("Запись не найдена"))
    return act
