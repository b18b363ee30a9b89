"""Terms in working days, across holidays and with an administrator's corrections."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy.orm import scoped_session

from core.accounts.actor import SYSTEM
from core.audit import AuditRecord
from core.calendar import add_working_days, deadline, is_working, service, working_days_between
from core.calendar.days import overrides
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotValid
from tests.builders import a_passing_actor

Session = scoped_session[Any]
ADMIN = a_passing_actor("admin", kind="operator")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 10, 12), 1, date(2026, 10, 13)),
        (date(2026, 10, 16), 1, date(2026, 10, 19)),  # over a weekend
        (date(2026, 10, 17), 1, date(2026, 10, 19)),  # from a Saturday
        (date(2025, 12, 29), 3, date(2026, 1, 13)),  # over the New Year
        (date(2026, 12, 29), 3, date(2027, 1, 12)),
        (date(2026, 4, 30), 5, date(2026, 5, 8)),  # over the May holidays
        (date(2026, 4, 30), 6, date(2026, 5, 12)),
        (date(2027, 2, 19), 1, date(2027, 2, 20)),  # a working Saturday counts
        (date(2027, 2, 20), 1, date(2027, 2, 24)),
        (date(2025, 10, 31), 2, date(2025, 11, 5)),
        (date(2026, 1, 1), 0, date(2026, 1, 12)),  # ends on a day off: moves on
        (date(2026, 10, 12), 0, date(2026, 10, 12)),
        (date(2026, 1, 12), -1, date(2025, 12, 30)),  # a reminder counts back
        (date(2026, 5, 12), -3, date(2026, 5, 6)),
    ],
)
def test_a_term_ends_on_the_right_working_day(db_session: Session, start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


def test_counting_back_agrees_with_adding(db_session: Session) -> None:
    for start in (date(2025, 12, 28), date(2026, 4, 29), date(2027, 2, 18)):
        for days in range(1, 40):
            assert working_days_between(start, add_working_days(start, days)) == days
            assert working_days_between(add_working_days(start, days), start) == -days


def test_a_moment_counts_as_its_moscow_day(db_session: Session) -> None:
    late_evening_in_utc = datetime(2026, 10, 12, 22, 30, tzinfo=UTC)  # the 13th in Moscow
    assert add_working_days(late_evening_in_utc, 1) == date(2026, 10, 14)


def test_a_deadline_is_the_end_of_the_working_day_in_moscow(db_session: Session) -> None:
    term = deadline(datetime(2026, 12, 29, 9, 0, tzinfo=UTC), 3)
    assert term.astimezone(UTC) == datetime(2027, 1, 12, 15, 0, tzinfo=UTC)


def test_an_administrator_declares_a_day_off(db_session: Session) -> None:
    day = date(2026, 10, 14)
    service.set_day(ADMIN, day, working=False, note="Указ о нерабочем дне")
    assert not is_working(day)
    assert add_working_days(date(2026, 10, 13), 1) == date(2026, 10, 15)
    assert working_days_between(date(2026, 10, 12), date(2026, 10, 16)) == 3


def test_an_administrator_declares_a_saturday_working(db_session: Session) -> None:
    service.set_day(ADMIN, date(2026, 10, 17), working=True, note="Приказ")
    assert add_working_days(date(2026, 10, 16), 1) == date(2026, 10, 17)
    assert working_days_between(date(2026, 10, 16), date(2026, 10, 19)) == 2


def test_a_correction_taken_back_leaves_the_production_calendar(db_session: Session) -> None:
    day = date(2026, 10, 14)
    service.set_day(ADMIN, day, working=False, note="Указ")
    service.restore_day(ADMIN, day)
    assert is_working(day)
    with pytest.raises(NotFound):
        service.restore_day(ADMIN, day)


def test_a_correction_is_in_the_journal(db_session: Session) -> None:
    service.set_day(ADMIN, date(2026, 10, 14), working=False, note="Указ")
    record = db_session.scalars(db.select(AuditRecord)).one()
    assert (record.subject_kind, record.subject_id, record.step) == ("calendar", 2026, "override_day")
    assert record.data == {"day": "2026-10-14", "working": False, "note": "Указ"}


def test_only_an_administrator_corrects_the_calendar(db_session: Session) -> None:
    with pytest.raises(NotAllowed):
        service.set_day(a_passing_actor("m_coord"), date(2026, 10, 14), working=False, note="Указ")


@pytest.mark.parametrize(("working", "note"), [(False, "  "), (True, "Указ")])
def test_a_correction_needs_an_act_and_has_to_change_something(db_session: Session, working: bool, note: str) -> None:
    with pytest.raises(NotValid):
        service.set_day(ADMIN, date(2026, 10, 14), working=working, note=note)


def test_another_process_sees_a_correction_in_its_next_transaction(app: APIFlask) -> None:
    day = date(2026, 10, 14)
    seen: list[bool] = []

    def elsewhere() -> None:
        with app.app_context():
            service.set_day(SYSTEM, day, working=False, note="Указ")

    with app.app_context():
        with transaction():
            seen.append(is_working(day))
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
        with transaction():
            seen.append(is_working(day))
    assert seen == [True, False]


def test_corrections_are_read_once_a_transaction(db_session: Session) -> None:
    from sqlalchemy import event

    asked: list[str] = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        with transaction():
            overrides()
            for day in range(1, 29):
                add_working_days(date(2026, 2, day), 10)
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert sum("working_day_override" in statement for statement in asked) == 1
