"""Pages of change requests: the list, drafting one from an item, one request."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.documents.downloads import DOCX, given
from core.errors import NotFound, NotNow, NotValid
from core.web.forms import Refused, attempt
from roadmap import measures, plan_values, queries, service
from roadmap.documents import changes as documents
from roadmap.forms import ChangeForm, NewItemForm, PlanValueForm
from roadmap.models import ChangeRequest
from roadmap.periods import label, spread, stood
from roadmap.queries import decisions as decision_reads
from roadmap.queries.changes import change_list, change_page, changeable, pending, ruling_edition
from roadmap.queries.indicators import codes_of
from roadmap.queries.plans import section_titles
from roadmap.queries.reports import plan_of
from roadmap.rules.people import COORDINATORS
from roadmap.service import NewChange
from roadmap.service.changes import NOT_OF_ITEM
from roadmap.states import roadmap as machine
from roadmap.states.changes import KINDS, change_request
from roadmap.views.blueprint import ask_of, bp, number, version_asked
from roadmap.views.moving import refused, told
from roadmap.wording import CHANGE_ACTS, FIELDS, points_text, side_name, slip, wording

ITEM_KINDS = {name: text for name, text in KINDS.items() if name not in NOT_OF_ITEM}
"""Kinds of a request that begin from an item."""


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
        slip=slip,
        asks=me().has(*COORDINATORS),
        ruling=ruling_edition(me(), roadmap_id),
    )


def _check_in_force(roadmap_id: int) -> None:
    """A form that would be refused is not opened. Raises NotNow while nothing is in force."""
    if request.method != "POST" and ruling_edition(me(), roadmap_id) is None:
        raise NotNow(_("План ещё не утверждён: проект правится без запросов"))


@bp.route("/items/<int:item_id>/changes/new", methods=["GET", "POST"])
def new_change(item_id: int) -> Any:
    """Draft a request about an item: what stands now is in the form; what differs becomes было → стало."""
    row, _found = queries.find_item(me(), item_id)
    _check_in_force(row.item.roadmap_id)
    kind = request.values.get("kind", "term")
    if kind == plan_values.KIND:
        return redirect(url_for("roadmap.new_plan_value", roadmap_id=row.item.roadmap_id))
    if kind not in ITEM_KINDS:
        return redirect(url_for("roadmap.new_request", roadmap_id=row.item.roadmap_id))
    terms = row.item.terms
    assert terms is not None
    form = ChangeForm(obj=terms, points=points_text(terms.control_points))
    form.keep(kind)
    form.offer(_periods(terms, row.item.roadmap.period_end), request.args.get("period", ""))
    status = 200
    if form.is_submitted():
        new = NewChange(kind, form.values(terms.period_dates), form.reason.data or "", item_id=item_id)
        done = attempt(form, lambda: service.draft_change(row.item.roadmap_id, new, me()))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.change", change_id=done.id))
        status = done.status
    title = _("Запрос на изменение пункта %(code)s", code=row.item.code)
    return render_template(
        "roadmap/change_form.html", form=form, title=title, row=row, kind=kind, kinds=ITEM_KINDS
    ), status


def _periods(terms: Any, end: Any) -> list[tuple[str, str]]:
    """The periods of a recurring item whose day can be moved by itself."""
    spans = spread(terms, end) if terms.recurrence != "once" else []
    return [(one.key, f"{label(one.key)}: {wording('due_on', one.due_on)}") for one in spans if one.key]


@bp.route("/roadmaps/<int:roadmap_id>/changes/new", methods=["GET", "POST"])
def new_request(roadmap_id: int) -> Any:
    """Draft a request to add an item; the other kinds begin with choosing theirs."""
    head = queries.plan_head(me(), roadmap_id)
    _check_in_force(roadmap_id)
    form = NewItemForm()
    form.offer([(row.number, row.title) for row in section_titles(roadmap_id)])
    status = 200
    if form.is_submitted():
        new = NewChange("new_item", form.terms(), form.reason.data or "", section=form.section.data)
        done = attempt(form, lambda: service.draft_change(roadmap_id, new, me()))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.change", change_id=done.id))
        status = done.status
    return render_template(
        "roadmap/request_form.html", form=form, head=head, items=changeable(me(), roadmap_id), kinds=ITEM_KINDS,
        measured=bool(codes_of(roadmap_id)),
    ), status  # fmt: skip


@bp.route("/roadmaps/<int:roadmap_id>/changes/plan-value", methods=["GET", "POST"])
def new_plan_value(roadmap_id: int) -> Any:
    """Draft a request to change a plan value; the indicator's page brings the indicator and the period with it."""
    head = queries.plan_head(me(), roadmap_id)
    _check_in_force(roadmap_id)
    rows = codes_of(roadmap_id)
    plan, asked = plan_of(roadmap_id), request.values.get("period", "")
    year = int(asked[:4]) if measures.PERIOD.match(asked) else clock.today().year
    year = min(max(year, plan.period_start.year), plan.period_end.year)
    form = PlanValueForm()
    periods = [(key, label(key)) for key in measures.period_choices(plan, year)]
    form.offer([(row.id, f"{row.code}. {row.name}") for row in rows], periods)
    if not form.is_submitted():
        form.indicator_id.data, form.period.data = number(request.args.get("indicator")), asked or str(year)
    status = 200
    if form.is_submitted():
        new = NewChange(plan_values.KIND, form.values(), form.reason.data or "")
        done = attempt(form, lambda: service.draft_change(roadmap_id, new, me()))
        if not isinstance(done, Refused):
            return redirect(url_for("roadmap.change", change_id=done.id))
        status = done.status
    return render_template("roadmap/plan_value_form.html", form=form, head=head, known=_planned(form)), status


