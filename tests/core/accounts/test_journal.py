"""The journal: who reads what of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core import audit, clock
from core.accounts import access, journal
from core.accounts.actor import SYSTEM
from core.db import transaction
from core.errors import NotAllowed
from tests.builders import a_person, an_actor, an_organisation, sign_in


def write(kind: str, subject: int, step: str = "submit", name: str = "Система") -> None:
    with transaction():
        audit.append(audit.Who(None, name), audit.Act(kind, subject, step, "draft", "own_approval"))


@pytest.mark.parametrize("role", journal.READERS)
def test_a_reader_of_a_side_reads_the_subjects_of_the_organisation(app: APIFlask, role: str) -> None:
    with app.app_context():
        kind = "ministry" if role.startswith("m_") else "corporation"
        organisation = an_organisation(kind)
        actor = an_actor(role, organisation=organisation)
        with transaction():
            access.set_readers("agreement", 1, [organisation.id])
        write("agreement", 1)
        write("agreement", 2)
        write("person", 1)
        seen = journal.records(actor, journal.Asked()).items
        assert [(record.subject_kind, record.subject_id) for record in seen] == [("agreement", 1)]


def test_an_administrator_reads_everything_newest_first(app: APIFlask) -> None:
    with app.app_context():
        admin = an_actor("admin", organisation=an_organisation("operator"))
        write("agreement", 1)
        write("agreement", 2)
        seen = journal.records(admin, journal.Asked()).items
        assert [record.subject_id for record in seen] == [2, 1]


@pytest.mark.parametrize("role", ["m_legal", "c_signer", "executor", "registrar"])
def test_others_are_refused_in_words(app: APIFlask, role: str) -> None:
    with app.app_context():
        kind = "corporation" if role.startswith("c_") else "ministry"
        actor = an_actor(role, organisation=an_organisation(kind))
        with pytest.raises(NotAllowed) as refusal:
            journal.records(actor, journal.Asked())
        assert refusal.value.reasons[0].code == "journal_reader"


def test_the_journal_is_filtered_by_subject_person_and_moscow_days(app: APIFlask) -> None:
    with app.app_context():
        with clock.at(datetime(2026, 3, 1, 20, 59, tzinfo=UTC)):  # the 1st in Moscow
            write("agreement", 1, name="Иванова Мария")
        with clock.at(datetime(2026, 3, 1, 21, 1, tzinfo=UTC)):  # the 2nd in Moscow
            write("agreement", 2, name="Петров Пётр")
            write("roadmap", 1, name="Петров Пётр")

        def found(**asked: object) -> list[tuple[str, int]]:
            items = journal.records(SYSTEM, journal.Asked(**asked)).items  # type: ignore[arg-type]
            return [(record.subject_kind, record.subject_id) for record in items]

        assert found(kind="roadmap") == [("roadmap", 1)]
        assert found(kind="agreement", subject_id=1) == [("agreement", 1)]
        assert found(person="иванова") == [("agreement", 1)]
        assert found(until=date(2026, 3, 1)) == [("agreement", 1)]
        assert found(since=date(2026, 3, 2)) == [("roadmap", 1), ("agreement", 2)]
        assert found(since=date(2026, 3, 3)) == []


def test_a_history_belongs_to_those_who_see_the_subject(app: APIFlask) -> None:
    with app.app_context():
        organisation = an_organisation("college")
        with transaction():
            access.set_readers("agreement", 1, [organisation.id])
        write("agreement", 1, "submit")
        write("agreement", 1, "approve")
        seen = journal.history(an_actor("college", organisation=organisation), "agreement", 1).items
        assert [record.step for record in seen] == ["approve", "submit"]
        stranger = an_actor("college", organisation=an_organisation("college"))
        assert journal.history(stranger, "agreement", 1).items == []


def test_the_page_names_subjects_and_steps_in_words(app: APIFlask, client: FlaskClient) -> None:
    with app.app_context():
        person = a_person(an_organisation("operator"), ("admin",))
    client.post("/sign-in", data={"email": person.email, "password": "неверный"})
    sign_in(client, person)
    client.post("/profile/tokens", data={"name": "сводка", "days": "5"})
    page = client.get("/journal?kind=person&person=иванова").text
    assert f'<a href="/people/{person.id}">Сотрудник {person.id}</a>: выпущен токен' in page
    assert client.get("/journal?kind=organisation").text.count("выпущен токен") == 0


def test_the_page_is_closed_to_those_not_entitled(app: APIFlask, client: FlaskClient) -> None:
    with app.app_context():
        person = a_person(an_organisation("ministry"), ("m_legal",))
    assert sign_in(client, person).get("/journal").status_code == 403
