"""Who is told about a decision, and in which words."""

from __future__ import annotations

from typing import Any

from core.signoffs.plan import holders_of
from roadmap.models import MeetingDecision

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
