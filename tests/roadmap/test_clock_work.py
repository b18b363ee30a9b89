"""The time machine: rounds open by themselves, people are reminded, each thing once and on a working day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import clock
from core.calendar import add_working_days
from core.calendar.russia import is_working
from core.clock import MOSCOW
from core.db import db, transaction
from core.notifications.models import Notification
from core.workflow import schedule
from core.workflow.jobs import drain
from roadmap.clock_work import items
from roadmap.clock_work import reports as clock_reports
from roadmap.models import Occurrence, Report, Roadmap, RoadmapReminder
from roadmap.service import reports
from roadmap.service.reports import Answer
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force, occurrence_of, step

ONE = timedelta(days=1)


@contextmanager
def day(when: date, hour: int = 9) -> Iterator[None]:
    with clock.at(datetime.combine(when, time(hour), MOSCOW)):
        yield


def ticks(when: date) -> None:
    """Two workers tick on the same day, one of them twice; then the work of the day is done once more by hand."""
    for hour in (1, 9):
        with day(when, hour):
            schedule.tick()
            drain()
    with day(when, 23):
        schedule.tick()
        with transaction():
            for plan in db.session.scalars(select(Roadmap)).all():
                items.live(plan)
            for report in db.session.scalars(select(Report)).all():
                clock_reports.live(report)
        drain()


def told(kind: str, person_id: int | None = None) -> list[date]:
    """The days somebody was told something on."""
    rows = db.session.scalars(
        select(Notification).where(Notification.kind == f"roadmap/{kind}").order_by(Notification.created_at)
    )
    return [clock.in_moscow(row.created_at).date() for row in rows if person_id is None or row.person_id == person_id]


def a_year(cast: Cast, **terms: Any) -> Roadmap:
    """A plan in force since January 2026 with one item."""
    with day(date(2026, 1, 12)):
        plan = a_plan(cast)
        an_item(cast, plan, **terms)
        in_force(cast, plan)
    return plan


def test_a_round_opens_on_the_first_working_day_after_the_quarter_and_executors_are_asked(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_year(cast)
        for when in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 6)):
            ticks(when)
        rows = db.session.scalars(select(Report)).all()
        assert [(row.period, row.opened_by, clock.in_moscow(row.opened_at).date()) for row in rows] == [
            ("2026-Q1", None, date(2026, 4, 1))
        ]
        assert told("report_opened", cast.who("executor", "ministry").id) == [date(2026, 4, 1)]
        assert told("report_opened", cast.who("executor", "corporation").id) == []
        with day(date(2026, 7, 1)):
            reports.open_report(plan.id, "2026-Q2", cast.who("c_coord"))
        ticks(date(2026, 7, 1))
        assert len(db.session.scalars(select(Report)).all()) == 2


def test_a_plan_approved_after_the_quarter_owes_no_report_for_it(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        with day(date(2026, 4, 1)):
            plan = a_plan(cast)
            an_item(cast, plan)
            in_force(cast, plan)
        for when in (date(2026, 4, 2), date(2026, 6, 30)):
            ticks(when)
        assert db.session.scalars(select(Report)).all() == []
        ticks(date(2026, 7, 1))
        assert [row.period for row in db.session.scalars(select(Report))] == ["2026-Q2"]


def test_silence_is_reminded_of_and_told_upwards_once_each(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_year(cast)
        when = date(2026, 10, 1)
        while when <= date(2026, 10, 30):
            ticks(when)
            when += ONE
        executor, coordinator = cast.who("executor", "ministry").id, cast.who("m_coord").id
        # Answers are due by the 10th, a Saturday: Monday, 12 October. Five working days ahead is Monday the 5th.
        assert told("report_reminder", executor) == [date(2026, 10, 5), date(2026, 10, 9)]
        assert told("report_overdue", executor) == [date(2026, 10, 13)]
        assert told("report_escalation", coordinator) == [date(2026, 10, 13)]
        assert told("report_escalation", cast.who("m_deputy").id) == [date(2026, 10, 15)]
        assert told("report_escalation", cast.who("c_coord").id) == []


def test_who_has_answered_is_left_alone(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_year(cast, due_on=date(2027, 12, 31))
        ticks(date(2026, 10, 1))
        with day(date(2026, 10, 2)):
            report = db.session.scalars(select(Report)).one()
            row = db.session.scalars(select(Occurrence)).one()
            reports.answer(report.id, row.id, Answer("идёт"), cast.who("executor", "ministry"))
        for number in range(2, 31):
            ticks(date(2026, 10, number))
        assert told("report_reminder") == told("report_overdue") == told("report_escalation") == []


def test_terms_of_items_are_reminded_of_once_each(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_year(cast, due_on=date(2026, 6, 1))
        executor, coordinator, deputy = cast.who("executor", "ministry"), cast.who("m_coord"), cast.who("m_deputy")
        with day(date(2026, 5, 4)):
            step(db.session.scalars(select(Occurrence)).one(), "start", executor)
        when = date(2026, 5, 4)
        while when <= date(2026, 6, 20):
            ticks(when)
            when += ONE
        due = date(2026, 6, 1)
        ahead = [add_working_days(due, -days) for days in (10, 5, 1)]
        assert told("item_due", executor.id) == told("item_due", coordinator.id) == ahead
        assert told("item_overdue", executor.id) == told("item_overdue", coordinator.id) == [date(2026, 6, 2)]
        assert told("item_escalation", deputy.id) == [date(2026, 6, 2)]
        assert told("item_escalation", cast.who("c_deputy").id) == told("item_due", cast.who("c_coord").id) == []
        # Heard of on 4 May, at its start; thirty days later is Wednesday, 3 June.
        assert told("item_no_info", executor.id) == [date(2026, 6, 3)]


def test_a_moved_term_is_reminded_of_anew(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_year(cast, due_on=date(2026, 6, 1))
        ticks(date(2026, 5, 29))
        with transaction():
            db.session.scalars(select(Occurrence)).one().due_on = date(2026, 7, 1)
        for when in (date(2026, 6, 1), date(2026, 6, 30)):
            ticks(when)
        rows = db.session.execute(
            select(RoadmapReminder.about, RoadmapReminder.days).where(
                RoadmapReminder.kind == "due", RoadmapReminder.sent
            )
        )
        assert sorted(tuple(row) for row in rows) == [(date(2026, 6, 1), 1), (date(2026, 7, 1), 1)]


def test_after_a_standstill_one_letter_names_everything(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        with day(date(2026, 1, 12)):
            plan = a_plan(cast)
            for number in range(3):
                an_item(cast, plan, title=f"Просрочено {number}", due_on=date(2026, 3, 2 + number))
            in_force(cast, plan)
        ticks(date(2026, 5, 5))
        executor = cast.who("executor", "ministry").id
        (notice,) = db.session.scalars(
            select(Notification).where(Notification.kind == "roadmap/item_overdue", Notification.person_id == executor)
        )
        assert "1.1, 1.2, 1.3" in notice.title


LIVES = st.lists(
    st.tuples(st.integers(min_value=1, max_value=80), st.integers(min_value=-20, max_value=60), st.booleans()),
    min_size=1,
    max_size=4,
)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(lives=LIVES, skipped=st.sets(st.integers(min_value=0, max_value=90), max_size=40))
def test_whatever_the_days_nothing_is_said_twice_or_on_a_day_off(
    app: APIFlask, lives: list[tuple[int, int, bool]], skipped: set[int]
) -> None:
    """Items with random terms, moved at random, some of them done, over days some of which nobody was there."""
    begin = date(2026, 4, 1)
    _empty(app)
    with app.app_context():
        cast = a_cast()
        with day(date(2026, 3, 30)):
            plan = a_plan(cast)
            made = [an_item(cast, plan, due_on=begin + timedelta(days=due)) for due, _moved, _done in lives]
            in_force(cast, plan)
            rows = [occurrence_of(item).id for item in made]
        for number in range(0, 91, 3):
            if number in skipped:
                continue
            ticks(begin + timedelta(days=number))
            if number == 30:
                _live_on(rows, lives)
        for notice in db.session.scalars(select(Notification).where(Notification.kind.startswith("roadmap/"))):
            assert is_working(clock.in_moscow(notice.created_at).date())
        seen = [
            (row.subject_id, row.kind, row.about, row.days)
            for row in db.session.scalars(select(RoadmapReminder).where(RoadmapReminder.sent))
        ]
        assert len(seen) == len(set(seen))
        db.session.remove()


def _live_on(rows: list[int], lives: list[tuple[int, int, bool]]) -> None:
    """After a month some terms have moved and some items are done."""
    with transaction():
        for row_id, (_due, moved, done) in zip(rows, lives, strict=True):
            row = db.session.get_one(Occurrence, row_id)
            assert row.due_on is not None
            row.due_on += timedelta(days=moved)
            if done:
                row.state = "done"


def _empty(app: APIFlask) -> None:
    """The next example begins with nothing."""
    with app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(table.delete())
