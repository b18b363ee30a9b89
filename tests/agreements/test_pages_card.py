"""The page of one agreement: what it shows for the price of six queries, and what its buttons do."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from apiflask import APIFlask
from docx import Document
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, ElectronicSignature, PaperCopy
from core import clock
from core.calendar import add_working_days
from core.db import db, transaction
from core.documents.models import Attachment, IssuedDocument
from core.signoffs.models import Desk, Slot
from core.signoffs.service import decide
from core.workflow import Ask
from core.workflow.jobs import drain
from tests.agreements.pages import PDF, a_draft, browser, counting, state, version, words

Bring = Callable[[scenes.Stage, Agreement], None]


def submitted(stage: scenes.Stage, agreement: Agreement) -> None:
    stage.step(agreement, "submit", "m.coord")


def at_counterparty(stage: scenes.Stage, agreement: Agreement) -> None:
    submitted(stage, agreement)
    stage.decide_all(agreement, only=("m.profile", "m.legal", "m.deputy", "m.finance"))


def reworked(stage: scenes.Stage, agreement: Agreement) -> None:
    submitted(stage, agreement)
    stage.decide(agreement, "m.profile", "rejected", comment="Уточнить пункт 1.2")


def agreed(stage: scenes.Stage, agreement: Agreement) -> None:
    submitted(stage, agreement)
    stage.decide_all(agreement)


def signing(stage: scenes.Stage, agreement: Agreement) -> None:
    agreed(stage, agreement)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "electronic"}))


def on_paper(stage: scenes.Stage, agreement: Agreement) -> None:
    agreed(stage, agreement)
    stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": "paper"}))
    stage.decide_all(agreement)


def nothing(_stage: scenes.Stage, _agreement: Agreement) -> None:
    """A draft."""


def registered(stage: scenes.Stage, agreement: Agreement) -> None:
    scenes.to_registration(stage, agreement, ("m.control", "c.control"))


def brought(app: APIFlask, company: Company, bring: Bring) -> int:
    """The id of an agreement that has come as far as `bring` brings it, the clock standing a little later."""
    agreement_id = a_draft(app, company)
    with app.app_context():
        stage = scenes.Stage(company, scenes.add_back(clock.today(), 20))
        bring(stage, db.session.get_one(Agreement, agreement_id))
    return agreement_id


STATES = (nothing, submitted, at_counterparty, reworked, agreed, signing, on_paper, registered)


@pytest.mark.parametrize("bring", STATES)
def test_the_page_costs_six_queries_at_most_for_everybody(app: APIFlask, company: Company, bring: Bring) -> None:
    agreement_id = brought(app, company, bring)
    for login in ("m.coord", "c.coord", "m.control", "c.signer"):
        client = browser(app, company, login)
        client.get("/agreements")
        with counting(app) as sent:
            answer = client.get(f"/agreements/{agreement_id}")
        assert answer.status_code == 200
        assert len(sent) <= 6, f"{login}: {len(sent)}\n" + "\n\n".join(sent)


def test_the_page_says_whose_court_it_is_in_and_for_how_long(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, submitted)
    text = words(browser(app, company, "c.coord").get(f"/agreements/{agreement_id}"))
    assert "Минпросвещения России: Директор профильного департамента (СПО), А.И. Профильнов" in text
    assert "раб. дн." in text
    assert "просрочено" in text


def test_a_remark_without_an_answer_leads_to_where_it_is_answered(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, reworked)
    way = f'class="btn btn-primary" href="/remarks/agreement/{agreement_id}"'
    author = browser(app, company, "m.coord").get(f"/agreements/{agreement_id}")
    assert way in author.get_data(as_text=True)
    assert "Нет ответа на замечание «Уточнить пункт 1.2» (А.И. Профильнов)" in words(author)
    other = browser(app, company, "c.coord").get(f"/agreements/{agreement_id}")
    assert way not in other.get_data(as_text=True)


def test_impossible_steps_are_told_with_their_reasons_and_hidden_ones_left_out(app: APIFlask, company: Company) -> None:
    with app.app_context():
        entered = scenes.cooperation(company, "Неполное")
        made = service.create(
            service.AgreementInput("cooperation", "Неполное", entered.parties), company.actor("m.coord")
        )
    text = words(browser(app, company, "m.coord").get(f"/agreements/{made.id}"))
    assert "Направить на согласование Не заполнено: Направления сотрудничества, Координаторы Сторон" in text
    assert "Истёк срок" not in text
    other = words(browser(app, company, "c.coord").get(f"/agreements/{made.id}"))
    assert "Что могут сделать другие" in other
    assert "Делает координатор стороны-инициатора" in other


def test_a_step_is_taken_by_its_button(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    client = browser(app, company, "m.coord")
    answer = client.post(f"/agreements/{agreement_id}/steps/submit", data={"version": version(app, agreement_id)})
    assert answer.status_code == 302
    assert state(app, agreement_id) == "own_approval"
    text = words(client.get(f"/agreements/{agreement_id}"))
    assert "Сделано: Направить на согласование" in text
    assert "Ход согласования" in text
    assert "Представил на согласование" in text


def test_a_refused_step_gives_the_page_back_with_what_was_typed(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, agreed)
    client = browser(app, company, "m.coord")
    answer = client.post(
        f"/agreements/{agreement_id}/steps/to_sign",
        data={"method": "", "sign_by": "2026-12-31", "comment": "Срочно", "version": version(app, agreement_id)},
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'id="step-to_sign" open' in text.replace(' name="step"', "")
    assert 'value="2026-12-31"' in text
    assert ">Срочно</textarea>" in text
    assert "Нужно: Как подписывают" in words(answer)
    assert state(app, agreement_id) == "agreed"


@pytest.mark.parametrize(("name", "value"), [("sign_by", "вчера"), ("method", "голубиная почта")])
def test_what_cannot_be_read_is_told_at_its_input(app: APIFlask, company: Company, name: str, value: str) -> None:
    agreement_id = brought(app, company, agreed)
    client = browser(app, company, "m.coord")
    sent = {"method": "paper", name: value}
    answer = client.post(f"/agreements/{agreement_id}/steps/to_sign", data=sent)
    assert answer.status_code == 422
    assert f'id="to_sign-{name}-err"' in answer.get_data(as_text=True)
    assert state(app, agreement_id) == "agreed"


def test_a_stale_form_is_refused_and_keeps_the_reason_typed(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, submitted)
    client = browser(app, company, "m.coord")
    answer = client.post(f"/agreements/{agreement_id}/steps/annul", data={"version": 1, "comment": "Передумали"})
    assert answer.status_code == 409
    assert "изменена другим пользователем" in words(answer)
    assert ">Передумали</textarea>" in answer.get_data(as_text=True)
    assert state(app, agreement_id) == "own_approval"


def test_a_stranger_to_the_step_is_told_who_does_it(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    answer = browser(app, company, "c.coord").post(f"/agreements/{agreement_id}/steps/submit", data={})
    assert answer.status_code == 403
    assert "Делает координатор стороны-инициатора" in words(answer)


def test_hidden_steps_cannot_be_posted(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    answer = browser(app, company, "m.signer").post(f"/agreements/{agreement_id}/steps/sign_first", data={})
    assert answer.status_code == 403
    assert state(app, agreement_id) == "signing"


def slot_of(app: APIFlask, company: Company, login: str) -> int:
    with app.app_context():
        found = db.session.scalar(
            select(Desk.slot_id).join(Slot).where(Desk.person_id == company.people[login], Slot.kind == "signature")
        )
        assert found is not None
        return found


def a_certificate(**fields: object) -> dict[str, object]:
    today = clock.today()
    return {
        "certificate": "01 A2 B3",
        "owner": "Кравцов Сергей Сергеевич",
        "valid_from": (today - timedelta(days=30)).isoformat(),
        "valid_to": (today + timedelta(days=300)).isoformat(),
        "mchd_number": "77-0001",
        "mchd_valid_to": (today + timedelta(days=100)).isoformat(),
        "signature": (io.BytesIO(b"0\x82\x01\x00signature"), "договор.sig"),
        **fields,
    }


def test_an_electronic_signature_is_recorded_with_its_certificate(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    client = browser(app, company, "m.signer")
    page = words(client.get(f"/agreements/{agreement_id}"))
    assert "Сервис сам не подписывает и подпись не проверяет" in page
    answer = client.post(f"/agreements/{agreement_id}/sign/{slot_of(app, company, 'm.signer')}", data=a_certificate())
    assert answer.status_code == 302, words(answer)
    assert state(app, agreement_id) == "partly_signed"
    with app.app_context():
        kept = db.session.scalars(select(ElectronicSignature)).one()
        document = db.session.get_one(Agreement, agreement_id).current
        assert document is not None
        assert (kept.mchd_number, kept.document_hash) == ("77-0001", document.document_hash)
    shown = words(client.get(f"/agreements/{agreement_id}"))
    assert "сертификат 01 A2 B3" in shown
    assert "МЧД 77-0001" in shown


def test_a_certificate_that_has_run_out_is_told_at_its_date(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    client = browser(app, company, "m.signer")
    past = {"valid_from": "2020-01-01", "valid_to": "2021-01-01"}
    answer = client.post(
        f"/agreements/{agreement_id}/sign/{slot_of(app, company, 'm.signer')}", data=a_certificate(**past)
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'id="sign-valid_to-err"' in text
    assert 'value="01 A2 B3"' in text
    assert state(app, agreement_id) == "signing"


def test_voided_signatures_stay_on_the_page(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    with app.app_context():
        first, second = (db.session.get_one(Slot, slot_of(app, company, who)) for who in ("m.signer", "c.signer"))
        decide(first.id, "approved", company.actor("m.signer"), given=scenes.proof(first))
        letter = scenes.proof(second, "rejected")
        decide(second.id, "rejected", company.actor("c.signer"), comment="Не согласован банк", given=letter)
    text = words(browser(app, company, "m.coord").get(f"/agreements/{agreement_id}"))
    assert "утратила силу" in text
    assert "Не согласован банк" in text


def test_a_paper_copy_comes_back_with_its_scan(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, on_paper)
    client = browser(app, company, "m.control")
    page = words(client.get(f"/agreements/{agreement_id}"))
    assert "Не возвращены экземпляры: № 1, № 2" in page
    with app.app_context():
        copies = db.session.scalars(select(PaperCopy).order_by(PaperCopy.number)).all()
    for copy in copies:
        answer = client.post(
            f"/agreements/{agreement_id}/copies/{copy.id}/return",
            data={"returned_on": clock.today().isoformat(), "scan": (io.BytesIO(PDF), "скан.pdf")},
        )
        assert answer.status_code == 302
    again = client.post(f"/agreements/{agreement_id}/copies/{copies[0].id}/return", data={})
    assert again.status_code == 409
    assert "уже возвращён" in words(again)
    text = words(client.get(f"/agreements/{agreement_id}"))
    assert text.count("скан.pdf") >= 1
    assert client.post(f"/agreements/{agreement_id}/steps/register", data={}).status_code == 302
    assert state(app, agreement_id) == "registered"


def test_an_unreadable_return_date_is_told_at_its_input(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, on_paper)
    with app.app_context():
        copy = db.session.scalars(select(PaperCopy).limit(1)).one()
    answer = browser(app, company, "m.control").post(
        f"/agreements/{agreement_id}/copies/{copy.id}/return", data={"returned_on": "32.13.2026"}
    )
    assert answer.status_code == 422
    assert "дата не распознана" in words(answer)


def test_the_issued_bytes_come_under_a_cyrillic_name(app: APIFlask, company: Company) -> None:
    brought(app, company, registered)
    with app.app_context():
        drain()
        document = db.session.scalars(
            select(IssuedDocument).where(IssuedDocument.rendition == "registered").order_by(IssuedDocument.id.desc())
        ).first()
        assert document is not None
    client = browser(app, company, "c.coord")
    answer = client.get(f"/documents/{document.id}/{document.code}.docx")
    assert answer.status_code == 200
    header = answer.headers["Content-Disposition"]
    assert header.startswith("attachment;")
    assert unquote(header.split("filename*=UTF-8''")[1]) == document.file_name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    opened = Document(io.BytesIO(answer.data))
    assert any("сотрудничестве и партнёрстве" in paragraph.text for paragraph in opened.paragraphs)
    assert client.get(f"/documents/{document.id}/ABCD-ABCD-ABCD.docx").status_code == 404
    assert browser(app, company, "samara").get(f"/documents/{document.id}/{document.code}.docx").status_code == 404


def test_an_attached_file_is_given_and_never_shown(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, at_counterparty)
    browser(app, company, "c.coord").post(
        f"/agreements/{agreement_id}/steps/cp_remarks",
        data={"comment": "Смотрите письмо", "letter": (io.BytesIO(PDF), "письмо & замечания.pdf")},
    )
    assert state(app, agreement_id) == "revision"
    with app.app_context():
        kept = db.session.scalars(select(Attachment)).one()
    client = browser(app, company, "m.coord")
    assert "письмо & замечания.pdf" in words(client.get(f"/agreements/{agreement_id}"))
    answer = client.get(f"/attachments/{kept.id}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.mimetype == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser(app, company, "samara").get(f"/attachments/{kept.id}").status_code == 404


def test_the_drafter_declares_the_text_open(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    with app.app_context(), transaction():
        db.session.get_one(Agreement, agreement_id).public_info = False
    client = browser(app, company, "m.coord")
    assert "Отметить: сведения не ограничены" in words(client.get(f"/agreements/{agreement_id}"))
    assert client.post(f"/agreements/{agreement_id}/public").status_code == 302
    with app.app_context():
        assert db.session.get_one(Agreement, agreement_id).public_info
    assert browser(app, company, "c.coord").post(f"/agreements/{agreement_id}/public").status_code == 403


def test_names_are_shown_as_text_not_as_markup(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company, 'Соглашение <script>alert("1")</script> & «Ко»')
    text = browser(app, company, "m.coord").get(f"/agreements/{agreement_id}").get_data(as_text=True)
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_a_person_sees_what_waits_for_him(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, submitted)
    mine = words(browser(app, company, "m.profile").get(f"/agreements/{agreement_id}"))
    assert "Ждёт Вашего решения: Директор профильного департамента (СПО)" in mine
    assert "Ждёт Вашего решения" not in words(browser(app, company, "m.legal").get(f"/agreements/{agreement_id}"))


def test_repeated_savings_are_one_line_of_the_history(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    with app.app_context():
        for _time in range(3):
            service.edit(agreement_id, scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
    text = words(browser(app, company, "m.coord").get(f"/agreements/{agreement_id}"))
    assert "Изменены сведения (3 раз подряд)" in text
    assert text.count("Изменены сведения") == 1


def test_a_day_in_the_calendar_is_counted_in_working_days(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    start = date(2026, 3, 2)
    with app.app_context():
        stage = scenes.Stage(company, start)
        submitted(stage, db.session.get_one(Agreement, agreement_id))
        later = stage.moment.replace(day=add_working_days(start, 4).day)
    client = browser(app, company, "m.coord")
    with clock.at(later):
        text = words(client.get(f"/agreements/{agreement_id}"))
    assert "А.И. Профильнов 4 раб. дн." in text
