"""What follows an assignment: told once, reminded before, escalated after, silent when decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from core import clock
from core.db import database_now, db, transaction
from core.notifications.models import Notification
from core.signoffs.service import Away, decide, reassign, rounds, substitute
from core.signoffs.service.rounds import reminder_moment
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, begin, slot_of

TODAY = date(2026, 3, 2)


def told_to(scene: Scene) -> list[tuple[str, str]]:
    """(text, role) of every notice, in order."""
    names = {person.id: role for role, person in scene.people.items()}
    rows = db.session.scalars(select(Notification).order_by(Notification.id))
    return [(row.kind.removeprefix("signoffs/"), names[row.person_id]) for row in rows]


def fall_due(which: Callable[[Job], bool] = lambda job: True) -> None:
    """Let the waiting jobs' time come, and do them."""
    with transaction():
        rows = [job for job in db.session.scalars(select(Job).where(Job.state == "waiting")) if which(job)]
        ids = [job.id for job in rows]
        db.session.execute(update(Job).where(Job.id.in_(ids)).values(run_after=database_now()))
    drain()


def test_the_holder_is_told_once_however_often_the_job_runs(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_legal"))])
    drain()
    assert told_to(scene) == [("assigned", "m_legal")]
    with transaction():
        db.session.execute(update(Job).values(state="waiting"))
    drain()
    assert told_to(scene) == [("assigned", "m_legal")]
    row = db.session.scalars(select(Notification)).one()
    assert row.title == "На согласование: Предмет 1"
    assert "05.03.2026 18:00" in row.text
    assert row.path.startswith("/tasks/")


def test_the_substitute_is_told_for_whom(scene: Scene) -> None:
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    substitute(Away(legal.id, profile.id, TODAY, TODAY, "1-к", TODAY), scene.actor("m_legal"))
    begin(scene, [a_stage(a_slot("m_legal"))])
    drain()
    assert sorted(told_to(scene)) == [("assigned", "m_legal"), ("assigned", "m_profile")]
    row = db.session.scalars(select(Notification).where(Notification.person_id == profile.id)).one()
    assert f"Вы замещаете: {legal.short_name}" in row.text


def test_a_short_term_reminds_a_day_before_and_a_long_one_more_often(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_legal", days=3), a_slot("m_finance", days=20))])
    reminders = [
        (job.payload["slot_id"], job.payload["days"])
        for job in db.session.scalars(select(Job).where(Job.kind == "signoffs.due").order_by(Job.id))
    ]
    short, long = sorted({slot for slot, _days in reminders})
    assert [days for slot, days in reminders if slot == short] == [1, 0]
    assert [days for slot, days in reminders if slot == long] == [10, 5, 1, 0]


def test_the_term_is_reminded_of_and_then_escalated_to_the_deputy_and_the_sender(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_legal"))], actor=scene.actor("m_coord"))
    fall_due(lambda job: job.kind == "signoffs.assigned" or job.payload.get("days") == 1)
    assert told_to(scene) == [("assigned", "m_legal"), ("reminder", "m_legal")]
    fall_due()
    assert sorted(told_to(scene)[2:]) == [
        ("escalation", "m_coord"),
        ("escalation", "m_deputy"),
        ("overdue", "m_legal"),
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 17), [("reminder", "m_legal")]),
        (date(2026, 3, 24), [("reminder", "m_legal")]),
        (date(2026, 3, 30), [("reminder", "m_legal")]),
        (date(2026, 4, 14), [("escalation", "m_coord"), ("escalation", "m_deputy"), ("overdue", "m_legal")]),
    ],
)
def test_after_a_standstill_only_what_is_still_true_is_said(
    scene: Scene, day: date, expected: list[tuple[str, str]]
) -> None:
    """The worker slept: the reminders it missed are not sent in a heap, nor «a day left» after the term."""
    current = begin(scene, [a_stage(a_slot("m_legal", days=20))], actor=scene.actor("m_coord"))
    drain()
    due = slot_of(current, "m_legal").due_at
    assert due is not None
    assert due.date() == date(2026, 3, 31)
    moment = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    with clock.at(moment):
        fall_due(lambda job: job.kind == "signoffs.due" and reminder_moment(due, job.payload["days"]) <= moment)
    assert sorted(told_to(scene)[1:]) == expected


def test_a_reminder_that_comes_late_says_how_many_days_are_left_now(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal", days=20))], actor=scene.actor("m_coord"))
    drain()
    due = slot_of(current, "m_legal").due_at
    assert due is not None
    moment = datetime(2026, 3, 20, 7, tzinfo=UTC)
    with clock.at(moment):
        fall_due(lambda job: job.kind == "signoffs.due" and reminder_moment(due, job.payload["days"]) <= moment)
    (told,) = db.session.scalars(select(Notification.text).where(Notification.kind == "signoffs/reminder")).all()
    assert "Осталось рабочих дней: 7." in told


def test_the_deputys_own_delay_goes_to_the_coordinator_of_his_side(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_deputy"))])
    fall_due()
    assert [who for text, who in told_to(scene) if text == "escalation"] == ["m_coord"]


@pytest.mark.parametrize("how", ["decided", "recalled"])
def test_a_task_that_waits_no_more_is_silent(scene: Scene, how: str) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    if how == "decided":
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    else:
        rounds.stop(KIND, 1, "уточняем", scene.actor("m_coord"))
    fall_due()
    assert told_to(scene) == []


def test_a_new_holder_is_told_and_the_old_one_not_again(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    drain()
    reassign(slot_of(current, "m_legal").id, scene.people["m_profile"].id, "уволен", scene.actor("m_coord"))
    drain()
    assert told_to(scene) == [("assigned", "m_legal"), ("assigned", "m_profile")]


def test_no_job_of_the_story_fails(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_legal"))], [a_stage(a_slot("c_legal"))])
    fall_due()
    assert set(db.session.scalars(select(Job.state))) == {"done"}
