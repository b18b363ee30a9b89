"""Decisions by the clock: 10, 5 and 1 working days ahead, and the escalation after; each once, never on a day off."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.calendar import is_working
from core.notifications.models import Notification
from core.workflow import Ask
from core.workflow.jobs import drain
from core.workflow.schedule import tick
from roadmap.models import DecisionReminder, MeetingDecision
from roadmap.service import decisions as service
from tests.roadmap.builders import Cast, a_cast, a_plan
from tests.roadmap.papers import a_decision

Session = scoped_session[Any]
DUE = date(2026, 7, 10)
START = datetime(2026, 6, 15, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(START):
        yield


def living(days: int, start: datetime = START) -> None:
    """So many days pass, the worker ticking twice on each."""
    for day in range(days):
        with clock.at(start + timedelta(days=day)):
            for _turn in range(2):
                tick()
                drain()


def told(session: Session, text: str) -> Counter[int]:
    """How many notices of a text each person has."""
    rows = session.scalars(select(Notification.person_id).where(Notification.kind == f"roadmap/{text}"))
    return Counter(rows)


def a_watched(cast: Cast) -> MeetingDecision:
    return a_decision(cast, a_plan(cast).id, due_on=DUE)


def test_each_reminder_comes_once_and_the_escalation_follows(db_session: Session) -> None:
    cast = a_cast()
    row = a_watched(cast)
    executor = cast.who("executor").id
    living(40)
    assert told(db_session, "decision_soon") == Counter({executor: 3})
    reminders = db_session.scalars(select(DecisionReminder).order_by(DecisionReminder.at)).all()
    assert [one.days for one in reminders] == [10, 5, 1, -1]
    days = [clock.in_moscow(one.at).date() for one in reminders]
    assert days == [date(2026, 6, 26), date(2026, 7, 3), date(2026, 7, 9), date(2026, 7, 13)]
    assert all(map(is_working, days))
    late = told(db_session, "decision_overdue")
    assert set(late) == {executor, cast.who("m_deputy").id, cast.who("m_control").id, cast.who("c_control").id,
                         cast.who("secretary", "ministry").id}  # fmt: skip
    assert set(late.values()) == {1}
    assert row.state == "issued"


def test_a_worker_that_slept_sends_only_the_nearest(db_session: Session) -> None:
    cast = a_cast()
    a_watched(cast)
    living(1, datetime(2026, 7, 9, 9, tzinfo=UTC))
    assert told(db_session, "decision_soon") == Counter({cast.who("executor").id: 1})
    kept = {row.days: row.sent for row in db_session.scalars(select(DecisionReminder))}
    assert kept == {10: False, 5: False, 1: True}


def test_on_a_day_off_nobody_is_reminded(db_session: Session) -> None:
    cast = a_cast()
    a_watched(cast)
    living(2, datetime(2026, 7, 11, 9, tzinfo=UTC))
    assert not told(db_session, "decision_overdue")
    living(1, datetime(2026, 7, 13, 9, tzinfo=UTC))
    assert told(db_session, "decision_overdue")


def test_a_longer_term_is_reminded_of_anew(db_session: Session) -> None:
    cast = a_cast()
    row = a_watched(cast)
    executor = cast.who("executor")
    service.take_decision_step(row.id, "ack", executor, Ask())
    living(26)
    before = told(db_session, "decision_soon")[executor.id or 0]
    assert before == 3
    with clock.at(datetime(2026, 7, 10, 9, tzinfo=UTC)):
        service.take_decision_step(row.id, "ask_ext", executor, Ask("ждём", {"due_on": "2026-07-31"}))
        service.take_decision_step(row.id, "grant_ext", cast.who("m_deputy"), Ask(data={"ground": "резолюция"}))
    living(25, datetime(2026, 7, 11, 9, tzinfo=UTC))
    assert told(db_session, "decision_soon")[executor.id or 0] == before + 3
    assert told(db_session, "decision_overdue")[executor.id or 0] == 1


def test_a_closed_decision_troubles_nobody(db_session: Session) -> None:
    cast = a_cast()
    row = a_watched(cast)
    ground = {"ground": "решение председательствующего"}
    service.take_decision_step(row.id, "cancel", cast.who("m_deputy"), Ask("не нужно", ground))
    living(35)
    assert not db_session.scalars(select(DecisionReminder)).all()


def test_the_one_whose_move_it_is_is_told(db_session: Session) -> None:
    cast = a_cast()
    row = a_watched(cast)
    drain()
    executor = cast.who("executor")
    assert told(db_session, "decision_moved") == Counter({executor.id: 1})
    service.take_decision_step(row.id, "ack", executor, Ask())
    service.take_decision_step(row.id, "ask_ext", executor, Ask("ждём", {"due_on": "2026-08-03"}))
    drain()
    asked = told(db_session, "decision_moved")
    assert asked[cast.who("secretary", "ministry").id or 0] == 1
    assert asked[executor.id or 0] == 1
    notice = db_session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert notice is not None
    assert "Просят продлить до 03.08.2026" in notice.text
