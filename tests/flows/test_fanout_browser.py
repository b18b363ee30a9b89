"""Fan-out in a real browser: a model, five counterparties, two depart, the board, a new revision of the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from agreements import demo
from agreements.demo.load import Company, gather
from agreements.fanout import drawing
from agreements.models import ModelForm, Sent
from core.accounts.models import Person
from core.db import db
from core.workflow.jobs import drain
from tests.agreements import fanouts
from tests.flows.browser import sign_in_at

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


@pytest.fixture
def company(app: APIFlask) -> Company:
    """The demo's people, CSRF on as in real life."""
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        return gather()


def work(app: APIFlask) -> None:
    """What the worker does meanwhile."""
    with app.app_context():
        drain()


def a_model_by_hand(page: Page) -> None:
    """Draw the model, look at its text, approve its first revision."""
    page.get_by_role("link", name="Типовые формы").first.click()
    page.get_by_role("link", name="Новая форма").first.click()
    page.get_by_role("link", name="Соглашение о сотрудничестве и партнёрстве").click()
    page.get_by_label("Наименование", exact=True).fill(fanouts.TITLE)
    page.get_by_label("Контрагент в документе").fill("Колледж")
    page.get_by_label("бессрочно").check()
    page.get_by_label("Направления сотрудничества").fill("развитие кластеров\nнаставничество на производстве")
    first = page.locator("#data-coordinators").get_by_role("group", name="Строка 1")
    first.get_by_label("Сторона").fill("Корпорация")
    first.get_by_label("Должность").fill("начальник управления")
    first.get_by_label("Фамилия").fill("Связнов Виктор Александрович")
    first.get_by_label("Телефон").fill("+7 (495) 000-00-02")
    first.get_by_label("Адрес электронной почты").fill("c.coord@obrazec.example")
    page.get_by_label("Сведения не ограничены в доступе").check()
    page.get_by_role("button", name="Сохранить форму").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Текст типовой формы")
    page.get_by_role("button", name="Утвердить редакцию № 1").click()
    expect(page.get_by_text("Ещё никому не отправлено")).to_be_visible()


def test_the_whole_way_from_a_model_to_its_second_revision(app: APIFlask, company: Company, page: Page) -> None:
    with app.app_context():
        names = [college.short_name for college in fanouts.some_colleges(5)]
        person = db.session.get_one(Person, company.people[fanouts.LOGIN])
    sign_in_at(page, person, demo.PASSWORD)
    a_model_by_hand(page)
    page.get_by_role("link", name="Разослать").first.click()
    page.get_by_label("ИНН или наименования").fill("\n".join([*names, "Колледж, которого нет"]))
    page.get_by_role("button", name="Проверить список").click()
    expect(page.get_by_text("организации «Колледж, которого нет» нет в справочнике")).to_be_visible()
    page.get_by_role("button", name="Исключить строки с ошибками").click()
    page.get_by_role("button", name="Создать соглашения: 5").click()
    work(app)
    page.reload()
    page.get_by_role("link", name="К доске").click()
    expect(page.get_by_text("дословно", exact=True)).to_have_count(5)
    for name in names[:2]:
        depart(page, name)
    expect(page.get_by_role("link", name="отклонений: 1")).to_have_count(2)
    page.locator(".heat a").first.click()
    expect(page.get_by_text("Контрагентов: 5, редакций пункта: 2")).to_be_visible()
    page.go_back()
    a_second_revision(app, company)
    page.reload()
    page.get_by_label("Отметить все").check()
    page.get_by_role("button", name="Внести новую редакцию").click()
    work(app)
    page.reload()
    expect(page.get_by_text("редакция внесена, отклонения сохранены")).to_have_count(5)
    page.get_by_role("link", name="К доске").click()
    expect(page.get_by_text("форма № 2")).to_have_count(5)
    expect(page.get_by_role("link", name="отклонений: 1")).to_have_count(2)
    assert not violations(page)
    with app.app_context():
        for row in db.session.scalars(select(Sent)):
            texts = [clause["text"] for clause in fanouts.agreement_of(row).clauses]
            assert "Вторая редакция пункта." in texts


def depart(page: Page, name: str) -> None:
    """Give one counterparty its own wording of clause 1.3."""
    board = page.url
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Текст", exact=True).click()
    page.get_by_label("Текст пункта 1.3", exact=True).fill("Пункт в редакции колледжа.")
    page.get_by_role("button", name="Сохранить текст").click()
    expect(page.get_by_text("Текст сохранён")).to_be_visible()
    page.goto(board)


def a_second_revision(app: APIFlask, company: Company) -> None:
    with app.app_context():
        model = db.session.scalars(select(ModelForm)).one()
        fanouts.new_revision(company, model, "1.2", "Вторая редакция пункта.")
        assert drawing.revision_of(model).number == 2


def violations(page: Page) -> list[str]:
    """What axe-core objects to."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")
    return found
