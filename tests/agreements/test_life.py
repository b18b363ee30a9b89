"""The life of an agreement through the services: from draft to number, and the ways back."""

from __future__ import annotations

import io
from datetime import date

import pytest
from apiflask import APIFlask
from docx import Document
from sqlalchemy import func, select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, Amendment, PartySignature
from core import audit, clock
from core.db import db
from core.documents.models import IssuedDocument
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import Decision, Round, Slot
from core.signoffs.service import decide
from core.store import files
from core.workflow import Ask
from core.workflow.jobs import drain


def text_of(document: IssuedDocument) -> str:
    """All words of a document, tables included, with ordinary spaces."""
    opened = Document(io.BytesIO(files().get(document.sha256)))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in opened.paragraphs] + cells).replace("\u00a0", " ")


def latest_document(agreement_id: int, rendition: str) -> IssuedDocument:
    return db.session.scalars(
        select(IssuedDocument)
        .where(IssuedDocument.subject_id == agreement_id, IssuedDocument.rendition == rendition)
        .order_by(IssuedDocument.id.desc())
        .limit(1)
    ).one()


def a_framework(company: Company) -> Agreement:
    """The framework agreement in force."""
    return scenes.cooperation_of_2023(company)


def a_submitted(company: Company) -> tuple[scenes.Stage, Agreement]:
    """A cooperation agreement on the Ministry's desks."""
    stage = scenes.Stage(company, date(2026, 3, 2))
    with clock.at(stage.next()):
        agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
    stage.step(agreement, "submit", "m.coord")
    return stage, agreement


def desk_slot(agreement: Agreement, company: Company, login: str) -> Slot:
    mine = company.people[login]
    return next(slot for slot, people in scenes._on_desks(agreement) if mine in people)


