"""Pages of change requests: the list, drafting one from an item, one request."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.actor import name_shown
from core.accounts.login import me
from core.errors import NotValid
from core.signoffs.words import minute
from core.web.forms import Refused, attempt
from roadmap import queries, service
from roadmap.forms import ChangeForm
from roadmap.queries import decisions as decision_reads
from roadmap.queries.changes import change_list, change_page
from roadmap.service import NewChange
from roadmap.states.changes import KINDS, change_request
from roadmap.views.blueprint import ask_of, bp, version_asked
from roadmap.wording import FIELDS, points_text, side_name, wording


@bp.get("/roadmaps/<int:roadmap_id>/changes")
def changes(roadmap_id: int) -> Any:
    """Change requests of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    args = request.args
    page = change_list(me(), roadmap_id, args.get("state", ""), args.get("after", ""), args.get("before", ""))
    return render_template(
        "roadmap/changes.html",
        head=head,
        page=page,
        state=args.get("state", ""),
        states=change_request.states,
        kinds=KINDS,
        side_name=side_name,
    )


@bp.route("/items/<int:item_id>/changes/new", methods=["GET", "POST"])
def new_change(item_id: int) -> Any:
    """Draft a request about an item: what stands now is in the form; what differs becomes было → стало."""
    row, _found = queries.find_item(me(), item_id)
    kind = request.values.get("kind", "term")
    terms = row.item.terms
    assert terms is not None
    form = ChangeForm(obj=terms, points=points_text(terms.control_points))
    form.keep(kind)
    title = _("Запрос на изменение пункта %(code)s", code=row.item.code)
    if form.is_submitted():
        new = NewChange(kind, form.values(), form.reason.data or "", item_id=item_id)
        done = attempt(form, lambda: service.draft_change(row.item.roadmap_id, new, me()))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.change", change_id=done.id))
        return render_template("roadmap/change_form.html", form=form, title=title, row=row, kind=kind, kinds=KINDS), 422
    return render_template("roadmap/change_form.html", form=form, title=title, row=row, kind=kind, kinds=KINDS)


@bp.get("/changes/<int:change_id>")
def change(change_id: int) -> Any:
    """One request."""
    return _page(change_id)


def _page(change_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    found = change_page(me(), change_id)
    return render_template(
        "roadmap/change.html",
        p=found,
        row=found.row,
        faults=faults or {},
        state=change_request.states[found.row.state],
        kinds=KINDS,
        fields=FIELDS,
        wording=wording,
        side_name=side_name,
        decisions=decision_reads.of_change(me(), found.row.id),
        history=[_act(record) for record in found.history],
    ), status


def _act(record: Any) -> dict[str, Any]:
    step = change_request.steps.get(record.step)
    return {
        "at": minute(record.at),
        "who": name_shown(record.actor_name),
        "what": step.label if step else _("Подготовлен"),
        "text": record.comment,
        "tone": change_request.states[record.to_state].tone if record.to_state else "neutral",
    }


@bp.post("/changes/<int:change_id>/steps/<step>")
def change_step(change_id: int, step: str) -> Any:
    """Take a step of a request."""
    known = change_request.steps.get(step)
    try:
        service.take_change_step(change_id, step, me(), ask_of(known), version_asked())
    except NotValid as refusal:
        return _page(change_id, 422, refusal.fields)
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.change", change_id=change_id))
