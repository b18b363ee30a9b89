"""Two real connections at once: one outcome, and the loser is told why."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from agreements import journals, merging, service, terms
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, AgreementParty, PartySignature, RegistrationEntry
from agreements.overtaking import overtaken
from app import create_app
from core import audit, clock
from core.accounts.models import RoleHolding
from core.db import db, transaction
from core.errors import NotNow, Refusal
from core.signoffs.models import Decision, Slot
from core.signoffs.service import decide
from core.workflow import Ask, Taken
from tests.agreements.lives import an_amendment, in_force
from tests.databases import Database, settings_for


def at_once(app: APIFlask, *acts: Callable[[], Any]) -> list[Any]:
    """Run the acts on connections of their own, started together; each gives its result or its refusal."""
    results: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[index] = act()
            except Refusal as refusal:
                results[index] = refusal
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def waiting_for_the_last_signature(app: APIFlask, company: Company) -> tuple[int, int]:
    """(agreement, slot): two people of the Corporation may sign, the Ministry has signed."""
    with app.app_context():
        with transaction():
            db.session.add(RoleHolding(person_id=company.people["c.deputy"], role="c_signer"))
        stage = scenes.Stage(company, date(2026, 3, 2))
        with clock.at(stage.next()):
            agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
        stage.step(agreement, "submit", "m.coord")
        stage.decide_all(agreement, only=tuple(set(company.people) - {"c.deputy"}))
        deputy = scenes._on_desks(agreement)
        if deputy:
            stage.decide(agreement, "c.deputy")
            stage.decide_all(agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
        stage.decide(agreement, "m.signer")
        mine = company.people["c.signer"]
        slot = next(slot for slot, people in scenes._on_desks(agreement) if mine in people)
        return agreement.id, slot.id


def test_the_last_signature_given_twice_at_once_counts_once(app: APIFlask, company: Company) -> None:
    agreement_id, slot_id = waiting_for_the_last_signature(app, company)
    with app.app_context():
        first, second = company.actor("c.signer"), company.actor("c.signer")
        proof = scenes.proof(db.session.get_one(Slot, slot_id))
    results = at_once(
        app,
        lambda: decide(slot_id, "signed", first, given=proof),
        lambda: decide(slot_id, "signed", second, given=proof),
    )
    given = [r for r in results if isinstance(r, Decision)]
    refused = [r for r in results if isinstance(r, Refusal)]
    assert len(given) == 1
    assert len(refused) == 1
    assert "уже принято" in str(refused[0])
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        assert agreement.state == "signed"
        assert agreement.signed_on == clock.today()
        assert db.session.scalar(select(func.count()).select_from(PartySignature)) == 2


def test_last_visas_of_one_stage_given_at_once_both_stand(app: APIFlask, company: Company) -> None:
    with app.app_context():
        stage = scenes.Stage(company, date(2026, 3, 2))
        with clock.at(stage.next()):
            entered = scenes.cooperation(company, "Соглашение")
            agreement = service.create(
                service.AgreementInput(**{**entered.__dict__, "financial_terms": True}), company.actor("m.coord")
            )
        stage.step(agreement, "submit", "m.coord")
        stage.decide(agreement, "m.profile")
        slots = {
            login: next(s.id for s, people in scenes._on_desks(agreement) if company.people[login] in people)
            for login in ("m.legal", "m.finance")
        }
        actors = {login: company.actor(login) for login in slots}
    results = at_once(
        app,
        lambda: decide(slots["m.legal"], "approved", actors["m.legal"]),
        lambda: decide(slots["m.finance"], "approved", actors["m.finance"]),
    )
    assert all(isinstance(result, Decision) for result in results), results
    with app.app_context():
        states = db.session.scalars(select(Slot.state).where(Slot.role == "m_deputy")).all()
        assert states == ["assigned"]


@pytest.mark.parametrize("attempt", range(3))
def test_a_verdict_against_a_recall_has_one_outcome(app: APIFlask, company: Company, attempt: int) -> None:
    with app.app_context():
        stage = scenes.Stage(company, date(2026, 3, 2))
        with clock.at(stage.next()):
            agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
        stage.step(agreement, "submit", "m.coord")
        slot_id = scenes._on_desks(agreement)[0][0].id
        profile, coordinator = company.actor("m.profile"), company.actor("m.coord")
        agreement_id = agreement.id
    results = at_once(
        app,
        lambda: decide(slot_id, "approved", profile),
        lambda: service.take_step(agreement_id, "recall", coordinator, Ask(comment="нужна правка")),
    )
    refused = [r for r in results if isinstance(r, Refusal)]
    with app.app_context():
        assert db.session.get_one(Agreement, agreement_id).state == "revision"
        slot = db.session.get_one(Slot, slot_id)
        if refused:
            assert "отозвано" in str(refused[0]).lower()
            assert slot.state == "recalled"
        else:
            assert slot.state == "approved"


FIFTY = 50


@pytest.fixture
def many_connections(database: Database) -> Iterator[APIFlask]:
    """One more application over the same database whose pool gives every writer a connection of its own."""
    settings = {**settings_for(database.app.config["SQLALCHEMY_DATABASE_URI"], database.instance)}
    app = create_app({**settings, "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": FIFTY + 5}})
    yield app
    with app.app_context():
        db.engine.dispose()


def test_fifty_registrations_at_once_in_one_journal_give_fifty_numbers(
    app: APIFlask, company: Company, many_connections: APIFlask
) -> None:
    with app.app_context():
        ids = [in_force(company, state="signed", number="", title=f"Соглашение {n}").id for n in range(FIFTY)]
        registrar, ministry = company.actor("m.control"), company.organisations["ministry"]

    def registered(agreement_id: int) -> Callable[[], Any]:
        return lambda: service.take_step(agreement_id, "register", registrar)

    results = at_once(many_connections, *(registered(agreement_id) for agreement_id in ids))
    assert [result for result in results if not isinstance(result, Taken)] == []
    with app.app_context():
        numbers = db.session.scalars(select(Agreement.number).where(Agreement.id.in_(ids))).all()
        expected = [f"С/{clock.today().year}/{n}" for n in range(1, FIFTY + 1)]
        assert sorted(numbers) == sorted(expected)
        entries = db.session.scalars(select(RegistrationEntry).order_by(RegistrationEntry.seq)).all()
        assert [entry.number for entry in entries] == expected
        assert {entry.agreement_id for entry in entries} == set(ids)
        own = select(AgreementParty.reg_number).where(AgreementParty.organisation_id == ministry)
        assert sorted(db.session.scalars(own)) == sorted(expected)
        journal = journals.of_year(registrar)
        assert journal.journal is not None
        assert (journal.journal.last, journal.gaps) == (FIFTY, [])
        assert set(db.session.scalars(select(Agreement.state))) == {"registered"}
        assert audit.verify() is None


def test_of_fifty_who_want_the_same_number_one_gets_it(
    app: APIFlask, company: Company, many_connections: APIFlask
) -> None:
    with app.app_context():
        ids = [in_force(company, state="signed", number="", title=f"Соглашение {n}").id for n in range(10)]
        registrar = company.actor("m.control")

    def registered(agreement_id: int) -> Callable[[], Any]:
        return lambda: service.take_step(agreement_id, "register", registrar, Ask(data={"number": "17-К"}))

    results = at_once(many_connections, *(registered(agreement_id) for agreement_id in ids))
    assert sum(isinstance(result, Taken) for result in results) == 1
    refused = [result for result in results if isinstance(result, Refusal)]
    assert len(refused) == 9
    assert all("уже занят" in str(refusal) for refusal in refused)


def test_of_two_amendments_registered_at_once_the_second_is_told_merges_and_is_registered(
    app: APIFlask, company: Company
) -> None:
    """The whole way of both through the services: nobody's state is set by hand."""
    with app.app_context():
        parent = scenes.cooperation_of_2023(company)
        stage = scenes.Stage(company, date(2026, 3, 2))
        ids = [signed_amendment(stage, parent, number) for number in ("1.1", "1.2")]
        registrar = company.actor("m.control")
    results = at_once(app, *(lambda n=n: service.take_step(n, "register", registrar) for n in ids))  # type: ignore[misc]
    refused = [result for result in results if isinstance(result, NotNow)]
    assert len(refused) == 1
    assert sum(isinstance(result, Taken) for result in results) == 1
    reason = next(reason for reason in refused[0].reasons if reason.code == "parent_unchanged")
    assert "объедините" in str(reason)
    loser = ids[results.index(refused[0])]
    with app.app_context():
        second = db.session.get_one(Agreement, loser)
        assert terms.latest(second.parent_id or 0).edition == 2  # type: ignore[union-attr]
        [told] = overtaken(second, company.actor("m.coord"))
        first = db.session.get_one(Agreement, next(n for n in ids if n != loser))
        assert (told.number, told.author, list(told.clauses)) == (
            first.number, "Минпросвещения России", [first.data["changes"][0]["number"]],
        )  # fmt: skip
        service.take_step(loser, "reject_registration", registrar, Ask(comment="основной документ изменён"))
        merged = merging.merge(loser, {}, company.actor("m.coord"), edition=2)
        assert merged.parent_edition == 2
        assert overtaken(merged, company.actor("m.coord")) == []
        stage.step(second, "resubmit", "m.coord", Ask(data={"mode": "all"}))
        signed(stage, second)
        service.take_step(loser, "register", company.actor("m.control"))
        latest = terms.latest(second.parent_id or 0)
        assert latest is not None
        assert latest.edition == 3
        assert {
            clause["number"]: clause["text"] for clause in latest.clauses if clause["number"] in ("1.1", "1.2")
        } == {
            "1.1": "Новый 1.1.",
            "1.2": "Новый 1.2.",
        }
        assert audit.verify() is None


def signed_amendment(stage: scenes.Stage, parent: Agreement, number: str) -> int:
    """A supplementary agreement that restates one clause, taken by its people to the last signature."""
    clause = next(one for one in scenes._clauses(parent) if one["number"] == number)
    change = {"action": "restate", "clause_id": clause["id"], "number": number, "text": f"Новый {number}."}
    with clock.at(stage.next()):
        data = {"effective_from": "2026-06-01", "changes": [change]}
        amendment = an_amendment(stage.company, parent, data=data)
    stage.step(amendment, "submit", "m.coord")
    signed(stage, amendment)
    return amendment.id


def signed(stage: scenes.Stage, amendment: Agreement) -> None:
    stage.decide_all(amendment)
    stage.step(amendment, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
    stage.decide_all(amendment)
    assert amendment.state == "signed"
