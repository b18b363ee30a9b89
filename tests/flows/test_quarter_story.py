"""A quarter in a real browser: the round is opened, executors answer, both sides agree, the paper is downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
from apiflask import APIFlask
from playwright.sync_api import Page, expect

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db
from core.workflow.jobs import drain
from tests.flows.browser import sign_in_at
from tests.flows.test_inbox_browser import violations
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, give_all, in_force, occurrence_of, presented

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def in_july() -> Iterator[None]:
    with clock.at(datetime(2026, 7, 3, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def plan(app: APIFlask) -> tuple[Cast, int]:
    """A plan in force: one item done, one overdue with the ministry, one at work with the corporation."""
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        cast = a_cast()
        made = a_plan(cast)
        done = an_item(cast, made, title="Сделанное", due_on=date(2026, 7, 10))
        an_item(cast, made, title="Просроченное", due_on=date(2026, 5, 1))
        an_item(cast, made, title="Второй Стороны", responsible_side="corporation")
        in_force(cast, made)
        row = presented(cast, occurrence_of(done))
        give_all(cast, "roadmap_result", row.id)
        return cast, made.id


def enter(app: APIFlask, page: Page, actor: Actor) -> None:
    with app.app_context():
        person = db.session.get_one(Person, actor.id)
    sign_in_at(page, person)


def work(app: APIFlask) -> None:
    with app.app_context():
        drain()


def test_a_quarter_from_its_opening_to_the_paper_both_sides_agreed_to(
    app: APIFlask, plan: tuple[Cast, int], page: Page, tmp_path: Path
) -> None:
    cast, plan_id = plan
    enter(app, page, cast.who("m_coord"))
    page.goto(f"/roadmaps/{plan_id}/reports")
    page.get_by_label("Отчётный период").select_option(label="II квартал 2026 г.")
    page.get_by_role("button", name="Открыть сбор сведений").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("II квартал 2026 г.")
    address = page.url
    work(app)
    assert violations(page) == []

    enter(app, page, cast.who("executor", "ministry"))
    page.get_by_role("link", name="Отчёт за II квартал 2026 г.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Сведения для отчёта за II квартал 2026 г.")
    assert violations(page) == []
    late = page.get_by_role("region", name="1.2. Просроченное")
    late.get_by_label("Сведения о выполнении").fill("Закупка идёт")
    expect(page.get_by_role("status").filter(has_text="Черновик сохранён")).to_be_visible()
    page.get_by_role("button", name="Отправить сведения").click()
    expect(page.get_by_role("alert")).to_contain_text("прогнозную дату")
    late.get_by_label("Причины отклонения").fill("Торги не состоялись")
    late.get_by_label("Принимаемые меры").fill("Объявлены повторно")
    late.get_by_label("Прогнозная дата").fill("2026-09-01")
    page.get_by_role("region", name="1.1. Сделанное").get_by_label("Сведения о выполнении").fill("Приказ издан")
    page.get_by_role("button", name="Отправить сведения").click()
    expect(page.get_by_text("Сведения по всем Вашим пунктам приняты")).to_be_visible()

    enter(app, page, cast.who("m_coord"))
    page.goto(address)
    totals = page.get_by_role("table", name="Итоги по разделам")
    totals.get_by_role("row", name="Итого").get_by_role("link").nth(2).click()
    expect(page.get_by_text("Итог: не наступило в срок")).to_be_visible()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Напомнить всем").click()
    expect(page.get_by_text("Напоминание отправлено: 1")).to_be_visible()
    expect(page.get_by_text("сегодня напомнили")).to_be_visible()
    page.locator("#step-submit > summary").click()
    page.locator("#step-submit").get_by_role("button", name="Направить на согласование").click()
    expect(page.get_by_role("alert")).to_contain_text("Не ответили по пунктам 1.3")
    page.locator("#step-submit").get_by_label("Комментарий").fill("Корпорация ответит в уточнённом отчёте")
    page.locator("#step-submit").get_by_role("button", name="Направить на согласование").click()
    expect(page.get_by_text("На согласовании Сторон")).to_be_visible()

    for side in ("ministry", "corporation"):
        enter(app, page, cast.coordinator(side))
        page.locator("a[href^='/tasks/']").first.click()
        page.get_by_role("button", name="Согласовать", exact=True).first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    work(app)

    page.goto(address)
    expect(page.get_by_text("Согласован обеими Сторонами").first).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="– согласован").click()
    path = tmp_path / "report.docx"
    waiting.value.save_as(path)
    paper = docx.Document(str(path))
    text = "\n".join(
        [*(one.text for one in paper.paragraphs), *(c.text for t in paper.tables for r in t.rows for c in r.cells)]
    )
    for words in ("СОГЛАСОВАН ОБЕИМИ СТОРОНАМИ", "Торги не состоялись", "прогноз: 01.09.2026", "Корпорация ответит"):
        assert words in text
