"""The whole life of a cluster agreement of seven in a real browser, from the form to the end with its cascade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from agreements import service
from agreements.catalogue import fields_of
from agreements.demo import scenes
from agreements.demo.load import Company, gather
from agreements.forms import entered
from agreements.models import Agreement, ElectronicSignature, PartySignature
from core import clock
from core.accounts.models import Organisation
from core.db import db
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap.models import ItemLink
from tests.agreements import cluster
from tests.flows.test_main_job import Desk, state_of, words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
RESTATED = "Заседания управляющего совета проводятся не реже двух раз в год, решения оформляются протоколом"


class Remembered(Desk):
    """People who come back stay signed in: each has a profile of the browser."""

    def __init__(self, page: Page, base: str) -> None:
        super().__init__(page, base, 0)
        self.profiles: dict[str, Any] = {}

    def sign_in(self, login: str) -> None:
        context = self.page.context
        if login in self.profiles:
            context.clear_cookies()
            context.add_cookies(self.profiles[login])
            self.page.goto(self.base)
        else:
            super().sign_in(login)
            self.profiles[login] = context.cookies()


@dataclass
class Story:
    """The agreement, the people about it and the one computer they come to."""

    app: APIFlask
    company: Company
    desk: Desk
    page: Page
    folder: Path
    item_id: int
    """An item of the two principals' plan, at work."""

    @property
    def id(self) -> int:
        return self.desk.agreement_id

    def state(self) -> str:
        return state_of(self.app, self.id)

    def card(self, login: str, path: str = "") -> None:
        self.desk.sign_in(login)
        self.page.goto(f"{self.desk.base}/agreements/{self.id}{path}")

    def named(self, key: str) -> str:
        """An organisation as a person picks it in the form."""
        with self.app.app_context():
            row = db.session.get_one(Organisation, self.company.organisations[key])
            return f"{row.short_name}, ИНН {row.inn}"

    def download(self, click: Callable[[], Any], name: str) -> str:
        """The words of the Word file a click gives."""
        with self.page.expect_download() as caught:
            click()
        caught.value.save_as(self.folder / name)
        return words(self.folder / name)


@pytest.fixture
def story(app: APIFlask, live: str, page: Page, tmp_path: Path) -> Story:
    with app.app_context():
        company = gather()
        item_id = cluster.a_plan_at_work(company)
    return Story(app, company, Remembered(page, live), page, tmp_path, item_id)


def test_the_whole_life_of_a_cluster_agreement(story: Story) -> None:
    the_form_is_filled_in(story)
    a_dispute_over_two_clauses(story)
    one_signs_on_paper_and_six_electronically(story)
    every_party_gives_its_number(story)
    an_amendment_changes_the_terms(story)
    the_text_is_given_for_both_days(story)
    the_end_is_confirmed_over_its_cascade(story)


def the_form_is_filled_in(story: Story) -> None:
    """Parties are picked by name; the draft is saved incomplete first, and the page says what it lacks."""
    page = story.page
    story.desk.sign_in("c.coord")
    page.goto(f"{story.desk.base}/agreements/new?kind=partnership")
    page.get_by_label("Наименование", exact=True).fill(cluster.TITLE)
    page.get_by_label("Место составления").fill("г. Пермь")
    for _more in range(len(cluster.PARTIES) - 2):
        page.get_by_role("button", name="Добавить сторону").click()
    shown = [(story.named(key), role) for key, role in cluster.PARTIES]
    shown = [shown[1], shown[0], *shown[2:]]
    for number, (name, role) in enumerate(shown):
        page.fill(f"[name='party.{number}.org']", name)
        page.select_option(f"[name='party.{number}.role']", role)
        page.locator(f"[name='party.{number}.org']").blur()
        expect(page.locator(f"[name='party.{number}.signatory'] option").first).to_be_attached()
    page.get_by_role("button", name="Выше").nth(1).click()
    expect(page.locator("[name='party.0.role']")).to_have_value("authority")
    expect(page.locator("[data-about]").first).to_contain_text("ИНН 5999001370")
    page.get_by_role("button", name="Сохранить проект").click()
    expect(page.get_by_text("До направления на согласование нужно:")).to_be_visible()
    story.desk.agreement_id = int(page.url.rstrip("/").split("/")[-2])
    _fill(page)
    page.get_by_label("бессрочно").check()
    page.get_by_label("Сведения не ограничены в доступе").check()
    page.get_by_role("button", name="Сохранить и открыть документ").click()
    page.click("#step-submit > summary")
    page.locator("#step-submit form .submit button").click()
    expect(page.get_by_text("Сделано: Направить на согласование")).to_be_visible()
    assert story.state() == "counterparty_review"


