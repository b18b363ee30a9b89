"""Values of indicators out of a sheet: tried whole, shown as было → стало, only declared, nothing half-taken."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from apiflask import APIFlask
from openpyxl import load_workbook
from sqlalchemy import func, select

from core import audit, clock
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents.attachments import Upload
from core.errors import NotFound, NotNow, NotValid
from core.workflow.jobs import drain
from roadmap import service as plans
from roadmap.declaring import service
from roadmap.declaring.columns import MEANINGS, known
from roadmap.models import Indicator, IndicatorValue, ValueImport
from roadmap.queries.indicators import standing
from roadmap.service import NewIndicator, NewValue
from roadmap.sheets import indicator_book, values_blank
from tests.builders import an_organisation
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force
from tests.roadmap.sheets import a_sheet
from tests.roadmap.test_pages import signed_in

HEADS = ("Код", "Период", "Вид значения", "Значение", "Сведения не предоставлены", "Организация", "Код региона",
         "Код профессии, специальности", "По состоянию на", "Источник")  # fmt: skip
LETTER = dict(zip(("code", "period", "kind", "value", "not_provided", "organisation", "region", "speciality", "as_of",
                   "source"), "ABCDEFGHIJ", strict=True))  # fmt: skip


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


class Desk:
    """A plan in force with two indicators, in which a college works; values are declared and verified already."""

    def __init__(self, target: str = "") -> None:
        self.cast: Cast = a_cast()
        self.college = self.cast.organisations["college"]
        self.ours = self.cast.who("m_coord")
        plan = a_plan(self.cast)
        an_item(self.cast, plan, organisation_id=self.college.id)
        self.plan_id = plan.id
        self.first = plans.add_indicator(plan.id, NewIndicator("P-01", "Обучающиеся", "чел."), self.ours)
        self.second = plans.add_indicator(plan.id, NewIndicator("S-02", "Выпускники", "чел."), self.ours)
        if target:
            plans.set_targets(self.first.id, {2026: target}, "план", self.ours)
        in_force(self.cast, plan)

    def record(self, figure: Any, kind: str = "declared", period: str = "2026-Q1", **more: Any) -> IndicatorValue:
        actor = self.cast.who("c_coord") if kind == "verified" else self.ours
        silent = {"not_provided": True} if figure is None else {"value": figure}
        return plans.record_value(self.first.id, NewValue(period, kind, **silent, **more), actor)

    def brought(self, *rows: Sequence[Any], by: Actor | None = None) -> ValueImport:
        return self.checked(a_sheet([HEADS, *rows], "Значения.xlsx"), by)

    def checked(self, file: Upload, by: Actor | None = None) -> ValueImport:
        actor = by or self.ours
        run = service.upload(file, self.plan_id, actor)
        service.check(run.id, run.mapping, actor)
        drain()
        db.session.expire_all()
        return run

    def declared(self, run: ValueImport, by: Actor | None = None) -> None:
        service.start(run.id, by or self.ours)
        drain()
        db.session.expire_all()
        assert (run.state, run.faults) == ("done", [])


@pytest.fixture
def desk(db_session: Any) -> Desk:
    return Desk()


def count() -> int:
    return int(db.session.scalar(select(func.count()).select_from(IndicatorValue)) or 0)


def told(run: ValueImport) -> list[tuple[int, str]]:
    return [(fault["row"], fault["column"].split(":")[0]) for fault in run.faults]


def test_a_sheet_is_tried_shown_and_declared(desk: Desk) -> None:
    name = desk.college.short_name
    desk.record("100", organisation_id=desk.college.id, region_code="59", speciality="15.02.16")
    desk.record("95", "verified", organisation_id=desk.college.id, region_code="59", speciality="15.02.16")
    before = count()
    run = desk.brought(
        ("P-01", "I квартал 2026 г.", "заявлено", 110, "", name, "59", "15.02.16", date(2026, 4, 1), "форма 1"),
        ("p-01", "2026-Q1", "", 0, "", name, 5, "", None, ""),
        ("S-02", "2026", None, "12,5"),
        ("S-02", "2026-03", "заявлено", "", "да"),
    )
    assert (run.state, run.total, run.faults) == ("checked", 4, [])
    assert count() == before
    shown = {row["row"]: row for row in run.preview["rows"]}
    assert (shown[2]["was"], shown[2]["now"], shown[2]["verified"], shown[2]["state"]) == (
        "100",
        "110",
        "95",
        "changed",
    )
    assert shown[2]["about"] == f"{name}, регион 59, 15.02.16"
    assert (shown[3]["was"], shown[3]["now"], shown[3]["state"]) == ("", "0", "new")
    assert shown[5]["now"] == "сведения не предоставлены"
    assert {key: run.preview[key] for key in ("new", "changed", "same", "kept")} == {
        "new": 3, "changed": 1, "same": 0, "kept": 0,
    }  # fmt: skip
    desk.declared(run)
    rows = db.session.scalars(
        select(IndicatorValue).where(IndicatorValue.id > before).order_by(IndicatorValue.id)
    ).all()
    assert [
        (row.indicator.code, row.period, row.kind, row.value, row.not_provided, row.region_code) for row in rows
    ] == [
        ("P-01", "2026-Q1", "declared", Decimal(110), False, "59"),
        ("P-01", "2026-Q1", "declared", Decimal(0), False, "05"),
        ("S-02", "2026", "declared", Decimal("12.5"), False, ""),
        ("S-02", "2026-03", "declared", None, True, ""),
    ]
    assert [(row.source, row.as_of) for row in rows[:2]] == [
        ("форма 1", date(2026, 4, 1)),
        ("из файла «Значения.xlsx»", date(2026, 6, 15)),
    ]
    assert {row.person_id for row in rows} == {desk.ours.id}
    acts = db.session.scalars(select(AuditRecord).where(AuditRecord.step == "import").order_by(AuditRecord.id)).all()
    assert [act.data["values"] for act in acts] == [[rows[0].id, rows[1].id], [rows[2].id, rows[3].id]]
    assert {act.data["sha256"] for act in acts} == {run.sha256}
    assert audit.verify() is None


def test_what_is_verified_stands_and_what_was_not_provided_is_no_zero(desk: Desk) -> None:
    desk.record("100")
    verified = desk.record("95", "verified")
    desk.declared(desk.brought(("P-01", "2026-Q1", "", "", "да"), ("S-02", "2026", "", 0)))
    lines = {line.code: line for line in standing(desk.ours, desk.plan_id, "2026")}
    assert (lines["P-01"].declared, lines["P-01"].verified, lines["P-01"].not_provided) == (None, Decimal(95), 1)
    assert (lines["S-02"].declared, lines["S-02"].not_provided) == (Decimal(0), 0)
    assert db.session.get_one(IndicatorValue, verified.id).value == Decimal(95)


def test_the_exported_sheet_comes_back_and_changes_nothing(db_session: Any) -> None:
    desk = Desk(target="2500")
    desk.record("100.125", organisation_id=desk.college.id, region_code="59", source="форма")
    desk.record("95", "verified", organisation_id=desk.college.id, region_code="59")
    desk.record(None, period="2026-H1")
    desk.record("99999999999999.125", period="2026-02")
    exported = indicator_book(desk.ours, desk.plan_id, 2026)
    before = count()
    run = desk.checked(Upload("Показатели.xlsx", exported))
    assert (run.state, run.faults) == ("checked", [])
    assert {key: run.preview[key] for key in ("new", "changed", "same", "kept")} == {
        "new": 0, "changed": 0, "same": 3, "kept": 2,
    }  # fmt: skip
    desk.declared(run)
    assert count() == before
    assert cells(indicator_book(desk.ours, desk.plan_id, 2026)) == cells(exported)


def test_a_sheet_filled_in_further_goes_in_and_comes_out_the_same(desk: Desk) -> None:
    desk.declared(desk.brought(
        ("P-01", "2026-Q1", "", 7, "", desk.college.short_name, "59", "15.02.16", date(2026, 4, 1), "форма"),
        ("S-02", "2026", "", "", "да", desk.college.inn, "", "", date(2026, 5, 1), "письмо"),
    ))  # fmt: skip
    exported = indicator_book(desk.ours, desk.plan_id, 2026)
    other = a_plan(desk.cast, title="другой")
    for code in ("P-01", "S-02"):
        plans.add_indicator(other.id, NewIndicator(code, "Обучающиеся" if code == "P-01" else "Выпускники", "чел."),
                            desk.ours)  # fmt: skip
    desk.plan_id = other.id
    desk.declared(desk.checked(Upload("Показатели.xlsx", exported)))
    assert cells(indicator_book(desk.ours, other.id, 2026)) == cells(exported)


def cells(book: bytes) -> list[list[Any]]:
    return [[cell.value for cell in row] for sheet in load_workbook(io.BytesIO(book)).worksheets for row in sheet]


PLANTED: dict[str, tuple[str, Any, str]] = {
    "a code nobody knows": ("code", "P-77", "показателя нет в плане"),
    "no code": ("code", "", "не заполнено"),
    "a period that is none": ("period", "скоро", "Период"),
    "a period outside the plan": ("period", "2031", "Этого периода в плане нет"),
    "no period": ("period", "", "не заполнено"),
    "a word for a value": ("value", "много", "нужно число"),
    "a day for a value": ("value", date(2026, 1, 1), "а в ячейке дата"),
    "a formula": ("value", "=1+1", "формула"),
    "no value": ("value", "", "введите значение"),
    "both a value and none": ("not_provided", "да", "оставьте что-то одно"),
    "an unclear mark": ("not_provided", "может быть", "«да» или «нет»"),
    "an organisation nobody knows": ("organisation", "ООО «Нет такого»", "нет в справочнике"),
    "a region in words": ("region", "Пермь", "две цифры"),
    "a speciality that is none": ("speciality", "15.2", "пишется так"),
    "a speciality that was replaced": ("speciality", "15.02.12", "15.02.17"),
    "a speciality taken for a day": ("speciality", date(2016, 2, 15), "принял код за дату"),
    "a day to come": ("as_of", date(2026, 6, 16), "ещё не наступила"),
    "a day that is none": ("as_of", "31.06.2026", "нет такой даты"),
    "a kind nobody knows": ("kind", "факт", "вид значения"),
    "a verified value": ("kind", "подтверждено", "только заявляют"),
    "a planned value": ("kind", "план", "только заявляют"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_every_fault_is_told_at_its_row_and_column_and_nothing_is_declared(desk: Desk, name: str) -> None:
    column, cell, message = PLANTED[name]
    good = {"code": "P-01", "period": "2026-Q1", "value": 5}
    bad = {**good, "period": "2026-Q2", column: cell}
    run = desk.brought(*([row.get(one) for one in LETTER] for row in ({**good, "region": "59"}, bad, good)))
    where = "value" if column == "kind" and cell != "факт" else column
    assert (run.state, told(run)) == ("faulty", [(3, LETTER[where])])
    assert message in run.faults[0]["message"]
    assert count() == 0
    with pytest.raises(NotNow):
        service.start(run.id, desk.ours)
    marked = load_workbook(io.BytesIO(service.marked_file(run))).worksheets[0]
    assert message in marked[f"{LETTER[where]}3"].comment.text


def test_one_value_named_twice_is_told_at_the_second(desk: Desk) -> None:
    run = desk.brought(("P-01", "2026-Q1", "", 5), ("S-02", "2026-Q1", "", 5), ("P-01", "I квартал 2026 г.", "", 6))
    assert told(run) == [(4, "A")]
    assert "в строке 2" in run.faults[0]["message"]


def test_a_verified_value_changed_in_the_sheet_is_refused_and_an_equal_one_is_left_alone(desk: Desk) -> None:
    desk.record("95", "verified")
    assert told(desk.brought(("P-01", "2026-Q1", "подтверждено", 96))) == [(2, "D")]
    run = desk.brought(("P-01", "2026-Q1", "подтверждено", "95,0"))
    assert (run.state, run.preview["kept"]) == ("checked", 1)


def test_who_may_declare_by_the_page_may_declare_by_a_sheet(desk: Desk) -> None:
    person = desk.cast.who("college", "college")
    run = desk.brought(("P-01", "2026-Q1", "", 5), ("P-01", "2026-Q1", "", 6, "", desk.college.short_name), by=person)
    assert told(run) == [(2, "F")]
    assert "только свои" in run.faults[0]["message"]
    own = desk.brought(("P-01", "2026-Q1", "", 6, "", desk.college.short_name), by=person)
    desk.declared(own, person)
    row = db.session.scalars(select(IndicatorValue)).one()
    assert (row.organisation_id, row.person_id) == (desk.college.id, person.id)
    with pytest.raises(NotFound):
        service.run_for(own.id, desk.ours)
    with pytest.raises(NotFound):
        service.upload(a_sheet([HEADS, ("P-01", "2026", "", 1)]), desk.plan_id, desk.cast.who("operator", "operator"))


def test_what_came_between_the_try_and_the_import_is_heard(desk: Desk) -> None:
    run = desk.brought(("P-01", "2026-Q1", "подтверждено", ""), ("S-02", "2026", "", 3))
    assert told(run) == [(2, "D")]
    desk.record("95", "verified")
    run = desk.brought(("P-01", "2026-Q1", "подтверждено", 95), ("S-02", "2026", "", 3))
    desk.record("94", "verified")
    before = count()
    service.start(run.id, desk.ours)
    drain()
    db.session.expire_all()
    assert (run.state, told(run), count()) == ("faulty", [(2, "D")], before)


def test_names_of_two_organisations_are_told_apart_by_inn(desk: Desk) -> None:
    twins = [an_organisation("college", full_name=f"Колледж {n}", short_name="Двойник") for n in (1, 2)]
    assert told(desk.brought(("P-01", "2026", "", 5, "", "Двойник"))) == [(2, "F")]
    desk.declared(desk.brought(("P-01", "2026", "", 5, "", twins[1].inn)))
    assert db.session.scalars(select(IndicatorValue.organisation_id)).one() == twins[1].id


def test_a_file_that_is_no_sheet_of_values_is_refused_with_what_to_do(desk: Desk) -> None:
    for file, message in (
        (Upload("Значения.docx", b"PK"), "Нужен файл Excel"),
        (Upload("Значения.xlsx", b"PK"), "xlsx"),
        (a_sheet([["а", "б"], [1, 2]]), "«Код», «Период», «Значение»"),
        (a_sheet([HEADS]), "нет строк"),
    ):
        with pytest.raises(NotValid, match=message):
            service.upload(file, desk.plan_id, desk.ours)
    run = service.upload(a_sheet([HEADS, ("P-01", "2026", "", 1)]), desk.plan_id, desk.ours)
    for mapping, message in (
        ({"0": "code", "1": "period"}, "Значение"), ({**run.mapping, "9": "value"}, "Два столбца"),
        ({**run.mapping, "70": "source"}, "нет столбцов"), ({**run.mapping, "9": "цвет"}, "Нет такого"),
    ):  # fmt: skip
        with pytest.raises(NotValid, match=message):
            service.check(run.id, mapping, desk.ours)


def test_the_blank_form_has_the_headings_the_import_knows(desk: Desk) -> None:
    book = load_workbook(io.BytesIO(values_blank(desk.ours, desk.plan_id)))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert [known(head) for head in heads] == [meaning.name for meaning in MEANINGS]
    assert "S-02" in [row[0].value for row in book.worksheets[1].iter_rows()]


def test_the_pages_of_an_import_of_values(app: APIFlask) -> None:
    with app.app_context():
        desk = Desk()
        plan_id, cast = desk.plan_id, desk.cast
    client = signed_in(app, cast, "m_coord")
    address = f"/roadmaps/{plan_id}/indicators/import"
    assert address in client.get(f"/roadmaps/{plan_id}/indicators").get_data(as_text=True)
    assert client.post(address, data={}).status_code == 422
    sheet = a_sheet([HEADS, ("P-01", "2026-Q1", "", 1250), ("P-07", "2026-Q1", "", 3)], "Значения.xlsx")
    answer = client.post(address, data={"file": (io.BytesIO(sheet.content), sheet.name)})
    page = answer.headers["Location"]
    mapping = {f"column.{place}": name for place, name in enumerate(LETTER)}
    refused = client.post(f"{page}/check", data={**mapping, "column.3": ""})
    assert refused.status_code == 422
    assert "Ни один столбец не означает: Значение" in refused.get_data(as_text=True)
    assert client.post(f"{page}/check", data=mapping).status_code == 302
    assert 'hx-get="' in client.get(page).get_data(as_text=True)
    with app.app_context():
        drain()
    assert client.get(f"{page}/progress").headers["HX-Refresh"] == "true"
    shown = client.get(page).get_data(as_text=True)
    assert "показателя нет в плане: P-07" in shown
    assert "1\u00a0250" in shown
    assert client.get(f"{page}/faults.xlsx").status_code == 200
    assert client.post(f"{page}/start", data={}).status_code == 409
    assert client.get(f"{address}/blank.xlsx").status_code == 200
    assert signed_in(app, cast, "college", "college").get(page).status_code == 404
    assert signed_in(app, cast, "operator", "operator").get(address).status_code == 404


def test_an_import_of_values_by_api(app: APIFlask) -> None:
    with app.app_context():
        desk = Desk()
        plan_id, cast = desk.plan_id, desk.cast
    client = signed_in(app, cast, "c_coord")
    sheet = a_sheet([HEADS, ("P-01", "2026-Q1", "", 1250)], "Значения.xlsx")
    path = f"/api/v1/roadmaps/{plan_id}/indicators/imports"
    run = client.post(path, data={"file": (io.BytesIO(sheet.content), sheet.name)})
    assert run.status_code == 201, run.get_json()
    one = f"/api/v1/indicators/imports/{run.get_json()['id']}"
    assert client.post(f"{one}/check", json={"mapping": run.get_json()["mapping"]}).status_code == 202
    with app.app_context():
        drain()
    told = client.get(one).get_json()
    assert (told["state"], told["preview"]["new"], told["preview"]["rows"][0]["now"]) == ("checked", 1, "1\u00a0250")
    assert client.get(f"{one}/faults.xlsx").status_code == 404
    assert client.post(f"{one}/start").status_code == 202
    with app.app_context():
        drain()
    assert client.get(one).get_json()["state"] == "done"
    book = load_workbook(io.BytesIO(client.get(f"/api/v1/roadmaps/{plan_id}/indicators.xlsx?year=2026").data))
    assert [cell.value for cell in book.worksheets[0][2]][:4] == ["P-01", "I квартал 2026 г.", "заявлено", 1250]
    assert signed_in(app, cast, "m_coord").get(one).status_code == 404


def test_a_thousand_values_are_declared_by_few_questions(app: APIFlask, desk: Desk) -> None:
    from tests.roadmap.test_pages import counted

    def cost(figures: int) -> int:
        rows = [("P-01", "2026", "", n, "", "", f"{n % 90 + 10}", f"{n // 90 + 10}.77.01") for n in range(figures)]
        run = desk.brought(*rows)
        assert run.state == "checked"
        with counted(app) as asked:
            desk.declared(run)
        return len(asked)

    few = cost(10)
    assert cost(1000) <= few + 30
    assert db.session.scalar(select(func.count()).select_from(Indicator)) == 2
