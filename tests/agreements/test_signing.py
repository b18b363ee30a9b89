"""Signing and registering through one door: what is asked for, what is refused and why, what is kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, ElectronicSignature, PaperCopy, PartySignature
from agreements.signing.reading import same_person
from core import clock
from core.accounts.models import Signatory
from core.audit import AuditRecord
from core.db import db, transaction
from core.documents.attachments import Upload
from core.errors import NotNow, NotValid
from core.signoffs.given import Given
from core.signoffs.models import Desk, Slot
from core.signoffs.service import decide
from core.workflow import Ask
from tests.agreements.pages import browser, state, words
from tests.agreements.test_api_agreements import Program
from tests.agreements.test_pages_card import a_certificate, agreed, brought, signing, slot_of


def sent(method: str) -> Callable[[scenes.Stage, Agreement], None]:
    def bring(stage: scenes.Stage, agreement: Agreement) -> None:
        agreed(stage, agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": method}))

    return bring


def the_slot(app: APIFlask, company: Company, login: str) -> Slot:
    return db.session.get_one(Slot, slot_of(app, company, login))


def power(company: Company, kind: str, number: str, until: date | None) -> None:
    """The Minister's ground becomes a power of attorney."""
    with transaction():
        row = db.session.scalars(
            select(Signatory).where(Signatory.organisation_id == company.organisations["ministry"])
        ).one()
        row.basis_kind, row.basis, row.basis_number, row.valid_to = kind, "Доверенность", number, until


def refused(slot: Slot, company: Company, given: Given, login: str = "m.signer") -> dict[str, str]:
    with pytest.raises(NotValid) as caught:
        decide(slot.id, "signed", company.actor(login), given=given)
    db.session.rollback()
    return {name: str(text) for name, text in caught.value.fields.items()}


