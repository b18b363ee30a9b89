"""Who may be at work on an item."""

from __future__ import annotations

from sqlalchemy import select

from core.accounts.models import Organisation, Person, RoleHolding
from core.db import db
from roadmap.models import Item, ItemTerms, Roadmap
from roadmap.rules.people import EXECUTORS


def possible_executors(item: Item, terms: ItemTerms, plan: Roadmap) -> list[tuple[int, str]]:
    """People with an executor's role in the parties and the organisations that work on the item."""
    organisations = {party.organisation_id for party in plan.parties} | set(terms.co_organisations or [])
    if terms.organisation_id:
        organisations.add(terms.organisation_id)
    rows = db.session.execute(
        select(Person, Organisation.short_name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(
            Person.organisation_id.in_(organisations),
            Person.active,
            select(RoleHolding.id).where(RoleHolding.person_id == Person.id, RoleHolding.role.in_(EXECUTORS)).exists(),
        )
        .order_by(Organisation.short_name, Person.surname)
    )
    return [(person.id, f"{person.short_name}, {name}") for person, name in rows]
