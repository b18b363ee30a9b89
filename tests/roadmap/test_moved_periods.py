"""An edition that moves a recurring term: its periods follow, and those that are no more end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from core.workflow import Ask
from roadmap import service
from roadmap.models import Item, Occurrence
from roadmap.service import NewChange
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def amended(cast: Cast, item: Item, **values: Any) -> list[tuple[str, str, date | None]]:
    """The item's periods after both sides moved its term in a new edition."""
    ours, theirs = cast.who("m_coord"), cast.who("c_coord")
    row = service.draft_change(item.roadmap_id, NewChange("term", values, "перенос", item.id), ours)
    for step, actor in (("submit", ours), ("to_other", ours), ("approve", theirs)):
        service.take_change_step(row.id, step, actor, Ask())
    service.take_edition_step(edition_of(item.roadmap).id, "start_amendment", ours, Ask())
    in_force(cast, item.roadmap, 2, "П-2")
    rows = db.session.scalars(select(Occurrence).where(Occurrence.item_id == item.id).order_by(Occurrence.ordinal))
    return [(row.period, row.state, row.due_on) for row in rows]


def a_yearly_item() -> tuple[Cast, Item]:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan, recurrence="yearly", due_on=date(2026, 12, 15))
    in_force(cast, plan)
    return cast, item


def test_a_period_the_plan_no_longer_has_is_excluded(db_session: Any) -> None:
    cast, item = a_yearly_item()
    assert amended(cast, item, due_on=date(2027, 3, 1)) == [
        ("2026", "excluded", date(2026, 12, 15)),
        ("2027", "planned", date(2027, 3, 1)),
        ("2028", "planned", date(2028, 3, 1)),
    ]
    current = db.session.get_one(Occurrence, db.session.get_one(Item, item.id).current_id)
    assert current.period == "2027"


def test_a_recurrence_that_ends_sooner_leaves_no_period_behind(db_session: Any) -> None:
    cast, item = a_yearly_item()
    periods = amended(cast, item, until_on=date(2027, 12, 31))
    assert [(period, state) for period, state, _due in periods] == [
        ("2026", "planned"),
        ("2027", "planned"),
        ("2028", "excluded"),
    ]


def test_periods_that_stay_move_with_their_term(db_session: Any) -> None:
    cast, item = a_yearly_item()
    periods = amended(cast, item, due_on=date(2026, 11, 2))
    assert periods == [(str(year), "planned", date(year, 11, 2)) for year in (2026, 2027, 2028)]