def test_the_task_asks_for_the_certificate_and_keeps_what_was_typed(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    slot_id = slot_of(app, company, "m.signer")
    client = browser(app, company, "m.signer")
    page = client.get(f"/tasks/{slot_id}").get_data(as_text=True)
    assert 'value="Кравцов Сергей Сергеевич"' in page
    sent_without_file = {**a_certificate(), "verdict": "approved"}
    sent_without_file.pop("signature")
    again = client.post(f"/tasks/{slot_id}/verdict", data=sent_without_file)
    assert again.status_code == 422
    assert 'value="01 A2 B3"' in again.get_data(as_text=True)
    assert "Приложите файл подписи" in words(again)
    assert state(app, agreement_id) == "signing"
    done = client.post(f"/tasks/{slot_id}/verdict", data={**a_certificate(), "verdict": "approved"})
    assert done.status_code == 302, words(done)
    with app.app_context():
        row = db.session.scalars(select(ElectronicSignature)).one()
        assert (row.certificate, row.mchd_number) == ("01 A2 B3", "77-0001")
        assert row.document_hash == db.session.get_one(Agreement, agreement_id).document_hash


@pytest.mark.parametrize(
    ("changed", "file", "where"),
    [
        ({"certificate": " "}, None, "certificate"),
        ({"valid_to": "2020-01-01"}, None, "valid_to"),
        ({"valid_from": "вчера"}, None, "valid_from"),
        ({"owner": "Чужой Иван Петрович"}, None, "mchd_number"),
        ({"mchd_number": "77-1", "mchd_valid_to": "2020-01-01"}, None, "mchd_valid_to"),
        ({"mchd_number": "77-1"}, None, "mchd_valid_to"),
        ({}, Upload("скан.pdf", scenes.SCAN), "signature"),
        ({}, Upload("подпись.sig", b"PK\x03\x04"), "signature"),
    ],
)
def test_a_signature_is_not_recorded_on_wrong_data(
    app: APIFlask, company: Company, changed: dict[str, str], file: Upload | None, where: str
) -> None:
    brought(app, company, signing)
    with app.app_context():
        slot = the_slot(app, company, "m.signer")
        given = scenes.proof(slot)
        files = {"signature": file} if file else given.files
        assert where in refused(slot, company, Given({**given.values, **changed}, files))
        assert db.session.scalars(select(PartySignature)).all() == []


def test_who_signs_by_power_names_it_with_its_term(app: APIFlask, company: Company) -> None:
    brought(app, company, signing)
    with app.app_context():
        power(company, "power_of_attorney", "17", None)
        slot = the_slot(app, company, "m.signer")
        assert "по доверенности" in refused(slot, company, scenes.proof(slot))["mchd_number"]
        until = clock.today() + timedelta(days=40)
        given = scenes.proof(slot, mchd_number="77-9", mchd_valid_to=until.isoformat())
        decide(slot.id, "signed", company.actor("m.signer"), given=given)
        row = db.session.scalars(select(PartySignature)).one()
        assert row.basis == f"МЧД № 77-9, действует по {until:%d.%m.%Y}"


def test_a_power_from_the_card_stands_in_the_form(app: APIFlask, company: Company) -> None:
    brought(app, company, signing)
    with app.app_context():
        power(company, "mchd", "77-15", clock.today() + timedelta(days=9))
    task = Program(app, company, "m.signer")
    slot_id = slot_of(app, company, "m.signer")
    asks = task.client.get(f"/api/v1/tasks/{slot_id}", headers=task.headers).get_json()["asks"]["approve"]
    by_name = {one["name"]: one for one in asks}
    assert (by_name["mchd_number"]["value"], by_name["mchd_number"]["required"]) == ("77-15", True)


def test_on_paper_the_day_and_the_copies_are_recorded(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, sent("paper"))
    with app.app_context():
        slot = the_slot(app, company, "m.signer")
        copies = db.session.scalars(select(PaperCopy).order_by(PaperCopy.number)).all()
        day = scenes.add_back(clock.today(), 3)
        tomorrow = (clock.today() + timedelta(days=1)).isoformat()
        assert "не наступила" in refused(slot, company, Given({"signed_on": tomorrow}))["signed_on"]
        assert "Раньше передачи" in refused(slot, company, Given({"signed_on": "2026-01-12"}))["signed_on"]
        assert "copies" in refused(slot, company, Given({"copies": [""]}))
        given = Given({"signed_on": day.isoformat(), "copies": ["", str(copies[1].id)]})
        decide(slot.id, "signed", company.actor("m.signer"), given=given)
        row = db.session.scalars(select(PartySignature)).one()
        assert (row.method, row.signed_on) == ("paper", day)
        ministry = company.organisations["ministry"]
        assert copies[1].holder_id == ministry
    assert state(app, agreement_id) == "partly_signed"


def test_the_authority_is_judged_by_the_day_on_the_paper(app: APIFlask, company: Company) -> None:
    """It ended after the day of the act: the act stands. It ended before: it does not."""
    agreement_id = brought(app, company, sent("paper"))
    with app.app_context():
        day = scenes.add_back(clock.today(), 3)
        power(company, "charter", "", day)
        slot = the_slot(app, company, "m.signer")
        late = Given({"signed_on": clock.today().isoformat()})
        with pytest.raises(NotNow) as caught:
            decide(slot.id, "signed", company.actor("m.signer"), given=late)
        assert f"по {day:%d.%m.%Y}" in str(caught.value.reasons[0].text)
        db.session.rollback()
        decide(slot.id, "signed", company.actor("m.signer"), given=Given({"signed_on": day.isoformat()}))
    assert state(app, agreement_id) == "partly_signed"


def test_each_party_signs_in_its_own_way_and_the_paper_comes_back(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, sent("mixed"))
    with app.app_context():
        first, second = the_slot(app, company, "m.signer"), the_slot(app, company, "c.signer")
        assert "how" in refused(first, company, Given({"how": "голубем"}))
        decide(first.id, "signed", company.actor("m.signer"), given=Given({"how": "paper"}))
        decide(second.id, "signed", company.actor("c.signer"), given=scenes.proof(second, how="electronic"))
        rows = db.session.scalars(select(PartySignature).order_by(PartySignature.id)).all()
        assert [row.method for row in rows] == ["paper", "electronic"]
        copy = db.session.scalars(select(PaperCopy)).one()
        assert (copy.number, copy.holder_id) == (1, company.organisations["ministry"])
    shown = words(browser(app, company, "m.control").get(f"/agreements/{agreement_id}"))
    assert "Не возвращены экземпляры: № 1" in shown


def test_a_refusal_to_sign_comes_with_its_letter(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    slot_id = slot_of(app, company, "c.signer")
    client = browser(app, company, "c.signer")
    said: dict[str, Any] = {"verdict": "rejected", "comment": "Не согласован пункт 4.2"}
    bare = client.post(f"/tasks/{slot_id}/verdict", data=said)
    assert bare.status_code == 422
    assert "Отказ оформляют письмом" in words(bare)
    assert "Не согласован пункт 4.2" in words(bare)
    letter = {"letter_number": "01-15/7", "letter_date": "2026-11-20", "letter": (io.BytesIO(scenes.SCAN), "отказ.pdf")}
    assert client.post(f"/tasks/{slot_id}/verdict", data={**said, **letter}).status_code == 302
    assert state(app, agreement_id) == "revision"
    with app.app_context():
        steps = select(AuditRecord).where(AuditRecord.subject_id == agreement_id, AuditRecord.step == "refuse_sign")
        record = db.session.scalars(steps).one()
        assert record.data["entered"]["letter"] == "письмо от 20.11.2026 № 01-15/7"
        assert record.data["files"]["letter"]
    page = words(browser(app, company, "m.coord").get(f"/agreements/{agreement_id}"))
    assert "письмо от 20.11.2026 № 01-15/7" in page
    assert "отказ.pdf" in page


def registration_of(app: APIFlask, company: Company, login: str) -> int:
    with app.app_context():
        mine = select(Desk.slot_id).where(Desk.person_id == company.people[login], Desk.kind == "registration")
        return db.session.scalars(mine).one()


def signed(stage: scenes.Stage, agreement: Agreement) -> None:
    signing(stage, agreement)
    stage.decide_all(agreement)


def test_the_registry_refuses_from_its_task_as_from_the_card(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signed)
    slot_id = registration_of(app, company, "m.control")
    client = browser(app, company, "m.control")
    assert "Отказать в регистрации" in words(client.get(f"/tasks/{slot_id}"))
    said = {"verdict": "rejected", "comment": "Нет листа согласования"}
    assert client.post(f"/tasks/{slot_id}/verdict", data=said).status_code == 302
    assert state(app, agreement_id) == "revision"
    with app.app_context():
        assert all(row.voided_at for row in db.session.scalars(select(PartySignature)))


def test_the_task_takes_a_number_and_the_other_side_refuses_no_more(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signed)
    client = browser(app, company, "m.control")
    slot_id = registration_of(app, company, "m.control")
    said = {"verdict": "approved", "number": "М-2026/77"}
    assert client.post(f"/tasks/{slot_id}/verdict", data=said).status_code == 302
    assert state(app, agreement_id) == "registered"
    with app.app_context():
        assert db.session.get_one(Agreement, agreement_id).number == "М-2026/77"
    other = words(browser(app, company, "c.control").get(f"/tasks/{registration_of(app, company, 'c.control')}"))
    assert "он действует: отказать в регистрации нельзя" in other


def test_a_program_signs_with_its_file_and_learns_of_names_nobody_asked_for(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    slot_id = slot_of(app, company, "m.signer")
    program = Program(app, company, "m.signer")
    path = f"/api/v1/tasks/{slot_id}/verdict"
    seen = program.client.get(f"/api/v1/tasks/{slot_id}", headers=program.headers).get_json()["document_hash"]
    said = {"verdict": "signed", "seen_hash": seen}
    odd = program.client.post(path, json={**said, "certificat": "1"}, headers=program.headers)
    assert (odd.status_code, list(odd.get_json()["fields"])) == (422, ["certificat"])
    done = program.client.post(path, data={**a_certificate(), **said}, headers=program.headers)
    assert done.status_code == 201, done.get_json()
    assert state(app, agreement_id) == "partly_signed"


def test_names_of_one_person_are_recognised_however_they_are_written() -> None:
    full = "Артёмова-Лис Анна Игоревна"
    assert same_person("Артемова-Лис А.И.", full)
    assert same_person("А.И. Артёмова-Лис", full)
    assert not same_person("Артёмова-Лис Алла", full)
    assert not same_person("", full)


def test_without_a_named_day_the_term_of_the_signatures_permits_a_recall(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    with app.app_context():
        first, second = the_slot(app, company, "m.signer"), the_slot(app, company, "c.signer")
        assert second.due_at is not None
        in_time, late = second.due_at - timedelta(days=1), second.due_at + timedelta(days=1)
        with clock.at(in_time):
            decide(first.id, "signed", company.actor("m.signer"), given=scenes.proof(first))
            with pytest.raises(NotNow) as caught:
                service.take_step(agreement_id, "recall", company.actor("m.coord"), Ask("сроки"))
            reason = caught.value.reasons[0]
            assert (reason.code, reason.by) == ("may_recall_signing", f"{clock.in_moscow(second.due_at):%d.%m.%Y}")
        db.session.rollback()
        with clock.at(late):
            service.take_step(agreement_id, "recall", company.actor("m.coord"), Ask("сроки прошли"))
        row = db.session.scalars(select(PartySignature)).one()
        assert row.voided_at is not None
