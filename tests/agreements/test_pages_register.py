"""The register: what it shows, what it is narrowed by, how much it costs, what it exports."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
from apiflask import APIFlask

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement
from core import clock
from core.db import db, transaction
from tests.agreements.lives import in_force
from tests.agreements.pages import a_draft, browser, counting, words

ROWS = 120


def many(app: APIFlask, company: Company) -> None:
    """120 agreements in several states, with titles of a usual length."""
    states = ("draft", "own_approval", "signing", "registered", "expired")
    with app.app_context(), transaction():
        for number in range(ROWS):
            entered = scenes.cooperation(company, f"Соглашение о сотрудничестве и партнёрстве, часть {number}")
            made = service.create(entered, company.actor("m.coord"))
            made.state = states[number % len(states)]
            if made.state == "registered":
                made.number, made.signed_on = f"С/2026/{number}", date(2026, 2, 3)
                made.valid_until = clock.today() + timedelta(days=20 if number % 2 else 400)


def test_fifty_rows_are_a_light_page_of_four_queries(app: APIFlask, company: Company) -> None:
    many(app, company)
    client = browser(app, company, "m.coord")
    client.get("/agreements")
    with counting(app) as sent:
        answer = client.get("/agreements")
    assert answer.status_code == 200
    assert len(sent) <= 4, "\n\n".join(sent)
    assert answer.get_data(as_text=True).count("<a href=/agreements/") == 50
    assert len(answer.data) <= 24 * 1024, len(answer.data)


def test_pages_follow_one_another_without_gap_or_repeat(app: APIFlask, company: Company) -> None:
    many(app, company)
    client = browser(app, company, "m.coord")
    seen: list[str] = []
    address = "/agreements"
    for _page in range(3):
        text = client.get(address).get_data(as_text=True)
        seen += [part.split("<")[0] for part in text.split("партнёрстве, часть ")[1:]]
        address = (
            text.split('rel="next" href="')[-1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in text else ""
        )
    assert address == ""
    assert seen == [str(number) for number in reversed(range(ROWS))]


def test_filters_stand_in_the_address_and_survive_a_reload(app: APIFlask, company: Company) -> None:
    many(app, company)
    client = browser(app, company, "m.coord")
    answer = client.get("/agreements?state=signing&q=часть+12&party=ростех&kind=cooperation")
    text = answer.get_data(as_text=True)
    assert "часть 12<" in text
    assert "часть 13<" not in text
    assert 'value="часть 12"' in text
    assert 'value="ростех"' in text
    assert '<option value="cooperation" selected>' in text
    assert "Ничего не нашлось" in words(client.get("/agreements?party=никто"))


def test_expiring_is_a_computed_flag_and_a_filter(app: APIFlask, company: Company) -> None:
    many(app, company)
    client = browser(app, company, "m.coord")
    found = words(client.get("/agreements?expiring=1"))
    assert found.count("истекает") == 12
    assert "часть 3 " in found  # an odd number: twenty days are left
    assert "часть 8 " not in found


def test_tabs_count_by_state_and_keep_the_other_filters(app: APIFlask, company: Company) -> None:
    many(app, company)
    client = browser(app, company, "m.coord")
    text = words(client.get("/agreements"))
    assert "Все 120 В работе 48 Истекают Проект 24" in text
    moving = client.get("/agreements?moving=1&q=часть").get_data(as_text=True)
    assert "?state=signing&amp;" in moving or "&amp;state=signing" in moving
    assert "q=%D1%87%D0%B0%D1%81%D1%82%D1%8C" in moving


def test_another_organisations_agreements_are_neither_listed_nor_counted(app: APIFlask, company: Company) -> None:
    a_draft(app, company, "Тайное соглашение")
    client = browser(app, company, "samara")
    text = words(client.get("/agreements"))
    assert "Тайное" not in text
    assert "Все 0" in text
    assert client.get("/agreements/export.csv").get_data(as_text=True).count("\n") == 1


def test_the_export_holds_everything_filtered_and_no_formula(app: APIFlask, company: Company) -> None:
    many(app, company)
    with app.app_context(), transaction():
        db.session.query(Agreement).order_by(Agreement.id.desc()).first().title = '=HYPERLINK("http://x","часть")'  # type: ignore[union-attr]
    client = browser(app, company, "m.coord")
    answer = client.get("/agreements/export.xlsx?q=часть")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    cells = [row[1] for row in sheet.iter_rows(min_row=2)]
    titles = [cell.value for cell in cells]
    assert len(titles) == ROWS - 1 or len(titles) == ROWS
    assert {cell.data_type for cell in cells} == {"s"}
    table = client.get("/agreements/export.csv").get_data(as_text=True)
    assert table.startswith("\ufeff")
    assert "'=HYPERLINK" in table


def test_an_unknown_export_is_not_found(app: APIFlask, company: Company) -> None:
    assert browser(app, company, "m.coord").get("/agreements/export.pdf").status_code == 404


def test_whose_court_it_is_in_and_for_how_many_working_days(app: APIFlask, company: Company) -> None:
    """Sent on Thursday, 5 March; Monday the 9th is off in 2026, so Thursday the 12th is four working days on."""
    with app.app_context():
        stage = scenes.Stage(company, date(2026, 3, 5))
        with clock.at(stage.next()):
            sent = service.create(scenes.cooperation(company, "Отправленное"), company.actor("m.coord"))
            back = service.create(scenes.cooperation(company, "На доработке"), company.actor("m.coord"))
            with transaction():
                back.state = "revision"
        stage.step(sent, "submit", "m.coord")
        done = in_force(company, title="Действующее")
        done_id = done.id
        thursday = stage.moment + timedelta(days=7)
    client = browser(app, company, "c.coord")
    with clock.at(thursday):
        rows = {row["title"]: row for row in client.get("/api/v1/agreements").json["items"]}
        page = words(client.get("/agreements"))
        content = client.get("/agreements/export.xlsx").data
    short = rows["Отправленное"]["court"]
    assert rows["Отправленное"]["court_days"] == rows["На доработке"]["court_days"] == 4
    assert rows["На доработке"]["court"] == short
    assert rows["На доработке"]["court_due"] is None
    assert (rows["Действующее"]["id"], rows["Действующее"]["court"], rows["Действующее"]["court_days"]) == (
        done_id, None, None,
    )  # fmt: skip
    assert page.count("4 раб. дн.") == 2
    assert page.count("просрочено") == 1
    table = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    held = {row[1]: dict(zip(table[0], row, strict=True)) for row in table[1:]}
    assert (held["Отправленное"]["На чьей стороне"], held["Отправленное"]["Рабочих дней"]) == (short, 4)
