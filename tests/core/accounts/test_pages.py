"""The pages of organisations and people: what an administrator does, what others see."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from core.accounts import access
from core.accounts.models import Organisation, Person
from core.db import db, transaction
from tests.builders import PASSWORD, a_person, an_inn, an_ogrn, an_organisation, sign_in


@pytest.fixture
def admin(app: APIFlask, client: FlaskClient) -> FlaskClient:
    """A browser of an administrator."""
    with app.app_context():
        person = a_person(an_organisation("operator", short_name="Оператор"), ("admin",), surname="Админова")
    return sign_in(client, person)


def stored(app: APIFlask, model: type[Organisation] | type[Person], **where: object) -> Organisation | Person:
    with app.app_context():
        return db.session.scalars(db.select(model).filter_by(**where)).one()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found
    return found.group(1)


NEW = {
    "kind": "enterprise",
    "parent_id": "",
    "full_name": "Акционерное общество «Завод & сыновья»",
    "short_name": "АО «Завод & сыновья»",
    "alias": "Предприятие",
    "gender": "n",
    "inn": an_inn(777),
    "kpp": "770701001",
    "ogrn": an_ogrn(777),
    "address": "г. Москва",
}


def test_an_administrator_adds_an_organisation_and_a_signatory(app: APIFlask, admin: FlaskClient) -> None:
    answer = admin.post("/organisations/new", data=NEW, follow_redirects=True)
    assert answer.status_code == 200
    assert "АО «Завод &amp; сыновья»" in answer.text
    row = stored(app, Organisation, inn=NEW["inn"])
    assert isinstance(row, Organisation)
    assert row.forms["full_name_gen"].startswith("Акционерного общества")
    data = {
        "full_name": "Орлова Татьяна Викторовна",
        "gender": "f",
        "position": "генеральный директор",
        "basis_kind": "charter",
        "basis": "Устав",
        "primary": "y",
    }
    page = admin.post(f"/organisations/{row.id}/signatories/new", data=data, follow_redirects=True).text
    assert "Орлова Татьяна Викторовна" in page
    assert "падежи не проверены" in page


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("inn", "7707418082", "Контрольная цифра ИНН"),
        ("ogrn", "1187746728841", "Контрольная цифра ОГРН"),
        ("bik", "123", "БИК состоит из 9 цифр"),
        ("short_name", "", "Заполните это поле"),
        ("kind", "college", "код региона"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    admin: FlaskClient, field: str, value: str, fault: str
) -> None:
    answer = admin.post("/organisations/new", data={**NEW, field: value})
    assert answer.status_code == 422
    assert fault in answer.text
    assert 'value="Предприятие"' in answer.text


def test_an_edit_on_an_old_version_is_refused_and_keeps_what_was_typed(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        row = an_organisation("enterprise")
    page = admin.get(f"/organisations/{row.id}/edit").text
    version = hidden(page, "version")
    first = {**NEW, "version": version, "alias": "Первый"}
    assert admin.post(f"/organisations/{row.id}/edit", data=first).status_code == 302
    late = admin.post(f"/organisations/{row.id}/edit", data={**NEW, "version": version, "alias": "Второй"})
    assert late.status_code == 409
    assert "изменена другим пользователем" in late.text
    assert 'value="Второй"' in late.text
    assert "Первый" in late.text  # what stands there now
    again = {**NEW, "version": hidden(late.text, "version"), "alias": "Второй"}
    assert admin.post(f"/organisations/{row.id}/edit", data=again).status_code == 302
    changed = stored(app, Organisation, id=row.id)
    assert isinstance(changed, Organisation)
    assert changed.alias == "Второй"


def test_an_administrator_adds_a_person_who_signs_in_with_a_role(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        ministry = an_organisation("ministry")
    data = {
        "organisation_id": str(ministry.id),
        "surname": "Соколов",
        "given_name": "Дмитрий",
        "patronymic": "Андреевич",
        "gender": "m",
        "position": "директор департамента",
        "email": "Sokolov@Example.org",
        "password": "Временный-пароль-1",
    }
    assert admin.post("/people/new", data=data).status_code == 302
    person = stored(app, Person, email="sokolov@example.org")
    answer = admin.post(
        f"/people/{person.id}/roles", data={"role": "m_legal", "valid_from": "2026-01-01"}, follow_redirects=True
    )
    assert "Правовой департамент Министерства" in answer.text
    assert "с 01.01.2026" in answer.text
    visitor = app.test_client()
    entered = visitor.post("/sign-in", data={"email": "sokolov@example.org", "password": "Временный-пароль-1"})
    assert entered.location == "/profile"
    assert "Правовой департамент Министерства" in visitor.get("/profile").text


def test_a_role_of_the_other_side_is_not_offered_and_not_taken(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        person = a_person(an_organisation("ministry"))
    assert 'value="c_legal"' not in admin.get(f"/people/{person.id}").text
    assert admin.post(f"/people/{person.id}/roles", data={"role": "c_legal"}).status_code == 422


def test_a_taken_address_is_refused_at_its_field(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        person = a_person(an_organisation("ministry"))
    data = {
        "organisation_id": str(person.organisation_id),
        "surname": "Иной",
        "given_name": "Иван",
        "gender": "m",
        "email": person.email.upper(),
    }
    answer = admin.post("/people/new", data=data)
    assert answer.status_code == 422
    assert "уже занят" in answer.text


def test_every_form_and_page_of_an_administrator_opens(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        parent = an_organisation("authority")
        row = an_organisation("college", parent=parent)
        person = a_person(row, ("college",))
        signatory = row.signatories[0].id
    for path in (
        "/organisations",
        "/organisations?q=колледж&kind=college",
        "/organisations/new",
        f"/organisations/{row.id}",
        f"/organisations/{parent.id}",
        f"/organisations/{row.id}/edit",
        f"/organisations/{row.id}/signatories/new",
        f"/organisations/{row.id}/signatories/{signatory}",
        "/people",
        f"/people?role=college&organisation={row.id}",
        "/people/new",
        f"/people/{person.id}",
        f"/people/{person.id}/edit",
        "/profile",
        "/journal",
        "/calendar",
        "/calendar?year=2027",
    ):
        answer = admin.get(path)
        assert answer.status_code == 200, path
        admin.post("/language", data={"locale": "en"})
        assert admin.get(path).status_code == 200, path
        admin.post("/language", data={"locale": "ru"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/organisations/new"),
        ("post", "/organisations/new"),
        ("get", "/organisations/{o}/edit"),
        ("post", "/organisations/{o}/edit"),
        ("post", "/organisations/{o}/active"),
        ("get", "/organisations/{o}/signatories/new"),
        ("post", "/organisations/{o}/signatories/{s}"),
        ("get", "/people/new"),
        ("post", "/people/{p}/edit"),
        ("post", "/people/{p}/roles/m_coord/revoke"),
        ("post", "/people/{p}/active"),
        ("post", "/people/{p}/sessions/end"),
    ],
)
def test_a_page_of_administration_is_refused_to_others(
    app: APIFlask, client: FlaskClient, method: str, path: str
) -> None:
    with app.app_context():
        person = a_person(an_organisation("ministry"), ("m_coord",))
        other = a_person(person.organisation, ("m_coord",))
        signatory = db.session.get_one(Organisation, person.organisation_id).signatories[0].id
    sign_in(client, person)
    answer = client.open(path.format(o=person.organisation_id, s=signatory, p=other.id), method=method.upper())
    assert answer.status_code == 403


def test_a_college_sees_names_of_all_but_requisites_and_people_only_of_those_it_works_with(
    app: APIFlask, client: FlaskClient
) -> None:
    with app.app_context():
        college, partner, stranger = (an_organisation(kind) for kind in ("college", "enterprise", "enterprise"))
        reader, theirs, unknown = a_person(college), a_person(partner), a_person(stranger)
        with transaction():
            access.set_readers("agreement", 1, [college.id, partner.id])
            access.set_readers("agreement", 2, [stranger.id])
    sign_in(client, reader)
    assert client.get("/organisations").text.count("Завод точной механики") == 2
    for visible in (f"/organisations/{college.id}", f"/organisations/{partner.id}", f"/people/{theirs.id}"):
        assert client.get(visible).status_code == 200, visible
    for closed in (f"/organisations/{stranger.id}", f"/people/{unknown.id}", "/organisations/100500"):
        assert client.get(closed).status_code == 404, closed
    people = client.get("/people").text
    assert f"/people/{theirs.id}" in people
    assert f"/people/{unknown.id}" not in people


@pytest.mark.parametrize("kind", ["ministry", "corporation", "operator"])
def test_the_two_sides_and_the_operator_see_everybody(app: APIFlask, client: FlaskClient, kind: str) -> None:
    with app.app_context():
        stranger = a_person(an_organisation("enterprise"))
        reader = a_person(an_organisation(kind))
    sign_in(client, reader)
    assert client.get(f"/organisations/{stranger.organisation_id}").status_code == 200
    assert client.get(f"/people/{stranger.id}").status_code == 200


def test_search_knows_russian_letters_in_any_case(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        an_organisation("enterprise", short_name="ПАО «Яхта»")
        an_organisation("enterprise", short_name="ПАО «Чайка»")
    page = admin.get("/organisations?q=ЯХТА").text
    assert "ПАО «Яхта»" in page
    assert "ПАО «Чайка»" not in page


def test_search_takes_the_signs_of_a_pattern_as_letters(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        an_organisation("enterprise", short_name="Завод 100%")
        an_organisation("enterprise", short_name="Завод 1000")
    page = admin.get("/organisations", query_string={"q": "100%"}).text
    assert "Завод 100%" in page
    assert "Завод 1000" not in page


def test_a_long_list_is_walked_by_key_there_and_back(app: APIFlask, admin: FlaskClient) -> None:
    with app.app_context():
        for number in range(60):
            an_organisation("enterprise", short_name=f"Предприятие {number:03d}", full_name="Завод", signatories=[])
    first = admin.get("/organisations?q=предприятие").text
    assert "Предприятие 049" in first
    assert "Предприятие 050" not in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = admin.get(following.group(1).replace("&amp;", "&")).text
    assert "Предприятие 050" in second
    assert "Предприятие 049" not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back
    assert "Предприятие 000" in admin.get(back.group(1).replace("&amp;", "&")).text


def test_the_last_administrator_cannot_shut_himself_out(app: APIFlask, admin: FlaskClient) -> None:
    person = stored(app, Person, surname="Админова")
    assert admin.post(f"/people/{person.id}/roles/admin/revoke").status_code == 409
    assert admin.post(f"/people/{person.id}/active", data={"active": "0"}).status_code == 409
    assert admin.get("/people/new").status_code == 200


def test_the_menu_marks_where_one_is_and_hides_what_is_closed(app: APIFlask, client: FlaskClient) -> None:
    with app.app_context():
        person = a_person(an_organisation("college"), ("college",))
    page = sign_in(client, person).get("/organisations").text
    assert 'href="/organisations" aria-current="page"' in page
    assert 'href="/journal"' not in page


def test_a_list_costs_the_same_queries_however_long_it_is(app: APIFlask, admin: FlaskClient) -> None:
    from sqlalchemy import event

    def asked(path: str) -> int:
        counted: list[str] = []
        listener = lambda *args: counted.append(args[2])  # noqa: E731
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", listener)
        try:
            assert admin.get(path).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", listener)
        return sum(statement.lstrip().upper().startswith("SELECT") for statement in counted)

    few = asked("/people")
    with app.app_context():
        college = an_organisation("college")
        for _number in range(20):
            a_person(college, ("college",))
    assert asked("/people") == few <= 4
    assert asked("/organisations") <= 4


def test_passwords_are_not_in_any_page(app: APIFlask, admin: FlaskClient) -> None:
    person = stored(app, Person, surname="Админова")
    for path in ("/profile", f"/people/{person.id}", f"/people/{person.id}/edit"):
        assert PASSWORD not in admin.get(path).text
        assert "argon2" not in admin.get(path).text