def test_from_draft_to_number_through_both_sides(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = a_framework(company)
        assert (framework.state, framework.signed_on) == ("registered", date(2023, 1, 16))
        drain()
        text = text_of(latest_document(framework.id, "registered"))
        assert "именуемое в дальнейшем «Министерство», в лице Министра просвещения Российской Федерации" in text
        assert "Кравцова Сергея Сергеевича, действующего на основании Положения" in text
        assert "именуемая в дальнейшем «Корпорация», в лице Генерального директора" in text
        assert f"СОГЛАШЕНИЕ № {framework.number}" in text
        assert "«16» января 2023 г." in text
        assert audit.verify() is None


def test_a_registered_amendment_makes_the_next_edition(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = a_framework(company)
        stage = scenes.Stage(company, date(2026, 3, 2))
        with clock.at(stage.next()):
            entered = scenes.amendment_entered(company, framework, clock.today())
            amendment = service.create(entered, company.actor("m.coord"))
        scenes.to_registration(stage, amendment, ("m.control", "c.control"))
        db.session.refresh(framework)
        assert framework.edition == 2
        before = service.consolidated(framework.id, date(2026, 12, 31), company.actor("c.coord"))
        after = service.consolidated(framework.id, date(2027, 1, 1), company.actor("c.coord"))
        assert "№ 253-ФЗ" not in text_of(before)
        assert "№ 253-ФЗ" in text_of(after)
        assert "управляющие советы" in text_of(after)
        assert db.session.scalar(select(func.count()).select_from(Amendment)) == 2


def test_a_refused_visa_returns_the_text_and_a_new_revision_asks_everybody_again(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        stage, agreement = a_submitted(company)
        stage.decide(agreement, "m.profile")
        stage.decide(agreement, "m.legal", "rejected", comment="Пункт 9.4 противоречит пункту 9.5")
        assert agreement.state == "revision"
        with clock.at(stage.next()), pytest.raises(NotNow) as refused:
            ask = Ask(data={"mode": "all"})
            service.take_step(agreement.id, "resubmit", company.actor("m.coord"), ask)
        assert "Пункт 9.4" in " ".join(str(reason) for reason in refused.value.reasons)
        answer_remarks(company, agreement, stage)
        with clock.at(stage.next()):
            edit_one_clause(company, agreement)
        stage.step(agreement, "resubmit", "m.coord", Ask(data={"mode": "all"}))
        rounds = db.session.scalars(select(Round).order_by(Round.number)).all()
        assert [r.state for r in rounds] == ["rejected", "open"]
        given = {slot.label: slot.state for slot in rounds[0].slots if slot.role == "m_profile"}
        assert set(given.values()) == {"lapsed"}
        assert rounds[0].document_hash != rounds[1].document_hash
        assert agreement.revision_number == 2


def answer_remarks(company: Company, agreement: Agreement, stage: scenes.Stage) -> None:
    from core.signoffs.models import Remark
    from core.signoffs.service.remarks import answer_remark

    remarks = db.session.scalars(select(Remark.id).where(Remark.subject_id == agreement.id)).all()
    for remark_id in remarks:
        with clock.at(stage.next(0.1)):
            answer_remark(remark_id, "accepted", "Исправлено", company.actor("m.coord"))


def edit_one_clause(company: Company, agreement: Agreement) -> None:
    assert agreement.current is not None
    clauses = [dict(clause) for clause in agreement.current.clauses]
    clauses[1]["text"] += " и обмена опытом"
    service.edit_clauses(agreement.id, clauses, company.actor("m.coord"))


def test_remarks_authors_only_keeps_the_other_visas_by_a_recorded_decision(app: APIFlask, company: Company) -> None:
    with app.app_context():
        stage, agreement = a_submitted(company)
        stage.decide(agreement, "m.profile")
        stage.decide(agreement, "m.legal", "rejected", comment="Опечатка в пункте 1.1")
        answer_remarks(company, agreement, stage)
        with clock.at(stage.next()):
            edit_one_clause(company, agreement)
        with clock.at(stage.next()), pytest.raises(NotValid):
            service.take_step(agreement.id, "resubmit", company.actor("m.coord"), Ask(data={"mode": "remarks"}))
        db.session.rollback()
        ask = Ask(data={"mode": "remarks", "difference": "исправлена опечатка в пункте 1.1"})
        stage.step(agreement, "resubmit", "m.coord", ask)
        carried = db.session.scalars(select(Decision).where(Decision.carried_from_id.is_not(None))).all()
        assert [d.carried_note for d in carried] == ["исправлена опечатка в пункте 1.1"]
        assert carried[0].document_hash != agreement.document_hash
        assert desk_slot(agreement, company, "m.legal").state == "assigned"


def test_a_refusal_to_sign_voids_the_signature_that_was_given(app: APIFlask, company: Company) -> None:
    with app.app_context():
        stage, agreement = a_submitted(company)
        stage.decide_all(agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
        stage.decide(agreement, "m.signer")
        assert agreement.state == "partly_signed"
        stage.decide(agreement, "c.signer", "rejected", comment="Не согласован пункт 4.2")
        assert agreement.state == "revision"
        signature = db.session.scalars(select(PartySignature)).one()
        assert signature.voided_at is not None
        assert signature.void_note == "Не согласован пункт 4.2"


def test_registration_waits_for_every_paper_copy(app: APIFlask, company: Company) -> None:
    with app.app_context():
        stage, agreement = a_submitted(company)
        stage.decide_all(agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "paper"}))
        stage.decide_all(agreement)
        assert agreement.state == "signed"
        with clock.at(stage.next()), pytest.raises(NotNow, match="Пока нельзя") as refused:
            service.take_step(agreement.id, "register", company.actor("m.control"))
        assert [reason.code for reason in refused.value.reasons] == ["all_copies_returned"]


def test_a_lapsed_authority_stops_the_signature(app: APIFlask, company: Company) -> None:
    with app.app_context():
        stage, agreement = a_submitted(company)
        stage.decide_all(agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))
        signatory = agreement.parties[1].signatory
        assert signatory is not None
        signatory.valid_to = date(2026, 3, 1)
        db.session.commit()
        with pytest.raises(NotNow) as refused:
            stage.decide(agreement, "c.signer")
        assert refused.value.reasons[0].code == "signer_authority_valid"


def test_the_drafter_gives_no_visa_and_strangers_find_nothing(app: APIFlask, company: Company) -> None:
    with app.app_context():
        _stage, agreement = a_submitted(company)
        slot = desk_slot(agreement, company, "m.profile")
        with pytest.raises(NotAllowed):
            decide(slot.id, "approved", company.actor("m.legal"))
        from core.errors import NotFound

        with pytest.raises(NotFound):
            decide(slot.id, "approved", company.actor("samara"))
        with pytest.raises(NotFound):
            service.take_step(agreement.id, "annul", company.actor("samara"), Ask(comment="x"))


def test_a_college_and_an_enterprise_conclude_a_cluster_without_the_ministry(app: APIFlask, company: Company) -> None:
    with app.app_context():
        agreement = scenes.cluster_in_draft(company, date(2026, 3, 2))
        stage = scenes.Stage(company, date(2026, 3, 4))
        stage.step(agreement, "submit", "perm.aviation")
        stage.decide_all(agreement)
        assert agreement.state == "agreed"
        stage.step(agreement, "to_sign", "perm.aviation", Ask(data={"method": "electronic"}))
        stage.decide_all(agreement)
        assert agreement.state == "signed"
        stage.step(agreement, "register", "perm.aviation")
        assert agreement.state == "registered"
        drain()
        text = text_of(latest_document(agreement.id, "registered"))
        assert "с первой стороны" in text
        assert "Краевой Раисы Борисовны, действующей на основании Положения" in text
