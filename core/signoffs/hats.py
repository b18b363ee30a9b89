"""In whose name a person may act in a slot: his own, or a principal's whom he stands in for on that day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.signoffs.models import Slot, SlotHolder, Substitution

_HELD = "substitutions"
_day: ContextVar[date | None] = ContextVar("day of the act", default=None)


_ACTIVE = select(Substitution).where(
    Substitution.substitute_id == bindparam("person"),
    Substitution.starts_on <= bindparam("day"),
    Substitution.ends_on >= bindparam("day"),
    Substitution.revoked_at.is_(None),
)


@dataclass(frozen=True)
class Hat:
    """The holder a person acts as. `substitution` is None when he holds the slot himself."""

    holder: SlotHolder
    substitution: Substitution | None = None

    @property
    def mark(self) -> str:
        return self.substitution.mark if self.substitution else ""


@contextmanager
def as_of(day: date) -> Iterator[None]:
    """Judge substitutions by `day` inside the block: an act on paper is judged by the day it was signed."""
    token = _day.set(day)
    try:
        yield
    finally:
        _day.reset(token)


def day_of_act() -> date:
    """The day by which an act is judged: today, unless it was given on paper earlier."""
    return _day.get() or clock.today()


def active_substitutions(person_id: int) -> list[Substitution]:
    """The substitutions that make `person_id` somebody's substitute on the day of the act.

    Read once a database transaction for a person and a day: every rule of a page asks for them.
    """
    day, session = day_of_act(), db.session()
    held = session.info.get(_HELD)
    if held is None or held[0] is not session.get_transaction():
        held = session.info[_HELD] = (session.get_transaction(), {})
    found: dict[tuple[int, date], list[Substitution]] = held[1]
    if (person_id, day) not in found:
        found[person_id, day] = _read(person_id, day)
        session.info[_HELD] = (session.get_transaction(), found)
    return [row for row in found[person_id, day] if row.active_on(day)]


def _read(person_id: int, day: date) -> list[Substitution]:
    return list(db.session.scalars(_ACTIVE, {"person": person_id, "day": day}))


def hat_for(slot: Slot, actor: Actor) -> Hat | None:
    """How the actor may act in the slot: himself first, then as a substitute from the holder's own organisation."""
    if actor.id is None:
        return None
    mine = {holder.person_id: holder for holder in slot.holders if holder.organisation_id == actor.organisation_id}
    if actor.id in mine:
        return Hat(mine[actor.id])
    if not mine:
        return None
    for row in active_substitutions(actor.id):
        holder = mine.get(row.principal_id)
        if holder and row.covers(slot.round.subject_kind, slot.kind, slot.id):
            return Hat(holder, row)
    return None
