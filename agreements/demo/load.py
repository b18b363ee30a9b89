"""Loading the demo into an empty database through the same services people use, with the clock set to each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from agreements.demo import cast, scenes
from core import audit, clock
from core.accounts import actors, signin
from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Credential, Organisation, Person, RoleHolding, Signatory
from core.db import db, transaction
from core.documents.issuing import install_shipped
from core.signoffs.service.templates import install_routes
from core.workflow.jobs import drain


@dataclass
class Company:
    """The people and organisations of the demo by their keys."""

    organisations: dict[str, int]
    people: dict[str, int]

    def actor(self, login: str) -> Actor:
        return actors.by_id(self.people[login])


def is_empty() -> bool:
    return db.session.scalar(select(Organisation.id).limit(1)) is None


def is_loaded() -> bool:
    """Whether the demo's people are in the database."""
    return db.session.scalar(select(Person.id).where(Person.email == address("m.coord"))) is not None


def load() -> Company:
    """Organisations, people, agreements, the roadmap. The database must be empty (after `install`)."""
    company = gather()
    scenes.tell(company)
    _roadmap(company)
    drain()
    return company


def gather() -> Company:
    """The shipped templates and routes, the organisations and their people: everything but what they did."""
    with clock.at(datetime(2022, 12, 1, 9, tzinfo=UTC)):
        install_shipped()
        install_routes()
        return _company()


def _roadmap(company: Company) -> None:
    from roadmap.demo import load as load_plan

    load_plan(company)


def _company() -> Company:
    secret = signin.hasher.hash(cast.PASSWORD)
    with transaction():
        organisations: dict[str, Organisation] = {}
        for org in cast.ORGANISATIONS:
            organisations[org.key] = _organisation(org, organisations)
        db.session.flush()
        people = {person.login: _person(person, organisations) for person in cast.PEOPLE}
        db.session.flush()
        now = clock.now()
        db.session.add_all(
            Credential(person_id=row.id, method="password", secret=secret, changed_at=now) for row in people.values()
        )
        audit.begin(SYSTEM.who(), [audit.Act("organisation", row.id, "create") for row in organisations.values()])
        audit.begin(SYSTEM.who(), [audit.Act("person", someone.id, "create") for someone in people.values()])
        return Company(
            {key: row.id for key, row in organisations.items()}, {login: row.id for login, row in people.items()}
        )


def _organisation(org: cast.Org, known: dict[str, Organisation]) -> Organisation:
    row = Organisation(
        kind=org.kind,
        parent=known.get(org.parent),
        region_code=org.region or None,
        full_name=org.full_name,
        short_name=org.short_name,
        alias=org.alias,
        gender=org.gender,
        inn=org.inn,
        kpp=org.kpp,
        ogrn=org.ogrn,
        address=org.address,
        phone=org.phone,
        email=org.email,
        sample=True,
    )
    if org.account:
        row.bank_name, row.bik, row.account, row.corr_account = cast.BANK, cast.BIK, org.account, cast.CORR
    signer = org.signer
    row.signatories.append(
        Signatory(
            full_name=signer.name,
            gender=signer.gender,
            position=signer.position,
            basis=signer.basis,
            basis_kind=signer.basis_kind,
            full_name_gen=signer.name_gen,
            position_gen=signer.position_gen,
            basis_gen=signer.basis_gen,
            valid_to=signer.valid_to,
            reviewed=True,
            primary=True,
        )
    )
    db.session.add(row)
    return row


def _person(someone: cast.Someone, organisations: dict[str, Organisation]) -> Person:
    surname, given_name, patronymic = someone.name
    row = Person(
        organisation=organisations[someone.org],
        surname=surname,
        given_name=given_name,
        patronymic=patronymic,
        gender=someone.gender,
        position=someone.position,
        unit=someone.unit,
        email=address(someone.login),
        forms={},
    )
    row.roles = [RoleHolding(role=role) for role in someone.roles]
    db.session.add(row)
    return row


def address(login: str) -> str:
    """What a demo person types at the sign-in."""
    return f"{login}@{cast.DOMAIN}"


def sign_ins() -> list[tuple[str, str]]:
    """(address, who it is) of the people worth trying first."""
    first = ("m.coord", "m.executor", "m.legal", "m.deputy", "m.signer", "m.control", "m.secretary",
             "c.coord", "c.executor", "c.legal", "c.signer", "c.control",
             "perm.aviation", "perm.motors", "operator", "admin")  # fmt: skip
    by_login = {person.login: person for person in cast.PEOPLE}
    return [(address(login), f"{' '.join(by_login[login].name)} — {by_login[login].position}") for login in first]


def reset() -> Company:
    """Empty every table and load the demo anew."""
    db.session.remove()
    db.drop_all()
    db.create_all()
    return load()
