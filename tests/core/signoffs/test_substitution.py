"""Substitution: dates, scope, basis, side; no chains; checked again at the moment of the act."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core import clock
from core.accounts.models import RoleHolding
from core.db import transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Round, Substitution
from core.signoffs.service import Away, Handing, decide, delegate, revoke, substitute
from tests.core.signoffs.scene import KIND, MONDAY, Scene, a_slot, a_stage, begin, slot_of

TODAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
ROUTE = [a_stage(a_slot("m_legal"), a_slot("m_signer", "visa"))]


def away(scene: Scene, principal: str, deputy: str, **fields: Any) -> Substitution:
    values = {
        "principal_id": scene.people[principal].id,
        "substitute_id": scene.people[deputy].id,
        "starts_on": TODAY,
        "ends_on": TODAY + WEEK,
        "basis_number": "512-к",
        "basis_date": TODAY - WEEK,
        **fields,
    }
    return substitute(Away(**values), scene.actor(principal))  # type: ignore[arg-type]


def test_a_substitute_decides_for_his_principal_and_the_visa_says_so(scene: Scene) -> None:
    row = away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE)
    decision = decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))
    assert (decision.mark, decision.person_id) == ("за", scene.people["m_profile"].id)
    assert decision.principal_id == scene.people["m_legal"].id
    assert decision.principal_name == scene.people["m_legal"].short_name
    assert decision.substitution_id == row.id


def test_the_principal_himself_may_still_decide(scene: Scene) -> None:
    away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE)
    assert decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal")).mark == ""


@pytest.mark.parametrize("shift", [-1, 8])
def test_outside_its_days_a_substitution_gives_nothing(scene: Scene, shift: int) -> None:
    away(scene, "m_legal", "m_profile", starts_on=TODAY, ends_on=TODAY + WEEK)
    current = begin(scene, ROUTE)
    with clock.at(MONDAY + timedelta(days=shift)), pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))


def test_the_first_and_the_last_day_count(scene: Scene) -> None:
    away(scene, "m_legal", "m_profile", starts_on=TODAY, ends_on=TODAY)
    current = begin(scene, ROUTE)
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))


def test_a_basis_that_has_expired_gives_nothing_at_the_moment_of_the_act(scene: Scene) -> None:
    row = away(scene, "m_legal", "m_profile", basis_kind="mchd", basis_expires_on=TODAY + WEEK)
    current = begin(scene, ROUTE)
    with transaction():
        row.basis_expires_on = TODAY - timedelta(days=1)
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))


def test_revoked_it_gives_nothing_from_the_next_act_on(scene: Scene) -> None:
    row = away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE)
    revoke(row.id, scene.actor("m_legal"))
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))
    with pytest.raises(NotNow):
        revoke(row.id, scene.actor("m_legal"))


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ([], True),
        (["visa"], True),
        (["signature"], False),
        ([KIND], True),
        (["agreement"], False),
        ([KIND, "visa"], True),
        ([KIND, "signature"], False),
    ],
)
def test_scope_limits_what_a_substitute_may_decide(scene: Scene, scope: list[str], allowed: bool) -> None:
    away(scene, "m_legal", "m_profile", scope=scope)
    current = begin(scene, ROUTE)
    slot = slot_of(current, "m_legal").id
    if allowed:
        decide(slot, "approved", scene.actor("m_profile"))
    else:
        with pytest.raises(NotAllowed):
            decide(slot, "approved", scene.actor("m_profile"))


def test_there_are_no_chains(scene: Scene) -> None:
    """Legal is away for profile, profile for finance: finance does not get what legal was given."""
    away(scene, "m_legal", "m_profile")
    away(scene, "m_profile", "m_finance")
    current = begin(scene, ROUTE)
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_finance"))


def test_a_substitute_does_not_fill_two_places_that_four_eyes_keep_apart(scene: Scene) -> None:
    away(scene, "m_legal", "m_signer")
    current = begin(scene, ROUTE)
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_signer"))
    with pytest.raises(NotNow) as refused:
        decide(slot_of(current, "m_signer").id, "approved", scene.actor("m_signer"))
    assert refused.value.reasons[0].code == "not_decided_here_before"


def test_nor_does_a_principal_decide_a_second_place_after_his_substitute(scene: Scene) -> None:
    with transaction():
        scene.people["m_legal"].roles.append(RoleHolding(role="m_signer"))
    away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE)
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))
    with pytest.raises(NotNow):
        decide(slot_of(current, "m_signer").id, "approved", scene.actor("m_legal"))


def test_a_visa_for_the_drafter_is_the_drafters_visa(scene: Scene) -> None:
    away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE, drafters=[scene.people["m_legal"].id])
    with pytest.raises(NotNow) as refused:
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))
    assert refused.value.reasons[0].code == "not_author"


def test_a_substitute_who_moved_to_the_other_side_acts_for_nobody(scene: Scene) -> None:
    away(scene, "m_legal", "m_profile")
    current = begin(scene, ROUTE)
    with transaction():
        scene.people["m_profile"].organisation_id = scene.corporation.id
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_profile"))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"ends_on": TODAY - WEEK, "starts_on": TODAY}, "ends_on"),
        ({"starts_on": TODAY - 2 * WEEK, "ends_on": TODAY - WEEK, "basis_date": TODAY - 3 * WEEK}, "ends_on"),
        ({"basis_number": " "}, "basis_number"),
        ({"basis_date": TODAY + WEEK}, "basis_date"),
        ({"basis_expires_on": TODAY}, "basis_expires_on"),
        ({"basis_kind": "mchd"}, "basis_expires_on"),
        ({"mark": "вместо"}, "mark"),
    ],
)
def test_a_substitution_without_ground_is_refused(scene: Scene, fields: dict[str, Any], name: str) -> None:
    with pytest.raises(NotValid) as refused:
        away(scene, "m_legal", "m_profile", **fields)
    assert name in refused.value.fields


@pytest.mark.parametrize("deputy", ["c_legal", "m_legal"])
def test_a_substitute_is_another_person_of_the_same_organisation(scene: Scene, deputy: str) -> None:
    with pytest.raises(NotValid) as refused:
        away(scene, "m_legal", deputy)
    assert "substitute_id" in refused.value.fields


def test_two_substitutes_for_the_same_tasks_on_one_day_are_refused(scene: Scene) -> None:
    away(scene, "m_legal", "m_profile", scope=["visa"])
    with pytest.raises(NotNow, match="уже есть замещение"):
        away(scene, "m_legal", "m_finance", starts_on=TODAY + WEEK, ends_on=TODAY + 2 * WEEK)
    away(scene, "m_legal", "m_finance", scope=["signature"])
    away(scene, "m_legal", "m_finance", starts_on=TODAY + WEEK + timedelta(days=1), ends_on=TODAY + 2 * WEEK)


def test_a_revoked_absence_makes_room_for_another(scene: Scene) -> None:
    revoke(away(scene, "m_legal", "m_profile").id, scene.actor("m_legal"))
    away(scene, "m_legal", "m_finance")


def test_an_absence_is_entered_by_the_person_or_his_office_never_by_the_substitute(scene: Scene) -> None:
    people = scene.people
    entry = Away(people["m_legal"].id, people["m_coord"].id, TODAY, TODAY + WEEK, "512-к", TODAY)
    for role in ("m_coord", "m_profile", "c_control"):  # the substitute himself, a colleague, the other side
        with pytest.raises(NotAllowed):
            substitute(entry, scene.actor(role))
    assert substitute(entry, scene.actor("m_control")).id


def test_a_stranger_neither_sees_nor_ends_a_substitution(scene: Scene) -> None:
    row = away(scene, "m_legal", "m_profile")
    with pytest.raises(NotFound):
        revoke(row.id, scene.actor("c_coord"))


def handing(scene: Scene, to: str) -> Handing:
    return Handing(scene.people[to].id, "33-к", TODAY)


def test_one_task_is_handed_over_and_no_other(scene: Scene) -> None:
    first, second = begin(scene, ROUTE), begin(scene, ROUTE, subject_id=2)
    delegate(slot_of(first, "m_legal").id, handing(scene, "m_profile"), "в отпуске", scene.actor("m_legal"))
    with pytest.raises(NotAllowed):
        decide(slot_of(second, "m_legal").id, "approved", scene.actor("m_profile"))
    assert decide(slot_of(first, "m_legal").id, "approved", scene.actor("m_profile")).mark == "за"


def test_what_was_handed_over_is_not_handed_on(scene: Scene) -> None:
    current: Round = begin(scene, ROUTE)
    slot = slot_of(current, "m_legal").id
    delegate(slot, handing(scene, "m_profile"), "в отпуске", scene.actor("m_legal"))
    with pytest.raises(NotAllowed):
        delegate(slot, handing(scene, "m_finance"), "и я", scene.actor("m_profile"))


def test_a_task_is_handed_to_one_at_a_time(scene: Scene) -> None:
    slot = slot_of(begin(scene, ROUTE), "m_legal").id
    delegate(slot, handing(scene, "m_profile"), "в отпуске", scene.actor("m_legal"))
    with pytest.raises(NotNow, match="уже передано"):
        delegate(slot, handing(scene, "m_finance"), "в отпуске", scene.actor("m_legal"))


def test_a_task_is_not_handed_to_the_other_side(scene: Scene) -> None:
    slot = slot_of(begin(scene, ROUTE), "m_legal").id
    with pytest.raises(NotValid):
        delegate(slot, handing(scene, "c_legal"), "в отпуске", scene.actor("m_legal"))