def _fill(page: Page) -> None:
    """Every field of the kind with the values of the shipped sample, tables row by row."""
    fields = fields_of("partnership")
    for name, value in entered.stored(fields, cluster.plain(scenes.cluster_data())).items():
        if not isinstance(value, list):
            _put(page.locator(f"[name='data.{name}']"), value)
            continue
        for number, row in enumerate(value):
            if not page.locator(f"[name^='data.{name}.{number}.']").count():
                page.locator(f"#data-{name}").get_by_role("button", name="Добавить строку").click()
            for column, cell in row.items():
                _put(page.locator(f"[name='data.{name}.{number}.{column}']"), cell)


def _put(box: Locator, value: Any) -> None:
    if isinstance(value, bool):
        box.set_checked(value)
    elif box.evaluate("element => element.tagName") == "SELECT":
        box.select_option(str(value))
    else:
        box.fill(str(value))


def a_dispute_over_two_clauses(story: Story) -> None:
    """One clause gets a wording all seven consent to, over the other the dispute is given up; the text is revised."""
    page = story.page
    story.card("perm.motors.law")
    page.click("#step-cp_protocol > summary")
    page.fill("#cp_protocol-comment", "Расходимся по двум пунктам")
    page.locator("#step-cp_protocol form .submit button").click()
    expect(page.get_by_text("Сделано: Открыть протокол разногласий")).to_be_visible()
    page.get_by_role("link", name="Протокол разногласий").first.click()
    address = page.url
    for login, number in (("", cluster.DISPUTED[0]), ("perm.instruments.law", cluster.DISPUTED[1])):
        if login:
            story.desk.sign_in(login)
            page.goto(address)
        option = page.locator("select[name=clause] option").filter(has_text=f"{number} ").first
        page.select_option("select[name=clause]", option.get_attribute("value"))
        page.locator("#new-text").fill(f"Пункт {number} в редакции работодателя.")
        page.get_by_role("button", name="Добавить", exact=True).click()
        expect(page.get_by_text("Пункт добавлен")).to_be_visible()
    page.get_by_role("button", name="Снять разногласие").click()
    expect(page.get_by_text("Разногласие снято", exact=True).first).to_be_visible()
    story.desk.sign_in("c.coord")
    page.goto(address)
    first = page.locator("section.clause").first
    first.get_by_label("Согласованная редакция").fill(cluster.AGREED)
    first.get_by_role("button", name="Предложить эту редакцию").click()
    expect(page.get_by_text("Редакция предложена другим сторонам")).to_be_visible()
    for login in (*cluster.LAWYERS, cluster.AUTHORITY):
        story.desk.sign_in(login)
        page.goto(address)
        page.get_by_role("button", name="Согласны с этой редакцией").click()
        expect(page.get_by_text("Согласие записано")).to_be_visible()
    page.get_by_role("button", name="Закрыть: все пункты согласованы").click()
    expect(page.get_by_text("Закрыт, все пункты согласованы")).to_be_visible()
    paper = story.download(lambda: page.get_by_role("button", name="Скачать DOCX").click(), "protocol.docx")
    for said in ("Редакция проекта", cluster.AGREED, "«Опорный работодатель»: Пункт", "«Работодатель» (снята)"):
        assert said in paper
    story.card("c.coord")
    for step in ("protocol_rework", "resubmit"):
        page.click(f"#step-{step} > summary")
        page.locator(f"#step-{step} form .submit button").click()
        expect(page.get_by_text("Сделано: ")).to_be_visible()
    with story.app.app_context():
        agreement = db.session.get_one(Agreement, story.id)
        assert [row.number for row in agreement.revisions] == [1, 2]
    for login in (*cluster.LAWYERS, cluster.AUTHORITY):
        story.desk.decide(login)
    assert story.state() == "agreed"


