"""What of a plan rests on an agreement: named on its page and by API, told to whom it is open."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from agreements import resting, service
from agreements.demo.load import Company
from core.accounts.models import Person
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow
from core.workflow import Ask
from roadmap import service as plans
from roadmap.models import Edition, Item, ItemLink, Roadmap
from roadmap.service import NewItem, NewPlan
from tests.agreements.lives import in_force
from tests.builders import sign_in

TERMS = {
    "title": "Заключить соглашение",
    "term_text": "до 31 декабря 2027 г.",
    "due_on": "2027-12-31",
    "responsible_side": "ministry",
    "unit": "Департамент",
    "result": "Соглашение",
    "document_kind": "соглашение",
}


def a_plan(company: Company, **more: Any) -> Roadmap:
    """A draft plan of the ministry and the corporation with one item of the ministry."""
    from datetime import date

    sides = [company.organisations[key] for key in ("ministry", "corporation")]
    coordinator = company.actor("m.coord")
    plan = plans.create_plan(NewPlan("по кадрам", date(2026, 1, 1), date(2028, 12, 31), sides), coordinator)
    edition = db.session.scalars(select(Edition.id).where(Edition.roadmap_id == plan.id)).one()
    plans.add_section(edition, 1, "Договоры", coordinator)
    plans.add_item(edition, NewItem(1, {**TERMS, **more}), coordinator)
    return plan


def person(company: Company, login: str) -> Person:
    return db.session.get_one(Person, company.people[login])


def test_an_item_is_tied_to_an_agreement_on_its_page_and_untied(
    app: APIFlask, company: Company, client: FlaskClient
) -> None:
    with app.app_context():
        agreement, plan, who = in_force(company), a_plan(company), person(company, "m.coord")
        address, plan_id = f"/agreements/{agreement.id}/plans", plan.id
        item_id = db.session.scalars(select(Item.id)).one()
    sign_in(client, who)
    assert "пока ничего не основано" in client.get(address).get_data(as_text=True)
    wrong = client.post(address, data={"roadmap_id": plan_id, "code": "7.7", "required": "1"})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'value="7.7"' in text
    assert "нет пункта «7.7»" in text
    assert client.post(address, data={"roadmap_id": plan_id, "code": "1.1.", "required": "1"}).status_code == 302
    assert "закрывается только после регистрации" in client.get(address).get_data(as_text=True)
    page = client.get(f"/items/{item_id}").get_data(as_text=True)
    assert "Соглашение о сотрудничестве № С/1" in page
    assert "зарегистрировано" in page
    links = client.get(f"/api/v1/items/{item_id}").json["links"]  # type: ignore[index]
    assert [(one["required"], one["settled"]) for one in links] == [(True, True)]
    assert client.post(f"{address}/items/{item_id}/remove").status_code == 302
    assert client.post(f"{address}/items/{item_id}/remove").status_code == 404
    with app.app_context():
        assert db.session.scalar(select(ItemLink.id)) is None


def test_a_plan_becomes_an_appendix_and_both_by_api(app: APIFlask, company: Company, client: FlaskClient) -> None:
    with app.app_context():
        agreement, plan, who = in_force(company), a_plan(company), person(company, "c.coord")
        address, plan_id = f"/api/v1/agreements/{agreement.id}/plans", plan.id
        page = f"/agreements/{agreement.id}/plans"
        item_id = db.session.scalars(select(Item.id)).one()
    sign_in(client, who)
    made = client.post(f"{address}/items", json={"roadmap_id": plan_id, "code": "1.1"})
    assert made.status_code == 201, made.json
    assert client.post(f"{page}/appendix", data={"appendix_id": plan_id}).status_code == 302
    assert client.put(f"{address}/{plan_id}").status_code == 200
    found = client.get(address).json["items"]  # type: ignore[index]
    assert [(one["kind"], one["id"], one["required"]) for one in found] == [
        ("roadmap_item", item_id, True),
        ("roadmap_plan", plan_id, False),
    ]
    assert client.delete(f"{address}/{plan_id}").status_code == 204
    assert client.delete(f"{address}/{plan_id}").status_code == 404
    assert client.delete(f"{address}/items/{item_id}").status_code == 204
    assert client.post(f"{address}/items", json={"roadmap_id": 999, "code": "1.1"}).status_code == 404
    assert client.get(address).json == {"items": []}


def test_what_is_not_registered_does_not_settle_and_what_is_gone_carries_nothing(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        plan, coordinator = a_plan(company), company.actor("m.coord")
        draft = in_force(company, state="signing", registered_on=None, number="")
        assert resting.rest(draft.id, plan.id, "1.1", True, coordinator).settled is False
        gone = in_force(company, state="terminated")
        with pytest.raises(NotNow):
            resting.rest(gone.id, plan.id, "1.1", True, coordinator)
        foreign = in_force(company, keys=("perm_authority", "perm_polytech"))
        with pytest.raises(NotFound):
            resting.rest(foreign.id, plan.id, "1.1", True, coordinator)
        with pytest.raises(NotAllowed):
            resting.rest(draft.id, plan.id, "1.1", True, company.actor("m.signer"))


def test_who_may_not_see_the_agreement_is_not_told_its_name_by_the_item(
    app: APIFlask, company: Company, client: FlaskClient
) -> None:
    """An organisation that works on the item sees that something is awaited, not what."""
    with app.app_context():
        college = company.organisations["perm_polytech"]
        plan = a_plan(company, organisation_id=college)
        agreement = in_force(company, title="Тайное соглашение", number="T-9")
        resting.rest(agreement.id, plan.id, "1.1", True, company.actor("m.coord"))
        who, other = person(company, "perm.polytech"), person(company, "c.legal")
        item_id = db.session.scalars(select(Item.id)).one()
    for seer, told in ((who, False), (other, True)):
        sign_in(client, seer)
        for address in (f"/items/{item_id}", f"/api/v1/items/{item_id}"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert ("T-9" in answer.get_data(as_text=True)) is told, address
    sign_in(client, who)
    assert "документ, к которому у Вас нет доступа" in client.get(f"/items/{item_id}").get_data(as_text=True)


def test_a_party_does_not_resume_what_another_one_suspended(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement = in_force(company)
        ask = Ask("нет средств", {"notice": "письмо № 1"})
        service.take_step(agreement.id, "suspend", company.actor("m.deputy"), ask)
        with pytest.raises(NotNow) as refusal:
            service.take_step(agreement.id, "resume", company.actor("c.deputy"))
        assert refusal.value.reasons[0].code == "suspended_by_own_side"
        assert service.take_step(agreement.id, "resume", company.actor("m.deputy")).to_state == "registered"
        with transaction():
            agreement = db.session.get_one(type(agreement), agreement.id)
            agreement.state = "suspended"  # brought in as suspended by an import: nobody here did it last
        service.take_step(agreement.id, "resume", company.actor("m.deputy"))


def test_a_plan_says_what_it_is_an_appendix_of(app: APIFlask, company: Company, client: FlaskClient) -> None:
    with app.app_context():
        agreement, plan = in_force(company), a_plan(company)
        resting.append_plan(agreement.id, plan.id, company.actor("c.coord"))
        plan_id, who = plan.id, person(company, "c.coord")
    page = sign_in(client, who).get(f"/roadmaps/{plan_id}").get_data(as_text=True)
    assert "Приложение к документу: Соглашение о сотрудничестве № С/1" in page
