"""Two amendments of one parent: the second is told, merges, and excluded clauses keep their numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask

from agreements import amending, merging, service, terms
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.effects import recompute_terms
from agreements.models import Agreement
from core import clock
from core.accounts.actor import SYSTEM
from core.db import db, transaction
from core.errors import NotAllowed, NotNow, NotValid
from core.workflow import Ask
from tests.agreements.lives import an_amendment, in_force


def restated(clause_id: str, number: str, text: str) -> dict[str, Any]:
    return {"action": "restate", "clause_id": clause_id, "number": number, "text": text}


def added(after: str, number: str, text: str) -> dict[str, Any]:
    return {"action": "add", "clause_id": after, "number": number, "text": text}


def excluded(clause_id: str, number: str) -> dict[str, Any]:
    return {"action": "exclude", "clause_id": clause_id, "number": number}


@pytest.mark.parametrize(
    ("before", "typed", "stands"),
    [
        ("Стороны встречаются ежегодно.", "Стороны встречаются ежеквартально", "Стороны встречаются ежеквартально."),
        ("предоставлять сведения;", "предоставлять отчёты ", "предоставлять отчёты;"),
        ("Стороны встречаются ежегодно.", "Стороны не встречаются.", "Стороны не встречаются."),
        ("Стороны встречаются ежегодно.", "Стороны образуют:", "Стороны образуют:"),
        ("Предмет Соглашения", "Предмет и цели", "Предмет и цели"),
    ],
)
def test_a_wording_typed_without_its_last_mark_ends_as_the_clause_it_replaces(
    before: str, typed: str, stands: str
) -> None:
    clauses = [{"id": "a", "number": "1.1", "level": 2, "text": before}]
    assert terms.apply(clauses, [restated("a", "1.1", typed)])[0]["text"] == stands
    assert terms.apply(clauses, [added("a", "1.2", typed)])[1]["text"] == stands


def drawn(company: Company, parent: Agreement, changes: list[dict[str, Any]], login: str = "m.coord") -> Agreement:
    amendment = an_amendment(company, parent, login)
    return amending.put_changes(amendment.id, changes, company.actor(login))


def registered(parent: Agreement, amendment: Agreement) -> None:
    """The amendment reaches the parent's terms, as its registration does it."""
    with transaction():
        amendment.effective_from = clock.today()
        recompute_terms(parent, SYSTEM, Ask(data={"source": amendment.id}))


def two(company: Company, first: list[dict[str, Any]], second: list[dict[str, Any]]) -> tuple[Agreement, Agreement]:
    """A parent changed by the first amendment, and the second drawn before that."""
    parent = in_force(company)
    one, other = drawn(company, parent, first), drawn(company, parent, second, "c.coord")
    registered(parent, one)
    db.session.expire_all()
    return parent, other


def texts(agreement_id: int) -> list[tuple[str, str]]:
    latest = terms.latest(agreement_id)
    assert latest is not None
    return [(clause["number"], clause["text"]) for clause in latest.clauses]


def test_the_second_amendment_is_told_and_may_not_be_submitted(app: APIFlask, company: Company) -> None:
    with app.app_context():
        _parent, second = two(company, [restated("c11", "1.1", "Первый.")], [restated("c12", "1.2", "Второй.")])
        with pytest.raises(NotNow) as refused:
            service.take_step(second.id, "submit", company.actor("c.coord"))
        assert "parent_unchanged" in [reason.code for reason in refused.value.reasons]


def test_changes_of_other_clauses_merge_without_a_question(app: APIFlask, company: Company) -> None:
    with app.app_context():
        parent, second = two(company, [restated("c11", "1.1", "Первый.")], [restated("c12", "1.2", "Второй.")])
        assert merging.compared(second).conflicts == []
        merged = merging.merge(second.id, {}, company.actor("c.coord"), edition=2)
        assert merged.parent_edition == 2
        registered(parent, merged)
        assert texts(parent.id)[1:3] == [("1.1", "Первый."), ("1.2", "Второй.")]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"take": "mine"}, "Второй."),
        ({"take": "theirs"}, "Первый."),
        ({"take": "text", "text": "Третий."}, "Третий."),
    ],
)
def test_a_clause_both_changed_is_decided_by_a_person(
    app: APIFlask, company: Company, said: dict[str, Any], text: str
) -> None:
    with app.app_context():
        mine = [restated("c12", "1.2", "Второй."), restated("c13", "1.3", "Другой.")]
        parent, second = two(company, [restated("c12", "1.2", "Первый.")], mine)
        found = merging.compared(second)
        assert [(each.number, each.before, each.theirs, each.mine) for each in found.conflicts] == [
            ("1.2", "Стороны обмениваются опытом.", "Первый.", "Второй.")
        ]
        with pytest.raises(NotValid) as refused:
            merging.merge(second.id, {}, company.actor("c.coord"))
        assert list(refused.value.fields) == ["resolutions.0"]
        registered(parent, merging.merge(second.id, {0: said}, company.actor("c.coord")))
        assert texts(parent.id)[2:] == [("1.2", text), ("1.3", "Другой.")]


