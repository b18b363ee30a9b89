"""The engine on a small table of its own: who, when, what is asked, what is recorded and what follows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import scoped_session

from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid, Reason
from core.workflow import Ask, Input, State, Step, Workflow
from core.workflow.models import Job
from tests.builders import a_passing_actor

Session = scoped_session[Any]


def is_coordinator(_row: Any, actor: Actor) -> Reason | None:
    return None if actor.has("m_coord") else Reason("Это делает координатор", "is_coordinator", who="координатор")


def is_complete(row: Any, _actor: Actor) -> Reason | None:
    return None if row.complete else Reason("Не заполнено", "is_complete", who="исполнитель", by="27.11")


def note(row: Any, _actor: Actor, ask: Ask) -> None:
    row.noted = ask.comment


def break_down(_row: Any, _actor: Actor, _ask: Ask) -> None:
    raise NotValid("Не вышло", "file")


STEPS = (
    Step("submit", ("draft",), "review", "Представить", who=(is_coordinator,), when=(is_complete,), follows=("tell",)),
    Step("back", ("review",), "draft", "Вернуть", who=(is_coordinator,), comment=True, entails=(note,)),
    Step(
        "publish", ("review",), "done", "Опубликовать", asks=(Input("number", "Номер", "text"), Input("scan", "Скан"))
    ),
    Step("close", ("done",), "closed", "Закрыть", when=(is_complete,), automatic=True),
    Step("fail", ("draft",), "review", "Сломаться", entails=(break_down,)),
    Step("hold", ("draft", "review"), "held", "Приостановить"),
    Step("unhold", ("held",), "draft", "Возобновить", choose=lambda row: str(row.before), targets=("draft", "review")),
)
STATES = (
    State("draft", "Проект"),
    State("review", "Рассмотрение"),
    State("done", "Опубликован"),
    State("held", "Приостановлен"),
    State("closed", "Закрыт", final=True),
)
MACHINE = Workflow("paper", "Бумага", STATES, STEPS)
COORDINATOR = a_passing_actor("m_coord")
OTHER = a_passing_actor("m_legal", id=2)


def a_paper(state: str = "draft", complete: bool = True, **fields: Any) -> Any:
    return SimpleNamespace(id=1, state=state, complete=complete, version=1, moved_at=None, **fields)


def take(row: Any, step: str, actor: Actor = COORDINATOR, ask: Ask | None = None) -> None:
    with transaction():
        MACHINE.take(row, step, actor, ask)


def test_a_step_moves_records_and_writes_what_follows(db_session: Session) -> None:
    row = a_paper()
    take(row, "submit")
    assert row.state == "review"
    assert row.moved_at is not None
    record = db_session.scalars(db.select(AuditRecord)).one()
    assert (record.subject_kind, record.step, record.from_state, record.to_state, record.actor_id) == (
        "paper",
        "submit",
        "draft",
        "review",
        1,
    )
    job = db_session.scalars(db.select(Job)).one()
    assert job.kind == "tell"
    assert job.payload["id"] == 1
    assert job.key == "tell:paper:1:1"


def test_a_step_out_of_its_state_is_refused(db_session: Session) -> None:
    with pytest.raises(NotNow):
        take(a_paper("review"), "submit")
    with pytest.raises(NotFound):
        take(a_paper(), "ascend")


def test_the_wrong_person_is_told_who_may(db_session: Session) -> None:
    row = a_paper()
    with pytest.raises(NotAllowed) as refusal:
        take(row, "submit", OTHER)
    assert [reason.code for reason in refusal.value.reasons] == ["is_coordinator"]
    assert row.state == "draft"


def test_a_condition_not_met_is_told_with_who_lifts_it(db_session: Session) -> None:
    row = a_paper(complete=False)
    with pytest.raises(NotNow) as refusal:
        take(row, "submit")
    assert str(refusal.value.reasons[0]) == "Не заполнено — исполнитель — 27.11"
    assert row.state == "draft"


def test_offers_show_impossible_steps_with_their_reasons(db_session: Session) -> None:
    offers = {offer.name: offer for offer in MACHINE.offers(a_paper(complete=False), COORDINATOR)}
    assert set(offers) == {"submit", "fail", "hold"}
    assert offers["submit"].mine
    assert not offers["submit"].possible
    assert offers["hold"].possible
    other = {offer.name: offer for offer in MACHINE.offers(a_paper(), OTHER)}
    assert not other["submit"].mine


def test_automatic_steps_are_nobodys_buttons(db_session: Session) -> None:
    assert MACHINE.offers(a_paper("done"), COORDINATOR) == []


def test_a_step_back_wants_its_reason(db_session: Session) -> None:
    row = a_paper("review")
    with pytest.raises(NotValid) as refusal:
        take(row, "back", ask=Ask("   "))
    assert set(refusal.value.fields) == {"comment"}
    take(row, "back", ask=Ask("нет приложения"))
    assert row.noted == "нет приложения"


def test_what_a_step_asks_has_to_be_brought(db_session: Session) -> None:
    row = a_paper("review")
    with pytest.raises(NotValid) as refusal:
        take(row, "publish", ask=Ask(data={"number": " "}))
    assert set(refusal.value.fields) == {"number", "scan"}
    take(row, "publish", ask=Ask(data={"number": "12-ДС"}, files={"scan": [7]}))
    record = db_session.scalars(db.select(AuditRecord)).one()
    assert record.data["entered"] == {"number": "12-ДС"}
    assert record.data["files"] == {"scan": [7]}


def test_automatic_steps_are_taken_by_the_service_when_their_conditions_hold(db_session: Session) -> None:
    row = a_paper("done", complete=False)
    with transaction():
        assert MACHINE.advance(row) == []
    row.complete = True
    with transaction():
        taken = MACHINE.advance(row)
    assert [(step.from_state, step.to_state) for step in taken] == [("done", "closed")]
    assert db_session.scalars(db.select(AuditRecord)).one().actor_id is None


@pytest.mark.parametrize("before", ["draft", "review"])
def test_a_row_may_choose_among_declared_targets(db_session: Session, before: str) -> None:
    row = a_paper("held", before=before)
    take(row, "unhold")
    assert row.state == before


def test_a_target_that_was_not_declared_is_refused(db_session: Session) -> None:
    row = a_paper("held", before="closed")
    with pytest.raises(NotNow):
        take(row, "unhold")
    assert row.state == "held"


def test_an_effect_that_refuses_leaves_nothing_in_the_journal(db_session: Session) -> None:
    with pytest.raises(NotValid):
        take(a_paper(), "fail")
    assert db_session.scalar(db.select(db.func.count()).select_from(AuditRecord)) == 0


def test_a_name_twice_in_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Workflow("paper", "Бумага", STATES, (*STEPS, STEPS[0]))


def test_the_diagram_names_every_step() -> None:
    diagram = MACHINE.mermaid()
    for step in STEPS:
        for source in step.sources:
            for target in step.all_targets:
                assert f"{source} --> {target}: {step.name}" in diagram
    assert "closed --> [*]" in diagram
