"""Changing a running route: recorded with a reason, within one's own side, never against the stage's rule."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import Desk, Round, RouteChange
from core.signoffs.service import NewSlot, add_slot, decide, drop_slot, reassign
from core.signoffs.service.reassign import open_places
from tests.core.signoffs.scene import Scene, a_slot, a_stage, begin, slot_of, states


def changes() -> list[tuple[str, str]]:
    return [(row.what, row.reason) for row in db.session.scalars(select(RouteChange).order_by(RouteChange.id))]


def test_a_slot_passes_to_another_person_with_a_reason(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    slot = slot_of(current, "m_legal")
    reassign(slot.id, scene.people["m_profile"].id, "уволен", scene.actor("m_coord"))
    assert changes() == [("reassigned", "уволен")]
    assert set(db.session.scalars(select(Desk.person_id))) == {scene.people["m_profile"].id}
    with pytest.raises(NotAllowed):
        decide(slot.id, "approved", scene.actor("m_legal"))
    decide(slot.id, "approved", scene.actor("m_profile"))


@pytest.mark.parametrize(("to", "reason", "field"), [("c_legal", "уволен", "person_id"), ("m_profile", " ", "reason")])
def test_a_slot_does_not_pass_to_the_other_side_nor_without_a_reason(
    scene: Scene, to: str, reason: str, field: str
) -> None:
    slot = slot_of(begin(scene, [a_stage(a_slot("m_legal"))]), "m_legal")
    with pytest.raises(NotValid) as refused:
        reassign(slot.id, scene.people[to].id, reason, scene.actor("m_coord"))
    assert field in refused.value.fields


@pytest.mark.parametrize("role", ["c_coord", "m_legal"])
def test_each_sides_coordinator_changes_his_own_part_only(scene: Scene, role: str) -> None:
    slot = slot_of(begin(scene, [a_stage(a_slot("m_legal"))]), "m_legal")
    with pytest.raises(NotAllowed):
        reassign(slot.id, scene.people["m_profile"].id, "уволен", scene.actor(role))


def test_what_is_decided_is_not_reassigned(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    with pytest.raises(NotNow):
        reassign(slot_of(current, "m_legal").id, scene.people["m_profile"].id, "уволен", scene.actor("m_coord"))


def test_an_added_visa_holds_its_stage_up(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal")), a_stage(a_slot("m_deputy"))])
    place = NewSlot([scene.people["m_profile"].id], "Профильный", "own", 1)
    assert open_places(current, scene.ministry.id)[0][:2] == ("own", 1)
    add_slot(current.id, place, "по поручению", scene.actor("m_coord"))
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert states(current) == {"m_legal": "approved", "m_deputy": "queued", "Профильный": "assigned"}
    decide(slot_of(current, "Профильный").id, "approved", scene.actor("m_profile"))
    assert states(current)["m_deputy"] == "assigned"


def test_nothing_is_added_to_a_stage_that_is_over(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal")), a_stage(a_slot("m_deputy"))])
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    with pytest.raises(NotNow, match="пройден"):
        add_slot(current.id, NewSlot([scene.people["m_profile"].id], "Ещё", "own", 1), "надо", scene.actor("m_coord"))


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"kind": "signature"}, "kind"),
        ({"label": ""}, "label"),
        ({"person_ids": []}, "person_ids"),
        ({"stage": 9}, "stage"),
        ({"days": 0}, "days"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused(scene: Scene, place: dict[str, object], field: str) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    values: dict[str, object] = {
        "person_ids": [scene.people["m_profile"].id], "label": "Ещё", "phase": "own", "stage": 1, **place
    }  # fmt: skip
    with pytest.raises(NotValid) as refused:
        add_slot(current.id, NewSlot(**values), "надо", scene.actor("m_coord"))  # type: ignore[arg-type]
    assert field in refused.value.fields


def test_an_optional_place_may_be_dropped_a_mandatory_one_may_not(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance", mandatory=False))])
    with pytest.raises(NotNow):
        drop_slot(slot_of(current, "m_legal").id, "не нужен", scene.actor("m_coord"))
    drop_slot(slot_of(current, "m_finance").id, "не нужен", scene.actor("m_coord"))
    assert states(current) == {"m_legal": "assigned", "m_finance": "recalled"}


def test_a_quorum_keeps_enough_people(scene: Scene) -> None:
    slots = [a_slot(role) for role in ("m_legal", "m_finance", "m_profile")]
    current = begin(scene, [a_stage(*slots, rule="at_least", n=2)])
    drop_slot(slot_of(current, "m_legal").id, "не нужен", scene.actor("m_coord"))
    with pytest.raises(NotNow, match="правило"):
        drop_slot(slot_of(current, "m_finance").id, "не нужен", scene.actor("m_coord"))


def test_dropping_the_last_hindrance_passes_the_stage(scene: Scene) -> None:
    current = begin(
        scene, [a_stage(a_slot("m_legal"), a_slot("m_profile", mandatory=False)), a_stage(a_slot("m_deputy"))]
    )
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    drop_slot(slot_of(current, "m_profile").id, "не нужен", scene.actor("m_coord"))
    decide(slot_of(current, "m_deputy").id, "approved", scene.actor("m_deputy"))
    assert db.session.get_one(Round, current.id).state == "passed"
