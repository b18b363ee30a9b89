"""Keeping visas over an editorial change, by a recorded decision that names the difference."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.db import db, transaction
from core.errors import NotFound, NotValid
from core.signoffs.models import Decision, Round
from core.signoffs.service import carry, rounds
from core.signoffs.service.decide import decide
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, begin, slot_of, states, text_hash

ROUTE = [a_stage(a_slot("m_legal"), a_slot("m_finance"), a_slot("m_profile"))]


def resubmitted(scene: Scene, drafters: list[int] | None = None) -> tuple[Round, Round]:
    """Round 1: legal and finance agreed, the profile department refused; round 2 over a new text."""
    first = begin(scene, ROUTE)
    for role in ("m_legal", "m_finance"):
        decide(slot_of(first, role).id, "approved", scene.actor(role))
    decide(slot_of(first, "m_profile").id, "rejected", scene.actor("m_profile"), comment="срок")
    _answer(scene)
    rounds.supersede(KIND, 1, "редакция 2")
    return first, begin(scene, ROUTE, text="текст 2", revision=2, drafters=drafters or [])


def _answer(scene: Scene) -> None:
    from core.signoffs.models import Remark
    from core.signoffs.service import answer_remark

    remark = db.session.scalars(select(Remark)).one()
    answer_remark(remark.id, "accepted", "", scene.actor("m_coord"))


def test_only_the_remarks_author_is_asked_again(scene: Scene) -> None:
    first, second = resubmitted(scene)
    old = [slot_of(first, "m_legal").id, slot_of(first, "m_finance").id]
    with transaction():
        kept = carry(second, old, "исправлена опечатка в пункте 2", scene.actor("m_coord"))
    assert len(kept) == 2
    assert states(second) == {"m_legal": "approved", "m_finance": "approved", "m_profile": "assigned"}
    decide(slot_of(second, "m_profile").id, "approved", scene.actor("m_profile"))
    assert db.session.get_one(Round, second.id).state == "passed"


def test_a_kept_visa_names_its_own_text_the_difference_and_who_decided(scene: Scene) -> None:
    first, second = resubmitted(scene)
    with transaction():
        carry(second, [slot_of(first, "m_legal").id], "опечатка", scene.actor("m_coord"))
    row = db.session.scalars(select(Decision).where(Decision.slot_id == slot_of(second, "m_legal").id)).one()
    original = slot_of(first, "m_legal").decision
    assert original is not None
    assert row.document_hash == original.document_hash == text_hash("текст 1")
    assert (row.carried_from_id, row.carried_note) == (original.id, "опечатка")
    assert row.carried_by == scene.actor("m_coord").name
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.step == "keep_visa")).one()
    assert (record.comment, record.document_hash) == ("опечатка", text_hash("текст 2"))
    assert record.data["of"] == ["approval_task", row.slot_id]


def test_without_the_difference_nothing_is_kept(scene: Scene) -> None:
    first, second = resubmitted(scene)
    with pytest.raises(NotValid), transaction():
        carry(second, [slot_of(first, "m_legal").id], "  ", scene.actor("m_coord"))


def test_a_visa_of_one_who_has_drafted_the_new_text_is_asked_anew(scene: Scene) -> None:
    first, second = resubmitted(scene, drafters=[scene.people["m_legal"].id])
    old = [slot_of(first, "m_legal").id, slot_of(first, "m_finance").id]
    with transaction():
        kept = carry(second, old, "опечатка", scene.actor("m_coord"))
    assert [slot.label for slot in kept] == ["m_finance"]
    assert states(second)["m_legal"] == "assigned"


def test_a_refusal_is_no_visa_to_keep(scene: Scene) -> None:
    first, second = resubmitted(scene)
    with pytest.raises(NotFound), transaction():
        carry(second, [slot_of(first, "m_profile").id], "опечатка", scene.actor("m_coord"))


def test_a_visa_of_another_subject_is_not_kept(scene: Scene) -> None:
    other = begin(scene, ROUTE, subject_id=7)
    decide(slot_of(other, "m_legal").id, "approved", scene.actor("m_legal"))
    _first, second = resubmitted(scene)
    with pytest.raises(NotFound), transaction():
        carry(second, [slot_of(other, "m_legal").id], "опечатка", scene.actor("m_coord"))


def test_a_kept_visa_counts_for_four_eyes_like_a_given_one(scene: Scene) -> None:
    from core.accounts.models import RoleHolding
    from core.errors import NotNow

    with transaction():
        scene.people["m_legal"].roles.append(RoleHolding(role="m_profile"))
    first, second = resubmitted(scene)
    with transaction():
        carry(second, [slot_of(first, "m_legal").id], "опечатка", scene.actor("m_coord"))
    with pytest.raises(NotNow) as refused:
        decide(slot_of(second, "m_profile").id, "approved", scene.actor("m_legal"))
    assert refused.value.reasons[0].code == "not_decided_here_before"