def one_signs_on_paper_and_six_electronically(story: Story) -> None:
    """Each in its own way, in one form; who signs by power is asked for it; what is missing is told at its field."""
    page = story.page
    story.desk.step("c.coord", "to_sign", method="mixed")
    assert story.state() == "signing"
    for login in cluster.SIGNING_NOTHING:
        story.desk.sign_in(login)
        expect(page.locator("a[href^='/tasks/']")).to_have_count(0)
    story.desk.sign_in("c.signer")
    page.locator("a[href^='/tasks/']").first.click()
    expect(page.get_by_text("Сервис сам не подписывает и подпись не проверяет.").first).to_be_visible()
    page.select_option("form:has(button[value=approved]) [name=how]", "paper")
    expect(page.get_by_label("Номер сертификата")).to_be_hidden()
    page.locator("button[value=approved]").click()
    expect(page.get_by_text("Подписано: ").first).to_be_visible()
    for key, login in cluster.SIGNERS.items():
        if key == "corporation":
            continue
        story.desk.sign_in(login)
        page.locator("a[href^='/tasks/']").first.click()
        power = {"owner": "Иной Пётр Петрович"} if login == "samara" else {}
        story.desk.certificate(login, **power)
        page.locator("button[value=approved]").click()
        if power:
            expect(page.get_by_text("Сертификат выдан не подписанту стороны").first).to_be_visible()
            expect(page.locator("#approve-owner")).to_have_value("Иной Пётр Петрович")
            until = (clock.today() + timedelta(days=100)).isoformat()
            story.desk.certificate(login, mchd_number="МЧД-77", mchd_valid_to=until)
            page.locator("button[value=approved]").click()
        expect(page.get_by_text("Подписано: ").first).to_be_visible()
    assert story.state() == "signed"
    with story.app.app_context():
        rows = db.session.scalars(select(PartySignature).order_by(PartySignature.id)).all()
        assert [row.method for row in rows] == ["paper", *["electronic"] * 6]
        proofs = db.session.scalars(select(ElectronicSignature)).all()
        assert {row.document_hash for row in proofs} == {db.session.get_one(Agreement, story.id).document_hash}


def every_party_gives_its_number(story: Story) -> None:
    """The paper copy comes back first; then each registry gives its own number from its own task."""
    page = story.page
    story.card("c.control")
    expect(page.get_by_text("Не возвращены экземпляры")).to_be_visible()
    page.locator("#copies summary").click()
    page.get_by_label("Скан подписанного экземпляра").set_input_files(
        {"name": "экземпляр.pdf", "mimeType": "application/pdf", "buffer": scenes.SCAN}
    )
    page.get_by_role("button", name="Экземпляр возвращён").click()
    expect(page.get_by_text("Экземпляр № 1 возвращён")).to_be_visible()
    for login in ("c.control", *(login for key, login in cluster.REGISTRARS.items() if key != "corporation")):
        story.desk.sign_in(login)
        page.locator("a[href^='/tasks/']").first.click()
        if login == "c.control":
            page.get_by_label("Регистрационный номер").fill("К-2026/1")
        page.locator("button[value=approved]").click()
        expect(page.get_by_text("Зарегистрировано: ").first).to_be_visible()
    with story.app.app_context():
        drain()
        agreement = db.session.get_one(Agreement, story.id)
        assert (agreement.state, agreement.number) == ("registered", "К-2026/1")
        assert all(party.reg_number for party in agreement.parties)
    story.card("samara")
    text = story.download(lambda: page.get_by_role("link", name="Скачать DOCX").click(), "registered.docx")
    assert "К-2026/1" in text
    assert "ДОКУМЕНТ ПОДПИСАН ЭЛЕКТРОННОЙ ПОДПИСЬЮ" in text


def an_amendment_changes_the_terms(story: Story) -> None:
    """Clause by clause, «было → стало»; then the same seven agree, sign and register once more."""
    page, parent_id = story.page, story.id
    story.card("c.coord")
    page.get_by_role("link", name="Составить дополнительное соглашение").click()
    day = clock.today() + timedelta(days=1)
    page.locator("[name='data.effective_from']").fill(day.isoformat())
    page.get_by_label("Сведения не ограничены в доступе").check()
    page.get_by_role("button", name="Сохранить проект").click()
    story.desk.agreement_id = int(page.url.rstrip("/").split("/")[-2])
    page.get_by_role("link", name="Изменения по пунктам").click()
    number = cluster.DISPUTED[0]
    page.locator("details.clause > summary").filter(has_text=cluster.AGREED[:30]).click()
    page.get_by_label(f"Что сделать с пунктом {number}", exact=True).select_option(label="Изложить в новой редакции")
    page.get_by_label(f"Новая редакция пункта {number}", exact=True).fill(RESTATED)
    page.get_by_role("button", name="Сохранить изменения").click()
    expect(page.get_by_role("heading", name="Было → стало")).to_be_visible()
    expect(page.get_by_label(f"Новая редакция пункта {number}", exact=True)).to_have_value(RESTATED)
    story.desk.step("c.coord", "submit")
    for login in (*cluster.OWN_LAWYERS, *cluster.LAWYERS, cluster.AUTHORITY):
        story.desk.decide(login)
    assert story.state() == "agreed"
    story.desk.step("c.coord", "to_sign", method="electronic")
    for login in cluster.SIGNERS.values():
        story.desk.decide(login)
    assert story.state() == "signed"
    story.desk.step("c.control", "register")
    assert story.state() == "registered"
    story.desk.agreement_id = parent_id


