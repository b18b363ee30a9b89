"""Counting: whether the slots of one stage meet its rule. Looks at states only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.signoffs.models import Slot

POSITIVE = ("approved", "approved_with_remarks")
OPEN = ("queued", "assigned")
QUORUM = ("any", "at_least")


def peers(slot: Slot, among: Iterable[Slot]) -> list[Slot]:
    """The slots that stand in one stage with `slot`, itself included."""
    place = (slot.phase, slot.track, slot.stage)
    return [other for other in among if (other.phase, other.track, other.stage) == place]


def needed(slots: Sequence[Slot]) -> int:
    """How many positive decisions a quorum takes: one, or N, or everybody where there are fewer than N."""
    counted = sum(slot.kind != "acknowledgement" for slot in slots)
    return min(1 if slots[0].rule == "any" else slots[0].n, counted)


def stage_complete(slots: Sequence[Slot]) -> bool:
    """Whether the stage's rule is met: all mandatory ones, any, or at least N. Acknowledgements never hold it up."""
    counted = [slot for slot in slots if slot.kind != "acknowledgement"]
    if slots[0].rule in QUORUM:
        return sum(slot.state in POSITIVE for slot in counted) >= needed(slots)
    return all(slot.state in POSITIVE for slot in counted if slot.mandatory)


def needless(slots: Sequence[Slot]) -> list[Slot]:
    """Open slots of a quorum that has been reached: nobody need decide them any more."""
    if slots[0].rule not in QUORUM or not stage_complete(slots):
        return []
    return [slot for slot in slots if slot.state in OPEN and slot.kind != "acknowledgement"]


def tracks(slots: Iterable[Slot], phase: str) -> list[dict[int, list[Slot]]]:
    """The slots of a phase: for each track, stage number → slots."""
    found: dict[str, dict[int, list[Slot]]] = {}
    for slot in slots:
        if slot.phase == phase:
            found.setdefault(slot.track, {}).setdefault(slot.stage, []).append(slot)
    return list(found.values())
