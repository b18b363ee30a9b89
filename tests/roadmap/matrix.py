"""Every state × step × role × place of a machine against a table typed in the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.accounts.actor import SYSTEM, Actor
from core.accounts.models import Organisation
from core.accounts.roles import ROLES
from core.errors import NotAllowed, NotNow
from core.workflow import Workflow
from roadmap.models import Roadmap, RoadmapParty

PLACES = {"ministry": 1, "corporation": 2, "college": 3}
"""Where a person works: the two parties of the plan, and somebody who is none."""


@dataclass(frozen=True)
class Expected:
    """A step as the specification has it: from, to, and who by place."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    who: Mapping[str, frozenset[str]]
    system: bool = False
    in_state: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """Who, where it depends on the state as well."""

    def may(self, state: str, place: str, role: str) -> bool:
        return role in self.in_state.get(state, self.who).get(place, ())


def both(*roles: str) -> dict[str, frozenset[str]]:
    """The roles at either party."""
    return {"ministry": frozenset(roles), "corporation": frozenset(roles)}


def a_bare_plan() -> Roadmap:
    """A plan of the two parties that stands in no table."""
    parties = [
        RoadmapParty(organisation_id=number, side=side, position=number, organisation=Organisation(short_name=side))
        for side, number in PLACES.items()
        if side != "college"
    ]
    return Roadmap(id=1, title="план", parties=parties)


def people() -> Iterator[tuple[str, str, Actor]]:
    """(place, role, actor): every role at every place."""
    for place, organisation in PLACES.items():
        for role in ROLES:
            actor = Actor(7, "Некто", organisation_id=organisation, side=place, roles=frozenset({role}))
            yield place, role, actor


def check(machine: Workflow, expected: Mapping[str, Expected], row: Callable[[str], Any]) -> int:
    """Compare; returns how many combinations were looked at."""
    assert set(machine.steps) == set(expected)
    looked = 0
    for name, right in expected.items():
        step = machine.steps[name]
        assert (step.sources, set(step.all_targets)) == (right.sources, set(right.targets)), name
        for state in machine.states:
            for place, role, actor in people():
                looked += 1
                _compare(machine, name, row(state), actor, right.may(state, place, role), state in right.sources)
            _compare(machine, name, row(state), SYSTEM, right.system, state in right.sources)
    return looked


def _compare(machine: Workflow, name: str, row: Any, actor: Actor, may: bool, here: bool) -> None:
    where = (machine.kind, name, row.state, actor.side, sorted(actor.roles))
    if not here:
        with pytest.raises(NotNow):
            machine.take(row, name, actor)
    elif may:
        refused = [reason for rule in machine.steps[name].who if (reason := rule(row, actor))]
        assert not refused, where
    else:
        with pytest.raises(NotAllowed):
            machine.take(row, name, actor)
