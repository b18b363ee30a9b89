"""Said of every step of every machine: it has words for once it was taken, and they are no order to anybody."""

from __future__ import annotations

import re

import pytest

from agreements.states import agreement_machine
from core.signoffs.states import approval_task
from core.workflow import Step
from roadmap.states import (
    change_request,
    meeting_decision,
    regulatory_initiative,
    roadmap,
    roadmap_item,
    roadmap_report,
)

MACHINES = (
    agreement_machine, approval_task, change_request, meeting_decision, regulatory_initiative, roadmap, roadmap_item,
    roadmap_report,
)  # fmt: skip
EVERY = [pytest.param(step, id=f"{one.kind}.{name}") for one in MACHINES for name, step in one.steps.items()]
INFINITIVE = re.compile(r"(ть|ти|чь|ться|тись)$")


def test_all_seven_machines_and_the_task_are_asked() -> None:
    assert {one.kind for one in MACHINES} == {
        "agreement", "approval_task", "change_request", "meeting_decision", "regulatory_initiative", "roadmap",
        "roadmap_item", "roadmap_report",
    }  # fmt: skip


@pytest.mark.parametrize("step", EVERY)
def test_a_step_is_told_in_the_past(step: Step) -> None:
    words = str(step.done)
    assert words, "no words for the history"
    assert words[:1].isupper()
    assert not words.endswith("."), "a line of the history, not a sentence"
    first = words.lower().split()[0]
    assert not INFINITIVE.search(first), "an order of the button, not what was done"
