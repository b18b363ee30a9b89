"""The chart of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from roadmap import gantt, graph, queries
from roadmap.periods import shift
from roadmap.queries import network, spans
from roadmap.queries.plans import PlanHead
from roadmap.views.blueprint import bp, number
from roadmap.views.plans import search_asked


@bp.get("/roadmaps/<int:roadmap_id>/gantt")
def chart(roadmap_id: int) -> Any:
    """Sections, items, control points, dependencies, baseline, forecast, today; the critical path where asked for."""
    actor = me()
    head = queries.plan_head(actor, roadmap_id)
    whole = bool(request.args.get("whole"))
    search = search_asked(size=spans.WHOLE if whole else spans.CHART)
    zoom = request.args.get("zoom", "fit")
    zoom = zoom if zoom in gantt.ZOOMS else "fit"
    base = _base(head)
    critical = bool(request.args.get("critical"))
    page = spans.chart_items(actor, head, search, base)
    start, end = gantt.window(head.period_start, head.period_end, zoom, number(request.args.get("from")), clock.today())
    path = network.critical(actor, head.id) if critical else ()
    drawn = gantt.Chart(start, end, zoom, clock.today(), page.items, (), critical=frozenset(path))
    return render_template(
        "roadmap/gantt.html",
        head=head,
        page=page,
        search=search,
        drawn=gantt.draw(filled(drawn, page.items, head, base)),
        zoom=zoom,
        zooms={
            "fit": _("На страницу"), "month": _("Месяцы"), "quarter": _("Кварталы"), "year": _("Годы"),
        },
        base=base,
        editions=range(1, head.edition),
        critical=critical,
        path=path,
        whole=whole,
        asked={
            **search.asked(), "zoom": zoom, "critical": 1 if critical else "", "base": base if base > 1 else "",
            "whole": 1 if whole else "",
        },
        year=start.year,
        back=shift(start, -12).year,
        ahead=shift(start, 12).year,
    )  # fmt: skip


def _base(head: PlanHead) -> int:
    """The edition the chart is laid over: the one asked for among those before this one, else the first."""
    asked = number(request.args.get("base")) or 1
    return asked if 1 <= asked < head.edition else 1


def filled(drawn: gantt.Chart, rows: Sequence[Any], head: PlanHead, base: int) -> gantt.Chart:
    """The chart with the periods and links of its rows, and where the base edition had them."""
    ids = [row.id for row in rows]
    dated = spans.bars(ids, drawn.start, drawn.end)
    shown = [*dated, *spans.planned(rows, drawn.start, drawn.end, head.period_end)]
    return replace(
        drawn,
        bars=shown,
        edges=graph.links_among(ids),
        urls={row.id: f"/items/{row.id}" for row in rows},
        ghosts=spans.ghosts(rows, shown, head.period_end) if base < head.edition else {},
        ghost_words=_("по редакции %(n)s", n=base),
    )
