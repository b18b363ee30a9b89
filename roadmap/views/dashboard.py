"""One screen for a deputy minister."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template

from core import clock
from core.accounts.login import me
from core.calendar import days_words, late_words, left_words, working_days_between
from roadmap import flags, queries
from roadmap.queries import dashboard as reads
from roadmap.queries import indicators, overview
from roadmap.tiles import tiles
from roadmap.views.blueprint import bp
from roadmap.views.plans import search_asked, words


@bp.get("/roadmaps/<int:roadmap_id>/dashboard")
def dashboard(roadmap_id: int) -> Any:
    """What is late and on whose side, what is due, indicators against plan, what else is in motion.

    Every figure is a link to the rows it was counted from.
    """
    actor = me()
    head = queries.plan_head(actor, roadmap_id)
    search = replace(search_asked(), flag="")  # the flags are this screen's own columns
    pressing = overview.pressing(actor, head, search)
    counts = overview.counts(actor, head, search)
    return render_template(
        "roadmap/dashboard.html",
        head=head,
        counts=counts,
        totals=overview.total(counts),
        late=[row for row in pressing if row.overdue][: overview.FEW],
        soon=[row for row in pressing if not row.overdue][: overview.FEW],
        year=reads.year(actor, head),
        affairs=reads.affairs(actor, head),
        indicators=indicators.standing(actor, head.id, str(clock.today().year)),
        tiles=[(tile.title, tile.lines(actor)) for tile in tiles()],
        today=clock.today(),
        late_of=lambda row: flags.item_late(row, clock.today()),
        left=lambda day: working_days_between(clock.today(), day),
        days_words=days_words,
        left_words=left_words,
        late_words=late_words,
        figure=indicators.figure,
        **words(),
    )
