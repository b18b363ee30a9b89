"""Other views of a plan: the dashboard, the board, the chart, the calendar."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me, public
from core.documents.downloads import given
from roadmap import feeds, flags, gantt, queries
from roadmap.periods import shift
from roadmap.queries import indicators, overview, spans
from roadmap.states.items import STEPS
from roadmap.tiles import tiles
from roadmap.views.blueprint import bp, number
from roadmap.views.plans import search_asked, words

COLUMNS = ("planned", "in_progress", "on_review", "on_confirmation", "returned", "suspended", "done")


@bp.get("/roadmaps/<int:roadmap_id>/dashboard")
def dashboard(roadmap_id: int) -> Any:
    """One screen for a deputy: what is late and on whose side, what is due, indicators, what else is in motion."""
    actor = me()
    head = queries.plan_head(actor, roadmap_id)
    pressing = overview.pressing(actor, head)
    return render_template(
        "roadmap/dashboard.html",
        head=head,
        counts=overview.counts(actor, head),
        late=[row for row in pressing if row.overdue],
        soon=[row for row in pressing if not row.overdue],
        indicators=indicators.standing(actor, head.id, str(clock.today().year)),
        tiles=[(tile.title, tile.lines(actor)) for tile in tiles()],
        today=clock.today(),
        figure=indicators.figure,
        **words(),
    )


@bp.get("/roadmaps/<int:roadmap_id>/board")
def board(roadmap_id: int) -> Any:
    """Cards by state; dropping one on another column opens its step with what it asks."""
    head = queries.plan_head(me(), roadmap_id)
    cards = overview.board(me(), head, search_asked())
    at = flags.days(head.corrected)
    columns = [(state, [card for card in cards if card.state == state]) for state in COLUMNS]
    moves = {f"{source}>{step.target}": step.name for step in STEPS for source in step.sources if not step.hidden}
    return render_template(
        "roadmap/board.html",
        head=head,
        columns=columns,
        moves=moves,
        flags_of={card.id: flags.of(card, at) for card in cards},
        **words(),
    )


@bp.get("/roadmaps/<int:roadmap_id>/gantt")
def chart(roadmap_id: int) -> Any:
    """The chart: sections, items, control points, dependencies, baseline, today."""
    actor = me()
    head = queries.plan_head(actor, roadmap_id)
    search = search_asked(size=spans.CHART)
    page = spans.chart_items(actor, head, search)
    zoom = request.args.get("zoom", "quarter")
    zoom = zoom if zoom in gantt.SCALE else "quarter"
    start, end = _window(head, zoom)
    ids = [row.id for row in page.items]
    drawn = gantt.Chart(
        start,
        end,
        zoom,
        clock.today(),
        page.items,
        spans.bars(ids, start, end),
        spans.edges(ids),
        {row.id: f"/items/{row.id}" for row in page.items},
    )
    return render_template(
        "roadmap/gantt.html",
        head=head,
        page=page,
        search=search,
        svg=gantt.draw(drawn),
        zoom=zoom,
        zooms={"month": _("месяцы"), "quarter": _("кварталы"), "year": _("годы")},
        start=start,
        back=shift(start, -12),
        ahead=shift(start, 12),
    )


def _window(head: Any, zoom: str) -> tuple[date, date]:
    """Months show a year, the others the whole plan; `from` moves the window of months."""
    if zoom != "month":
        return head.period_start, head.period_end + timedelta(days=31)
    asked = number((request.args.get("from") or "").replace("-", "")[:4])
    year = asked or min(max(clock.today().year, head.period_start.year), head.period_end.year)
    return date(year, 1, 1), date(year, 12, 31)


@bp.get("/roadmaps/<int:roadmap_id>/calendar")
def calendar(roadmap_id: int) -> Any:
    """A month of terms."""
    head = queries.plan_head(me(), roadmap_id)
    first = _month(request.args.get("month", ""))
    last = shift(first, 1) - timedelta(days=1)
    by_day: dict[date, list[Any]] = {}
    for row in spans.due_between(me(), first, last, head.id):
        by_day.setdefault(row.due_on, []).append(row)
    return render_template(
        "roadmap/calendar.html",
        head=head,
        weeks=months.Calendar().monthdatescalendar(first.year, first.month),
        by_day=by_day,
        first=first,
        previous=shift(first, -1),
        following=shift(first, 1),
        today=clock.today(),
        feed=request.args.get("feed", ""),
        **words(),
    )


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return clock.today().replace(day=1)


@bp.post("/roadmaps/<int:roadmap_id>/calendar/feed")
def issue_feed(roadmap_id: int) -> Any:
    """A secret address of my calendar; the one before ceases to work."""
    token = feeds.issue_feed(me())
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("roadmap.ics", token=token)
    flash(_("Адрес календаря (показан один раз): %(address)s", address=address), "success")
    return redirect(url_for("roadmap.calendar", roadmap_id=roadmap_id))


@bp.get("/calendar/<token>.ics")
@public
def ics(token: str) -> Response:
    """The calendar behind a secret address: what its person may see, nothing else."""
    content = feeds.as_ics(feeds.reader_of(token), current_app.config["PUBLIC_URL"].rstrip("/"))
    return given(content, "plan.ics", "text/calendar; charset=utf-8")
