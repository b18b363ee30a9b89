"""What follows an assignment: the holders are told, reminded, and after the term their side's deputy is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.accounts.models import Organisation
from core.calendar import working_days_between
from core.db import db, transaction
from core.notifications import Message, notify
from core.signoffs.models import Slot, Substitution
from core.signoffs.plan import holders_of
from core.signoffs.service.rounds import REMIND_BEFORE, reminder_moment
from core.signoffs.subjects import subject
from core.workflow import handler
from core.workflow.models import Job

ABOVE = {"ministry": ("m_deputy", "m_coord"), "corporation": ("c_deputy", "c_coord")}
"""Who is told of a side's delay, in this order: the deputy; where it is his own delay, the coordinator."""
ONE_ROLE = {"region": "roiv", "college": "college", "enterprise": "enterprise", "operator": "operator"}


@handler("signoffs.assigned")
def assigned(job: Job) -> None:
    """Tell those on whose desk the task lies, and those who stand in for them today."""
    with transaction():
        slot = _waiting(job.payload["slot_id"])
        if slot is None:
            return
        holders = {holder.person_id: "" for holder in slot.holders}
        for person_id, principal in {**stand_ins(slot), **holders}.items():
            context = {**_about(slot), "principal": principal}
            notify([person_id], _message(slot, f"signoffs.assigned:{slot.id}", "assigned", context))


@handler("signoffs.due")
def due(job: Job) -> None:
    """Remind before the term; at the term tell the holders, their deputy and the one who sent the document."""
    with transaction():
        slot = _waiting(job.payload["slot_id"])
        if slot is None or slot.round.stands or _moved(slot, job.payload.get("term")):
            return
        days = int(job.payload["days"])
        people = {holder.person_id for holder in slot.holders} | set(stand_ins(slot))
        assert slot.due_at is not None
        context = {**_about(slot), "days": working_days_between(clock.now(), slot.due_at)}
        if days and _overtaken(slot, days):
            return
        if days:
            notify(people, _message(slot, f"signoffs.due:{slot.id}:{days}:{slot.due_at}", "reminder", context))
            return
        notify(people, _message(slot, f"signoffs.due:{slot.id}:0:{slot.due_at}", "overdue", context))
        key = f"signoffs.escalated:{slot.id}:{slot.due_at}"
        path = subject(slot.round.subject_kind).url(slot.round.subject_id)
        notify(superiors(slot) - people, Message(key, "signoffs/escalation", path, context))


def _overtaken(slot: Slot, days: int) -> bool:
    """Whether a nearer reminder is due already: after a standstill only the nearest is sent, and none is untrue."""
    assert slot.due_at is not None
    nearer = max(one for one in (*REMIND_BEFORE, 0) if one < days)
    return clock.now() >= reminder_moment(slot.due_at, nearer)


def _moved(slot: Slot, term: int | None) -> bool:
    """The term was set anew since the reminder was: the new one has reminders of its own."""
    return term is not None and slot.due_at is not None and term != int(slot.due_at.timestamp())


def _waiting(slot_id: int) -> Slot | None:
    """The slot if it still waits: a decided or recalled one is nobody's concern any more."""
    slot = db.session.scalars(
        select(Slot).where(Slot.id == slot_id).options(joinedload(Slot.round), selectinload(Slot.holders))
    ).one_or_none()
    return slot if slot is not None and slot.state == "assigned" else None


def _message(slot: Slot, key: str, text: str, context: dict[str, Any]) -> Message:
    return Message(key, f"signoffs/{text}", f"/tasks/{slot.id}", context)


def _about(slot: Slot) -> dict[str, Any]:
    assert slot.due_at is not None
    assert slot.assigned_at is not None
    return {
        "title": slot.round.title,
        "label": slot.label,
        "kind": slot.kind,
        "round": slot.round.number,
        "due": f"{clock.in_moscow(slot.due_at):%d.%m.%Y %H:%M}",
        "since": f"{clock.in_moscow(slot.assigned_at):%d.%m.%Y}",
        "names": ", ".join(holder.name for holder in slot.holders),
        "organisation": db.session.get_one(Organisation, slot.organisation_id).short_name,
    }


def stand_ins(slot: Slot) -> dict[int, str]:
    """Who stands in for the slot's holders today, and for whom."""
    names = {holder.person_id: holder.name for holder in slot.holders}
    day = clock.today()
    rows = db.session.scalars(
        select(Substitution).where(
            Substitution.principal_id.in_(names),
            Substitution.starts_on <= day,
            Substitution.ends_on >= day,
            Substitution.revoked_at.is_(None),
        )
    )
    return {
        row.substitute_id: names[row.principal_id]
        for row in rows
        if row.active_on(day) and row.covers(slot.round.subject_kind, slot.kind, slot.id)
    }


def superiors(slot: Slot) -> set[int]:
    """The deputy of the slot's side (its coordinator, where the delay is the deputy's own), and the sender."""
    holders = {holder.person_id for holder in slot.holders}
    held = holders_of([slot.organisation_id])
    found = {slot.round.opened_by} if slot.round.opened_by else set()
    for role in ABOVE.get(slot.side) or (ONE_ROLE.get(slot.side, ""),):
        above = {person.id for person in held.get((slot.organisation_id, role), [])} - holders
        if above:
            return found | above
    return found
