"""Meetings with their decisions, and a regulatory initiative through its outside events."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotNow, NotValid
from core.workflow import Ask
from roadmap.models import ChangeRequest, Initiative, MeetingDecision
from roadmap.service import decisions as decision_service
from roadmap.service import initiatives as initiative_service
from roadmap.service.initiatives import NewEvent, NewInitiative
from roadmap.service.turning import turn_into_item
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force
from tests.roadmap.papers import a_decision
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def take(row: MeetingDecision, name: str, actor: Any, comment: str = "", **data: Any) -> str:
    decision_service.take_decision_step(row.id, name, actor, Ask(comment, data))
    return row.state


def test_a_decision_goes_under_control_and_is_closed_by_somebody_else(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = a_decision(cast, plan.id)
    assert (row.state, row.due_on) == ("issued", date(2026, 7, 10))
    executor = cast.who("executor")
    assert take(row, "ack", executor) == "accepted"
    assert take(row, "start", executor) == "in_progress"
    with pytest.raises(NotNow):
        take(row, "report", executor, "сделано")
    decision_service.attach_to_decision(row.id, Upload("письмо.pdf", PDF), executor)
    assert take(row, "report", executor, "письмо направлено") == "reported"
    with pytest.raises(NotAllowed):
        take(row, "close", executor, ground="снять")
    assert take(row, "close", cast.who("m_deputy"), ground="снять") == "closed"


@pytest.mark.parametrize(
    ("urgency", "due"), [("urgent", date(2026, 6, 15)), ("prompt", date(2026, 6, 22)), ("", date(2026, 7, 10))]
)
def test_a_term_that_nobody_named_is_a_usual_one(db_session: Session, urgency: str, due: date) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    assert a_decision(cast, plan.id, urgency=urgency).due_on == due


def test_an_extension_is_asked_for_before_the_term(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = a_decision(cast, plan.id)
    executor = cast.who("executor")
    take(row, "ack", executor)
    with pytest.raises(NotValid):
        take(row, "ask_ext", executor, "долго", due_on="2026-07-01")
    take(row, "ask_ext", executor, "долго", due_on="2026-08-01")
    take(row, "grant_ext", cast.who("m_deputy"), ground="резолюция")
    assert (row.due_on, row.first_due_on) == (date(2026, 8, 1), date(2026, 7, 10))
    with clock.at(datetime(2026, 8, 3, 9, tzinfo=UTC)), pytest.raises(NotNow):
        take(row, "ask_ext", executor, "ещё", due_on="2026-09-01")


def test_a_decision_becomes_an_item_by_the_word_of_both_sides(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan)
    in_force(cast, plan)
    row = a_decision(cast, plan.id)
    terms = {"unit": "отдел", "result": "есть", "document_kind": "письмо", "responsible_side": "ministry"}
    change = turn_into_item(row.id, 1, terms, cast.who("m_coord"))
    found = db_session.get_one(ChangeRequest, change.change_id)
    assert (found.kind, found.state) == ("new_item", "draft")
    assert found.changes["title"] == [None, "Направить письмо"]


def an_initiative(cast: Cast, plan_id: int) -> Initiative:
    new = NewInitiative("Отсрочка от призыва", bodies=["Минобороны России"])
    return initiative_service.propose(plan_id, new, cast.who("c_coord"))


def go(row: Initiative, name: str, actor: Any, comment: str = "", **data: Any) -> str:
    initiative_service.take_initiative_step(row.id, name, actor, Ask(comment, data))
    return row.state


def test_an_initiative_reaches_the_statute_book(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = an_initiative(cast, plan.id)
    coordinator = cast.who("m_coord")
    go(row, "take", cast.who("c_deputy"), ground="протокол")
    with pytest.raises(NotNow):
        go(row, "draft", cast.who("c_legal"))
    initiative_service.attach_to_initiative(row.id, Upload("записка.pdf", PDF), cast.who("c_coord"))
    go(row, "draft", cast.who("c_legal"))
    go(row, "to_internal", cast.who("c_coord"))
    go(row, "to_interagency", coordinator, letters="письма")
    go(row, "skip_public", cast.who("m_legal"), "не требуется")
    go(row, "to_gov", cast.who("m_signer"), number="И-1", happened_on="2026-06-01", minjust="заключение")
    go(row, "to_duma", coordinator, number="123456-8", happened_on="2026-06-05")
    go(row, "adopt", coordinator, happened_on="2026-06-09")
    go(row, "fc", coordinator, happened_on="2026-06-10")
    day = {"number": "200-ФЗ", "happened_on": "2026-06-12", "effective_on": "2026-09-01"}
    assert go(row, "sign", coordinator, **day) == "signed"
    with pytest.raises(NotNow):
        go(row, "effect", coordinator)
    with clock.at(datetime(2026, 9, 1, 9, tzinfo=UTC)):
        assert go(row, "effect", coordinator) == "effective"
    db_session.expire_all()
    assert [event.number for event in row.events][:2] == ["И-1", "123456-8"]


def test_what_was_put_on_hold_resumes_where_it_stood(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = an_initiative(cast, plan.id)
    go(row, "take", cast.who("c_deputy"), ground="протокол")
    initiative_service.attach_to_initiative(row.id, Upload("записка.pdf", PDF), cast.who("c_coord"))
    go(row, "draft", cast.who("c_legal"))
    go(row, "hold", cast.who("m_deputy"), "ждём")
    assert go(row, "unhold", cast.who("m_deputy")) == "draft_act"


def test_what_lies_ahead_is_not_recorded_as_done(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = an_initiative(cast, plan.id)
    ahead = NewEvent(date(2026, 7, 1), "Срок доклада")
    with pytest.raises(NotValid):
        initiative_service.record_event(row.id, ahead, cast.who("c_coord"))
    planned = NewEvent(date(2026, 7, 1), "Срок доклада", planned=True)
    assert initiative_service.record_event(row.id, planned, cast.who("c_coord")).planned


def test_their_pages_are_shown_and_take_steps(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        row = a_decision(cast, plan.id)
        started = an_initiative(cast, plan.id)
        plan_id, decision_id, meeting_id, initiative_id = plan.id, row.id, row.meeting_id, started.id
    client = signed_in(app, cast, "executor", "ministry")
    for path in (f"/roadmaps/{plan_id}/meetings", f"/meetings/{meeting_id}", f"/decisions/{decision_id}",
                 f"/roadmaps/{plan_id}/initiatives", f"/initiatives/{initiative_id}"):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    assert client.post(f"/decisions/{decision_id}/steps/ack", data={}).status_code == 302
    with app.app_context():
        from core.db import db

        assert db.session.scalar(select(MeetingDecision.state).where(MeetingDecision.id == decision_id)) == "accepted"
    stranger = signed_in(app, cast, "executor", "college")
    assert stranger.get(f"/decisions/{decision_id}").status_code == 404
    assert stranger.get(f"/initiatives/{initiative_id}").status_code == 404
