"""The plan as a network: items at their present periods as activities, dependencies as links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotNow
from roadmap import graph, readers
from roadmap.models import Dependency, Item, ItemTerms, Occurrence, Roadmap
from roadmap.periods import spread
from roadmap.queries.spans import SPREAD
from roadmap.scheduling import Activity, Circle, Link, Network, critical_path

GONE = ("not_done", "excluded")


def critical(actor: Actor, roadmap_id: int) -> list[int]:
    """The items of the critical path, in its order: those the actor sees. Two queries. Raises NotNow for a circle."""
    links = graph.links_of(roadmap_id)
    ends = {link.before for link in links} | {link.after for link in links}
    if not ends:
        return []
    tied = select(Dependency.item_id).where(Dependency.roadmap_id == roadmap_id)
    tying = select(Dependency.after_id).where(Dependency.roadmap_id == roadmap_id)
    by_term = ItemTerms.after_item_id.is_not(None) | Item.id.in_([link.before for link in links if link.term])
    rows = activities_of(actor, roadmap_id, Item.id.in_(tied) | Item.id.in_(tying) | by_term)
    return [int(str(key)) for key in critical_path(network_of(rows, links), graph.DAYS)]


def activities_of(actor: Actor, roadmap_id: int, which: Any) -> Sequence[Any]:
    """Items of a plan, each at its present occurrence, as the schedule needs them. One query."""
    rows = db.session.execute(activity_rows(actor, roadmap_id).where(which)).all()
    return [_from_terms(row) if row.state == "draft" else row for row in rows]


def _from_terms(row: Any) -> Any:
    """An item of a draft: until it is approved its days stand in the terms alone, its first period counts."""
    values = row._asdict()
    terms = SimpleNamespace(**{name: values[f"now_{name}"] for name in SPREAD})
    first = spread(terms, row.period_end)[0]
    return SimpleNamespace(**{**values, "period": first.key, "starts_on": first.starts_on, "due_on": first.due_on})


def activity_rows(actor: Actor, roadmap_id: int) -> Select[Any]:
    return (
        select(
            Item.id, Item.code, Item.section, Item.number, Item.executor_id, ItemTerms.title,
            ItemTerms.responsible_side, ItemTerms.control_points, ItemTerms.recurrence,
            Occurrence.id.label("occurrence_id"), Occurrence.period, Occurrence.ordinal, Occurrence.state,
            Occurrence.starts_on, Occurrence.due_on, Occurrence.started_on, Occurrence.fact_on,
            Occurrence.forecast_on, Occurrence.control_facts, Roadmap.period_end,
            *(getattr(ItemTerms, name).label(f"now_{name}") for name in SPREAD),
        )
        .select_from(Item)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .where(
            Item.roadmap_id == roadmap_id,
            Occurrence.state.not_in(GONE),
            ~ItemTerms.excluded,
            visible_to(actor, readers.ITEM, Item.id),
        )
        .order_by(Item.section, Item.number)
    )  # fmt: skip


def network_of(rows: Iterable[Any], links: Iterable[Link]) -> Network:
    """Of items at their present periods and the links that bind those. Raises NotNow naming a circle in old data."""
    known = {row.id: row for row in rows}
    binding = [
        link
        for link in links
        if link.before in known and link.after in known and graph.same_turn(known[link.before], known[link.after])
    ]
    try:
        return Network.of([activity(row) for row in known.values()], binding)
    except Circle as circle:
        named = " → ".join(graph.codes([int(str(key)) for key in circle.keys]))
        raise NotNow(_("Связи образуют круг: %(circle)s. Уберите одну из них", circle=named)) from circle


def activity(row: Any) -> Activity:
    """What is done is fixed at its fact; a result on the desks counts from the day it was presented."""
    fact = row.fact_on if row.state in ("done", "on_review", "on_confirmation") else None
    started = row.state not in ("planned", "draft")
    return Activity(row.id, row.starts_on, row.due_on, fact, started)