def the_text_is_given_for_both_days(story: Story) -> None:
    """«Редакция на дату»: today the wording of the dispute, from tomorrow that of the amendment."""
    page = story.page
    story.card("samara")
    page.get_by_role("link", name="Редакция на дату").click()
    for day, there, gone in (
        (clock.today(), cluster.AGREED[:40], RESTATED[:40]),
        (clock.today() + timedelta(days=1), RESTATED[:40], cluster.AGREED[:40]),
    ):
        page.goto(f"{story.desk.base}/agreements/{story.id}/consolidated?day={day.isoformat()}")
        text = story.download(
            lambda: page.locator("main button:has-text('DOCX')").first.click(), f"{day.isoformat()}.docx"
        )
        assert there in text
        assert gone not in text


def a_contract_is_drawn_under_it(story: Story) -> int:
    """The employer's own contract with the college, from the card of the cluster's agreement."""
    page = story.page
    story.card("perm.motors")
    page.get_by_text("Составить договор", exact=True).click()
    page.get_by_role("link", name="Договор о целевом обучении").click()
    page.get_by_label("Наименование", exact=True).fill("Договор о целевом обучении")
    page.fill("[name='party.1.org']", story.named("perm_aviation"))
    page.get_by_role("button", name="Сохранить проект").click()
    expect(page.get_by_text("До направления на согласование нужно:")).to_be_visible()
    return int(page.url.rstrip("/").split("/")[-2])


def an_item_of_the_plan_rests_on_it(story: Story) -> None:
    """The coordinator ties the item to the agreement from its card."""
    page = story.page
    story.card("c.coord")
    page.get_by_role("link", name="Мероприятия плана, основанные на документе").click()
    page.get_by_label("Номер пункта").fill("1.1")
    expect(page.get_by_label("Это документ мероприятия: оно закроется только после его регистрации")).to_be_checked()
    page.get_by_role("button", name="Связать").click()
    expect(page.get_by_text("закрывается только после регистрации")).to_be_visible()
    page.get_by_role("link", name="Создание рабочей группы").click()
    expect(page.get_by_role("link", name=cluster.TITLE)).to_be_visible()
    expect(page.get_by_text("зарегистрировано", exact=True)).to_be_visible()


def the_end_is_confirmed_over_its_cascade(story: Story) -> None:
    page, contract_id = story.page, a_contract_is_drawn_under_it(story)
    an_item_of_the_plan_rests_on_it(story)
    story.card("perm.authority")
    page.get_by_role("link", name="Согласиться на расторжение").click()
    expect(page.get_by_text("Наступит, когда согласятся все стороны")).to_be_visible()
    page.get_by_label("или реквизиты документа словами").fill("соглашение о расторжении от 01.12.2026 № 5")
    page.get_by_label("Причина").fill("по соглашению сторон")
    page.get_by_role("button", name="Согласиться на расторжение").click()
    expect(page.get_by_text("Сделано: Согласиться на расторжение")).to_be_visible()
    with story.app.app_context():
        agreed = Ask("по соглашению сторон", {"basis": "соглашение о расторжении от 01.12.2026 № 5"})
        for login in set(cluster.SIGNERS.values()) - {"perm.authority", "c.signer"}:
            service.take_step(story.id, "agree_termination", story.company.actor(login), agreed)
    story.card("c.signer")
    page.get_by_role("link", name="Расторгнуть по соглашению сторон").click()
    expect(page.get_by_text("Прекратится вместе с документом: 1. Затронет: 2.")).to_be_visible()
    expect(page.get_by_text("не закроется, пока координаторы не укажут другой документ")).to_be_visible()
    expect(page.get_by_role("link", name="Договор о целевом обучении")).to_be_visible()
    expect(page.get_by_text("прекратится вместе с ним")).to_be_visible()
    page.get_by_label("или реквизиты документа словами").fill("соглашение о расторжении от 01.12.2026 № 5")
    page.get_by_label("Причина").fill("по соглашению сторон")
    page.get_by_role("button", name="Расторгнуть по соглашению сторон").click()
    expect(page.get_by_text("Сделано: Расторгнуть по соглашению сторон")).to_be_visible()
    expect(page.locator("#history")).to_contain_text("соглашение о расторжении от 01.12.2026 № 5")
    with story.app.app_context():
        states = dict(db.session.execute(select(Agreement.kind, Agreement.state)).tuples().all())
        assert states == {"partnership": "terminated", "supplementary": "terminated", "target": "draft"}
        assert db.session.get_one(Agreement, contract_id).parent_id == story.id
        link = db.session.scalars(select(ItemLink).where(ItemLink.item_id == story.item_id)).one()
        assert (link.required, link.settled) == (True, False)
