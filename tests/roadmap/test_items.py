"""An item's life: started, proven, accepted by one side, confirmed by the other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Desk
from core.workflow import Ask
from roadmap import service
from roadmap.models import Occurrence, Verdict
from tests.roadmap.builders import (
    a_cast,
    a_plan,
    an_item,
    evidence,
    give_all,
    in_force,
    occurrence_of,
    presented,
    step,
)

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def test_the_other_side_confirms_what_the_responsible_side_accepted(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    assert (row.state, row.fact_on) == ("on_review", date(2026, 6, 15))
    with pytest.raises(NotAllowed):
        step(row, "accept", cast.who("c_coord"))
    row = step(row, "accept", cast.who("m_coord"))
    assert (row.state, row.accepted_side) == ("on_confirmation", "ministry")
    with pytest.raises(NotAllowed):
        step(row, "confirm", cast.who("m_coord"))
    row = step(row, "confirm", cast.who("c_coord"))
    assert row.state == "done"
    sides = db_session.scalars(select(Verdict.side).where(Verdict.occurrence_id == row.id)).all()
    assert sorted(sides) == ["corporation", "ministry"]
    assert db_session.scalar(select(Desk.slot_id)) is None


def test_a_joint_item_needs_both_coordinators_in_either_order(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan, responsible_side="both")
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item), "corporation")
    row = step(row, "accept", cast.who("c_coord"))
    assert row.state == "on_confirmation"
    with pytest.raises(NotAllowed):
        step(row, "confirm", cast.who("c_coord"))
    assert step(row, "confirm", cast.who("m_coord")).state == "done"


def test_the_inbox_moves_the_item(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    give_all(cast, "roadmap_result", row.id)
    assert db_session.get_one(Occurrence, row.id).state == "done"


def test_nothing_is_presented_without_evidence(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = step(occurrence_of(item), "start", cast.who("executor"))
    with pytest.raises(NotNow) as refusal:
        step(row, "submit", cast.who("executor"))
    assert refusal.value.reasons[0].code == "evidence_attached"


def test_a_late_result_needs_its_reason(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan, due_on=date(2026, 3, 31))
    in_force(cast, plan)
    row = step(occurrence_of(item), "start", cast.who("executor"))
    evidence(row, cast.who("executor"))
    with pytest.raises(NotValid) as refusal:
        step(row, "submit", cast.who("executor"))
    assert "comment" in refusal.value.fields
    assert step(row, "submit", cast.who("executor"), "долгое согласование").state == "on_review"


def test_a_returned_result_is_presented_again(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    row = step(row, "return", cast.who("m_coord"), "не тот приказ")
    assert (row.state, row.returns) == ("returned", 1)
    row = step(row, "rework", cast.who("executor"))
    evidence(row, cast.who("executor"))
    row = step(row, "submit", cast.who("executor"))
    row = step(row, "accept", cast.who("m_coord"))
    row = step(row, "refuse_confirm", cast.who("c_coord"), "нет подписи")
    assert (row.state, row.returns, row.attempt) == ("returned", 2, 2)


def test_the_operator_returns_and_the_desks_are_cleared(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    with pytest.raises(NotFound):
        step(row, "return", cast.who("operator", "operator"), "нет сведений")
    service.assign_executor(item.id, cast.who("operator", "operator").id, cast.who("m_coord"))
    row = step(row, "return", cast.who("operator", "operator"), "нет сведений")
    assert row.state == "returned"
    assert db_session.scalar(select(Desk.slot_id)) is None


def test_the_executor_recalls_his_result(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    with pytest.raises(NotNow):
        evidence(row, cast.who("executor"), name="ещё.pdf")
    row = step(row, "recall", cast.who("executor"), "забыли приложение")
    assert (row.state, row.fact_on) == ("in_progress", None)
    assert db_session.scalar(select(Desk.slot_id)) is None


def test_a_coordinator_never_accepts_his_own_result(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    from tests.builders import an_actor

    both = an_actor("executor", "m_coord", organisation=cast.organisations["ministry"])
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = step(occurrence_of(item), "start", both)
    evidence(row, both)
    row = step(row, "submit", both)
    with pytest.raises((NotNow, NotAllowed)):
        step(row, "accept", both)
    assert step(row, "accept", cast.who("m_coord")).state == "on_confirmation"


def test_no_side_alone_closes_an_item_as_not_done(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = occurrence_of(item)
    with pytest.raises(NotNow) as refusal:
        step(row, "fail", cast.who("m_deputy"), "нет средств", reasons="справка")
    assert refusal.value.reasons[0].code == "other_side"
    step(row, "agree", cast.who("m_coord"), "согласны", to="fail")
    with pytest.raises(NotNow):
        step(row, "fail", cast.who("m_deputy"), "нет средств", reasons="справка")
    step(row, "agree", cast.who("c_coord"), "согласны", to="fail")
    assert step(row, "fail", cast.who("m_deputy"), "нет средств", reasons="справка").state == "not_done"


def test_a_done_item_is_reopened_by_both_sides(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    give_all(cast, "roadmap_result", row.id)
    step(row, "agree", cast.who("m_deputy"), "выезд показал иное", to="reopen")
    row = step(row, "reopen", cast.who("c_deputy"), "выезд показал иное", audit="заключение № 3")
    assert (row.state, row.fact_on) == ("in_progress", None)


def test_a_blocker_prevents_the_start(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    first, second = an_item(cast, plan), an_item(cast, plan)
    in_force(cast, plan)
    service.add_dependency(second.id, first.id, cast.who("m_coord"))
    with pytest.raises(NotNow) as refusal:
        step(occurrence_of(second), "start", cast.who("executor"))
    assert "1.1" in str(refusal.value.reasons[0])
    with pytest.raises(NotValid):
        service.add_dependency(first.id, second.id, cast.who("m_coord"))
    row = presented(cast, occurrence_of(first))
    give_all(cast, "roadmap_result", row.id)
    assert step(occurrence_of(second), "start", cast.who("executor")).state == "in_progress"


def test_an_item_whose_document_is_an_agreement_waits_for_its_registration(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    service.link(item.id, "agreement", 7, "Дополнительное соглашение № 1", cast.who("m_coord"), required=True)
    row = presented(cast, occurrence_of(item))
    row = step(row, "accept", cast.who("m_coord"))
    with pytest.raises(NotNow) as refusal:
        step(row, "confirm", cast.who("c_coord"))
    assert "Дополнительное соглашение № 1" in str(refusal.value.reasons[0])
    assert service.settle_link("agreement", 7) == 1
    assert step(row, "confirm", cast.who("c_coord")).state == "done"


def test_a_recurring_item_has_an_occurrence_for_each_period(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(
        cast, plan, starts_on=date(2026, 1, 19), due_on=date(2026, 4, 15), recurrence="quarterly", for_previous=True
    )
    in_force(cast, plan)
    rows = db_session.scalars(
        select(Occurrence).where(Occurrence.item_id == item.id).order_by(Occurrence.ordinal)
    ).all()
    assert [row.period for row in rows][:4] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]
    assert [row.due_on for row in rows][:2] == [date(2026, 4, 15), date(2026, 7, 15)]
    assert len(rows) == 11
    row = presented(cast, rows[0], comment="задержка")
    give_all(cast, "roadmap_result", row.id)
    assert occurrence_of(item).period == "2026-Q2"


def test_a_stale_page_is_told_so(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = occurrence_of(item)
    seen = row.version
    step(row, "start", cast.who("executor"))
    with pytest.raises(NotNow):
        service.take_item_step(row.id, "progress", cast.who("executor"), Ask("идёт"), version=seen)


def test_a_strangers_item_is_not_there(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    with pytest.raises(NotFound):
        step(occurrence_of(item), "start", cast.who("college", "college"))


def test_a_college_works_on_its_own_item(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    college = cast.organisations["college"].id
    item = an_item(cast, plan, organisation_id=college)
    in_force(cast, plan)
    executor = cast.who("executor", "college")
    row = step(occurrence_of(item), "start", executor)
    row = step(row, "progress", executor, "закуплено", percent="40", risk="medium", forecast_on="2026-12-20")
    assert (row.percent, row.risk, row.forecast_on) == (40, "medium", date(2026, 12, 20))
    with pytest.raises(NotAllowed):
        step(row, "progress", cast.who("executor", "ministry"), "чужое")


def test_a_verified_file_is_never_verified_by_who_brought_it(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = occurrence_of(item)
    brought = service.attach(
        row.id, __import__("core.documents.attachments", fromlist=["Upload"]).Upload("а.pdf", b"%PDF-1.4 1"), "result",
        cast.who("m_coord"),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        service.verify(brought.id, "", cast.who("m_coord"))
    assert service.verify(brought.id, "сверено", cast.who("c_coord")).note == "сверено"
    with pytest.raises(NotNow):
        service.verify(brought.id, "", cast.who("c_coord"))
