"""In whose name a person may act in a slot: his own, or a principal's whom he stands in for today."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db
from core.signoffs.models import Slot, SlotHolder, Substitution


@dataclass(frozen=True)
class Hat:
    """The holder a person acts as. `substitution` is None when he holds the slot himself."""

    holder: SlotHolder
    substitution: Substitution | None = None

    @property
    def mark(self) -> str:
        return self.substitution.mark if self.substitution else ""


def active_substitutions(person_id: int) -> list[Substitution]:
    """The substitutions that make `person_id` somebody's substitute today. One query."""
    day = clock.today()
    rows = db.session.scalars(
        select(Substitution).where(
            Substitution.substitute_id == person_id,
            Substitution.starts_on <= day,
            Substitution.ends_on >= day,
            Substitution.revoked_at.is_(None),
        )
    )
    return [row for row in rows if row.active_on(day)]


def hat_for(slot: Slot, actor: Actor) -> Hat | None:
    """How the actor may act in the slot: himself first, then as a substitute of the same organisation."""
    if actor.id is None:
        return None
    by_person = {holder.person_id: holder for holder in slot.holders}
    if actor.id in by_person:
        return Hat(by_person[actor.id])
    for row in active_substitutions(actor.id):
        holder = by_person.get(row.principal_id)
        if holder and row.covers(slot.round.subject_kind, slot.kind, slot.id) and _same_side(slot, actor):
            return Hat(holder, row)
    return None


def _same_side(slot: Slot, actor: Actor) -> bool:
    """A substitute never acts for the other side: he belongs to the organisation the slot is for."""
    return actor.organisation_id == slot.organisation_id


def holder_organisation(person_id: int) -> int:
    return db.session.get_one(Person, person_id).organisation_id
