"""Pages of indicators: the three values side by side, recording one."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.errors import NotValid
from roadmap import queries, service
from roadmap.queries import indicators as reads
from roadmap.rules.people import COORDINATORS
from roadmap.service import NewValue
from roadmap.service.indicators import KINDS
from roadmap.views.blueprint import bp, number


@bp.get("/roadmaps/<int:roadmap_id>/indicators")
def indicators(roadmap_id: int) -> Any:
    """Indicators of a plan in a year."""
    return _page(roadmap_id)


def _page(roadmap_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    head = queries.plan_head(me(), roadmap_id)
    year = request.values.get("year", "")
    year = year if year.isdigit() and len(year) == 4 else str(clock.today().year)
    return render_template(
        "roadmap/indicators.html",
        head=head,
        year=year,
        years=range(head.period_start.year, head.period_end.year + 1),
        rows=reads.standing(me(), roadmap_id, year),
        figure=reads.figure,
        records=me().has(*COORDINATORS, "operator"),
        kinds={"plan": _("план"), "declared": _("заявлено"), "verified": _("подтверждено")},
        faults=faults or {},
    ), status


@bp.post("/roadmaps/<int:roadmap_id>/indicators")
def record_value(roadmap_id: int) -> Any:
    """Record one value with its source."""
    form = request.form
    kind = form.get("kind", "")
    new = NewValue(
        period=form.get("period", "").strip(),
        kind=kind if kind in KINDS else "",
        value=form.get("value", ""),
        not_provided=bool(form.get("not_provided")),
        source=form.get("source", ""),
    )
    try:
        service.record_value(number(form.get("indicator")) or 0, new, me())
    except NotValid as refusal:
        return _page(roadmap_id, 422, refusal.fields)
    return redirect(url_for("roadmap.indicators", roadmap_id=roadmap_id, year=new.period[:4]))
