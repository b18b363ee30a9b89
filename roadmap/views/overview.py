"""Other views of a plan: the board and the calendar."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me, public
from core.calendar import is_working
from core.documents.downloads import given
from roadmap import feeds, flags, queries
from roadmap.periods import shift
from roadmap.queries import overview, spans
from roadmap.states.items import STEPS
from roadmap.views.blueprint import bp
from roadmap.views.plans import search_asked, words

COLUMNS = ("planned", "in_progress", "on_review", "on_confirmation", "returned", "suspended", "done")


@bp.get("/roadmaps/<int:roadmap_id>/board")
def board(roadmap_id: int) -> Any:
    """Cards by state; dropping one on another column opens its step with what it asks."""
    head = queries.plan_head(me(), roadmap_id)
    cards = overview.board(me(), head, search_asked(), COLUMNS)
    at = flags.days(head.corrected)
    columns = [(state, [card for card in cards if card.state == state]) for state in COLUMNS]
    moves = {f"{source}>{step.target}": step.name for step in STEPS for source in step.sources if not step.hidden}
    return render_template(
        "roadmap/board.html",
        head=head,
        columns=columns,
        moves=moves,
        flags_of={card.id: flags.of(card, at) for card in cards},
        late_of=lambda card: flags.item_late(card, at.today),
        **words(),
    )


@bp.get("/roadmaps/<int:roadmap_id>/calendar")
def calendar(roadmap_id: int) -> Any:
    """A month of terms."""
    head = queries.plan_head(me(), roadmap_id)
    first = _month(request.args.get("month", ""))
    last = shift(first, 1) - timedelta(days=1)
    by_day: dict[date, list[Any]] = {}
    shown, counts = spans.month(me(), head, first, last, search_asked())
    for row in shown:
        by_day.setdefault(row.due_on, []).append(row)
    day = _day(request.args.get("day", ""))
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return render_template(
        "roadmap/calendar.html",
        head=head,
        weeks=weeks,
        rest={one for week in weeks for one in week if not is_working(one)},
        by_day=by_day,
        counts=counts,
        day=day,
        of_day=spans.due_between(me(), day, day, head.id, search_asked()) if day else (),
        first=first,
        previous=shift(first, -1),
        following=shift(first, 1),
        today=clock.today(),
        late_of=lambda row: flags.days_late(row, clock.today()),
        month_name=lambda day: format_date(day, "LLLL y"),
        feed=request.args.get("feed", ""),
        **words(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return clock.today().replace(day=1)


@bp.post("/roadmaps/<int:roadmap_id>/calendar/feed")
def issue_feed(roadmap_id: int) -> Any:
    """A secret address of my calendar; the one before ceases to work."""
    queries.plan_head(me(), roadmap_id)
    token = feeds.issue_feed(me())
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("roadmap.ics", token=token)
    flash(_("Адрес календаря (показан один раз): %(address)s", address=address), "success")
    return redirect(url_for("roadmap.calendar", roadmap_id=roadmap_id))


@bp.post("/roadmaps/<int:roadmap_id>/calendar/feed/revoke")
def revoke_feed(roadmap_id: int) -> Any:
    """Nobody reads my calendar by its address any more."""
    queries.plan_head(me(), roadmap_id)
    feeds.revoke_feed(me())
    flash(_("Адрес календаря отозван"), "success")
    return redirect(url_for("roadmap.calendar", roadmap_id=roadmap_id))


@bp.get("/calendar/<token>.ics")
@public
def ics(token: str) -> Response:
    """The calendar behind a secret address: what its person may see, nothing else."""
    content = feeds.as_ics(feeds.reader_of(token), current_app.config["PUBLIC_URL"].rstrip("/"))
    return given(content, "plan.ics", "text/calendar; charset=utf-8")