def test_a_number_taken_meanwhile_needs_another_and_follows_the_other_clause(app: APIFlask, company: Company) -> None:
    with app.app_context():
        parent, second = two(company, [added("c13", "1.4", "Чужой.")], [added("c13", "1.4", "Наш.")])
        assert [each.number for each in merging.compared(second).conflicts] == ["1.4"]
        actor = company.actor("c.coord")
        with pytest.raises(NotValid):
            merging.merge(second.id, {0: {"take": "mine"}}, actor)
        registered(parent, merging.merge(second.id, {0: {"take": "mine", "number": "1.5"}}, actor))
        assert texts(parent.id)[4:] == [("1.4", "Чужой."), ("1.5", "Наш.")]


def test_an_excluded_clause_keeps_its_number_and_meets_a_restatement_as_a_conflict(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        mine = [restated("c12", "1.2", "Второй."), excluded("c13", "1.3")]
        parent, second = two(company, [excluded("c12", "1.2")], mine)
        assert texts(parent.id)[1:] == [
            ("1.1", "Стороны сотрудничают."),
            ("1.2", "Исключён."),
            ("1.3", "Стороны проводят встречи раз в квартал."),
        ]
        [conflict] = merging.compared(second).conflicts
        assert "исключён" in conflict.conflict
        registered(parent, merging.merge(second.id, {0: {"take": "theirs"}}, company.actor("c.coord")))
        assert texts(parent.id)[2:] == [("1.2", "Исключён."), ("1.3", "Исключён.")]


def test_the_same_change_made_twice_falls_away(app: APIFlask, company: Company) -> None:
    with app.app_context():
        same = [restated("c12", "1.2", "Одно и то же.")]
        _parent, second = two(company, same, same)
        merged = merging.merge(second.id, {}, company.actor("c.coord"))
        assert merged.data["changes"] == []


def test_nobody_else_merges_and_a_newer_edition_is_told(app: APIFlask, company: Company) -> None:
    with app.app_context():
        parent, second = two(company, [restated("c11", "1.1", "Первый.")], [restated("c12", "1.2", "Второй.")])
        with pytest.raises(NotAllowed):
            merging.merge(second.id, {}, company.actor("m.coord"))
        registered(parent, drawn(company, parent, [restated("c13", "1.3", "Ещё.")]))
        with pytest.raises(NotNow, match="изменена"):
            merging.merge(second.id, {}, company.actor("c.coord"), edition=2)


def test_a_frozen_text_is_recalled_merged_and_submitted_as_a_new_revision(app: APIFlask, company: Company) -> None:
    """The whole way, through the services."""
    with app.app_context():
        framework = scenes.cooperation_of_2023(company)
        stage = scenes.Stage(company, date(2026, 3, 2))
        latest = terms.latest(framework.id)
        assert latest is not None
        clause = next(each for each in latest.clauses if each["number"] == "1.2")
        with clock.at(stage.next()):
            first = drawn(company, framework, [restated(clause["id"], "1.2", "Первый.")])
            second = drawn(company, framework, [restated(clause["id"], "1.2", "Второй.")])
        for amendment in (first, second):
            stage.step(amendment, "submit", "m.coord")
        stage.decide_all(second)
        registered(framework, first)
        db.session.expire_all()
        with pytest.raises(NotNow) as refused:
            stage.step(second, "to_sign", "m.coord", Ask(data={"method": "paper"}))
        assert "parent_unchanged" in [reason.code for reason in refused.value.reasons]
        with clock.at(stage.next()), pytest.raises(NotNow, match="заморожен"):
            merging.merge(second.id, {0: {"take": "mine"}}, company.actor("m.coord"))
        stage.step(second, "recall", "m.coord", Ask(comment="основной документ изменён"))
        with clock.at(stage.next()):
            merging.merge(second.id, {0: {"take": "text", "text": "Третий."}}, company.actor("m.coord"))
        stage.step(second, "resubmit", "m.coord", Ask(data={"mode": "all"}))
        assert (second.state, second.revision_number) == ("own_approval", 2)
        assert second.current is not None
        assert any("Третий" in clause["text"] for clause in second.current.clauses)
