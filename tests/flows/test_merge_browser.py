"""Two amendments of one parent in a real browser: the second is told, merges clause by clause and is registered.

Every person signs in and acts by pages alone; nobody's state is set by hand.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from agreements.demo import scenes
from agreements.demo.load import Company, gather
from agreements.models import Agreement
from core import clock
from core.db import db
from tests.flows.test_agreement_story import Remembered
from tests.flows.test_main_job import state_of, words

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
VISAS = ("m.profile", "m.legal", "m.deputy", "c.coord", "c.hr", "c.legal", "c.security", "c.deputy")
OURS = ("c.hr", "c.legal", "c.security", "c.deputy", "m.coord", "m.profile", "m.legal", "m.deputy")
SIGNERS = ("m.signer", "c.signer")
CLAUSE, OTHER = "1.2", "5.3"
FIRST = "Сотрудничество осуществляется на принципах законности и равноправия, по плану двух лет"
SECOND = "Сотрудничество осуществляется на принципах законности и добровольности, с ежегодным отчётом"
MERGED = "Сотрудничество осуществляется на принципах законности, равноправия и добровольности, с ежегодным отчётом"
APART = "План мероприятий пересматривается Сторонами один раз в год"


@pytest.fixture
def company(app: APIFlask) -> Company:
    with app.app_context():
        gathered = gather()
        scenes.cooperation_of_2023(gathered)
        return gathered


class Room:
    """The two sides' people at one computer, and the two amendments on their way."""

    def __init__(self, app: APIFlask, page: Page, base: str, folder: Path) -> None:
        self.app, self.page, self.folder = app, page, folder
        self.desk = Remembered(page, base)
        with app.app_context():
            self.parent = db.session.scalars(select(Agreement.id)).one()

    def card(self, login: str, agreement_id: int, path: str = "") -> None:
        self.desk.sign_in(login)
        self.page.goto(f"{self.desk.base}/agreements/{agreement_id}{path}")

    def state(self, agreement_id: int) -> str:
        return state_of(self.app, agreement_id)

    def drafted(self, login: str, changes: dict[str, str]) -> int:
        """A supplementary agreement drawn from the parent's card: number of a clause → its new wording."""
        page = self.page
        self.card(login, self.parent)
        page.get_by_role("link", name="Составить дополнительное соглашение").click()
        page.locator("[name='data.effective_from']").fill((clock.today() + timedelta(days=1)).isoformat())
        page.get_by_label("Сведения не ограничены в доступе").check()
        page.get_by_role("button", name="Сохранить проект").click()
        agreement_id = int(page.url.rstrip("/").split("/")[-2])
        page.get_by_role("link", name="Изменения по пунктам").click()
        for number, text in changes.items():
            asked = page.get_by_label(f"Что сделать с пунктом {number}", exact=True)
            page.locator("details.clause").filter(has=asked).locator("summary").click()
            asked.select_option(label="Изложить в новой редакции")
            page.get_by_label(f"Новая редакция пункта {number}", exact=True).fill(text)
        page.get_by_role("button", name="Сохранить изменения").click()
        expect(page.get_by_text("Перечень изменений сохранён")).to_be_visible()
        return agreement_id

    def step(self, login: str, agreement_id: int, name: str, **values: str) -> None:
        self.desk.agreement_id = agreement_id
        self.desk.step(login, name, **values)
        expect(self.page.get_by_text("Сделано: ").first).to_be_visible()

    def agreed(self, agreement_id: int, logins: tuple[str, ...]) -> None:
        for login in logins:
            self.decided(login, agreement_id)
        assert self.state(agreement_id) == "agreed"

    def decided(self, login: str, agreement_id: int) -> None:
        """The person's task about one of the two, from its card."""
        self.card(login, agreement_id)
        self.page.locator("main .note a[href^='/tasks/']").first.click()
        if self.page.locator("input[name=certificate]").count():
            self.desk.certificate(login)
        self.page.click("button[name=verdict][value=approved]")
        expect(self.page.locator("h1")).to_have_text("Мои задачи")

    def signed(self, agreement_id: int, login: str) -> None:
        self.step(login, agreement_id, "to_sign", method="electronic")
        for signer in SIGNERS:
            self.decided(signer, agreement_id)
        assert self.state(agreement_id) == "signed"


