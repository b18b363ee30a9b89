"""Pages of editions: the list, one edition on its way, the comparison."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.errors import NotValid
from core.signoffs import shown
from core.signoffs.words import minute
from roadmap import queries, service
from roadmap.models import EDITABLE_EDITION
from roadmap.queries.editions import EditionPage
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.states import roadmap as machine
from roadmap.views.blueprint import ask_of, bp, number, uploads_of, version_asked
from roadmap.views.moving import refused, told
from roadmap.wording import EDITION_ACTS, FIELDS, side_name, wording


@bp.get("/roadmaps/<int:roadmap_id>/editions")
def editions(roadmap_id: int) -> Any:
    """Every edition of a plan; two of them can be compared."""
    head = queries.plan_head(me(), roadmap_id)
    rows = queries.editions(me(), roadmap_id)
    return render_template("roadmap/editions.html", head=head, rows=rows, states=machine.states)


@bp.get("/roadmaps/<int:roadmap_id>/editions/<int:number>")
def edition(roadmap_id: int, number: int) -> Any:
    """One edition: state, route, documents, its terms."""
    return _page(queries.edition_page(me(), roadmap_id, number))


def _page(page: EditionPage, status: int = 200, faults: dict[str, Any] | None = None, moved: Any = None) -> Any:
    plan, actor = page.edition.roadmap, me()
    names = {party.organisation_id: party.organisation.short_name for party in plan.parties}
    drafting = page.edition.state in EDITABLE_EDITION and page.edition.number == 1
    return render_template(
        "roadmap/edition.html",
        p=page,
        moved=moved,
        plan=plan,
        faults=faults or {},
        state=machine.states[page.edition.state],
        stages=shown.stages(page.round, names, actor.id) if page.round else [],
        documents=[_document(row) for row in page.documents],
        history=[told(record, machine, EDITION_ACTS, plan) for record in page.history],
        side_name=side_name,
        drafting=drafting and actor.has(*COORDINATORS) and bool(side_of(page.edition, actor)),
    ), status


def _document(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "sha": row.sha256,
        "revision": row.revision,
        "note": minute(row.issued_at),
        "download_url": url_for("documents.document", document_id=row.id, code=row.code),
    }


@bp.post("/roadmaps/<int:roadmap_id>/editions/<int:number>/steps/<step>")
def edition_step(roadmap_id: int, number: int, step: str) -> Any:
    """Take a step of an edition."""
    found = queries.edition_by_number(me(), roadmap_id, number)
    known = machine.steps.get(step)
    try:
        service.take_edition_step_with_files(found.id, step, me(), ask_of(known), uploads_of(known), version_asked())
    except NotValid as refusal:
        return _page(queries.edition_page(me(), roadmap_id, number), 422, **refused(step, refusal.fields))
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    if step == "start_amendment":
        return redirect(url_for("roadmap.editions", roadmap_id=roadmap_id))
    return redirect(url_for("roadmap.edition", roadmap_id=roadmap_id, number=number))


@bp.get("/roadmaps/<int:roadmap_id>/compare")
def compare(roadmap_id: int) -> Any:
    """Two editions side by side: only what differs."""
    head = queries.plan_head(me(), roadmap_id)
    rows = queries.editions(me(), roadmap_id)
    newest = rows[0].number if rows else 1
    first = number(request.args.get("first")) or max(newest - 1, 1)
    second = number(request.args.get("second")) or newest
    pair = [queries.edition_by_number(me(), roadmap_id, one) for one in (first, second)]
    return render_template(
        "roadmap/compare.html",
        head=head,
        rows=rows,
        first=first,
        second=second,
        differences=queries.compare(pair[0].id, pair[1].id),
        fields=FIELDS,
        wording=wording,
    )
