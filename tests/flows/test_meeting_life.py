"""A meeting through the browser: written down, its minutes signed; a decision prolonged, done, made an item."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect

from core import clock
from core.accounts.models import Person
from core.db import db
from tests.flows.browser import opened, sign_in_at
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force

NAMES = {
    "secretary": ("Протоколова", "Елена", "Игоревна"),
    "executor": ("Исполнителев", "Роман", "Андреевич"),
    "m_deputy": ("Замещаева", "Ирина", "Павловна"),
    "m_coord": ("Координаторова", "Мария", "Сергеевна"),
}


def the_people(cast: Cast) -> dict[str, Person]:
    """People with names of their own, by role."""
    found = {}
    for role, (surname, name, patronymic) in NAMES.items():
        person = db.session.get_one(Person, cast.who(role, "ministry").id)
        person.surname, person.given_name, person.patronymic = surname, name, patronymic
        found[role] = person
    db.session.commit()
    return found


def choose_step(page: Page, name: str, **values: str) -> None:
    """Open a step, fill what it asks for, take it."""
    page.locator("summary.btn", has_text=re.compile(f"^{name}$")).click()
    step = page.locator("details.step[open]")
    for label, value in values.items():
        step.locator(f"[name={label}]").last.fill(value)
    step.locator("form button.btn").click()
    expect(page.locator(".flashes")).to_contain_text("Сделано")


def write_down(page: Page, plan_id: int) -> str:
    """The meeting with two questions, turned by the keyboard; the minutes grow beside it. Gives its address."""
    page.goto(f"/roadmaps/{plan_id}/meetings")
    page.get_by_role("link", name="Новое совещание").first.click()
    page.fill("[name=title]", "Заседание рабочей группы по итогам года")
    page.fill("[name=place]", "г. Москва")
    page.fill("[name=chair]", "Замещаева Ирина Павловна")
    page.locator("[name=chair_position]").focus()
    expect(page.locator("[name=chair_position]")).to_have_value("начальник отдела")
    page.fill("[name='agenda.0.title']", "О целевом обучении")
    page.fill("[name='agenda.1.title']", "О ходе реализации плана")
    page.fill("[name='agenda.1.speaker']", "Координаторова Мария Сергеевна")
    page.fill("[name='person.0.name']", "Координаторова Мария Сергеевна")
    page.locator("[name='person.0.position']").focus()
    expect(page.locator("[name='person.0.organisation']")).to_have_value("Минпросвещения России")
    paper = page.locator("[data-live-view]")
    expect(paper).to_contain_text("Координаторову М.С. – о ходе реализации плана")
    up = page.locator("[data-row]", has=page.locator("[name='agenda.1.title']")).locator("[data-move=up]")
    up.press("Enter")
    expect(paper).to_contain_text("1. О ходе реализации плана")
    page.get_by_role("button", name="Сохранить", exact=True).last.click()
    expect(page.locator(".flashes")).to_contain_text("Совещание сохранено")
    page.get_by_role("button", name="Сохранить и перейти к поручениям").click()
    expect(page.locator("h3").first).to_have_text("1. О ходе реализации плана")
    return page.url


def decide(page: Page, meeting: str, due: date) -> None:
    page.goto(meeting)
    page.get_by_role("link", name="Добавить поручение").first.click()
    page.fill("[name=text]", "Представить договоры о сетевой форме")
    page.fill("[name=executor]", "Исполнителев Роман Андреевич")
    page.fill("[name=due_on]", due.isoformat())
    page.get_by_role("button", name="Сохранить", exact=True).click()
    expect(page.locator("#agenda")).to_contain_text("1.1")


def sign(page: Page, meeting: str, scan: Path) -> None:
    """The minutes are given out, read, signed."""
    page.goto(meeting)
    page.get_by_role("button", name="Сформировать протокол").click()
    with page.expect_download() as started:
        page.locator("#minutes").get_by_role("link", name="Скачать").first.click()
    content = Path(started.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        text = re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode()).replace("\u00a0", " ")
    assert "заседания рабочей группы по итогам года" in text
    assert "1.1. Представить договоры о сетевой форме." in text
    page.locator("#step-sign > summary").click()
    page.set_input_files("[name=scan]", str(scan))
    page.get_by_role("button", name="Записать подпись").click()
    expect(page.locator(".flashes")).to_contain_text("поставлены на контроль")


def test_the_life_of_a_meeting(app: APIFlask, browser: Browser, live: str, tmp_path: Path) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        in_force(cast, plan)
        people, plan_id, today = the_people(cast), plan.id, clock.today()
    scan = tmp_path / "протокол.pdf"
    scan.write_bytes(PDF)
    with opened(browser, live) as page:
        sign_in_at(page, people["secretary"])
        meeting = write_down(page, plan_id)
        decide(page, meeting, today + timedelta(days=20))
        sign(page, meeting, scan)
    with opened(browser, live, width=390, height=844) as page:
        sign_in_at(page, people["executor"])
        expect(page.locator("main")).to_contain_text("Мои поручения")
        page.get_by_role("link", name="Представить договоры о сетевой форме").click()
        decision = page.url
        choose_step(page, "Принять к исполнению")
        later = (today + timedelta(days=40)).isoformat()
        choose_step(page, "Запросить продление срока", due_on=later, comment="Ждём колледжи")
    with opened(browser, live) as page:
        sign_in_at(page, people["secretary"])
        page.goto(decision)
        choose_step(page, "Продлить срок", ground="резолюция")
    with opened(browser, live) as page:
        sign_in_at(page, people["executor"])
        page.goto(decision)
        expect(page.locator(".whynot")).to_contain_text("Не приложен документ об исполнении")
        page.set_input_files("#files [name=file]", str(scan))
        page.get_by_role("button", name="Приложить").click()
        choose_step(page, "Доложить об исполнении", comment="Договоры представлены")
    with opened(browser, live) as page:
        sign_in_at(page, people["m_deputy"])
        page.goto(decision)
        choose_step(page, "Снять с контроля", ground="снять с контроля")
    with opened(browser, live) as page:
        sign_in_at(page, people["m_coord"])
        page.goto(decision)
        page.locator("summary.btn", has_text="Обратить в мероприятие").click()
        page.fill("[name=result]", "Договоры заключены")
        page.get_by_role("button", name="Обратить в мероприятие").click()
        expect(page.locator("main")).to_contain_text("Поручения, из которых оно выросло")
        page.goto(f"/roadmaps/{plan_id}/decisions/matrix")
        expect(page.locator(".matrix tbody")).to_contain_text("исполнено в срок")
        page.locator(".matrix tbody td.n a").first.click()
        expect(page.locator("tbody")).to_contain_text("Представить договоры о сетевой форме")
