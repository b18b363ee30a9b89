"""Pages of bulk runs: the register and its check, progress, the ZIP."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, stream_with_context, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents import bulkjobs, kinds, queries, registers
from core.documents.downloads import disposition, given
from core.documents.forms import RegisterForm
from core.documents.models import BulkRun
from core.documents.views.blueprint import bp
from core.documents.wording import RUN_STATES
from core.web.forms import Refused, attempt

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/bulk")
def bulk() -> Any:
    """The runs of my organisation and the form of a new one."""
    return _list(RegisterForm(formdata=None).offer())


def _list(form: RegisterForm, status: int = 200) -> Any:
    found = queries.runs(me())
    return render_template("documents/bulk.html", page=found, form=form, kinds=_kinds(), states=RUN_STATES), status


def _kinds() -> dict[str, Any]:
    return {kind.name: kind.label for kind in kinds.all_kinds()}


@bp.post("/bulk")
def new_run() -> Any:
    """Take a register and check it; nothing is made yet."""
    form, actor = RegisterForm().offer(), me()
    queries.runs(actor)
    done = attempt(form, lambda: _created(form))
    if isinstance(done, Refused):
        return _list(form, done.status)
    return redirect(url_for("documents.run", run_id=done.id))


def _created(form: RegisterForm) -> BulkRun:
    read = registers.read(form.file.data.read(), kinds.kind(form.kind.data))
    return bulkjobs.create(form.kind.data, read.rows, me(), form.title.data or "")


@bp.get("/bulk/<int:run_id>")
def run(run_id: int) -> Any:
    """One run: what the check found, how far it is, what came of it."""
    found = queries.run(run_id, me())
    return render_template("documents/run.html", failed=queries.failed_rows(found.id), **_progress(found))


@bp.get("/bulk/<int:run_id>/progress")
def progress(run_id: int) -> Any:
    """The piece of the page that moves; a page that waits asks for it again."""
    return render_template("documents/_progress.html", **_progress(queries.run(run_id, me())))


def _progress(found: BulkRun) -> dict[str, Any]:
    return {
        "it": found,
        "kind": kinds.kind(found.kind),
        "counts": bulkjobs.counts(found.id),
        "state": RUN_STATES[found.state],
    }


@bp.post("/bulk/<int:run_id>/start")
def start_run(run_id: int) -> Any:
    """Begin, or go on."""
    bulkjobs.start(run_id, me())
    return redirect(url_for("documents.run", run_id=run_id))


@bp.post("/bulk/<int:run_id>/cancel")
def cancel_run(run_id: int) -> Any:
    """Stop; what is made stays."""
    bulkjobs.cancel(run_id, me())
    flash(_("Выпуск остановлен. Готовые документы сохранены, его можно продолжить."), "success")
    return redirect(url_for("documents.run", run_id=run_id))


@bp.post("/bulk/<int:run_id>/pdf")
def pdf_run(run_id: int) -> Any:
    """Have the PDFs of all documents made."""
    asked = bulkjobs.ask_pdf(run_id, me())
    flash(_("Готовится PDF, документов: %(n)s", n=asked), "success")
    return redirect(url_for("documents.run", run_id=run_id))


@bp.get("/bulk/<int:run_id>/documents.zip")
def archive(run_id: int) -> Response:
    """Everything that is made so far, streamed."""
    found = queries.run(run_id, me())
    answer = Response(stream_with_context(bulkjobs.archive(found.id)), mimetype="application/zip")
    answer.headers["Content-Disposition"] = disposition(f"{found.title}, выпуск {found.id}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/bulk/blank/<kind>.xlsx")
def blank(kind: str) -> Response:
    """The blank of a kind's register."""
    queries.runs(me(), size=1)
    found = kinds.kind(kind)
    return given(registers.blank(found), f"Реестр – {found.label}.xlsx", XLSX)
