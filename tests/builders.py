"""Builders: they state only what matters to the test and fill in the rest. Call them inside an application context."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask.testing import FlaskClient

from core import clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.models import AuthSession, Credential, Organisation, Person, RoleHolding, Signatory
from core.accounts.roles import SIDE_OF_KIND
from core.accounts.signin import hasher, token_hash
from core.db import db, transaction

PASSWORD = "Верный-пароль-7"

_numbers = itertools.count(1)

NAMES = {
    "ministry": ("Министерство просвещения Российской Федерации", "Минпросвещения России", "Министерство", "n"),
    "corporation": ("Государственная корпорация «Ростех»", "Корпорация «Ростех»", "Корпорация", "f"),
    "operator": ("Институт развития профессионального образования", "ИРПО", "Оператор", "m"),
    "authority": ("Департамент образования области", "Департамент образования", "Департамент", "m"),
    "college": ("Колледж машиностроения", "Колледж", "Колледж", "m"),
    "enterprise": ("Завод точной механики", "Завод", "Предприятие", "n"),
}

REGIONAL = {"authority": "66", "college": "66"}


def an_inn(number: int) -> str:
    """A well-formed ИНН of an organisation, its control digit right."""
    digits = f"77{number:07d}"
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return digits + str(sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10)


def an_ogrn(number: int) -> str:
    """A well-formed ОГРН, its control digit right."""
    digits = f"10277{number:07d}"
    return digits + str(int(digits) % 11 % 10)


def an_organisation(kind: str = "ministry", parent: Organisation | None = None, **fields: Any) -> Organisation:
    """A committed organisation of `kind` with requisites that pass the checks and one signatory."""
    number = next(_numbers)
    full_name, short_name, alias, gender = NAMES[kind]
    values: dict[str, Any] = {
        "kind": kind,
        "parent_id": parent.id if parent else None,
        "region_code": REGIONAL.get(kind),
        "full_name": full_name,
        "short_name": short_name,
        "alias": alias,
        "gender": gender,
        "inn": an_inn(number),
        "kpp": "770701001",
        "ogrn": an_ogrn(number),
        "address": "127006, г. Москва, ул. Каретный Ряд, д. 2",
    }
    organisation = Organisation(**{**values, **fields})
    organisation.signatories.append(a_signatory())
    with transaction():
        db.session.add(organisation)
        db.session.flush()
    return organisation


def a_signatory(**fields: Any) -> Signatory:
    """A signatory on the ground of a charter, not attached to an organisation yet."""
    values: dict[str, Any] = {
        "full_name": "Петров Иван Сергеевич",
        "gender": "m",
        "position": "директор",
        "basis_kind": "charter",
        "basis": "Устав",
        "full_name_gen": "Петрова Ивана Сергеевича",
        "position_gen": "директора",
        "basis_gen": "Устава",
        "reviewed": True,
    }
    return Signatory(**{**values, **fields})


@cache
def _secret() -> str:
    return hasher.hash(PASSWORD)


def a_person(
    organisation: Organisation | None = None,
    roles: Sequence[str] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
    **fields: Any,
) -> Person:
    """A committed person holding `roles`, with the password PASSWORD."""
    organisation = organisation or an_organisation()
    number = next(_numbers)
    values: dict[str, Any] = {
        "organisation_id": organisation.id,
        "surname": "Иванова",
        "given_name": "Мария",
        "patronymic": "Петровна",
        "gender": "f",
        "position": "начальник отдела",
        "email": f"person{number}@example.org",
    }
    person = Person(**{**values, **fields})
    person.roles.extend(RoleHolding(role=role, valid_from=valid_from, valid_to=valid_to) for role in roles)
    with transaction():
        db.session.add(person)
        db.session.flush()
        db.session.add(Credential(person_id=person.id, secret=_secret(), changed_at=clock.now()))
    return person


def an_actor(
    *roles: str, organisation: Organisation | None = None, person: Person | None = None, **fields: Any
) -> Actor:
    """The actor of a new person with `roles` (or of `person`), as services take it."""
    person = person or a_person(organisation, roles, **fields)
    return actors.by_id(person.id)


def a_passing_actor(*roles: str, kind: str = "ministry", **fields: Any) -> Actor:
    """An actor that stands in no table: for rules, which ask nothing but the value."""
    values: dict[str, Any] = {
        "id": 1,
        "name": "Иванова Мария Петровна",
        "organisation_id": 1,
        "side": SIDE_OF_KIND[kind],
    }
    return Actor(**{**values, **fields}, roles=frozenset(roles))


def sign_in(client: FlaskClient, person: Person) -> FlaskClient:
    """Give `client` the cookie of a session of `person`, without the cost of a password. Outside any context."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with client.application.app_context(), transaction():
        db.session.add(
            AuthSession(
                token_hash=token_hash(token),
                person_id=person.id,
                method="password",
                created_at=now,
                expires_at=now + timedelta(hours=12),
            )
        )
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client
