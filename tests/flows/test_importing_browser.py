"""A coordinator brings a plan's sheet: names a column, sees what is wrong, mends it, takes it, sees the plan."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from core.accounts.models import Person
from core.db import db
from core.documents.attachments import Upload
from core.workflow.jobs import drain
from tests.builders import sign_in
from tests.flows.browser import sign_in_at
from tests.roadmap.builders import Cast, a_cast, a_plan
from tests.roadmap.sheets import a_sheet, good
from tests.roadmap.test_api import bearer


def person(app: APIFlask, cast: Cast, role: str, side: str = "") -> Person:
    with app.app_context():
        return db.session.get_one(Person, cast.who(role, side).id)


def work(app: APIFlask) -> None:
    """The worker does what waits."""
    with app.app_context():
        drain()


def own_words(rows: list[list[Any]]) -> list[list[Any]]:
    """The same sheet under headings of the person's own."""
    return [["№ п/п", "Что делаем", *rows[0][2:]], *rows[1:]]


def choose(page: Page, file: Upload) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("Файл плана").set_input_files({"name": file.name, "mimeType": kind, "buffer": file.content})


@pytest.mark.browser
def test_a_sheet_is_brought_mapped_mended_and_becomes_a_plan(app: APIFlask, page: Page) -> None:
    with app.app_context():
        cast = a_cast()
    sign_in_at(page, person(app, cast, "m_coord"))
    page.goto("/roadmaps?all=1")
    page.get_by_role("link", name="Импорт плана").click()
    faulty = own_words(good())
    faulty[2][2], faulty[7][6] = "31.02.2026", "2.3"
    choose(page, a_sheet(faulty))
    page.get_by_label("Предмет плана").fill("по развитию сотрудничества")
    page.get_by_label("Начало периода").fill("2026-01-01")
    page.get_by_label("Конец периода").fill("2028-12-31")
    page.get_by_role("button", name="Прочитать файл").click()

    column = page.get_by_label("B: Что делаем")
    expect(column).to_have_value("")
    page.get_by_role("button", name="Проверить, не загружая").click()
    expect(page.get_by_role("alert")).to_contain_text("Ни один столбец не означает: Мероприятие")
    column.select_option(label="Мероприятие")
    page.get_by_role("button", name="Проверить, не загружая").click()
    expect(page.get_by_role("status")).to_contain_text("проверяется")
    work(app)
    expect(page.get_by_role("status")).to_contain_text("есть ошибки, ничего не загружено")
    faults = page.locator("table").filter(has=page.locator("caption", has_text="Ошибки"))
    expect(faults.locator("tbody tr")).to_have_count(2)
    expect(faults).to_contain_text(re.compile(r"3\s*C: Срок\s*нет такой даты: «31.02.2026»"))
    expect(faults).to_contain_text("2.2 → 2.3 → 2.2")
    expect(page.get_by_role("button", name="Загрузить", exact=True)).to_have_count(0)

    page.get_by_role("link", name="Загрузить исправленный файл").click()
    choose(page, a_sheet(own_words(good())))
    page.get_by_label("Предмет плана").fill("по развитию сотрудничества")
    page.get_by_label("Начало периода").fill("2026-01-01")
    page.get_by_label("Конец периода").fill("2028-12-31")
    page.get_by_role("button", name="Прочитать файл").click()
    page.get_by_label("B: Что делаем").select_option(label="Мероприятие")
    page.get_by_role("button", name="Проверить, не загружая").click()
    work(app)
    expect(page.get_by_role("status")).to_contain_text("ошибок нет, можно загружать")
    preview = page.locator("table.preview")
    expect(preview).to_contain_text("до 1 декабря каждого года")
    expect(preview).to_contain_text("01.12.2026")
    page.get_by_role("button", name="Загрузить", exact=True).click()
    work(app)
    page.get_by_role("link", name="К проекту плана").click()
    expect(page.get_by_role("heading", name="Мероприятия (8)")).to_be_visible()
    expect(page.get_by_text("Соглашения о партнёрстве")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Выгрузить XLSX").click()
    assert taken.value.suggested_filename.endswith(".xlsx")


def test_pages_and_api_of_imports_are_closed_to_others(app: APIFlask, client: FlaskClient) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
    sign_in(client, person(app, cast, "m_coord"))
    file = a_sheet([*good()[:1], ["1.1", "Дело", "до 1 мая 2026 г.", "Координаторы, совместно"]])
    headers = bearer(app, cast, "m_coord")

    def sent() -> dict[str, Any]:
        return {"file": (io.BytesIO(file.content), file.name)}

    answer = client.post(f"/api/v1/roadmaps/{plan_id}/imports", data=sent(), headers=headers)
    assert answer.status_code == 201
    run = answer.json
    assert run is not None
    path = f"/api/v1/roadmaps/imports/{run['id']}"
    answer = client.post(f"{path}/check", json={"mapping": run["mapping"]}, headers=headers)
    assert answer.status_code == 202
    work(app)
    shown = client.get(path, headers=headers).json
    assert shown is not None
    assert (shown["state"], shown["preview"]["count"]) == ("checked", 1)
    assert client.post(f"{path}/start", headers=headers).status_code == 202
    work(app)
    assert client.get(path, headers=headers).json["state"] == "done"  # type: ignore[index]
    for address in (f"/roadmaps/{plan_id}/plan.xlsx", f"/roadmaps/{plan_id}/plan.csv?side=both",
                    f"/roadmaps/{plan_id}/editions/1/plan.xlsx", "/roadmaps/import/blank.xlsx"):  # fmt: skip
        assert client.get(address).status_code == 200
    again = client.post(f"/api/v1/roadmaps/{plan_id}/imports", data=sent(), headers=bearer(app, cast, "c_coord"))
    assert again.status_code == 201
    stranger = bearer(app, cast, "college", "college")
    for method, address in (("post", f"/api/v1/roadmaps/{plan_id}/imports"), ("get", path), ("post", f"{path}/start"),
                            ("get", f"/api/v1/roadmaps/{plan_id}/plan.xlsx")):  # fmt: skip
        body = {"data": sent()} if address.endswith("imports") else {}
        assert getattr(client, method)(address, headers=stranger, **body).status_code == 404
