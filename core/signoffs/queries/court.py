"""Whose court a document is in now, and how long each organisation has held it, in working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import clock
from core.accounts.actor import Actor
from core.calendar import working_days_between
from core.signoffs.models import Round, Slot
from core.signoffs.queries.sheet import Sheet, sheet


@dataclass(frozen=True)
class Waiting:
    """A place that is waited for. `slot_id` None: the text is with its drafter between two rounds."""

    organisation_id: int
    organisation: str
    label: str
    names: str
    since: datetime
    days: int
    due_at: datetime | None = None
    slot_id: int | None = None

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()


@dataclass(frozen=True)
class Spent:
    """How many working days an organisation has held the document in all its rounds."""

    organisation_id: int
    organisation: str
    days: int


@dataclass(frozen=True)
class Court:
    """Who is waited for now, and who has held it for how long, the initiator first."""

    waiting: Sequence[Waiting]
    spent: Sequence[Spent]


def court(kind: str, subject_id: int, actor: Actor) -> Court:
    """The court of a subject. Raises NotFound for hidden and absent alike."""
    return court_of(sheet(kind, subject_id, actor))


def court_of(found: Sheet) -> Court:
    """The same of a sheet that was read already."""
    return Court(_waiting(found), _spent(found))


def _waiting(found: Sheet) -> list[Waiting]:
    current = found.current
    if current is None or current.state == "passed":
        return []
    if current.state != "open":
        return [_with_drafter(found, current)]
    open_slots = [slot for slot in current.slots if slot.state == "assigned" and slot.kind != "acknowledgement"]
    return [_place(found, slot) for slot in open_slots]


def _with_drafter(found: Sheet, current: Round) -> Waiting:
    since = current.closed_at or current.opened_at
    name = found.organisations[current.initiator_id].short_name
    return Waiting(current.initiator_id, name, "", "", since, working_days_between(since, clock.now()))


def _place(found: Sheet, slot: Slot) -> Waiting:
    since = slot.assigned_at or slot.round.opened_at
    return Waiting(
        organisation_id=slot.organisation_id,
        organisation=found.organisations[slot.organisation_id].short_name,
        label=slot.label,
        names=", ".join(holder.name for holder in slot.holders),
        since=since,
        days=working_days_between(since, clock.now()),
        due_at=slot.due_at,
        slot_id=slot.id,
    )


def _spent(found: Sheet) -> list[Spent]:
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in found.rounds:
        spans.setdefault(row.initiator_id, [])
        for slot in row.slots:
            if slot.assigned_at is not None and slot.kind not in ("acknowledgement", "submission"):
                end = slot.finished_at or row.closed_at or clock.now()
                spans.setdefault(slot.organisation_id, []).append((slot.assigned_at, end))
    for earlier, later in zip(found.rounds, found.rounds[1:], strict=False):
        spans[earlier.initiator_id].append((earlier.closed_at or later.opened_at, later.opened_at))
    current = found.current
    if current is not None and current.state in ("rejected", "recalled", "superseded") and current.closed_at:
        spans[current.initiator_id].append((current.closed_at, clock.now()))
    return [
        Spent(organisation, found.organisations[organisation].short_name, held_days(intervals))
        for organisation, intervals in spans.items()
    ]


def held_days(intervals: Iterable[tuple[datetime, datetime]]) -> int:
    """Working days that the union of the intervals covers: two visas at once are one day, not two."""
    total = 0
    reached: datetime | None = None
    for start, end in sorted(intervals):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += working_days_between(begin, end)
            reached = end
    return total
