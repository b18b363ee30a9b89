"""Where an initiative stands: the way of a bill as stages, each passed, present or ahead, and the side ways taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.clock import in_moscow
from roadmap.states.initiatives import HELD, regulatory_initiative

WAY = (
    "proposal", "substantiation", "draft_act", "internal_approval", "interagency", "public_discussion", "expertise",
    "in_government", "in_duma", "adopted", "approved_fc", "signed", "implementation", "effective",
)  # fmt: skip
"""The whole way. A bill of deputies and an act of the Government skip parts of it."""
ASIDE = ("disagreement", "on_hold", "rejected", "withdrawn")


@dataclass(frozen=True)
class Stage:
    """A stage: `standing` is done, now, skipped or next; `on` is the day it was last entered."""

    name: str
    label: Any
    standing: str
    on: date | None = None
    aside: bool = False


def stages(row: Any, records: Iterable[Any]) -> list[Stage]:
    """The way of an initiative out of its journal, the side ways it has gone put where it left the road."""
    entered: dict[str, date] = {}
    for record in sorted(records, key=lambda one: one.seq):
        if record.to_state:
            entered[record.to_state] = in_moscow(record.at).date()
    here = _reached(row, entered)
    found = []
    for place, name in enumerate(WAY):
        standing = _standing(row, name, place, here, entered)
        found.append(Stage(name, regulatory_initiative.states[name].label, standing, entered.get(name)))
        if place == here:
            found += _side_ways(row, entered)
    return found


def _reached(row: Any, entered: dict[str, date]) -> int:
    """How far along the road it is; where it stands aside, from where it left."""
    if row.state in WAY:
        return WAY.index(row.state)
    if row.state == "disagreement":
        return WAY.index("interagency")
    if row.state == "on_hold" and row.held_state in HELD:
        return WAY.index(row.held_state)
    return max((WAY.index(name) for name in entered if name in WAY), default=0)


def _standing(row: Any, name: str, place: int, here: int, entered: dict[str, date]) -> str:
    if name == row.state:
        return "now"
    if place > here:
        return "next"
    return "done" if name in entered else "skipped"


def _side_ways(row: Any, entered: dict[str, date]) -> list[Stage]:
    return [
        Stage(
            name,
            regulatory_initiative.states[name].label,
            "now" if name == row.state else "done",
            entered[name],
            aside=True,
        )
        for name in ASIDE
        if name in entered
    ]
