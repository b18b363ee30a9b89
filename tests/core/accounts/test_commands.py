"""`flask accounts create-admin`: the first administrator of an empty base."""

from __future__ import annotations

from apiflask import APIFlask

from core.accounts.models import Organisation, Person
from core.db import db
from tests.builders import an_organisation

ARGUMENTS = ["accounts", "create-admin", "--email", "root@example.org", "--name", "Ким Анна Олеговна"]
SECRET = ["--password", "Очень-долгий-пароль-1"]


def test_the_first_administrator_can_sign_in_and_administer(app: APIFlask) -> None:
    done = app.test_cli_runner().invoke(args=[*ARGUMENTS, *SECRET])
    assert done.exit_code == 0, done.output
    client = app.test_client()
    entered = client.post("/sign-in", data={"email": "root@example.org", "password": SECRET[1]})
    assert entered.location == "/"
    assert client.get("/people/new").status_code == 200
    with app.app_context():
        person = db.session.scalars(db.select(Person)).one()
        assert (person.surname, person.given_name, person.patronymic, person.gender) == ("Ким", "Анна", "Олеговна", "f")


def test_the_password_may_be_typed_at_a_prompt(app: APIFlask) -> None:
    done = app.test_cli_runner().invoke(args=ARGUMENTS, input=f"{SECRET[1]}\n{SECRET[1]}\n")
    assert done.exit_code == 0, done.output
    assert SECRET[1] not in done.output


def test_an_administrator_may_belong_to_a_named_organisation(app: APIFlask) -> None:
    with app.app_context():
        an_organisation("operator", short_name="ИРПО")
        home = an_organisation("ministry", short_name="Министерство")
    done = app.test_cli_runner().invoke(args=[*ARGUMENTS, *SECRET, "--organisation", "Министерство"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert db.session.scalars(db.select(Person)).one().organisation_id == home.id


def test_a_refusal_is_told_and_leaves_nothing_behind(app: APIFlask) -> None:
    runner = app.test_cli_runner()
    weak = runner.invoke(args=[*ARGUMENTS, "--password", "короткий"])
    assert weak.exit_code == 1
    assert "Пароль" in weak.output
    unknown = runner.invoke(args=[*ARGUMENTS, *SECRET, "--organisation", "Нет такой"])
    assert unknown.exit_code == 1
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Organisation)) == 0
