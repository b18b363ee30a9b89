"""`flask accounts …`: the first administrator."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from core.accounts import service
from core.accounts.actor import SYSTEM
from core.accounts.models import Organisation
from core.db import db, transaction
from core.errors import NotValid

accounts = AppGroup("accounts", help="Учётные записи.")


@accounts.command("create-admin")
@click.option("--email", prompt="Электронная почта", help="Адрес, по которому входят.")
@click.option("--name", prompt="Фамилия Имя Отчество", help="Полностью, через пробел.")
@click.option("--password", prompt="Пароль", hide_input=True, confirmation_prompt=True, help="Не короче 10 знаков.")
@click.option("--organisation", default="", help="Краткое наименование организации; без него — первая в справочнике.")
def create_admin(email: str, name: str, password: str, organisation: str) -> None:
    """Завести администратора. В пустой базе сначала создаётся организация оператора сервиса."""
    surname, _space, rest = name.strip().partition(" ")
    given_name, _space, patronymic = rest.partition(" ")
    named = {"surname": surname, "given_name": given_name, "patronymic": patronymic, "gender": _gender(patronymic)}
    try:
        with transaction():
            values = {**named, "email": email, "organisation_id": _home(organisation)}
            person = service.create_person(SYSTEM, values, password, ("admin",))
    except NotValid as refusal:
        raise click.ClickException("; ".join(map(str, refusal.fields.values())) or str(refusal)) from refusal
    click.echo(f"Администратор: {person.full_name}, вход по адресу {person.email}")


def _gender(patronymic: str) -> str:
    return "f" if patronymic.endswith(("на", "кызы")) else "m"


def _home(short_name: str) -> int:
    """The organisation the administrator belongs to."""
    statement = select(Organisation.id).order_by(Organisation.id).limit(1)
    if short_name:
        statement = statement.where(Organisation.short_name == short_name)
    found = db.session.scalar(statement)
    if found is not None:
        return found
    if short_name:
        raise NotValid(f"Организации «{short_name}» нет в справочнике", "organisation")
    names = {"full_name": "Оператор сервиса «Согласовано»", "short_name": "Оператор сервиса"}
    return service.create_organisation(SYSTEM, {"kind": "operator", "gender": "m", **names}).id
