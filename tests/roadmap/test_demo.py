"""The demo plan comes out whole, with every state a newcomer should see."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from core import audit, clock
from roadmap import demo, flags
from roadmap.models import Edition, Item, Occurrence, RoadmapSection
from tests.roadmap.company import a_company

Session = scoped_session[Any]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_demo_plan_shows_every_state_of_an_item(db_session: Session, dialect: str) -> None:
    with clock.at(datetime(2026, 11, 23, 7, tzinfo=UTC)):
        plan = demo.load(a_company())
        at = flags.days()
    assert db_session.scalar(select(func.count()).select_from(RoadmapSection)) == 8
    assert db_session.scalar(select(func.count()).select_from(Item)) == 33
    edition = db_session.scalars(select(Edition).where(Edition.roadmap_id == plan.id)).one()
    assert (edition.state, edition.register_number) == ("in_force", "2026-01/П-3")
    rows = db_session.scalars(select(Occurrence).join(Item, Item.current_id == Occurrence.id)).all()
    states = Counter(row.state for row in rows)
    assert {"planned", "in_progress", "on_review", "on_confirmation", "returned", "done"} <= set(states)
    marks = Counter(flag for row in rows for flag in flags.of(row, at))
    assert {"overdue", "soon", "done_late", "no_info"} <= set(marks)
    assert audit.verify() is None


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_early_clock_leaves_later_acts_out(db_session: Session, dialect: str) -> None:
    with clock.at(datetime(2026, 2, 1, 7, tzinfo=UTC)):
        demo.load(a_company())
    states = set(db_session.scalars(select(Occurrence.state)))
    assert states == {"planned", "in_progress", "done"}