def _planned(form: PlanValueForm) -> str:
    """The plan value of the whole that stands for what the form came with; "" where there is none."""
    if form.indicator_id.data is None or form.period.data is None:
        return ""
    value = plan_values.standing_value((form.indicator_id.data, form.period.data, None, "", ""))
    return "" if value is None else plan_values.figure(value)


@bp.get("/roadmaps/<int:roadmap_id>/changes/item")
def choose_item(roadmap_id: int) -> Any:
    """From the list of items to the form of a request about one of them."""
    queries.plan_head(me(), roadmap_id)
    item_id, kind = number(request.args.get("item")), request.args.get("kind", "term")
    if item_id is None:
        return redirect(url_for("roadmap.new_request", roadmap_id=roadmap_id))
    return redirect(url_for("roadmap.new_change", item_id=item_id, kind=kind if kind in ITEM_KINDS else "term"))


@bp.get("/roadmaps/<int:roadmap_id>/next-edition")
def next_edition(roadmap_id: int) -> Any:
    """What the next edition will contain, before anybody starts it."""
    head = queries.plan_head(me(), roadmap_id)
    ruling = ruling_edition(me(), roadmap_id)
    found = documents.next_edition(ruling) if ruling is not None else None
    offers = [offer for offer in machine.offers(ruling, me()) if offer.name == "start_amendment"] if ruling else []
    return render_template(
        "roadmap/next_edition.html",
        head=head,
        found=found,
        ruling=ruling,
        pending=pending(me(), roadmap_id),
        offers=[offer for offer in offers if offer.mine],
        phrase=documents.phrase,
        titles={row.number: row.title for row in section_titles(roadmap_id)},
        kinds=KINDS,
        states=change_request.states,
        fields=FIELDS,
        wording=wording,
        side_name=side_name,
        slip=slip,
    )


@bp.get("/roadmaps/<int:roadmap_id>/next-edition.docx")
def next_edition_paper(roadmap_id: int) -> Response:
    """The document «Изменения, которые вносятся в план…» as it would be drawn up now; nothing is kept."""
    queries.plan_head(me(), roadmap_id)
    ruling = ruling_edition(me(), roadmap_id)
    if ruling is None:
        raise NotFound(_("Действующей редакции нет"))
    content = documents.preview_of(documents.next_edition(ruling))
    return given(content, _("Изменения в план мероприятий (предварительный просмотр)") + ".docx", DOCX)


@bp.get("/changes/<int:change_id>")
def change(change_id: int) -> Any:
    """One request."""
    return _page(change_id)


def _before(row: ChangeRequest) -> dict[str, Any]:
    """What «Было» says where the request's own record is empty: the days the moved periods stood on in the plan."""
    was, now = row.changes.get("period_dates") or ({}, {})
    if not now or row.item is None or row.item.terms is None:
        return {}
    return {"period_dates": stood(row.item.terms, was or {}, now, row.roadmap.period_end)}


def _page(change_id: int, status: int = 200, faults: dict[str, Any] | None = None, moved: Any = None) -> Any:
    found = change_page(me(), change_id)
    return render_template(
        "roadmap/change.html",
        p=found,
        row=found.row,
        faults=faults or {},
        moved=moved,
        state=change_request.states[found.row.state],
        kinds=KINDS,
        fields=FIELDS,
        wording=wording,
        side_name=side_name,
        before=_before(found.row),
        slip=slip(found.row.changes),
        decisions=decision_reads.of_change(me(), found.row.id),
        history=[told(record, change_request, CHANGE_ACTS, found.row.roadmap) for record in found.history],
    ), status


@bp.post("/changes/<int:change_id>/steps/<step>")
def change_step(change_id: int, step: str) -> Any:
    """Take a step of a request."""
    known = change_request.steps.get(step)
    try:
        service.take_change_step(change_id, step, me(), ask_of(known), version_asked())
    except NotValid as refusal:
        return _page(change_id, 422, **refused(step, refusal.fields))
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.change", change_id=change_id))
