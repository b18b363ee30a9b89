"""The remarks register: who answers, until when, and that nothing is resubmitted over a blocking remark."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.db import db
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import Remark, Round
from core.signoffs.service import NewRemark, answer_remark, decide, register_remark, unanswered
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, a_subject, begin, slot_of

ROUTE = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]


def rejected(scene: Scene) -> Round:
    current = begin(scene, ROUTE)
    remarks = [NewRemark("исключить пункт", "c4", "4.5"), NewRemark("запятая", editorial=True)]
    decide(slot_of(current, "m_legal").id, "rejected", scene.actor("m_legal"), remarks=remarks)
    return current


def remark(text: str = "исключить пункт") -> Remark:
    return db.session.scalars(select(Remark).where(Remark.text == text)).one()


def test_nothing_is_resubmitted_while_a_blocking_remark_is_unanswered(scene: Scene) -> None:
    rejected(scene)
    assert [row.text for row in unanswered(KIND, 1)] == ["исключить пункт"]
    with pytest.raises(NotNow) as refused:
        begin(scene, ROUTE, text="текст 2")
    assert refused.value.reasons[0].code == "no_open_blocking_remarks"
    answer_remark(remark().id, "declined", "срок установлен планом", scene.actor("m_coord"))
    assert begin(scene, ROUTE, text="текст 2").number == 2


def test_a_domain_may_do_without_answers(scene: Scene) -> None:
    rejected(scene)
    with a_subject(answers_required=False):
        assert begin(scene, ROUTE, text="текст 2").number == 2


@pytest.mark.parametrize("role", ["c_coord", "m_legal"])
def test_only_the_initiators_coordinator_answers(scene: Scene, role: str) -> None:
    rejected(scene)
    with pytest.raises(NotAllowed):
        answer_remark(remark().id, "accepted", "", scene.actor(role))


def test_declining_needs_a_justification(scene: Scene) -> None:
    rejected(scene)
    with pytest.raises(NotValid):
        answer_remark(remark().id, "declined", " ", scene.actor("m_coord"))
    with pytest.raises(NotValid):
        answer_remark(remark().id, "maybe", "", scene.actor("m_coord"))


def test_an_answer_may_change_until_the_text_is_submitted_again(scene: Scene) -> None:
    rejected(scene)
    answer_remark(remark().id, "declined", "нет", scene.actor("m_coord"))
    answer_remark(remark().id, "accepted", "исключён", scene.actor("m_coord"))
    begin(scene, ROUTE, text="текст 2")
    with pytest.raises(NotNow, match="круг 2"):
        answer_remark(remark().id, "declined", "нет", scene.actor("m_coord"))
    assert remark().answer == "accepted"


def test_an_answer_to_a_remark_changed_meanwhile_is_refused(scene: Scene) -> None:
    rejected(scene)
    seen = remark().version
    answer_remark(remark().id, "accepted", "", scene.actor("m_coord"), version=seen)
    with pytest.raises(NotNow, match="изменена другим"):
        answer_remark(remark().id, "declined", "нет", scene.actor("m_coord"), version=seen)


def test_a_participant_may_add_a_remark_that_does_not_block(scene: Scene) -> None:
    current = begin(scene, ROUTE)
    row = register_remark(current.id, NewRemark("опечатка", editorial=True), scene.actor("m_finance"))
    assert (row.blocking, row.editorial, row.author_id) == (False, True, scene.people["m_finance"].id)
    with pytest.raises(NotAllowed):
        register_remark(current.id, NewRemark("слово"), scene.actor("m_deputy"))
    with pytest.raises(NotValid):
        register_remark(current.id, NewRemark("  "), scene.actor("m_finance"))
