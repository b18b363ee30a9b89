"""Pages of values brought in a sheet: the file, its columns, было → стало, what is wrong, the import itself."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import given
from core.documents.registers import pages
from core.errors import NotAllowed, NotNow, NotValid, Refusal
from core.reports.sheets import XLSX
from roadmap import queries
from roadmap.declaring import service
from roadmap.declaring.columns import MEANINGS
from roadmap.importing.grid import shown
from roadmap.models import ValueImport
from roadmap.sheets import values_blank
from roadmap.views.blueprint import bp, required_upload, version_asked


@bp.route("/roadmaps/<int:roadmap_id>/indicators/import", methods=["GET", "POST"])
def value_imports(roadmap_id: int) -> Any:
    """Imports of values by one's organisation; a new file."""
    head, refusal = queries.plan_head(me(), roadmap_id), None
    if request.method == "POST":
        try:
            done = service.upload(required_upload("file"), roadmap_id, me())
            return redirect(url_for("roadmap.value_import", run_id=done.id))
        except (NotValid, NotAllowed) as refused:
            refusal = refused
    rows = [(url_for("roadmap.value_import", run_id=run.id), run) for run in service.runs(roadmap_id, me())]
    page = render_template("roadmap/value_imports.html", head=head, rows=rows, states=pages.labels(), refusal=refusal)
    return page, refusal.status if refusal else 200


@bp.get("/roadmaps/<int:roadmap_id>/indicators/import/blank.xlsx")
def values_form(roadmap_id: int) -> Response:
    """A sheet to be filled in."""
    head = queries.plan_head(me(), roadmap_id)
    return given(values_blank(me(), head.id), f"{_('Значения показателей, форма')}.xlsx", XLSX)


@bp.get("/indicators/imports/<int:run_id>")
def value_import(run_id: int) -> Any:
    """Columns and what they mean; what was found; what would be declared."""
    return _page(service.run_for(run_id, me()))


def _page(run: ValueImport, refusal: Refusal | None = None) -> Any:
    page = render_template(
        "roadmap/value_import.html",
        **pages.moving(service.RUNS, run),
        head=queries.plan_head(me(), run.roadmap_id),
        refusal=refusal,
        typed=request.form,
        columns=[shown(run.headers, place, letters=True) for place in range(len(run.headers))],
        meanings=[("", _("не загружать")), *((each.name, str(each.label)) for each in MEANINGS)],
        faults=run.faults[: pages.MOST_FAULTS],
        entry_states=entry_states(),
    )
    return page, refusal.status if refusal else 200


def entry_states() -> dict[str, tuple[str, str]]:
    """What becomes of a row, in words, with its tone."""
    return {
        "new": (_("новое"), "info"),
        "changed": (_("изменится"), "warning"),
        "same": (_("без изменений"), "muted"),
        "kept": (_("остаётся как есть"), "muted"),
    }


@bp.get("/indicators/imports/<int:run_id>/progress")
def value_import_progress(run_id: int) -> Response:
    """The piece of the page that moves."""
    run = service.run_for(run_id, me())
    return pages.progress(service.RUNS, run, url_for("roadmap.value_import_progress", run_id=run_id))


@bp.get("/indicators/imports/<int:run_id>/faults.xlsx")
def value_import_faults(run_id: int) -> Response:
    """The brought sheet with its faulty cells marked."""
    run = service.run_for(run_id, me())
    return pages.marked_file(run, service.marked_file(run))


@bp.post("/indicators/imports/<int:run_id>/check")
def check_values(run_id: int) -> Any:
    """Name the columns, start the dry run."""
    run = service.run_for(run_id, me())
    mapping = pages.columns_sent(run)
    try:
        service.check(run_id, mapping, me(), version_asked())
    except (NotValid, NotNow) as refusal:
        return _page(service.run_for(run_id, me()), refusal)
    return redirect(url_for("roadmap.value_import", run_id=run_id))


@bp.post("/indicators/imports/<int:run_id>/start")
def declare_values(run_id: int) -> Any:
    """Declare all of it."""
    try:
        service.start(run_id, me(), version_asked())
    except NotNow as refusal:
        return _page(service.run_for(run_id, me()), refusal)
    return redirect(url_for("roadmap.value_import", run_id=run_id))
