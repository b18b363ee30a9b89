"""The door: passwords, sessions, the cookie, bearer tokens, and who is let through."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core import clock
from core.accounts import service, signin
from core.accounts.actor import SYSTEM
from core.accounts.models import AuthSession, Person
from core.accounts.signin import token_hash
from core.db import db
from tests.builders import PASSWORD, a_person, an_actor, an_organisation, sign_in


def someone(app: APIFlask, *roles: str, kind: str = "ministry", **fields: str) -> Person:
    with app.app_context():
        return a_person(an_organisation(kind), roles, **fields)


def enter(client: FlaskClient, person: Person, password: str = PASSWORD, target: str = "") -> int:
    answer = client.post(
        "/sign-in" + (f"?next={target}" if target else ""), data={"email": person.email, "password": password}
    )
    return answer.status_code


def test_a_right_password_opens_the_door(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    assert client.get("/profile").status_code == 302
    assert enter(client, person) == 302
    page = client.get("/profile")
    assert page.status_code == 200
    assert person.full_name in page.text


def test_a_wrong_password_and_an_unknown_address_get_the_same_words(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    wrong = client.post("/sign-in", data={"email": person.email, "password": "не тот пароль"})
    unknown = client.post("/sign-in", data={"email": "nobody@example.org", "password": "не тот пароль"})
    assert wrong.status_code == unknown.status_code == 403
    assert "Неверный адрес или пароль" in wrong.text
    assert "Неверный адрес или пароль" in unknown.text


def test_five_failures_lock_even_the_right_password_out_for_a_quarter_of_an_hour(
    app: APIFlask, client: FlaskClient
) -> None:
    person = someone(app)
    for _attempt in range(5):
        assert enter(client, person, "не тот пароль") == 403
    refused = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert "Слишком много" in refused.text
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert enter(client, person) == 302


def test_sign_in_leads_where_the_person_was_going(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    sent = client.get("/people?q=%D0%B0")
    assert sent.status_code == 302
    assert sent.location.startswith("/sign-in?next=/people")
    answer = client.post(sent.location, data={"email": person.email, "password": PASSWORD})
    assert answer.location == "/people?q=%D0%B0"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_else(app: APIFlask, client: FlaskClient, target: str) -> None:
    person = someone(app)
    answer = client.post("/sign-in", query_string={"next": target}, data={"email": person.email, "password": PASSWORD})
    assert answer.location == "/"


def test_nothing_of_the_cookie_before_survives_a_sign_in(app: APIFlask, client: FlaskClient) -> None:
    first, second = someone(app), someone(app)
    sign_in(client, first)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["_user_id"]
    assert enter(client, second) == 302
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != before


def test_two_people_in_turn_are_two_people(app: APIFlask, client: FlaskClient) -> None:
    first, second = someone(app, surname="Первая"), someone(app, surname="Вторая")
    sign_in(client, first)
    assert "Первая" in client.get("/profile").text
    sign_in(client, second)
    page = client.get("/profile").text
    assert "Вторая" in page
    assert "Первая" not in page


def test_signing_out_ends_the_session_in_the_database_too(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    enter(client, person)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    client.post("/sign-out")
    assert client.get("/profile").status_code == 302
    with client.session_transaction() as cookie:
        cookie.update(stolen)
    assert client.get("/profile").status_code == 302


def test_signing_out_everywhere_ends_every_browser(app: APIFlask) -> None:
    person = someone(app)
    here, there = sign_in(app.test_client(), person), sign_in(app.test_client(), person)
    assert here.post("/profile/sessions/end").status_code == 302
    assert here.get("/profile").status_code == 302
    assert there.get("/profile").status_code == 302


def test_a_session_ends_after_its_hours(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    enter(client, person)
    with clock.at(clock.now() + timedelta(hours=signin.SESSION_HOURS, minutes=1)):
        assert client.get("/profile").status_code == 302


def test_changing_the_password_ends_other_sessions_but_not_this_one(app: APIFlask) -> None:
    person = someone(app)
    here, there = sign_in(app.test_client(), person), sign_in(app.test_client(), person)
    answer = here.post("/profile/password", data={"current": PASSWORD, "password": "Совсем-новый-5"})
    assert answer.status_code == 302
    assert here.get("/profile").status_code == 200
    assert there.get("/profile").status_code == 302
    assert enter(app.test_client(), person) == 403
    assert enter(app.test_client(), person, "Совсем-новый-5") == 302


@pytest.mark.parametrize(
    ("current", "new", "fault"),
    [(PASSWORD, "короткий", "не короче"), ("не тот", "Совсем-новый-5", "указан неверно")],
)
def test_a_bad_change_of_password_is_explained_at_its_field(
    app: APIFlask, client: FlaskClient, current: str, new: str, fault: str
) -> None:
    sign_in(client, someone(app))
    answer = client.post("/profile/password", data={"current": current, "password": new})
    assert answer.status_code == 422
    assert fault in answer.text


def test_a_password_given_by_an_administrator_has_to_be_changed_first(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    with app.app_context():
        signin.set_password(person.id, "Временный-пароль-1", SYSTEM, must_change=True)
    answer = client.post("/sign-in", data={"email": person.email, "password": "Временный-пароль-1"})
    assert answer.location == "/profile"
    assert client.get("/calendar").location == "/profile"
    client.post("/profile/password", data={"current": "Временный-пароль-1", "password": "Совсем-новый-5"})
    assert client.get("/calendar").status_code == 200


def test_a_closed_account_is_out_at_once(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    sign_in(client, person)
    with app.app_context():
        token = signin.issue_token(an_actor(person=person), "сводка")
        service.set_person_active(SYSTEM, person.id, active=False)
    assert client.get("/profile").status_code == 302
    assert app.test_client().get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert enter(app.test_client(), person) == 403


def test_people_of_a_closed_organisation_are_out(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app, kind="college")
    sign_in(client, person)
    with app.app_context():
        service.set_organisation_active(SYSTEM, person.organisation_id, active=False)
    assert client.get("/profile").status_code == 302
    assert enter(app.test_client(), person) == 403


def test_the_cookie_keeps_no_readable_password_and_the_database_no_token(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    enter(client, person)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with app.app_context():
        row = db.session.scalars(db.select(AuthSession)).one()
        assert row.token_hash == token_hash(token) != token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def a_token(app: APIFlask, person: Person, days: int = 90) -> str:
    with app.app_context():
        return signin.issue_token(an_actor(person=person), "сводка", days)


def test_the_api_answers_a_bearer_token_without_a_csrf_token(app: APIFlask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    person = someone(app)
    token = a_token(app, person)
    assert client.get("/api/v1/me", headers=bearer(token)).json["name"] == person.full_name
    issued = client.post("/api/v1/tokens", json={"name": "ещё один"}, headers=bearer(token))
    assert issued.status_code == 201
    assert client.get("/api/v1/me", headers=bearer(issued.json["token"])).status_code == 200


def test_a_cookie_needs_the_csrf_token_in_the_api_and_on_pages(app: APIFlask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, someone(app))
    assert client.post("/api/v1/tokens", json={"name": "чужой"}).status_code == 400
    assert client.post("/profile/tokens", data={"name": "чужой", "days": "90"}).status_code == 400
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/profile").text)
    assert found
    data = {"name": "свой", "days": "90", "csrf_token": found.group(1)}
    assert client.post("/profile/tokens", data=data).status_code == 200


def test_a_bearer_token_opens_no_page(app: APIFlask, client: FlaskClient) -> None:
    token = a_token(app, someone(app))
    assert client.get("/profile", headers=bearer(token)).status_code == 302


def test_a_bearer_token_stands_above_the_cookie(app: APIFlask, client: FlaskClient) -> None:
    first, second = someone(app, surname="Первая"), someone(app, surname="Вторая")
    sign_in(client, first)
    answer = client.get("/api/v1/me", headers=bearer(a_token(app, second)))
    assert answer.json["name"].startswith("Вторая")
    assert client.get("/api/v1/me", headers=bearer("sgl_unknown")).status_code == 401


def test_a_token_is_shown_once_and_revoked_from_the_profile(app: APIFlask, client: FlaskClient) -> None:
    sign_in(client, someone(app))
    page = client.post("/profile/tokens", data={"name": "сводка", "days": "30"}).text
    found = re.search(r"sgl_[\w-]{20,}", page)
    assert found
    token = found.group(0)
    assert token not in client.get("/profile").text
    program = app.test_client()
    assert program.get("/api/v1/me", headers=bearer(token)).status_code == 200
    token_id = program.get("/api/v1/tokens", headers=bearer(token)).json["items"][0]["id"]
    client.post(f"/profile/tokens/{token_id}/revoke")
    assert program.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_a_token_ends_with_its_term(app: APIFlask, client: FlaskClient) -> None:
    token = a_token(app, someone(app), days=1)
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_nobody_revokes_another_persons_token(app: APIFlask, client: FlaskClient) -> None:
    owner, other = someone(app), someone(app)
    token = a_token(app, owner)
    token_id = client.get("/api/v1/tokens", headers=bearer(token)).json["items"][0]["id"]
    sign_in(client, other)
    assert client.post(f"/profile/tokens/{token_id}/revoke").status_code == 404


def test_the_api_refuses_a_stranger_as_problem_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["status"] == 401


def test_a_fragment_asked_by_script_sends_the_whole_page_to_the_sign_in(client: FlaskClient) -> None:
    answer = client.get("/people", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in")


def test_the_language_is_kept_with_the_person(app: APIFlask, client: FlaskClient) -> None:
    person = someone(app)
    sign_in(client, person)
    assert client.post("/language", data={"locale": "en", "next": "/profile"}).location == "/profile"
    assert '<html lang="en"' in client.get("/profile").text
    elsewhere = app.test_client()
    enter(elsewhere, person)
    assert '<html lang="en"' in elsewhere.get("/profile").text


def test_the_language_can_be_switched_before_sign_in(client: FlaskClient) -> None:
    client.post("/language", data={"locale": "en"})
    assert '<html lang="en"' in client.get("/sign-in").text


def test_the_theme_is_kept_in_the_browser(client: FlaskClient) -> None:
    client.post("/theme", data={"theme": "dark", "next": "/sign-in"})
    assert 'data-bs-theme="dark"' in client.get("/sign-in").text
    client.post("/theme", data={"theme": "<script>"})
    assert 'data-bs-theme="auto"' in client.get("/sign-in").text
