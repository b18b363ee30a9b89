"""Pages of dependencies: the list of a plan; adding and removing one from there and from an item's page."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.errors import NotAllowed, NotFound, NotValid
from roadmap import graph, queries, service
from roadmap.models import EDITABLE_EDITION
from roadmap.queries.dependencies import by_terms, dependency_list
from roadmap.rules.people import COORDINATORS
from roadmap.views.blueprint import bp
from roadmap.views.plans import SIDES, words


@bp.get("/roadmaps/<int:roadmap_id>/dependencies")
def dependencies(roadmap_id: int) -> Any:
    """Which item waits for which."""
    return _page(roadmap_id)


def _page(roadmap_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    head = queries.plan_head(me(), roadmap_id)
    args = request.args
    page = dependency_list(me(), roadmap_id, args.get("after", ""), args.get("before", ""))
    return render_template(
        "roadmap/dependencies.html",
        head=head,
        page=page,
        by_terms=by_terms(me(), roadmap_id),
        coordinates=me().has(*COORDINATORS),
        own=SIDES if head.state in EDITABLE_EDITION else (me().side, "both"),
        binds=_binds,
        faults=faults or {},
        typed=request.form,
        **words(),
    ), status


def _binds(row: Any) -> bool:
    """Whether the link still holds the item up: not where the one before has gone on to a later period."""

    class Before:
        period, due_on = row.after_period, row.after_due

    return row.after_state != "done" and graph.same_turn(Before, row)


@bp.post("/roadmaps/<int:roadmap_id>/dependencies")
def link_items(roadmap_id: int) -> Any:
    """One item waits for another, both named by their numbers."""
    queries.plan_head(me(), roadmap_id)
    try:
        item_id = _coded(roadmap_id, "item")
        add_from_form(item_id, roadmap_id)
    except NotValid as refusal:
        return _page(roadmap_id, 422, refusal.fields or {"after": refusal.message})
    except NotAllowed as refusal:
        return _page(roadmap_id, refusal.status, {"item": refusal.message})
    flash(_("Пункты связаны"), "success")
    return redirect(url_for("roadmap.dependencies", roadmap_id=roadmap_id))


def _coded(roadmap_id: int, name: str) -> int:
    """Raises NotValid on the field it was typed in."""
    try:
        return queries.item_by_code(roadmap_id, request.form.get(name, "").strip().rstrip("."))
    except NotValid as refusal:
        raise NotValid(refusal.message, name) from refusal


def add_from_form(item_id: int, roadmap_id: int) -> None:
    """The form of a dependency, on either page. Raises NotValid."""
    service.add_dependency(
        item_id,
        _coded(roadmap_id, "after"),
        me(),
        blocking=bool(request.form.get("blocking")),
        lag_days=request.form.get("lag_days", "").strip(),
        lag_working=request.form.get("lag_unit") == "working",
    )


@bp.post("/roadmaps/<int:roadmap_id>/dependencies/<int:dependency_id>/remove")
def unlink_items(roadmap_id: int, dependency_id: int) -> Any:
    """The item waits no more."""
    queries.plan_head(me(), roadmap_id)
    try:
        service.remove_dependency(dependency_id, me())
    except NotFound:
        flash(_("Связь уже убрана"), "info")
    return redirect(url_for("roadmap.dependencies", roadmap_id=roadmap_id))
