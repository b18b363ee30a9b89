"""«Мои задачи» of agreements: what waits for a coordinator's step or stands past its term, and never a task twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from agreements import desk
from agreements.demo.load import Company
from agreements.models import Agreement
from core import clock
from core.db import db, transaction
from core.signoffs.inbox_sections import FEW
from tests.agreements.lives import in_force
from tests.agreements.pages import browser


@pytest.fixture
def client(app: APIFlask, company: Company) -> FlaskClient:
    return browser(app, company, "m.coord")


def standing(company: Company, state: str, **fields: object) -> Agreement:
    return in_force(company, state=state, title=f"Соглашение: {state}", **fields)


def titles(company: Company, login: str) -> list[str]:
    return [row.title for row in desk.waiting(company.actor(login), 50)]


def test_the_initiators_coordinator_sees_what_waits_for_his_step(app: APIFlask, company: Company) -> None:
    with app.app_context():
        for state in ("revision", "agreed", "draft", "registered"):
            standing(company, state)
        assert titles(company, "m.coord") == ["Соглашение: revision", "Соглашение: agreed"]
        assert titles(company, "c.coord") == [], "it is the initiator's move"
        assert titles(company, "m.legal") == [], "not a coordinator"


def test_an_unsigned_agreement_past_its_day_is_late_by_working_days(app: APIFlask, company: Company) -> None:
    with app.app_context():
        day = clock.today()
        standing(company, "signing", sign_by=day - timedelta(days=14))
        standing(company, "partly_signed", sign_by=day + timedelta(days=14))
        for login in ("m.coord", "c.coord"):
            section = desk.section(company.actor(login))
            assert section is not None
            (line,) = section.lines
            assert line.title == "Соглашение: signing"
            assert line.tone == "late"
            assert line.term.startswith("просрочено на ")


def test_strangers_see_none_of_it_and_all_are_counted(app: APIFlask, company: Company) -> None:
    with app.app_context():
        for _number in range(FEW + 2):
            standing(company, "agreed")
        section = desk.section(company.actor("m.coord"))
        assert section is not None
        assert (len(section.lines), section.size) == (FEW, FEW + 2)
        assert desk.section(company.actor("perm.aviation")) is None


def test_the_page_leads_to_the_agreement(app: APIFlask, company: Company, client: FlaskClient) -> None:
    with app.app_context():
        made = standing(company, "agreed").id
    page = client.get("/").get_data(as_text=True)
    assert f'href="/agreements/{made}"' in page
    assert "Соглашения ждут Вас или стоят дольше срока" in page


def test_when_the_last_visa_is_given_it_waits_for_who_sends_it_on(app: APIFlask, company: Company) -> None:
    with app.app_context():
        made = standing(company, "own_approval")
        assert titles(company, "m.coord") == ["Соглашение: own_approval"]
        assert titles(company, "c.coord") == []
        with transaction():
            db.session.get_one(Agreement, made.id).state = "counterparty_review"
        assert titles(company, "m.coord") == []
        assert titles(company, "c.coord") == ["Соглашение: own_approval"]
