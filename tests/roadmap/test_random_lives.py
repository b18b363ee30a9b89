"""Random lives of items: whatever people press, no side confirms twice and nothing leaves the table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from core import audit, clock
from core.audit import AuditRecord
from core.db import db
from core.errors import Refusal
from core.signoffs.models import Desk, Round
from core.workflow import Ask
from roadmap import service
from roadmap.models import Occurrence, Verdict
from roadmap.results import KIND
from roadmap.states import roadmap_item
from tests.databases import Database, Databases
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, evidence, in_force, occurrence_of

MOMENT = datetime(2026, 6, 15, 9, tzinfo=UTC)
DATA = {"to": "fail", "reasons": "справка", "audit": "заключение", "percent": "50"}


class Lives(RuleBasedStateMachine):
    """Two items (one side's, a joint one) and everybody pressing everything."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.database.clean()
        self.context = self.database.app.app_context()
        self.context.push()
        self.clock = clock.at(MOMENT)
        self.clock.__enter__()
        self.cast: Cast = a_cast()
        plan = a_plan(self.cast)
        items = [an_item(self.cast, plan), an_item(self.cast, plan, responsible_side="both")]
        in_force(self.cast, plan)
        self.rows = [occurrence_of(item).id for item in items]
        self.versions = [1, 1]

    def teardown(self) -> None:
        self.clock.__exit__(None, None, None)
        self.context.pop()

    @rule(
        which=st.integers(0, 1),
        step=st.sampled_from(sorted(roadmap_item.steps)),
        person=st.integers(0, 14),
        to=st.sampled_from(["fail", "resume", "reopen"]),
    )
    def press(self, which: int, step: str, person: int, to: str) -> None:
        actors = list(self.cast.people.values())
        ask = Ask("потому что", {**DATA, "to": to})
        try:
            service.take_item_step(self.rows[which], step, actors[person % len(actors)], ask)
        except Refusal:
            db.session.rollback()

    @rule(which=st.integers(0, 1), side=st.sampled_from(["ministry", "corporation"]))
    def prove(self, which: int, side: str) -> None:
        try:
            evidence(db.session.get_one(Occurrence, self.rows[which]), self.cast.who("executor", side))
        except Refusal:
            db.session.rollback()

    @rule(which=st.integers(0, 1), side=st.sampled_from(["ministry", "corporation"]))
    def present(self, which: int, side: str) -> None:
        """The usual way, so that lives get somewhere."""
        executor = self.cast.who("executor", side)
        for step in ("start", "rework", "submit"):
            self.prove(which, side)
            try:
                service.take_item_step(self.rows[which], step, executor, Ask("вовремя"))
            except Refusal:
                db.session.rollback()

    @invariant()
    def no_side_says_yes_twice(self) -> None:
        twice = db.session.execute(
            select(Verdict.occurrence_id)
            .group_by(Verdict.occurrence_id, Verdict.attempt, Verdict.side)
            .having(func.count() > 1)
        ).all()
        assert not twice

    @invariant()
    def what_is_done_was_confirmed_by_both(self) -> None:
        for row in self._rows():
            sides = db.session.scalars(
                select(Verdict.side).where(Verdict.occurrence_id == row.id, Verdict.attempt == row.attempt)
            ).all()
            if row.state == "done":
                assert sorted(sides) == ["corporation", "ministry"]
                assert row.submitted_by is not None

    @invariant()
    def versions_only_grow(self) -> None:
        now = [row.version for row in self._rows()]
        assert all(new >= old for new, old in zip(now, self.versions, strict=True))
        self.versions = now

    @invariant()
    def the_journal_tells_a_path_of_the_table(self) -> None:
        records = db.session.scalars(
            select(AuditRecord).where(AuditRecord.subject_kind == "roadmap_item", AuditRecord.to_state.is_not(None))
        )
        for record in records:
            step = roadmap_item.steps.get(record.step)
            if step is not None:
                assert record.from_state in step.sources
                assert record.to_state in step.all_targets

    @invariant()
    def desks_hold_a_result_exactly_while_it_waits(self) -> None:
        for row in self._rows():
            waiting = db.session.scalar(
                select(func.count())
                .select_from(Desk)
                .where(Desk.subject_kind == KIND, Desk.slot_id.in_(_slots(row.id)))
            )
            assert bool(waiting) == (row.state in ("on_review", "on_confirmation")), row.state

    def _rows(self) -> list[Occurrence]:
        db.session.expire_all()
        return [db.session.get_one(Occurrence, one) for one in self.rows]


def _slots(occurrence_id: int) -> Any:
    from core.signoffs.models import Slot

    return (
        select(Slot.id)
        .join(Round, Round.id == Slot.round_id)
        .where(Round.subject_kind == KIND, Round.subject_id == occurrence_id)
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_random_lives_keep_the_invariants(databases: Databases, dialect: str) -> None:
    database = databases.get(dialect)
    Lives.database = database
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples={"sqlite": 5, "postgresql": 2}[dialect],
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with database.app.app_context():
        assert audit.verify() is None
