"""The disagreement protocol: own column only, consents by hash, closing when every clause is agreed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Protocol, ProtocolRow, ProtocolWording
from core.signoffs.queries import protocol_of
from core.signoffs.service import add_row, close_protocol, consent, propose, set_wording, withdraw
from core.signoffs.service.protocol import Clause, wording_hash
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, begin, text_hash

CLAUSE = Clause("c4", "4.5", "Корпорация обеспечивает включение.")


@pytest.fixture
def protocol(scene: Scene) -> Protocol:
    begin(scene, [a_stage(a_slot("m_legal"))])
    with transaction():
        row = Protocol(subject_kind=KIND, subject_id=1, document_hash=text_hash("текст 1"), opened_at=clock.now())
        db.session.add(row)
    return row


def a_row(protocol: Protocol, scene: Scene) -> ProtocolRow:
    return add_row(protocol.id, CLAUSE, "Стороны содействуют.", scene.actor("c_legal"))


def test_each_party_writes_its_own_column_only(scene: Scene, protocol: Protocol) -> None:
    row = a_row(protocol, scene)
    set_wording(row.id, "Корпорация включает.", scene.actor("m_legal"))
    columns = {each.organisation_id: each.text for each in db.session.scalars(select(ProtocolWording))}
    assert columns == {
        scene.corporation.id: "Стороны содействуют.",
        scene.ministry.id: "Корпорация включает.",
    }
    set_wording(row.id, "Иное.", scene.actor("c_coord"))
    theirs = db.session.scalars(
        select(ProtocolWording).where(ProtocolWording.organisation_id == scene.ministry.id)
    ).one()
    assert theirs.text == "Корпорация включает."


def test_a_clause_is_agreed_by_all_parties_consent_to_one_wording(scene: Scene, protocol: Protocol) -> None:
    row = a_row(protocol, scene)
    row = propose(row.id, "Стороны содействуют включению.", "компромисс", scene.actor("m_legal"))
    assert row.agreed_hash is None
    with pytest.raises(NotNow) as refused:
        close_protocol(protocol.id, scene.actor("m_legal"))
    assert scene.corporation.short_name in str(refused.value.reasons[0])
    row = consent(row.id, wording_hash(row.agreed), scene.actor("c_legal"))
    assert row.agreed_hash == wording_hash("Стороны содействуют включению.")
    assert close_protocol(protocol.id, scene.actor("m_legal")).state == "closed"


def test_a_new_wording_needs_the_consents_anew(scene: Scene, protocol: Protocol) -> None:
    row = propose(a_row(protocol, scene).id, "Первая.", "", scene.actor("m_legal"))
    read = wording_hash(row.agreed)
    row = propose(row.id, "Вторая.", "", scene.actor("m_legal"))
    with pytest.raises(NotNow, match="изменилась"):
        consent(row.id, read, scene.actor("c_legal"))
    assert row.agreed_hash is None


def test_changing_a_column_reopens_an_agreed_clause(scene: Scene, protocol: Protocol) -> None:
    row = propose(a_row(protocol, scene).id, "Общая.", "", scene.actor("m_legal"))
    consent(row.id, wording_hash("Общая."), scene.actor("c_legal"))
    row = set_wording(row.id, "Нет, так.", scene.actor("c_legal"))
    assert row.agreed_hash is None
    with pytest.raises(NotNow):
        close_protocol(protocol.id, scene.actor("m_legal"))


def test_an_empty_protocol_does_not_close(scene: Scene, protocol: Protocol) -> None:
    with pytest.raises(NotNow):
        close_protocol(protocol.id, scene.actor("m_legal"))


def test_nothing_is_written_in_a_closed_protocol(scene: Scene, protocol: Protocol) -> None:
    row = propose(a_row(protocol, scene).id, "Общая.", "", scene.actor("m_legal"))
    consent(row.id, wording_hash("Общая."), scene.actor("c_legal"))
    close_protocol(protocol.id, scene.actor("c_legal"))
    with pytest.raises(NotNow, match="закрыт"):
        set_wording(row.id, "Иное.", scene.actor("m_legal"))


def test_a_clause_stands_in_the_protocol_once(scene: Scene, protocol: Protocol) -> None:
    a_row(protocol, scene)
    with pytest.raises(NotNow, match="уже в протоколе"):
        a_row(protocol, scene)
    with pytest.raises(NotValid):
        add_row(protocol.id, Clause("c5", "5", "Текст."), " ", scene.actor("c_legal"))


def test_a_stale_row_and_a_stranger_are_refused(scene: Scene, protocol: Protocol) -> None:
    row = a_row(protocol, scene)
    seen = row.version
    set_wording(row.id, "Раз.", scene.actor("m_legal"), version=seen)
    with pytest.raises(NotNow, match="изменена другим"):
        propose(row.id, "Два.", "", scene.actor("c_legal"), version=seen)
    with pytest.raises(NotAllowed):
        set_wording(row.id, "Три.", scene.actor("m_finance"))
    from tests.builders import an_organisation

    scene.add("college", organisation=an_organisation("college"), name="stranger")
    with pytest.raises(NotFound):
        set_wording(row.id, "Четыре.", scene.actor("stranger"))


def test_the_page_knows_whose_column_is_whose_and_who_is_due(scene: Scene, protocol: Protocol) -> None:
    row = propose(a_row(protocol, scene).id, "Общая.", "", scene.actor("m_legal"))
    view = protocol_of(KIND, 1, scene.actor("c_legal"))
    assert view.own == scene.corporation.id
    assert [party.id for party in view.rows[0].waits_for] == [scene.corporation.id]
    assert not view.may_close
    consent(row.id, view.rows[0].agreed_hash, scene.actor("c_legal"))
    assert protocol_of(KIND, 1, scene.actor("c_legal")).may_close
    assert protocol_of(KIND, 1, scene.actor("m_finance")).own is None


def test_a_wording_given_up_leaves_the_clause_as_it_was_submitted(scene: Scene, protocol: Protocol) -> None:
    row = add_row(protocol.id, CLAUSE, "Обе Стороны включают.", scene.actor("c_legal"))
    with pytest.raises(NotNow, match="снимать нечего"):
        withdraw(row.id, scene.actor("m_legal"))
    withdraw(row.id, scene.actor("c_legal"))
    assert (row.agreed, row.agreed_hash) == (CLAUSE.text, wording_hash(CLAUSE.text))
    with pytest.raises(NotNow, match="снимать нечего"):
        withdraw(row.id, scene.actor("c_legal"))
    set_wording(row.id, "Всё же обе Стороны.", scene.actor("c_legal"))
    assert row.agreed_hash is None
    withdraw(row.id, scene.actor("c_legal"))
    assert close_protocol(protocol.id, scene.actor("m_legal")).state == "closed"
