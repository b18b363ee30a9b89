"""Accounts in a real browser: sign in, administer, change the password, sign out; nothing the content policy blocks."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect

from core.accounts.models import Person
from tests.builders import PASSWORD, a_person, an_inn, an_ogrn, an_organisation
from tests.flows.browser import sign_in_at

pytestmark = pytest.mark.browser


@pytest.fixture
def admin(app: APIFlask) -> Person:
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        return a_person(an_organisation("operator"), ("admin",))


def test_an_administrator_adds_an_organisation_with_a_signatory(admin: Person, page: Page) -> None:
    sign_in_at(page, admin)
    page.goto("/organisations")
    page.get_by_role("link", name="Добавить организацию").click()
    page.locator("#kind").select_option(label="Предприятие")
    page.get_by_label("Полное наименование").fill("Акционерное общество «Звезда»")
    page.get_by_label("Краткое наименование").fill("АО «Звезда»")
    page.get_by_label("ИНН").fill("7707418082")
    page.get_by_label("ОГРН").fill(an_ogrn(5))
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Контрольная цифра ИНН").first).to_be_visible()
    page.get_by_label("ИНН").fill(an_inn(5))
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("АО «Звезда»")
    page.get_by_role("link", name="Добавить подписанта").click()
    page.locator("#full_name").fill("Орлова Татьяна Викторовна")
    page.get_by_label("женский").check()
    page.locator("#position").fill("генеральный директор")
    page.locator("#basis").fill("Устав")
    page.get_by_role("button", name="Сохранить").click()
    page.get_by_role("link", name="Орлова Татьяна Викторовна").click()
    expect(page.get_by_label("Фамилия, имя, отчество в родительном падеже")).to_have_value("Орловой Татьяны Викторовны")


def test_a_person_changes_the_password_and_signs_out(admin: Person, page: Page) -> None:
    sign_in_at(page, admin)
    page.goto("/profile")
    page.get_by_label("Текущий пароль").fill(PASSWORD)
    page.get_by_label("Новый пароль").fill("Совсем-новый-5")
    page.get_by_role("button", name="Сменить пароль").click()
    expect(page.get_by_text("Пароль изменён")).to_be_visible()
    page.locator("header summary", has_text=admin.surname).click()
    page.get_by_role("button", name="Выйти", exact=True).click()
    expect(page.get_by_role("heading", name="Вход")).to_be_visible()
    sign_in_at(page, admin, "Совсем-новый-5")


def test_the_calendar_and_the_journal_open_clean(admin: Person, page: Page) -> None:
    sign_in_at(page, admin)
    page.goto("/calendar?year=2027")
    page.locator("#day").fill("2027-03-01")
    page.get_by_label("Акт").fill("Указ")
    page.get_by_role("button", name="Изменить день").click()
    expect(page.get_by_role("cell", name="01.03.2027", exact=True)).to_be_visible()
    page.goto("/journal")
    expect(page.get_by_text("изменён производственный календарь")).to_be_visible()
