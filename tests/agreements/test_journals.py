"""Journals: numbers without gap or repeat whoever comes at the same time; gaps explained."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements import journals, service
from agreements.demo.load import Company
from agreements.models import Journal, RegistrationEntry
from core import audit, clock
from core.db import db, transaction
from core.errors import NotAllowed, NotNow, NotValid
from core.workflow import Ask
from tests.agreements.lives import in_force

MANY = 50


def signed(company: Company, **fields: object) -> int:
    values = {"state": "signed", "signing_method": "electronic", "number": "", "registered_on": None}
    return in_force(company, **{**values, **fields}).id


def test_fifty_registrations_at_once_take_fifty_numbers_in_a_row(app: APIFlask, company: Company) -> None:
    with app.app_context():
        ids = [signed(company) for _n in range(MANY)]
        actor = company.actor("m.control")
    start = Barrier(MANY, timeout=30)

    def register(agreement_id: int) -> None:
        with app.app_context():
            start.wait()
            service.take_step(agreement_id, "register", actor)
            db.session.remove()

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(register, ids))
    with app.app_context():
        entries = db.session.scalars(select(RegistrationEntry).order_by(RegistrationEntry.seq)).all()
        year = clock.today().year
        assert [row.seq for row in entries] == list(range(1, MANY + 1))
        assert [row.number for row in entries] == [f"С/{year}/{n}" for n in range(1, MANY + 1)]
        assert {row.agreement_id for row in entries} == set(ids)
        assert journals.of_year(company.actor("m.control")).gaps == []
        assert audit.verify() is None


def test_a_number_brought_by_hand_is_passed_over_and_leaves_no_gap(app: APIFlask, company: Company) -> None:
    with app.app_context():
        year, actor = clock.today().year, company.actor("m.control")
        numbers = [f"С/{year}/2", "", "", "01-12/77", ""]
        for number in numbers:
            service.take_step(signed(company), "register", actor, Ask(data={"number": number}))
        given = db.session.scalars(select(RegistrationEntry.number).order_by(RegistrationEntry.id)).all()
        assert given == [f"С/{year}/2", f"С/{year}/1", f"С/{year}/3", "01-12/77", f"С/{year}/4"]
        assert journals.of_year(actor).gaps == []
        with pytest.raises(NotNow, match="занят"):
            service.take_step(signed(company), "register", actor, Ask(data={"number": f"С/{year}/3"}))


def test_a_refused_registration_leaves_no_gap(app: APIFlask, company: Company) -> None:
    with app.app_context():
        actor = company.actor("m.control")
        with pytest.raises(ZeroDivisionError), transaction():
            journals.give(company.organisations["ministry"], signed(company), actor)
            raise ZeroDivisionError
        service.take_step(signed(company), "register", actor)
        assert [row.seq for row in db.session.scalars(select(RegistrationEntry))] == [1]


def test_numbers_set_aside_and_gaps_are_explained(app: APIFlask, company: Company) -> None:
    with app.app_context():
        year, actor = clock.today().year, company.actor("m.control")
        with pytest.raises(NotValid):
            journals.set_aside(actor, "  ")
        with pytest.raises(NotAllowed):
            journals.set_aside(company.actor("m.coord"), "x")
        spoilt = journals.set_aside(actor, "Номер ошибочно проставлен на черновике")
        assert [(row.number, row.agreement_id) for row in spoilt] == [(f"С/{year}/1", None)]
        service.take_step(signed(company), "register", actor)
        journal = db.session.scalars(select(Journal)).one()
        with transaction():
            journal.last = 4
        assert journals.of_year(actor).gaps == [3, 4]
        journals.explain(actor, year, 3, "Присвоен на бумаге")
        assert journals.of_year(actor).gaps == [4]
        notes = [row[0].note for row in journals.entries(journal).items]
        assert notes == ["Присвоен на бумаге", "", "Номер ошибочно проставлен на черновике"]


def test_each_side_keeps_its_own_journal_and_sees_no_other(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement_id = signed(company)
        service.take_step(agreement_id, "register", company.actor("m.control"))
        service.take_step(agreement_id, "register_next", company.actor("c.control"))
        assert len(db.session.scalars(select(Journal)).all()) == 2
        assert journals.of_year(company.actor("samara")).journal is None
