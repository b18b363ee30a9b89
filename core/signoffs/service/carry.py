"""Keeping visas over an editorial change: the coordinator's recorded decision that names the difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotFound, NotValid
from core.signoffs.counting import OPEN, POSITIVE
from core.signoffs.models import Decision, Round, Slot
from core.signoffs.service.rounds import clear_desks, open_stages
from core.signoffs.states import approval_task

COPIED = (
    "verdict", "comment", "document_hash", "at", "person_id", "organisation_id", "name", "position", "mark",
    "principal_id", "principal_name", "substitution_id", "method", "assurance", "session", "paper_act_id",
)  # fmt: skip


def carry(current: Round, slots: Iterable[int], difference: str, actor: Actor) -> list[Slot]:
    """Keep visas given to the previous text; returns the slots that are decided by it.

    `slots` are ids of slots of the round before; each is matched to the slot of the same party, role and label. A visa
    whose place is gone from the route, or whose giver has drafted the new text, is not kept: its place is asked anew.
    Calls nothing of the subject back (it runs inside its step). Raises NotValid without the difference, NotFound for
    what is no visa of the round before.
    """
    if not difference.strip():
        raise NotValid(_("Опишите, чем текст отличается: без этого визы не сохранить"), "difference")
    with transaction():
        kept = [slot for old in _visas(current, slots) if (slot := _carry_one(current, old, difference, actor))]
        open_stages(current)
        return kept


def _visas(current: Round, ids: Iterable[int]) -> list[Slot]:
    """The named slots, provided that each is a visa given in the round before. Raises NotFound."""
    wanted = sorted(set(ids))
    found = list(
        db.session.scalars(
            select(Slot)
            .join(Round, Round.id == Slot.round_id)
            .where(
                Slot.id.in_(wanted),
                Slot.kind == "visa",
                Round.subject_kind == current.subject_kind,
                Round.subject_id == current.subject_id,
                Round.number == current.number - 1,
            )
            .order_by(Slot.id)
        )
    )
    if len(found) != len(wanted) or not all(slot.decision and slot.decision.verdict in POSITIVE for slot in found):
        raise NotFound(_("Сохранить можно только визу, данную в предыдущем круге"))
    return found


def _carry_one(current: Round, old: Slot, difference: str, actor: Actor) -> Slot | None:
    given = old.decision
    assert given is not None
    place = (old.organisation_id, old.role, old.label, old.kind)
    slot = next(
        (s for s in current.slots if (s.organisation_id, s.role, s.label, s.kind) == place and s.state in OPEN), None
    )
    if slot is None or not {given.person_id, given.principal_id}.isdisjoint(current.drafters):
        return None
    now, before = clock.now(), slot.state
    clear_desks([slot])
    db.session.add(_carried(slot, given, difference.strip(), actor))
    slot.state, slot.moved_at, slot.finished_at = given.verdict, now, now
    slot.assigned_at = slot.assigned_at or now
    db.session.flush()
    _journal(slot, given, before, difference.strip(), actor)
    return slot


def _carried(slot: Slot, given: Decision, difference: str, actor: Actor) -> Decision:
    copied: dict[str, Any] = {name: getattr(given, name) for name in COPIED}
    return Decision(
        slot_id=slot.id,
        round_id=slot.round_id,
        carried_from_id=given.id,
        carried_by=actor.name,
        carried_note=difference,
        **copied,
    )


def _journal(slot: Slot, given: Decision, before: str, difference: str, actor: Actor) -> None:
    kind, subject_id = slot.round.subject
    data = {"of": [approval_task.kind, slot.id], "given_by": given.name, "given_for": given.document_hash}
    act = audit.Act(kind, subject_id, "keep_visa", before, slot.state, difference, slot.round.document_hash, data)
    audit.append(actor.who(), act)
