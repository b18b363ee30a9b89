"""The main job in a real browser: the draft supplementary agreement becomes a registered one, person by person."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from apiflask import APIFlask
from docx import Document
from playwright.sync_api import Page, expect
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.cast import PASSWORD
from agreements.demo.load import Company, address, gather
from agreements.models import Agreement
from core import clock
from core.clock import in_moscow
from core.db import db
from core.signoffs.models import Decision
from core.workflow.jobs import drain

MINISTRY = ("m.profile", "m.legal", "m.finance", "m.deputy")
CORPORATION = ("c.coord", "c.hr", "c.legal", "c.finance", "c.security", "c.deputy")


def the_draft(app: APIFlask) -> tuple[Company, int]:
    """The framework agreement in force and a draft amendment with financial terms, so that every slot is needed."""
    with app.app_context():
        company = gather()
        framework = scenes.cooperation_of_2023(company)
        entered = scenes.amendment_entered(company, framework, clock.today())
        entered = service.AgreementInput(**{**entered.__dict__, "financial_terms": True})
        return company, service.create(entered, company.actor("m.coord")).id


class Desk:
    """People coming to the same computer one after another."""

    def __init__(self, page: Page, base: str, agreement_id: int) -> None:
        self.page, self.base, self.agreement_id = page, base, agreement_id

    def sign_in(self, login: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.base}/sign-in")
        self.page.fill("input[name=email]", address(login))
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        expect(self.page.locator("h1")).to_contain_text("Мои задачи")

    def step(self, login: str, name: str, **values: str) -> None:
        """A step from the agreement's page, opened from the register."""
        self.sign_in(login)
        self.page.goto(f"{self.base}/agreements")
        self.page.click(f"a[href='/agreements/{self.agreement_id}']")
        self.page.click(f"#step-{name} > summary")
        for field, value in values.items():
            self.page.select_option(f"#step-{name} [name={field}]", value)
        self.page.locator(f"#step-{name} form .submit button").click()
        expect(self.page.locator("h1")).to_be_visible()

    def decide(self, login: str) -> None:
        """The one task on the person's desk, from «Мои задачи»."""
        self.sign_in(login)
        self.page.locator("a[href^='/tasks/']").first.click()
        if self.page.locator("input[name=certificate]").count():
            self.certificate(login)
        self.page.click("button[name=verdict][value=approved]")
        expect(self.page.locator("h1")).to_be_visible()

    def certificate(self, login: str, **changed: str) -> None:
        """What is recorded of an electronic signature made elsewhere, typed into the form of the signature."""
        today = clock.today()
        values = {
            "certificate": f"образец {login}",
            "valid_from": (today - timedelta(days=90)).isoformat(),
            "valid_to": (today + timedelta(days=275)).isoformat(),
            **changed,
        }
        for name, value in values.items():
            self.page.fill(f"form:has(button[value=approved]) [name={name}]", value)
        self.page.set_input_files(
            "input[name=signature]",
            {"name": f"{login}.sig", "mimeType": "application/pkcs7-signature", "buffer": scenes.DETACHED},
        )


def words(path: Path) -> str:
    opened = Document(io.BytesIO(path.read_bytes()))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in opened.paragraphs] + cells).replace("\u00a0", " ")


def state_of(app: APIFlask, agreement_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Agreement, agreement_id).state


def test_the_draft_amendment_becomes_a_registered_agreement(
    app: APIFlask, live: str, page: Page, tmp_path: Path
) -> None:
    _company, agreement_id = the_draft(app)
    desk = Desk(page, live, agreement_id)
    desk.step("m.coord", "submit")
    assert state_of(app, agreement_id) == "own_approval"
    for login in MINISTRY:
        desk.decide(login)
    assert state_of(app, agreement_id) == "counterparty_review"
    for login in CORPORATION:
        desk.decide(login)
    assert state_of(app, agreement_id) == "agreed"
    desk.step("m.coord", "to_sign", method="electronic")
    assert state_of(app, agreement_id) == "signing"
    desk.decide("m.signer")
    assert state_of(app, agreement_id) == "partly_signed"
    desk.decide("c.signer")
    assert state_of(app, agreement_id) == "signed"
    desk.step("m.control", "register")
    assert state_of(app, agreement_id) == "registered"
    with app.app_context():
        drain()
    assert_agreement(app, agreement_id, download(desk, "c.coord", tmp_path, "a:has-text('Скачать DOCX')"))
    assert_sheet(app, agreement_id, sheet(desk, tmp_path))


def download(desk: Desk, login: str, folder: Path, link: str) -> Path:
    desk.sign_in(login)
    desk.page.goto(f"{desk.base}/agreements/{desk.agreement_id}")
    with desk.page.expect_download() as caught:
        desk.page.locator(link).first.click()
    target = folder / caught.value.suggested_filename
    caught.value.save_as(target)
    return target


def sheet(desk: Desk, folder: Path) -> Path:
    """The approval sheet, asked for on the agreement's page."""
    desk.page.goto(f"{desk.base}/agreements/{desk.agreement_id}")
    desk.page.locator("a:has-text('Лист согласования')").first.click()
    with desk.page.expect_download() as caught:
        desk.page.locator("button:has-text('DOCX'), a:has-text('DOCX')").first.click()
    target = folder / "sheet.docx"
    caught.value.save_as(target)
    return target


def assert_agreement(app: APIFlask, agreement_id: int, path: Path) -> None:
    """Parties, cases, number and date stand in the paper; its name is a Cyrillic one."""
    text = words(path)
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        number, signed_on = agreement.number, agreement.signed_on
        parent = agreement.parent
        assert parent is not None
        parent_number = parent.number
    assert signed_on == clock.today()
    assert f"Регистрационный номер: {number}" in text
    assert f"№ {parent_number} от 16 января 2023 г." in text
    assert "в лице Министра просвещения Российской Федерации Кравцова Сергея Сергеевича, действующего" in text
    assert "в лице Генерального директора Чемезова Сергея Викторовича, действующего на основании Федерального" in text
    assert "именуемая в дальнейшем «Корпорация»" in text
    assert f"«{signed_on.day:02d}»" in text or f"«{signed_on.day}»" in text
    assert path.name.startswith("Дополнительное соглашение № 1")


def assert_sheet(app: APIFlask, agreement_id: int, path: Path) -> None:
    """Every visa with its time, and the hash of the text it was given for."""
    text = words(path)
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        given = db.session.scalars(select(Decision).where(Decision.document_hash == agreement.document_hash)).all()
        assert len(given) == 14
        assert str(agreement.document_hash) in text.replace("\n", "")
        for decision in given:
            initials, surname = decision.name.split("\u00a0")
            assert f"{surname} {initials}" in text
            assert in_moscow(decision.at).strftime("%H:%M") in text
