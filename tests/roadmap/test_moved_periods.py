"""An edition that moves a recurring term: its periods follow, and those that are no more end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.audit import AuditRecord
from core.db import db
from core.errors import NotAllowed
from core.workflow import Ask
from roadmap import service
from roadmap.models import Item, Occurrence
from roadmap.service import NewChange
from tests.roadmap.builders import (
    Cast,
    a_cast,
    a_plan,
    an_item,
    edition_of,
    give_all,
    in_force,
    occurrence_of,
    presented,
    step,
)


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def amended(cast: Cast, item: Item, number: int = 2, **values: Any) -> list[tuple[str, str, date | None]]:
    """The item's periods after both sides moved its term in a new edition."""
    ours, theirs = cast.who("m_coord"), cast.who("c_coord")
    row = service.draft_change(item.roadmap_id, NewChange("term", values, "перенос", item.id), ours)
    for name, actor in (("submit", ours), ("to_other", ours), ("approve", theirs)):
        service.take_change_step(row.id, name, actor, Ask())
    service.take_edition_step(edition_of(item.roadmap, number - 1).id, "start_amendment", ours, Ask())
    in_force(cast, item.roadmap, number, f"П-{number}")
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


def test_a_period_that_a_later_edition_brings_back_lives_again(db_session: Any) -> None:
    cast, item = a_yearly_item()
    first = occurrence_of(item, "2026")
    step(first, "start", cast.who("executor", "ministry"))
    step(first, "progress", cast.who("executor", "ministry"), "идёт", percent=40, risk="high", forecast_on="2026-12-20")
    assert amended(cast, item, due_on=date(2027, 3, 1))[0] == ("2026", "excluded", date(2026, 12, 15))
    assert amended(cast, item, 3, due_on=date(2026, 11, 2)) == [
        (str(year), "planned", date(year, 11, 2)) for year in (2026, 2027, 2028)
    ]
    back = occurrence_of(item, "2026")
    assert db.session.get_one(Item, item.id).current_id == back.id == first.id
    assert (back.started_on, back.percent, back.risk, back.forecast_on) == (None, 0, "none", None)
    told = db.session.scalars(select(AuditRecord).where(AuditRecord.step == "restore")).one()
    assert (told.from_state, told.to_state) == ("excluded", "planned")
    assert told.comment == "период снова есть в новой редакции плана"
    step(back, "start", cast.who("executor", "ministry"))
    assert occurrence_of(item, "2026").state == "in_progress"


def test_what_is_finished_stays_finished_when_its_period_comes_back(db_session: Any) -> None:
    cast, item = a_yearly_item()
    give_all(cast, "roadmap_result", presented(cast, occurrence_of(item, "2026")).id)
    assert amended(cast, item, due_on=date(2027, 3, 1))[0][:2] == ("2026", "done")
    assert amended(cast, item, 3, due_on=date(2026, 11, 2))[0] == ("2026", "done", date(2026, 12, 15))


def test_nobody_but_an_edition_brings_a_period_back(db_session: Any) -> None:
    cast, item = a_yearly_item()
    amended(cast, item, due_on=date(2027, 3, 1))
    gone = occurrence_of(item, "2026")
    for role in ("m_deputy", "m_coord", "c_deputy"):
        with pytest.raises(NotAllowed):
            step(gone, "restore", cast.who(role))
