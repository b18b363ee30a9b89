"""Pages of import and export: a file brought, its columns, what is found and what it would make; a plan as a sheet."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import given
from core.documents.registers import pages
from core.errors import NotAllowed, NotNow, NotValid, Refusal
from core.reports.sheets import CSV, XLSX
from core.web.forms import Refused, attempt
from roadmap import exporting, queries
from roadmap.forms import ImportForm
from roadmap.importing import grid, service
from roadmap.models import PlanImport
from roadmap.periods import RECURRENCES
from roadmap.rows import MEANINGS
from roadmap.service import NewPlan
from roadmap.views.blueprint import bp, required_upload, version_asked
from roadmap.views.plans import search_asked
from roadmap.wording import SIDE_NAMES


@bp.route("/roadmaps/import", methods=["GET", "POST"])
def imports() -> Any:
    """A new plan out of a file."""
    actor = me()
    rows = service.runs(actor)
    form = ImportForm()
    form.offer()
    status = 200
    if form.is_submitted():
        done = attempt(form, lambda: service.upload(required_upload("file"), me(), plan=_new_plan(form)))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.import_run", run_id=done.id))
        status = done.status
    return render_template(
        "roadmap/imports.html", form=form, rows=_listed(rows), states=pages.labels(), head=None
    ), status


def _listed(rows: list[PlanImport]) -> list[tuple[str, PlanImport]]:
    return [(url_for("roadmap.import_run", run_id=run.id), run) for run in rows]


def _new_plan(form: ImportForm) -> NewPlan:
    return NewPlan(
        form.title.data or "", form.period_start.data, form.period_end.data, [form.first.data, form.second.data]
    )


@bp.route("/roadmaps/<int:roadmap_id>/import", methods=["GET", "POST"])
def plan_imports(roadmap_id: int) -> Any:
    """Items of a draft plan out of a file."""
    head, refusal = queries.plan_head(me(), roadmap_id), None
    rows = service.runs(me(), roadmap_id)
    if request.method == "POST":
        try:
            done = service.upload(required_upload("file"), me(), roadmap_id=roadmap_id)
            return redirect(url_for("roadmap.import_run", run_id=done.id))
        except (NotValid, NotNow) as refused:
            refusal = refused
    page = render_template(
        "roadmap/imports.html",
        form=None,
        rows=_listed(rows),
        states=pages.labels(),
        head=head,
        refusal=refusal,
        closed=_closed(roadmap_id),
    )
    return page, refusal.status if refusal else 200


def _closed(roadmap_id: int) -> str:
    """Why a file would be refused before it is read; "" where it would not."""
    try:
        service.check_takes_items(roadmap_id, me())
    except (NotAllowed, NotNow) as refused:
        return str(refused)
    return ""


@bp.get("/roadmaps/imports/<int:run_id>")
def import_run(run_id: int) -> Any:
    """Columns and what they mean; what was found; what would be made."""
    return _page(service.run_for(run_id, me()))


def _page(run: PlanImport, refusal: Refusal | None = None) -> Any:
    letters = not service.is_word(run.file_name)
    page = render_template(
        "roadmap/import.html",
        **pages.moving(service.RUNS, run),
        refusal=refusal,
        typed=request.form,
        columns=[grid.shown(run.headers, place, letters=letters) for place in range(len(run.headers))],
        meanings=[("", _("не загружать")), *((each.name, str(each.label)) for each in MEANINGS)],
        faults=run.faults[: pages.MOST_FAULTS],
        marks=letters,
        sides=SIDE_NAMES,
        recurrences=RECURRENCES,
        target=_target(run),
    )
    return page, refusal.status if refusal else 200


def _target(run: PlanImport) -> str:
    if run.roadmap_id is None:
        return str(run.plan.get("title", ""))
    return queries.plan_head(me(), run.roadmap_id).title


@bp.get("/roadmaps/imports/<int:run_id>/progress")
def import_progress(run_id: int) -> Response:
    """The piece of the page that moves."""
    return pages.progress(
        service.RUNS, service.run_for(run_id, me()), url_for("roadmap.import_progress", run_id=run_id)
    )


@bp.get("/roadmaps/imports/<int:run_id>/faults.xlsx")
def import_faults(run_id: int) -> Response:
    """The brought sheet with its faulty cells marked."""
    run = service.run_for(run_id, me())
    return pages.marked_file(run, service.marked_file(run))


@bp.post("/roadmaps/imports/<int:run_id>/check")
def check_import(run_id: int) -> Any:
    """Name the columns, start the dry run."""
    run = service.run_for(run_id, me())
    mapping = pages.columns_sent(run)
    try:
        service.check(run_id, mapping, me(), version_asked())
    except (NotValid, NotNow) as refusal:
        return _page(service.run_for(run_id, me()), refusal)
    return redirect(url_for("roadmap.import_run", run_id=run_id))


@bp.post("/roadmaps/imports/<int:run_id>/start")
def start_import(run_id: int) -> Any:
    """Take all of it."""
    try:
        service.start(run_id, me(), version_asked())
    except NotNow as refusal:
        return _page(service.run_for(run_id, me()), refusal)
    return redirect(url_for("roadmap.import_run", run_id=run_id))


@bp.get("/roadmaps/import/blank.xlsx")
def import_blank() -> Response:
    """A sheet to be filled in."""
    if not service.may_import(me()):
        raise NotAllowed(_("План загружает координатор Стороны"))
    return given(exporting.blank(), f"{_('План мероприятий, форма')}.xlsx", XLSX)


@bp.get("/roadmaps/<int:roadmap_id>/plan.xlsx")
def export_plan(roadmap_id: int) -> Response:
    """The plan's table as its page is filtered."""
    return given(exporting.shown_sheet(me(), roadmap_id, search_asked()), f"{_('План мероприятий')}.xlsx", XLSX)


@bp.get("/roadmaps/<int:roadmap_id>/plan.csv")
def export_plan_csv(roadmap_id: int) -> Response:
    """The same for programs that read plain text."""
    return given(exporting.shown_sheet(me(), roadmap_id, search_asked(), "csv"), f"{_('План мероприятий')}.csv", CSV)


@bp.get("/roadmaps/<int:roadmap_id>/editions/<int:number>/plan.xlsx")
def export_edition(roadmap_id: int, number: int) -> Response:
    """The items of one edition."""
    content = exporting.edition_sheet(me(), roadmap_id, number)
    return given(content, f"{_('План мероприятий, редакция %(n)s', n=number)}.xlsx", XLSX)