def test_two_amendments_of_one_clause_are_merged_by_a_person_and_both_stand_in_the_text(
    app: APIFlask, live: str, page: Page, tmp_path: Path, company: Company
) -> None:
    room = Room(app, page, live, tmp_path)
    first = room.drafted("m.coord", {CLAUSE: FIRST})
    second = room.drafted("c.coord", {CLAUSE: SECOND, OTHER: APART})
    room.step("m.coord", first, "submit")
    room.step("c.coord", second, "submit")
    room.agreed(first, VISAS)
    room.agreed(second, OURS)
    room.signed(first, "m.coord")
    room.step("m.control", first, "register")
    assert room.state(first) == "registered"
    the_second_is_told_what_changed(room, second)
    clause_by_clause(room, second)
    room.step("c.coord", second, "resubmit", mode="all")
    room.agreed(second, OURS)
    room.signed(second, "c.coord")
    room.step("c.control", second, "register")
    assert room.state(second) == "registered"
    the_consolidated_text_has_both(room)


def the_second_is_told_what_changed(room: Room, second: int) -> None:
    """By whom, under which number, what and against which edition; and the way on is offered there."""
    page = room.page
    room.card("c.coord", second)
    told = page.locator("main .note").filter(has_text="Основной документ изменён, пока готовили этот")
    expect(told).to_be_visible()
    with room.app.app_context():
        number = db.session.scalars(select(Agreement.number).where(Agreement.seq == 1)).one()
    for said in (f"№ {number}", "Минпросвещения России", f"пункт {CLAUSE}"):
        expect(told).to_contain_text(said)
    expect(page.get_by_role("button", name="Передать на подписание")).to_have_attribute("aria-disabled", "true")
    page.click("#step-recall > summary")
    page.fill("#recall-comment", "основной документ изменён")
    page.locator("#step-recall form .submit button").click()
    expect(page.get_by_text("Сделано: Отозвать на доработку")).to_be_visible()
    page.get_by_role("link", name="Объединить с новой редакцией").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Объединить изменения")


def clause_by_clause(room: Room, second: int) -> None:
    """The disputed clause shows three wordings side by side; it takes a decision, the other clause takes none."""
    page = room.page
    clause = page.locator("section").filter(has=page.get_by_role("heading", name=f"Пункт {CLAUSE}"))
    for heading in ("Было", "В основном документе сейчас", "По Вашему изменению"):
        expect(clause.get_by_text(heading, exact=True).first).to_be_visible()
    for said in ("взаимной заинтересованности", "по плану двух лет", "с ежегодным отчётом"):
        expect(clause).to_contain_text(said)
    expect(clause).to_contain_text("пункт изменён другим дополнительным соглашением")
    expect(page.get_by_text("расхождения нет")).to_have_count(1)
    page.get_by_role("button", name="Объединить").click()
    expect(page.get_by_text(f"Пункт {CLAUSE}: выберите редакцию").first).to_be_visible()
    clause.get_by_label("третью, написанную ниже").check()
    clause.get_by_label(f"Новая редакция пункта {CLAUSE}").fill(MERGED)
    page.get_by_role("button", name="Объединить").click()
    expect(page.get_by_text("Изменения объединены с новой редакцией основного документа")).to_be_visible()
    expect(page.get_by_label(f"Новая редакция пункта {CLAUSE}", exact=True)).to_have_value(MERGED)
    room.card("c.coord", second)
    expect(page.locator("#history")).to_contain_text("Изменения объединены с новой редакцией основного документа")


def the_consolidated_text_has_both(room: Room) -> None:
    """«Редакция на дату»: today the wording of 2023, from the day of effect the merged one and the untouched change."""
    page, tomorrow = room.page, clock.today() + timedelta(days=1)
    room.card("m.coord", room.parent)
    page.get_by_role("link", name="Редакция на дату").click()
    texts = {}
    for day in (clock.today(), tomorrow):
        page.goto(f"{room.desk.base}/agreements/{room.parent}/consolidated?day={day.isoformat()}")
        with page.expect_download() as caught:
            page.locator("main button:has-text('DOCX')").first.click()
        caught.value.save_as(room.folder / f"{day}.docx")
        texts[day] = words(room.folder / f"{day}.docx")
    assert "взаимной заинтересованности" in texts[clock.today()]
    assert MERGED not in texts[clock.today()]
    assert MERGED in texts[tomorrow]
    assert APART in texts[tomorrow]
    assert FIRST not in texts[tomorrow]
