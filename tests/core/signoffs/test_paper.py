"""Acts on paper: recorded with the scan by one, confirmed by another, judged by the day they were signed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import db
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import Decision, PaperAct, Round
from core.signoffs.service import Away, OnPaper, confirm_paper, decide, record_paper, refuse_paper, rounds, substitute
from core.store import files
from tests.core.signoffs.scene import KIND, MONDAY, Scene, a_slot, a_stage, begin, slot_of, states

ROUTE = [a_stage(a_slot("m_signer", "signature"))]
TODAY = date(2026, 3, 2)


def paper(scene: Scene, signer: str = "m_signer", **fields: object) -> OnPaper:
    values = {
        "signer_id": scene.people[signer].id,
        "verdict": "signed",
        "signed_on": TODAY,
        "scan_sha256": files().put(b"%PDF-1.4 scan"),
        "scan_name": "скан.pdf",
        **fields,
    }
    return OnPaper(**values)  # type: ignore[arg-type]


def test_a_signature_on_paper_counts_once_a_second_person_confirms_it(scene: Scene, told: object) -> None:
    current = begin(scene, ROUTE)
    act = record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("m_control"))
    assert states(current) == {"m_signer": "assigned"}
    decision = confirm_paper(act.id, scene.actor("registrar"))
    assert (decision.person_id, decision.method) == (scene.people["m_signer"].id, "paper")
    assert decision.paper_act_id == act.id
    assert db.session.get_one(Round, current.id).state == "passed"


def test_the_recorder_does_not_confirm_his_own_entry(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    act = record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("m_control"))
    with pytest.raises(NotAllowed, match="второй"):
        confirm_paper(act.id, scene.actor("m_control"))


@pytest.mark.parametrize("role", ["m_legal", "c_control"])
def test_only_a_registrar_of_that_side_records(scene: Scene, role: str) -> None:
    current = begin(scene, ROUTE)
    with pytest.raises(NotAllowed):
        record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor(role))


def test_while_paper_waits_nobody_decides_on_the_screen(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("m_control"))
    with pytest.raises(NotNow) as refused:
        decide(slot_of(current, "m_signer").id, "signed", scene.actor("m_signer"))
    assert refused.value.reasons[0].code == "no_paper_act_waits"
    with pytest.raises(NotNow, match="уже внесено"):
        record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("registrar"))


def test_a_refused_entry_can_be_made_anew(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    slot = slot_of(current, "m_signer")
    act = record_paper(slot.id, paper(scene), scene.actor("m_control"))
    refuse_paper(act.id, "дата на скане другая", scene.actor("registrar"))
    with pytest.raises(NotNow):
        confirm_paper(act.id, scene.actor("registrar"))
    again = record_paper(slot.id, paper(scene), scene.actor("m_control"))
    confirm_paper(again.id, scene.actor("registrar"))
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"signed_on": TODAY - timedelta(days=1)}, "signed_on"),  # before the text was sent
        ({"scan_sha256": ""}, "scan"),
        ({"scan_sha256": "0" * 64}, "scan"),  # kept nowhere
        ({"verdict": "rejected"}, "comment"),
    ],
)
def test_an_entry_that_cannot_be_true_is_refused(scene: Scene, fields: dict[str, object], name: str) -> None:
    current = begin(scene, ROUTE)
    with pytest.raises(NotValid) as refused:
        record_paper(slot_of(current, "m_signer").id, paper(scene, **fields), scene.actor("m_control"))
    assert name in refused.value.fields


def test_a_stranger_to_the_slot_did_not_sign_for_it(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    with pytest.raises(NotValid) as refused:
        record_paper(slot_of(current, "m_signer").id, paper(scene, "m_legal"), scene.actor("m_control"))
    assert "signer_id" in refused.value.fields


def test_a_new_text_refuses_the_entry_that_waited(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    act = record_paper(slot_of(current, "m_signer").id, paper(scene), scene.actor("m_control"))
    rounds.supersede(KIND, 1, "новая редакция")
    kept = db.session.get_one(PaperAct, act.id, populate_existing=True)
    assert (kept.state, kept.refusal) == ("refused", "новая редакция")
    with pytest.raises(NotNow):
        confirm_paper(act.id, scene.actor("registrar"))


def test_a_substitute_signs_on_paper_in_his_days_even_if_it_is_entered_later(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    deputy = scene.people["m_deputy"]
    substitute(
        Away(scene.people["m_signer"].id, deputy.id, TODAY, TODAY, "12-к", TODAY, mark="и.о."), scene.actor("m_signer")
    )
    with clock.at(MONDAY + timedelta(days=2)):
        act = record_paper(slot_of(current, "m_signer").id, paper(scene, "m_deputy"), scene.actor("m_control"))
        decision = confirm_paper(act.id, scene.actor("registrar"))
        assert (decision.person_id, decision.mark) == (deputy.id, "и.о.")
        assert decision.principal_id == scene.people["m_signer"].id


def test_a_substitute_whose_days_were_over_did_not_sign(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    deputy = scene.people["m_deputy"]
    substitute(Away(scene.people["m_signer"].id, deputy.id, TODAY, TODAY, "12-к", TODAY), scene.actor("m_signer"))
    with clock.at(MONDAY + timedelta(days=2)), pytest.raises(NotValid):
        late = paper(scene, "m_deputy", signed_on=TODAY + timedelta(days=1))
        record_paper(slot_of(current, "m_signer").id, late, scene.actor("m_control"))
