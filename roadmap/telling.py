"""Who is told about a decision, and in which words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from core.signoffs.plan import holders_of
from roadmap.models import MeetingDecision
from roadmap.rules.people import role_names

ABOVE = ("m_deputy", "c_deputy")
CONTROL = ("m_control", "c_control", "secretary")


def executors(row: MeetingDecision) -> set[int]:
    """The responsible executor and the co-executors; where nobody is named, who executes at the organisation."""
    named = {*row.co_executor_ids, *([row.executor_id] if row.executor_id else [])}
    if row.executor_id is None and row.organisation_id is not None:
        held = holders_of([row.organisation_id])
        named |= {person.id for person in held.get((row.organisation_id, "executor"), [])}
    return named


def superiors(row: MeetingDecision) -> set[int]:
    """The deputies of the executor's side; of both sides where the executor is of neither."""
    return _holders(row, ABOVE, own=True)


def controllers(row: MeetingDecision) -> set[int]:
    """The secretaries of the working group and those who keep control of execution, at both sides."""
    return _holders(row, CONTROL)


def _holders(row: MeetingDecision, roles: tuple[str, ...], own: bool = False) -> set[int]:
    parties = [party.organisation_id for party in row.meeting.roadmap.parties]
    if own and row.organisation_id in parties:
        parties = [row.organisation_id]
    held = holders_of(parties)
    return {person.id for (_where, role), people in held.items() if role in roles for person in people}


def who_can_help(row: MeetingDecision) -> list[tuple[Any, Any]]:
    """What can still be done about a decision past its term, and who may do it, by name. One query.

    An extension is granted only where it was asked for in time; the rest is for those who keep control of it.
    """
    held = holders_of([party.organisation_id for party in row.meeting.roadmap.parties])

    def names(*roles: str) -> str:
        found = {
            person.id: person.short_name
            for (_where, role), people in held.items()
            if role in roles
            for person in people
        }
        return ", ".join(found.values()) or role_names(roles)

    chair = names(*ABOVE, "secretary")
    return [
        (_l("Продлить срок, о чём исполнитель просит, или отказать"), chair)
        if row.state == "extension_requested"
        else (_l("Назначить новый срок: до истечения прежнего о продлении не просили"), _l("следующее совещание")),
        (_l("Доложить об исполнении или о причинах задержки"), row.executor_name),
        (_l("Переадресовать; снять с контроля после доклада"), chair),
        (_l("Признать неисполненным или снять как утратившее актуальность"), names(*ABOVE)),
    ]


def about(row: MeetingDecision) -> dict[str, Any]:
    """The decision in a letter."""
    meeting = row.meeting
    return {
        "code": row.code or str(row.number),
        "number": meeting.number,
        "day": f"{meeting.held_on:%d.%m.%Y}",
        "text": row.text,
        "executor": row.executor_name,
        "due": f"{row.due_on:%d.%m.%Y}",
    }
