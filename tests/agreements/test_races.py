"""Two real connections at once: one outcome, and the loser is told why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, PartySignature
from core import clock
from core.accounts.models import RoleHolding
from core.db import db, transaction
from core.errors import Refusal
from core.signoffs.models import Decision, Slot
from core.signoffs.service import decide
from core.workflow import Ask


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
    results = at_once(app, lambda: decide(slot_id, "signed", first), lambda: decide(slot_id, "signed", second))
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


def test_fifty_registrations_in_one_journal_give_fifty_numbers(app: APIFlask, company: Company) -> None:
    from agreements import journals

    with app.app_context():
        with clock.at(scenes.Stage(company, date(2026, 3, 2)).next()):
            ids = [
                service.create(scenes.cooperation(company, f"Соглашение {n}"), company.actor("m.coord")).id
                for n in range(50)
            ]
        registrar = company.actor("m.control")
        ministry = company.organisations["ministry"]

    def register(agreement_id: int) -> Callable[[], Any]:
        def act() -> str:
            with transaction():
                return journals.give(ministry, agreement_id, registrar).number

        return act

    numbers: list[Any] = []
    for start in range(0, 50, 10):
        numbers += at_once(app, *(register(agreement_id) for agreement_id in ids[start : start + 10]))
    year = clock.today().year
    assert sorted(numbers) == sorted(f"С/{year}/{n}" for n in range(1, 51))
