"""Pages of indicators: the three values side by side; one indicator with its chart, breakdowns, targets, history."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.accounts.queries import choices
from core.documents.downloads import given, handed
from core.errors import NotNow, NotValid
from core.reports.sheets import XLSX
from core.signoffs.words import minute
from roadmap import measures, queries, service
from roadmap.bars import chart
from roadmap.effects.items import day
from roadmap.models import Indicator
from roadmap.periods import label
from roadmap.plan_values import why_settled
from roadmap.queries import indicators as reads
from roadmap.queries import measures as one_reads
from roadmap.queries.changes import of_indicator
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service import NewIndicator, NewValue
from roadmap.sheets import indicator_book
from roadmap.states.changes import change_request
from roadmap.views.blueprint import bp, number, upload_of, version_asked
from roadmap.wording import wording

KINDS = ("plan", "declared", "verified")


@bp.get("/roadmaps/<int:roadmap_id>/indicators")
def indicators(roadmap_id: int) -> Any:
    """Indicators of a plan in a year. Different indicators are never added up."""
    head = queries.plan_head(me(), roadmap_id)
    year = _year(str(clock.today().year))
    return render_template(
        "roadmap/indicators.html",
        head=head,
        year=year,
        years=range(head.period_start.year, head.period_end.year + 1),
        rows=reads.standing(me(), roadmap_id, str(year)),
        figure=reads.figure,
        defines=_coordinates(roadmap_id),
        kinds=_kinds(),
    )


def _year(default: str) -> int:
    year = request.values.get("year", "")
    return int(year if year.isdigit() and len(year) == 4 else default)


def _kinds() -> dict[str, Any]:
    return {"plan": _("план"), "declared": _("заявлено"), "verified": _("подтверждено")}


def _coordinates(roadmap_id: int) -> bool:
    from roadmap.queries.reports import plan_of

    return me().has(*COORDINATORS) and bool(side_of(plan_of(roadmap_id), me()))


@bp.get("/roadmaps/<int:roadmap_id>/indicators.xlsx")
def indicators_sheet(roadmap_id: int) -> Response:
    """Every indicator and every value of the plan, each with its source."""
    head = queries.plan_head(me(), roadmap_id)
    year = _year(str(clock.today().year))
    return given(indicator_book(me(), head.id, year), _("Показатели плана, %(year)s", year=year) + ".xlsx", XLSX)


@bp.route("/roadmaps/<int:roadmap_id>/indicators/new", methods=["GET", "POST"])
def new_indicator(roadmap_id: int) -> Any:
    """Enter an indicator of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    if request.method == "POST":
        try:
            row = service.add_indicator(roadmap_id, _typed(), me())
        except NotValid as refusal:
            return _form(head, None, request.form, refusal.fields), 422
        return redirect(url_for("roadmap.indicator", indicator_id=row.id))
    return _form(head, None, {}, {})


@bp.route("/indicators/<int:indicator_id>/edit", methods=["GET", "POST"])
def edit_indicator(indicator_id: int) -> Any:
    """Change what an indicator is."""
    found = one_reads.measure(me(), indicator_id)
    head = queries.plan_head(me(), found.plan.id)
    if request.method == "POST":
        try:
            service.edit_indicator(indicator_id, _typed(), version_asked(), me())
        except NotValid as refusal:
            return _form(head, found.row, request.form, refusal.fields), 422
        except NotNow as refusal:
            flash(str(refusal), "error")
            return _form(head, found.row, request.form, {}), 409
        return redirect(url_for("roadmap.indicator", indicator_id=indicator_id))
    names = ("code", "name", "unit", "direction", "aggregation", "breakdowns", "baseline", "baseline_note", "source")
    return _form(head, found.row, {name: getattr(found.row, name) for name in names}, {})


def _typed() -> NewIndicator:
    form = request.form
    return NewIndicator(
        code=form.get("code", ""),
        name=form.get("name", ""),
        unit=form.get("unit", ""),
        direction=form.get("direction", ""),
        aggregation=form.get("aggregation", ""),
        breakdowns=tuple(form.getlist("breakdowns")),
        baseline=form.get("baseline", ""),
        baseline_note=form.get("baseline_note", ""),
        source=form.get("source", ""),
    )


