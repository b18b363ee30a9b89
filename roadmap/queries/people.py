"""Who may be at work on an item, and who may be named in the minutes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import or_, select

from core.accounts.models import Organisation, Person, RoleHolding
from core.db import db
from roadmap.models import Item, ItemTerms, Roadmap
from roadmap.rules.people import EXECUTORS

MOST = 1500
"""People offered while one types; whoever is not among them is typed in full."""


def possible_executors(item: Item, terms: ItemTerms, plan: Roadmap) -> list[tuple[int, str]]:
    """People with an executor's role in the parties, the organisations that work on the item and the operator's."""
    organisations = {party.organisation_id for party in plan.parties} | set(terms.co_organisations or [])
    if terms.organisation_id:
        organisations.add(terms.organisation_id)
    rows = db.session.execute(
        select(Person, Organisation.short_name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            or_(Person.organisation_id.in_(organisations), Organisation.kind == "operator"),
            Person.active,
            select(RoleHolding.id).where(RoleHolding.person_id == Person.id, RoleHolding.role.in_(EXECUTORS)).exists(),
        )
        .order_by(Organisation.short_name, Person.surname)
    )
    return [(person.id, f"{person.short_name}, {name}") for person, name in rows]


@dataclass(frozen=True)
class Known:
    """Somebody who may be named in the minutes: a person of the service, or (with no person) an organisation."""

    person_id: int | None
    organisation_id: int
    label: str
    name: str
    position: str
    organisation: str


def known_people(plan: Roadmap) -> list[Known]:
    """Active people of the parties first, then of everybody else the service knows, then the organisations.

    The label tells one person from another: where two are called alike, it names the organisation too.
    """
    parties = [party.organisation_id for party in plan.parties]
    rows = db.session.execute(
        select(Person, Organisation.short_name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.active)
        .order_by(Person.organisation_id.not_in(parties), Person.surname, Person.given_name, Person.id)
        .limit(MOST)
    ).all()
    alike = Counter(person.full_name for person, _name in rows)
    people = [
        Known(
            person.id,
            person.organisation_id,
            f"{person.full_name} ({name})" if alike[person.full_name] > 1 else person.full_name,
            person.full_name,
            person.position,
            name,
        )
        for person, name in rows
    ]
    return [*people, *_organisations(parties)]


def _organisations(parties: list[int]) -> list[Known]:
    rows = db.session.execute(
        select(Organisation.id, Organisation.short_name)
        .order_by(Organisation.id.not_in(parties), Organisation.short_name)
        .limit(MOST)
    )
    return [Known(None, row.id, row.short_name, "", "", row.short_name) for row in rows]


def found_among(known: list[Known], text: str, organisation: str = "") -> Known | None:
    """Whom the words name: a label as it was offered, or a full name together with the organisation."""
    wanted = " ".join(text.split())
    if not wanted:
        return None
    for one in known:
        if wanted in (one.label, one.name) and (wanted == one.label or organisation == one.organisation):
            return one
    return None
