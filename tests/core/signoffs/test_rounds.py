"""A round: what is frozen at its start, what opens when, how it ends."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.accounts.models import RoleHolding
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Decision, Desk, Remark, Round
from core.signoffs.service import rounds
from core.signoffs.service.decide import NewRemark, decide
from tests.core.signoffs.scene import KIND, Scene, Told, a_slot, a_stage, begin, slot_of, states, text_hash


def test_stages_open_one_after_another_and_the_last_decision_ends_the_round(scene: Scene, told: Told) -> None:
    current = begin(
        scene,
        [a_stage(a_slot("m_profile")), a_stage(a_slot("m_legal"), a_slot("m_finance"))],
        [a_stage(a_slot("c_legal"))],
    )
    assert states(current) == {"m_profile": "assigned", "m_legal": "queued", "m_finance": "queued", "c_legal": "queued"}
    decide(slot_of(current, "m_profile").id, "approved", scene.actor("m_profile"))
    assert states(current)["m_legal"] == states(current)["m_finance"] == "assigned"
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert states(current)["c_legal"] == "queued"
    decide(slot_of(current, "m_finance").id, "approved", scene.actor("m_finance"))
    assert states(current)["c_legal"] == "assigned"
    decide(slot_of(current, "c_legal").id, "approved", scene.actor("c_legal"))
    assert told.ends == [("own", "passed"), ("counterparty", "passed")]
    assert db.session.get_one(Round, current.id).state == "passed"
    assert db.session.scalar(select(func.count()).select_from(Desk)) == 0


def test_the_submission_mark_is_given_by_submitting_and_only_for_ones_own_side(scene: Scene) -> None:
    mark = [a_stage(a_slot("m_coord", "submission")), a_stage(a_slot("m_legal"))]
    theirs = [a_stage(a_slot("c_coord", "submission"))]
    drafter = scene.actor("m_coord")
    current = begin(scene, mark, theirs, actor=drafter, drafters=[drafter.id or 0])
    assert states(current) == {"m_coord": "approved", "m_legal": "assigned", "c_coord": "queued"}
    assert slot_of(current, "c_coord").kind == "visa"
    decision = slot_of(current, "m_coord").decision
    assert decision is not None
    assert (decision.verdict, decision.person_id) == ("submitted", drafter.id)


def test_a_first_phase_of_the_mark_alone_passes_at_once(scene: Scene, told: Told) -> None:
    current = begin(
        scene,
        [a_stage(a_slot("m_coord", "submission"))],
        [a_stage(a_slot("c_legal"))],
        actor=scene.actor("m_coord"),
    )
    assert told.ends == [("own", "passed")]
    assert states(current)["c_legal"] == "assigned"


def test_any_needs_one_and_takes_the_others_off_the_desks(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"), rule="any"), a_stage(a_slot("m_deputy"))])
    decide(slot_of(current, "m_finance").id, "approved", scene.actor("m_finance"))
    assert states(current) == {"m_legal": "recalled", "m_finance": "approved", "m_deputy": "assigned"}
    with pytest.raises(NotNow, match="достаточно"):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))


def test_at_least_n_counts_only_what_is_given(scene: Scene) -> None:
    slots = [a_slot(role) for role in ("m_profile", "m_legal", "m_finance")]
    current = begin(scene, [a_stage(*slots, rule="at_least", n=2)])
    decide(slot_of(current, "m_profile").id, "approved", scene.actor("m_profile"))
    assert states(current)["m_legal"] == "assigned"
    decide(slot_of(current, "m_legal").id, "approved_with_remarks", scene.actor("m_legal"), comment="опечатка")
    assert states(current)["m_finance"] == "recalled"
    assert db.session.get_one(Round, current.id).state == "passed"


def test_a_quorum_larger_than_the_people_means_everybody(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"), rule="at_least", n=5)])
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert db.session.get_one(Round, current.id).state == "open"
    decide(slot_of(current, "m_finance").id, "approved", scene.actor("m_finance"))
    assert db.session.get_one(Round, current.id).state == "passed"


def test_a_conditional_slot_is_drawn_only_on_its_condition(scene: Scene) -> None:
    route = [a_stage(a_slot("m_legal"), a_slot("m_finance", condition="financial_terms"))]
    assert "m_finance" not in states(begin(scene, route))
    assert "m_finance" in states(begin(scene, route, subject_id=2, conditions={"financial_terms": True}))


def test_an_optional_visa_holds_nothing_up_and_leaves_the_desk_with_its_phase(scene: Scene) -> None:
    current = begin(
        scene, [a_stage(a_slot("m_legal"), a_slot("m_finance", mandatory=False))], [a_stage(a_slot("c_legal"))]
    )
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert states(current) == {"m_legal": "approved", "m_finance": "recalled", "c_legal": "assigned"}


def test_an_acknowledgement_is_put_on_the_desk_and_holds_nothing_up(scene: Scene) -> None:
    current = begin(
        scene, [a_stage(a_slot("m_control", "acknowledgement")), a_stage(a_slot("m_legal"))], [a_stage(a_slot("c_hr"))]
    )
    assert states(current) == {"m_control": "assigned", "m_legal": "assigned", "c_hr": "queued"}
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    decided = decide(slot_of(current, "m_control").id, "approved", scene.actor("m_control"))
    assert decided.verdict == "acknowledged"


def test_a_role_nobody_holds_keeps_the_route_from_starting_and_is_named(scene: Scene) -> None:
    with transaction():
        held = select(RoleHolding).where(RoleHolding.person_id == scene.people["m_legal"].id)
        db.session.delete(db.session.scalars(held).one())
    with pytest.raises(NotNow) as refused:
        begin(scene, [a_stage(a_slot("m_legal", label="Правовой департамент"))])
    assert "Правовой департамент" in str(refused.value.reasons[0])


def test_a_running_route_is_frozen_against_changes_of_roles_and_templates(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    with transaction():
        held = select(RoleHolding).where(RoleHolding.person_id == scene.people["m_legal"].id)
        db.session.delete(db.session.scalars(held).one())
    scene.add("m_legal", name="newcomer")
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("newcomer"))
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))


def test_a_holder_who_moved_to_the_other_side_does_not_take_the_slot_along(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    with transaction():
        scene.people["m_legal"].organisation_id = scene.corporation.id
    with pytest.raises(NotAllowed):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))


def test_a_refusal_stops_the_round_at_once_and_names_its_reason(scene: Scene, told: Told) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))], [a_stage(a_slot("c_legal"))])
    with pytest.raises(NotValid):
        decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"))
    decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), comment="нет полномочий")
    assert states(current) == {"m_legal": "rejected", "m_finance": "recalled", "c_legal": "recalled"}
    assert told.ends == [("own", "rejected")]
    remark = db.session.scalars(select(Remark)).one()
    assert (remark.text, remark.blocking) == ("нет полномочий", True)


def test_a_refused_signature_stops_the_round_like_a_refused_visa(scene: Scene, told: Told) -> None:
    current = begin(scene, [a_stage(a_slot("m_signer", "signature"))], [a_stage(a_slot("c_signer", "signature"))])
    decide(slot_of(current, "m_signer").id, "rejected", scene.actor("m_signer"), comment="не подпишу")
    assert states(current) == {"m_signer": "rejected", "c_signer": "recalled"}
    assert told.ends == [("own", "passed"), ("signing", "rejected")]


def test_remarks_with_a_visa_do_not_block(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    remarks = [NewRemark("уточнить срок", "c7", "3.2"), NewRemark("запятая", editorial=True)]
    decide(slot_of(current, "m_legal").id, "approved_with_remarks", scene.actor("m_legal"), remarks=remarks)
    kept = list(db.session.scalars(select(Remark).order_by(Remark.id)))
    assert [(row.clause_number, row.editorial) for row in kept] == [("3.2", False), ("", True)]
    assert not any(row.blocking for row in kept)
    assert db.session.get_one(Round, current.id).state == "passed"


def test_nobody_refuses_over_wording_alone(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    with pytest.raises(NotValid, match="Редакционное"):
        decide(
            slot_of(current, "m_legal").id,
            "rejected",
            scene.actor("m_legal"),
            remarks=[NewRemark("запятая", editorial=True)],
        )


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("visa", "signed"), ("signature", "approved_with_remarks"), ("registration", "rejected"), ("visa", "submitted")],
)
def test_a_slot_takes_only_the_verdicts_of_its_kind(scene: Scene, kind: str, verdict: str) -> None:
    current = begin(scene, [a_stage(a_slot("m_signer", kind))])
    with pytest.raises((NotValid, NotNow)):
        decide(slot_of(current, "m_signer").id, verdict, scene.actor("m_signer"), comment="слово")
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_verdict_on_another_text_is_refused(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    with pytest.raises(NotNow, match="изменился"):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"), seen_hash=text_hash("иной"))


def test_the_second_click_is_told_who_decided_and_when(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"), a_slot("m_finance"))])
    decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    with pytest.raises(NotNow, match=r"уже принято: .*Фамилия.*согласовано, 02\.03\.2026 10:00"):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))


def test_a_task_of_a_hidden_subject_does_not_exist(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal"))])
    stranger = scene.add("college", organisation=_college(), name="stranger")
    assert stranger.id
    with pytest.raises(NotFound):
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("stranger"))


def _college():  # type: ignore[no-untyped-def]
    from tests.builders import an_organisation

    return an_organisation("college")


def test_nobody_gives_a_visa_on_his_own_draft_but_may_refuse_it(scene: Scene) -> None:
    author = scene.people["m_legal"].id
    current = begin(scene, [a_stage(a_slot("m_legal"))], drafters=[author])
    with pytest.raises(NotNow) as refused:
        decide(slot_of(current, "m_legal").id, "approved", scene.actor("m_legal"))
    assert refused.value.reasons[0].code == "not_author"
    decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), comment="передумал")


def test_one_person_does_not_decide_two_slots_unless_the_route_says_so(scene: Scene) -> None:
    with transaction():
        scene.people["m_legal"].roles.append(RoleHolding(role="m_finance"))
        db.session.delete(scene.people["m_finance"].roles[0])
    route = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]
    strict = begin(scene, route)
    decide(slot_of(strict, "m_legal").id, "approved", scene.actor("m_legal"))
    with pytest.raises(NotNow) as refused:
        decide(slot_of(strict, "m_finance").id, "approved", scene.actor("m_legal"))
    assert refused.value.reasons[0].code == "not_decided_here_before"
    loose = begin(scene, route, subject_id=2, same_person=True)
    decide(slot_of(loose, "m_legal").id, "approved", scene.actor("m_legal"))
    decide(slot_of(loose, "m_finance").id, "approved", scene.actor("m_legal"))


def test_a_new_text_recalls_what_is_open_and_voids_what_was_given(scene: Scene) -> None:
    route = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]
    first = begin(scene, route)
    decide(slot_of(first, "m_legal").id, "approved", scene.actor("m_legal"))
    rounds.supersede(KIND, 1, "новая редакция 2")
    assert states(first) == {"m_legal": "lapsed", "m_finance": "recalled"}
    assert slot_of(first, "m_legal").decision is not None
    second = begin(scene, route, text="текст 2", revision=2)
    assert second.number == 2
    assert states(second) == {"m_legal": "assigned", "m_finance": "assigned"}


def test_a_new_text_voids_visas_of_every_earlier_round(scene: Scene) -> None:
    route = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]
    first = begin(scene, route)
    decide(slot_of(first, "m_legal").id, "approved", scene.actor("m_legal"))
    rounds.stop(KIND, 1, "уточняем", scene.actor("m_coord"))
    begin(scene, route)  # the same text once more: the visas of round 1 are of the same text
    assert states(first)["m_legal"] == "approved"
    rounds.supersede(KIND, 1, "новая редакция")
    assert states(first)["m_legal"] == "lapsed"


def test_two_rounds_of_one_subject_do_not_run_at_once(scene: Scene) -> None:
    begin(scene, [a_stage(a_slot("m_legal"))])
    with pytest.raises(NotNow, match="уже идёт"):
        begin(scene, [a_stage(a_slot("m_legal"))])


def test_deadlines_are_counted_in_working_days(scene: Scene) -> None:
    current = begin(scene, [a_stage(a_slot("m_legal", days=5))])
    due = slot_of(current, "m_legal").due_at
    assert due is not None
    # 9 March 2026 is a day off: the fifth working day after Monday the 2nd is Tuesday the 10th
    assert f"{due:%d.%m.%Y %H:%M}" == "10.03.2026 15:00"
