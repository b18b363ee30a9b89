"""How a round is shown: its stages and slots in words, for the route on a page and for the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from core import clock
from core.signoffs import words
from core.signoffs.counting import peers, stage_complete
from core.signoffs.models import Decision, Round, Slot
from core.signoffs.plan import PlannedSlot
from core.signoffs.states import said, state_of

Names = Mapping[int, str]
"""Organisation id → its short name."""

STAGE_TITLES: dict[str, Callable[[], str]] = {
    "submission": lambda: _("Представление на согласование"),
    "visa": lambda: _("Согласование"),
    "signature": lambda: _("Подписание"),
    "registration": lambda: _("Регистрация"),
    "acknowledgement": lambda: _("Ознакомление"),
}


def stages(current: Round, names: Names, me: int | None = None, url: Callable[[int], str] | None = None) -> list[Any]:
    """The route of a round as `macros/steps.html` draws it: a list of stages, those of one party together."""
    groups: dict[tuple[int, str, int, str], list[Slot]] = {}
    for slot in current.slots:
        groups.setdefault((slot.organisation_id, slot.track, slot.stage, slot.phase), []).append(slot)
    initiator_first = sorted(groups, key=lambda key: (key[0] != current.initiator_id, key[0], key[2], key[3]))
    number: dict[int, int] = {}
    found = []
    for key in initiator_first:
        number[key[0]] = number.get(key[0], 0) + 1
        found.append(_stage(current, groups[key], names, number[key[0]], me, url))
    return found


def _stage(
    current: Round, slots: Sequence[Slot], names: Names, number: int, me: int | None, url: Callable[[int], str] | None
) -> dict[str, Any]:
    first = slots[0]
    beside = peers(first, current.slots)
    waiting = [slot.due_at for slot in slots if waits(slot, current) and slot.due_at]
    return {
        "party": names.get(first.organisation_id, "—"),
        "side": first.side,
        "number": number,
        "title": STAGE_TITLES[first.kind](),
        "rule": rule(first.rule, first.n, len(beside)),
        "state": _state(slots, beside, current),
        "due": words.day(max(waiting)) if waiting else "",
        "slots": [shown_slot(slot, current, me, url) for slot in slots],
    }


def waits(slot: Slot, current: Round) -> bool:
    """Whether somebody's decision is waited for here: not while the round stands."""
    return slot.state == "assigned" and not current.stands


def _state(slots: Sequence[Slot], beside: Sequence[Slot], current: Round) -> str:
    states = {slot.state for slot in slots}
    if "rejected" in states:
        return "stop"
    if "assigned" in states:
        return "next" if current.stands else "now"
    return "done" if stage_complete(beside) else "next"


def rule(name: str, n: int, count: int) -> str:
    """The stage's rule in words; of one slot there is nothing to say."""
    if count < 2:
        return ""
    if name == "at_least":
        return str(_("не менее %(n)s из %(count)s", n=n, count=count))
    return str(_("любой один из %(count)s", count=count)) if name == "any" else str(_("все, параллельно"))


def shown_slot(
    slot: Slot, current: Round, me: int | None = None, url: Callable[[int], str] | None = None
) -> dict[str, Any]:
    """One place of the route: who, when, with what verdict, and every mark that belongs to it."""
    decision = slot.decision
    state = state_of(slot.kind, slot.state, current.stands)
    holders = ", ".join(holder.name for holder in slot.holders)
    now = waits(slot, current)
    return {
        "id": slot.id,
        "role": words.named(slot.label),
        "holder": decision.name if decision else holders,
        "position": decision.position if decision else _position(slot),
        "verdict": str(
            state.label if decision is None or slot.state == "lapsed" else said(decision.verdict, slot.kind)
        ),
        "tone": state.tone,
        "time": words.minute(decision.at) if decision else "",
        "due": words.day(slot.due_at) if now else "",
        "late": bool(now and slot.due_at and slot.due_at < clock.now()),
        "hash": decision.document_hash if decision else "",
        "remark": (decision.comment if decision else "") or (slot.note if slot.state == "recalled" else ""),
        "mine": slot.state == "assigned" and any(holder.person_id == me for holder in slot.holders),
        "url": url(slot.id) if url and slot.state == "assigned" else "",
        **_marks(slot, decision),
    }


def _position(slot: Slot) -> str:
    return slot.holders[0].position if len(slot.holders) == 1 else ""


def _marks(slot: Slot, decision: Decision | None) -> dict[str, str]:
    marks = {"substitution": "", "paper": "", "carried": "", "voided": ""}
    if slot.state == "lapsed":
        marks["voided"] = str(_("утратила силу: %(note)s", note=slot.note))
    if decision is None:
        return marks
    if decision.mark:
        marks["substitution"] = f"{decision.mark}: {decision.principal_name}"
    if decision.paper_act_id:
        marks["paper"] = str(_("на бумаге, скан приложен"))
    if decision.carried_from_id:
        marks["carried"] = str(
            _("перенесена, решение: %(who)s. Отличие: %(what)s", who=decision.carried_by, what=decision.carried_note)
        )
    return marks


def planned(slots: Sequence[PlannedSlot]) -> list[dict[str, Any]]:
    """A route before its start, with the names of today, in the same shape."""
    groups: dict[tuple[str, int, str, int, str], list[PlannedSlot]] = {}
    for slot in slots:
        key = (slot.track, slot.organisation_id, slot.organisation, slot.stage, slot.phase)
        groups.setdefault(key, []).append(slot)
    number: dict[int, int] = {}
    found = []
    for (_track, organisation_id, organisation, _stage_number, _phase), beside in groups.items():
        number[organisation_id] = number.get(organisation_id, 0) + 1
        found.append(
            {
                "party": organisation,
                "side": beside[0].side,
                "number": number[organisation_id],
                "title": STAGE_TITLES[beside[0].kind](),
                "rule": rule(beside[0].rule, beside[0].n, len(beside)),
                "state": "next",
                "slots": [_planned_slot(slot) for slot in beside],
            }
        )
    return found


def _planned_slot(slot: PlannedSlot) -> dict[str, Any]:
    held = bool(slot.holders)
    return {
        "role": words.named(slot.label),
        "holder": ", ".join(person.short_name for person in slot.holders),
        "position": slot.holders[0].position if len(slot.holders) == 1 else "",
        "verdict": str(_("%(n)s раб. дн.", n=slot.days) if held else _("роль никто не исполняет")),
        "tone": "neutral" if held else "danger",
    }
