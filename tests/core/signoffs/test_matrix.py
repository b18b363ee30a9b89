"""The sign-off task: every state × step × person, against the table typed here from the field's specification."""

from __future__ import annotations

import pytest

from core.accounts.actor import SYSTEM, Actor
from core.db import db, transaction
from core.errors import NotAllowed, NotNow, Refusal
from core.signoffs.models import Slot
from core.signoffs.service import Away, substitute
from core.signoffs.states import approval_task
from core.workflow import Ask
from tests.core.signoffs.scene import MONDAY, Scene, a_slot, a_stage, begin, slot_of

STATES = ("queued", "assigned", "approved", "approved_with_remarks", "rejected", "recalled", "lapsed")
PEOPLE = ("holder", "substitute", "colleague", "other side", "own coordinator", "their coordinator", "system")

EXPECTED: dict[str, tuple[tuple[str, ...], str, set[str]]] = {
    # step: (from, to, who)
    "assign": (("queued",), "assigned", {"system"}),
    "approve": (("assigned",), "approved", {"holder", "substitute"}),
    "approve_remarks": (("assigned",), "approved_with_remarks", {"holder", "substitute"}),
    "reject": (("assigned",), "rejected", {"holder", "substitute"}),
    "delegate": (("assigned",), "assigned", {"holder"}),
    "recall": (("queued", "assigned"), "recalled", {"own coordinator", "their coordinator", "system"}),
    "lapse": (("approved", "approved_with_remarks"), "lapsed", {"system"}),
}
ASK = Ask(comment="причина", data={"basis_number": "1-к", "basis_date": "2026-03-02"})


class Undo(Exception):
    """Ends a transaction whose outcome was looked at."""


def people(scene: Scene) -> dict[str, Actor]:
    today = MONDAY.date()
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    substitute(Away(legal.id, profile.id, today, today, "1-к", today), scene.actor("m_legal"))
    return {
        "holder": scene.actor("m_legal"),
        "substitute": scene.actor("m_profile"),
        "colleague": scene.actor("m_finance"),
        "other side": scene.actor("c_legal"),
        "own coordinator": scene.actor("m_coord"),
        "their coordinator": scene.actor("c_coord"),
        "system": SYSTEM,
    }


def outcome(slot_id: int, state: str, step: str, actor: Actor) -> str:
    """The state the step leads to, or the refusal's name; nothing of it stays."""
    found = ""
    try:
        with transaction():
            slot = db.session.get_one(Slot, slot_id)
            slot.state = state
            db.session.flush()
            try:
                found = approval_task.take(slot, step, actor, ASK).to_state
            except Refusal as refusal:
                found = type(refusal).__name__
            raise Undo
    except Undo:
        return found


def expected(state: str, step: str, who: str) -> str:
    sources, target, allowed = EXPECTED[step]
    if state not in sources:
        return NotNow.__name__
    return target if who in allowed else NotAllowed.__name__


def test_the_table_has_exactly_the_states_and_steps_of_the_field() -> None:
    assert tuple(approval_task.states) == STATES
    assert set(approval_task.steps) == set(EXPECTED)


@pytest.mark.parametrize("step", sorted(EXPECTED))
def test_a_step_is_taken_only_from_its_states_by_its_people(scene: Scene, step: str) -> None:
    slot_id = slot_of(begin(scene, [a_stage(a_slot("m_legal"))]), "m_legal").id
    actors = people(scene)
    found = {(state, who): outcome(slot_id, state, step, actors[who]) for state in STATES for who in PEOPLE}
    assert found == {(state, who): expected(state, step, who) for state in STATES for who in PEOPLE}


KINDS = {
    # kind: what its holder may do
    "visa": {"approve", "approve_remarks", "reject"},
    "signature": {"approve", "reject"},
    "registration": {"approve"},
    "acknowledgement": {"approve"},
}


SAME_PHASE = {"signature": "signature", "registration": "registration"}
"""The kind of the neighbour that keeps the round open while the slot is looked at."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_slot_takes_only_its_verdicts(scene: Scene, kind: str) -> None:
    neighbour = a_slot("m_signer", SAME_PHASE.get(kind, "visa"))
    slot_id = slot_of(begin(scene, [a_stage(a_slot("m_legal", kind), neighbour)]), "m_legal").id
    holder = scene.actor("m_legal")
    found = {
        step
        for step in ("approve", "approve_remarks", "reject")
        if outcome(slot_id, "assigned", step, holder) == EXPECTED[step][1]
    }
    assert found == KINDS[kind]


@pytest.mark.parametrize("step", sorted(EXPECTED))
def test_what_needs_a_reason_is_refused_without_one(scene: Scene, step: str) -> None:
    row = approval_task.steps[step]
    assert row.comment == (step in ("approve_remarks", "reject", "delegate", "recall", "lapse"))
