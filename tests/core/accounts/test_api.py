"""The API of accounts: the same services, versions, pages by key, refusals as problem+json, its description."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core.accounts import signin
from core.accounts.models import Person
from tests.builders import a_person, an_actor, an_inn, an_ogrn, an_organisation


class Program:
    """A program with the bearer token of a person."""

    def __init__(self, app: APIFlask, person: Person) -> None:
        with app.app_context():
            token = signin.issue_token(an_actor(person=person), "тест")
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **kwargs: Any) -> Any:
        return self.client.open("/api/v1" + path, method=method, headers=self.headers, **kwargs)


@pytest.fixture
def admin(app: APIFlask) -> Program:
    with app.app_context():
        person = a_person(an_organisation("operator"), ("admin",))
    return Program(app, person)


ENTERPRISE = {
    "kind": "enterprise",
    "full_name": "Акционерное общество «Звезда»",
    "short_name": "АО «Звезда»",
    "alias": "Предприятие",
    "gender": "n",
    "inn": an_inn(4242),
    "ogrn": an_ogrn(4242),
    "address": "г. Пермь",
}


def test_an_organisation_lives_its_life_by_api(admin: Program) -> None:
    made = admin.ask("POST", "/organisations", json=ENTERPRISE)
    assert made.status_code == 201
    path = f"/organisations/{made.json['id']}"
    changed = admin.ask("PATCH", path, json={"version": made.json["version"], "phone": "+7 342"})
    assert changed.json["phone"] == "+7 342"
    stale = admin.ask("PATCH", path, json={"version": made.json["version"], "phone": "+7 343"})
    assert stale.status_code == 409
    assert stale.mimetype == "application/problem+json"
    signatory = {"full_name": "Орлова Татьяна Викторовна", "gender": "f", "position": "директор", "basis": "Устав"}
    added = admin.ask("POST", path + "/signatories", json=signatory)
    assert added.status_code == 201
    assert added.json["full_name_gen"] == "Орловой Татьяны Викторовны"
    review = {"version": added.json["version"], "reviewed": True, "valid_to": "2030-01-01"}
    reviewed = admin.ask("PATCH", f"{path}/signatories/{added.json['id']}", json=review)
    assert (reviewed.json["reviewed"], reviewed.json["valid_to"]) == (True, "2030-01-01")
    read = admin.ask("GET", path).json
    assert [row["id"] for row in read["signatories"]] == [added.json["id"]]
    closed = admin.ask("POST", path + "/active", json={"version": read["version"], "active": False})
    assert closed.json["active"] is False


def test_faults_name_their_fields(admin: Program) -> None:
    refused = admin.ask("POST", "/organisations", json={**ENTERPRISE, "inn": "7707418082"})
    assert refused.status_code == 422
    assert set(refused.json["fields"]) == {"inn"}
    misshapen = admin.ask("POST", "/organisations", json={**ENTERPRISE, "kind": "герцогство"})
    assert misshapen.status_code == 422
    assert misshapen.mimetype == "application/problem+json"
    assert set(misshapen.json["fields"]) == {"kind"}
    unversioned = admin.ask("PATCH", "/organisations/1", json={"phone": "1"})
    assert set(unversioned.json["fields"]) == {"version"}


def test_a_person_gets_a_role_with_dates_by_api(admin: Program) -> None:
    ministry = admin.ask("POST", "/organisations", json={**ENTERPRISE, "kind": "ministry"}).json["id"]
    data = {
        "organisation_id": ministry,
        "surname": "Белова",
        "given_name": "Нина",
        "gender": "f",
        "email": "belova@example.org",
        "password": "Временный-пароль-1",
    }
    made = admin.ask("POST", "/people", json=data)
    assert made.status_code == 201
    assert "password" not in made.json
    path = f"/people/{made.json['id']}"
    granted = admin.ask("PUT", path + "/roles/m_finance", json={"valid_from": "2026-01-01"})
    assert granted.json == {"role": "m_finance", "valid_from": "2026-01-01", "valid_to": None}
    assert admin.ask("GET", path).json["roles"] == [granted.json]
    assert admin.ask("PUT", path + "/roles/c_finance", json={}).status_code == 422
    assert admin.ask("DELETE", path + "/roles/m_finance").status_code == 204
    assert admin.ask("GET", path).json["roles"] == []


def test_lists_are_walked_by_key(app: APIFlask, admin: Program) -> None:
    with app.app_context():
        made = {an_organisation("enterprise", short_name=f"Завод {number:02d}").id for number in range(7)}
    seen: list[int] = []
    after = ""
    while True:
        page = admin.ask("GET", "/organisations", query_string={"q": "завод", "size": 3, "after": after}).json
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    assert set(seen) == made
    assert len(seen) == len(made)
    assert admin.ask("GET", "/organisations", query_string={"after": "чепуха"}).status_code == 422
    assert admin.ask("GET", "/organisations", query_string={"size": 1000}).status_code == 422


def test_what_is_hidden_on_pages_is_hidden_by_api(app: APIFlask) -> None:
    with app.app_context():
        stranger = a_person(an_organisation("enterprise"))
        reader = a_person(an_organisation("college"), ("college",))
    program = Program(app, reader)
    assert program.ask("GET", f"/organisations/{stranger.organisation_id}").status_code == 404
    assert program.ask("GET", f"/people/{stranger.id}").status_code == 404
    assert [row["id"] for row in program.ask("GET", "/people").json["items"]] == [reader.id]
    assert program.ask("GET", "/journal").status_code == 403
    assert program.ask("POST", "/organisations", json=ENTERPRISE).status_code == 403
    assert program.ask("GET", "/me").json["roles"] == ["college"]


def test_ones_own_things_by_api(app: APIFlask) -> None:
    with app.app_context():
        person = a_person(an_organisation("college"))
    program = Program(app, person)
    assert program.ask("PUT", "/me/locale", json={"locale": "en"}).status_code == 204
    assert program.ask("GET", "/me").json["locale"] == "en"
    assert program.ask("GET", "/me/sessions").json == {"items": []}
    issued = program.ask("POST", "/tokens", json={"name": "второй", "days": 5})
    assert issued.json["token"].startswith("sgl_")
    rows = program.ask("GET", "/tokens").json["items"]
    assert [row["name"] for row in rows] == ["второй", "тест"]
    assert "token" not in rows[0]
    assert program.ask("DELETE", f"/tokens/{rows[0]['id']}").status_code == 204
    wrong = program.ask("PUT", "/me/password", json={"current": "нет", "password": "Совсем-новый-5"})
    assert set(wrong.json["fields"]) == {"current"}
    assert program.ask("DELETE", "/me/sessions").status_code == 204


def test_the_calendar_by_api(app: APIFlask, admin: Program) -> None:
    year = admin.ask("GET", "/calendar/2027").json
    assert year["working_days"] == [15, 19, 22, 22, 19, 21, 22, 22, 22, 21, 20, 22]
    set_day = admin.ask("PUT", "/calendar/days/2027-03-01", json={"working": False, "note": "Указ"})
    assert set_day.status_code == 200
    assert admin.ask("GET", "/calendar/2027").json["working_days"][2] == 21
    assert admin.ask("DELETE", "/calendar/days/2027-03-01").status_code == 204
    assert admin.ask("DELETE", "/calendar/days/2027-03-01").status_code == 404
    assert admin.ask("GET", "/calendar/1800").status_code == 404


def test_the_api_is_described_and_asks_for_a_bearer_token(app: APIFlask, client: FlaskClient) -> None:
    spec = client.get("/api/openapi.json").json
    assert spec["openapi"].startswith("3.1")
    assert spec["security"] == [{"bearer": []}]
    assert spec["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert "/api/v1/organisations" in spec["paths"]
    assert "/profile" not in spec["paths"]