def _form(head: Any, row: Indicator | None, values: Any, faults: Any) -> Any:
    chosen = values.getlist("breakdowns") if hasattr(values, "getlist") else values.get("breakdowns", [])
    return render_template(
        "roadmap/indicator_form.html",
        head=head,
        row=row,
        values=values,
        chosen=chosen,
        faults=faults,
        directions=measures.DIRECTION_NAMES,
        aggregations=measures.AGGREGATION_NAMES,
        breakdowns=measures.BREAKDOWNS,
    )


@bp.get("/indicators/<int:indicator_id>")
def indicator(indicator_id: int) -> Any:
    """One indicator: its chart, its breakdowns, its targets, every value with its source."""
    return _page(indicator_id)


def _page(indicator_id: int, status: int = 200, form: str = "", faults: dict[str, Any] | None = None) -> Any:
    found = one_reads.measure(me(), indicator_id)
    default = min(max(clock.today().year, found.plan.period_start.year), found.plan.period_end.year)
    year, by = _year(str(default)), request.args.get("by", "")
    offered = found.row.breakdowns or list(measures.BREAKDOWNS)
    by = by if by in measures.BREAKDOWNS else offered[0]
    all_years = one_reads.years(found)
    return render_template(
        "roadmap/indicator.html",
        p=found,
        row=found.row,
        head=queries.plan_head(me(), found.plan.id),
        year=year,
        by=by,
        offered=offered,
        names=measures.BREAKDOWNS,
        now=one_reads.year(found, year),
        years=all_years,
        chart=chart(all_years),
        cells=one_reads.breakdown(found, year, by),
        figure=reads.figure,
        kinds=_kinds(),
        minute=minute,
        directions=measures.DIRECTION_NAMES,
        aggregations=measures.AGGREGATION_NAMES,
        periods=[(key, label(key)) for key in measures.period_choices(found.plan, year)],
        period_label=label,
        organisations=[(one.id, one.short_name) for one in choices()],
        plan_years=range(found.plan.period_start.year, found.plan.period_end.year + 1),
        defines=_coordinates(found.plan.id),
        settled=why_settled(found.plan.id),
        asked=of_indicator(me(), found.plan.id, indicator_id),
        change_states=change_request.states,
        wording=wording,
        form=form,
        sent=request.form,
        faults=faults or {},
        today=clock.today(),
    ), status


@bp.post("/indicators/<int:indicator_id>/values")
def record_value(indicator_id: int) -> Any:
    """Record one value with its source, its day and its evidence."""
    form = request.form
    try:
        new = NewValue(
            period=form.get("period", "").strip(),
            kind=form.get("kind", ""),
            value=form.get("value", ""),
            not_provided=bool(form.get("not_provided")),
            organisation_id=number(form.get("organisation_id")),
            region_code=form.get("region_code", "").strip(),
            speciality=form.get("speciality", "").strip(),
            source=form.get("source", ""),
            as_of=day(form["as_of"], "as_of") if form.get("as_of") else None,
        )
        service.record_value(indicator_id, new, me(), upload_of("evidence"))
    except NotValid as refusal:
        return _page(indicator_id, 422, "value", refusal.fields)
    flash(_("Значение записано"), "success")
    return redirect(url_for("roadmap.indicator", indicator_id=indicator_id, year=new.period[:4]))


@bp.post("/indicators/<int:indicator_id>/targets")
def set_targets(indicator_id: int) -> Any:
    """Plan the years of an indicator."""
    form = request.form
    targets = {
        int(name[7:]): value for name, value in form.items() if name.startswith("target-") and name[7:].isdigit()
    }
    try:
        count = service.set_targets(indicator_id, targets, form.get("source", ""), me())
    except NotValid as refusal:
        return _page(indicator_id, 422, "targets", refusal.fields)
    flash(_("Целевых значений записано: %(num)d", num=count), "success")
    return redirect(url_for("roadmap.indicator", indicator_id=indicator_id))


@bp.get("/indicators/<int:indicator_id>/files/<int:attachment_id>")
def evidence_file(indicator_id: int, attachment_id: int) -> Response:
    """The file that confirms a value."""
    kept = one_reads.evidence(me(), indicator_id, attachment_id)
    return handed(kept.sha256, kept.name, kept.media_type)
