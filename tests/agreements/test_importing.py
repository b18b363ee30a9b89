"""Import of existing agreements: columns of one's own, a dry run, faults by row and column, all or nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from sqlalchemy import func, select, update
from xlsxwriter import Workbook

from agreements.demo.load import Company
from agreements.importing import blank, meanings, service
from agreements.models import Agreement, ImportRun, RegistrationEntry
from core import clock
from core.accounts.models import Organisation
from core.db import database_now, db, transaction
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotFound, NotValid
from core.workflow.jobs import ATTEMPTS, drain
from core.workflow.models import Job
from tests.agreements.lives import in_force
from tests.agreements.pages import browser

HEADERS = (
    "№ п/п",
    "Предмет договора",
    "Рег. №",
    "Дата заключения",
    "ИНН контрагента",
    "Срок действия",
    "Статус",
    "Вид",
)


def a_sheet(rows: Sequence[Sequence[Any]], headers: Sequence[str] = HEADERS) -> Upload:
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet("Реестр")
        sheet.write_row(0, 0, headers)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell)
    return Upload("Наш реестр.xlsx", buffer.getvalue())


def inn(company: Company, key: str) -> str:
    return db.session.get_one(Organisation, company.organisations[key]).inn


def good(company: Company, count: int) -> list[list[Any]]:
    partner, day = inn(company, "corporation"), date(2020, 1, 9)
    return [
        [n, f"Договор № {n} о поддержке колледжей", f"19-{n}", day + timedelta(days=n % 900), partner, "31.12.2030",
         "действует", "Соглашение о сотрудничестве"]
        for n in range(1, count + 1)
    ]  # fmt: skip


def checked(company: Company, rows: Sequence[Sequence[Any]], headers: Sequence[str] = HEADERS) -> ImportRun:
    actor = company.actor("m.control")
    run = service.upload(a_sheet(rows, headers), actor)
    service.check(run.id, run.mapping, actor)
    drain()
    db.session.refresh(run)
    return run


def test_headings_of_ones_own_are_recognised_and_may_be_corrected(app: APIFlask, company: Company) -> None:
    guessed = meanings.guess(["№", "Название", "Подписан", "Сторона 1", "Сторона 2 (ИНН)", "Примечание", "Пролонгация"])
    assert guessed == {"0": "number", "1": "title", "2": "signed_on", "3": "party", "4": "party", "6": "prolong_years"}
    with app.app_context():
        headers = ("Что", "С кем", "Когда")
        rows = [["О практике", "Государственная корпорация по содействию", "12.01.2026"]]
        actor = company.actor("m.coord")
        run = service.upload(a_sheet(rows, headers), actor)
        assert (run.mapping, run.headers) == ({}, list(headers))
        with pytest.raises(NotValid) as refused:
            service.check(run.id, {"0": "title"}, actor)
        assert "сторон" in str(refused.value)
        service.check(run.id, {"0": "title", "1": "party", "2": "signed_on"}, actor)
        drain()
        db.session.refresh(run)
        assert [(fault["row"], fault["column"]) for fault in run.faults] == [(2, "B: С кем")]


def test_the_register_moved_on_between_the_check_and_the_import(app: APIFlask, company: Company) -> None:
    with app.app_context():
        one, other = checked(company, good(company, 3)), checked(company, good(company, 3))
        for run in (one, other):
            service.start(run.id, company.actor("m.control"))
            drain()
        db.session.refresh(other)
        assert (other.state, other.fault_count) == ("faulty", 3)
        assert "занят" in other.faults[0]["message"]
        assert db.session.scalar(select(func.count()).select_from(Agreement)) == 3


def test_parties_in_one_cell_dates_as_text_and_ended_agreements(app: APIFlask, company: Company) -> None:
    with app.app_context():
        names = [
            db.session.get_one(Organisation, company.organisations[key]).short_name
            for key in ("ministry", "corporation")
        ]
        rows = [["О кластере", "; ".join(names), "2021-03-01", "01.03.2022", "Расторгнут", "5"]]
        headers = ("Наименование", "Стороны", "Дата", "Действует до", "Состояние", "Номер")
        run = checked(company, rows, headers)
        assert run.faults == []
        service.start(run.id, company.actor("m.control"))
        drain()
        agreement = db.session.scalars(select(Agreement)).one()
        assert (agreement.state, agreement.signed_on, agreement.valid_until) == (
            "terminated", date(2021, 3, 1), date(2022, 3, 1),
        )  # fmt: skip
        assert [party.position for party in agreement.parties] == [1, 2]
        assert agreement.number == "5"
        entry = db.session.scalars(select(RegistrationEntry)).one()
        assert (entry.number, entry.agreement_id) == ("5", agreement.id)


def test_only_ones_own_organisation_is_brought_in_and_seen(app: APIFlask, company: Company) -> None:
    with app.app_context():
        run = checked(company, good(company, 1))
        with pytest.raises(NotFound):
            service.run_for(run.id, company.actor("c.control"))
        with pytest.raises(NotAllowed):
            service.upload(a_sheet(good(company, 1)), company.actor("m.legal"))
        with pytest.raises(NotValid):
            service.upload(Upload("x.xlsx", b"not a table"), company.actor("m.control"))
        foreign = [["Чужое", f"{inn(company, 'corporation')}; {inn(company, 'perm_motors')}"]]
        run = checked(company, foreign, ("Наименование", "Стороны"))
        assert [fault["message"] for fault in run.faults] == ["Вашей организации нет среди сторон"]
        assert clock.today()


def a_book(fill: Callable[[Any], None]) -> Upload:
    """A file as openpyxl writes it: formulas without values, merged cells."""
    book = Book()
    fill(book.active)
    buffer = io.BytesIO()
    book.save(buffer)
    return Upload("Реестр.xlsx", buffer.getvalue())


def brought(company: Company, file: Upload, **named: str) -> ImportRun:
    actor = company.actor("m.control")
    run = service.upload(file, actor)
    service.check(run.id, {**run.mapping, **named}, actor)
    drain()
    db.session.refresh(run)
    return run


def test_a_title_above_merged_cells_and_formulas_are_read_as_people_see_them(app: APIFlask, company: Company) -> None:
    with app.app_context():
        partner = inn(company, "corporation")

        def fill(sheet: Any) -> None:
            sheet.append(["Реестр договоров на 1 марта"])
            sheet.merge_cells("A1:D1")
            sheet.append([])
            sheet.append(["Номер", "Наименование", "ИНН контрагента", "Дата подписания"])
            sheet.append(["1", "О практике", partner, date(2024, 1, 15)])
            sheet.append(["2", "О стажировках", None, date(2024, 1, 16)])
            sheet.merge_cells("C4:C5")
            sheet.append(["3", "=B4", partner, date(2024, 1, 17)])
            sheet.append(["4", "#N/A", partner, 45306])

        run = brought(company, a_book(fill))
        assert (run.total, run.headers) == (4, ["Номер", "Наименование", "ИНН контрагента", "Дата подписания"])
        told = {(fault["row"], fault["column"][0]): fault["message"] for fault in run.faults}
        assert set(told) == {(6, "B"), (7, "B"), (7, "D")}
        assert "формула" in told[6, "B"]
        assert "#N/A" in told[7, "B"]
        assert "15.01.2024" in told[7, "D"]


def test_the_marked_file_shows_every_fault_in_its_cell_and_keeps_the_rest(app: APIFlask, company: Company) -> None:
    with app.app_context():
        partner = inn(company, "corporation")

        def fill(sheet: Any) -> None:
            sheet.title = "Мой реестр"
            sheet.append(["Номер", "Наименование", "ИНН контрагента", "Дата подписания", "Сумма"])
            sheet.append(["1", "О практике", partner, "31.02.2024", "=1+1"])
            sheet.append(["без цифр", "О стажировках", "7700000000", None, 5])

        run = brought(company, a_book(fill))
        content = service.marked_file(run.id, company.actor("m.coord"))
        book = load_workbook(io.BytesIO(content))
        sheet = book["Мой реестр"]
        noted = {cell.coordinate: cell.comment.text for row in sheet for cell in row if cell.comment}
        assert noted == {f"{f['column'][0]}{f['row']}": f["message"] for f in run.faults}
        assert set(noted) == {"D2", "A3", "C3"}
        assert all(sheet[place].fill.start_color.rgb == "00FFC7CE" for place in noted)
        assert sheet["E2"].value == "=1+1"
        rows = list(book["Ошибки"].iter_rows(min_row=2, values_only=True))
        assert rows == [(f["row"], f["column"], f["message"]) for f in run.faults]
        assert book["Ошибки"]["A2"].hyperlink.location or book["Ошибки"]["A2"].hyperlink.target
        with pytest.raises(NotFound):
            service.marked_file(run.id, company.actor("c.coord"))


def test_an_unknown_organisation_is_matched_once_for_all_its_rows(app: APIFlask, company: Company) -> None:
    with app.app_context():
        actor = company.actor("m.control")
        rows = [["О практике", "Ростех (старое имя)", f"{n}"] for n in range(1, 4)]
        run = checked(company, rows, ("Наименование", "Контрагент", "Номер"))
        assert run.unknown == [{"text": "Ростех (старое имя)", "first": 2, "rows": 3}]
        with pytest.raises(NotValid) as refused:
            service.check(run.id, run.mapping, actor, matches={"Ростех (старое имя)": "7700000000"})
        assert list(refused.value.fields) == ["Ростех (старое имя)"]
        service.check(run.id, run.mapping, actor, matches={"Ростех (старое имя)": inn(company, "corporation")})
        drain()
        db.session.refresh(run)
        assert (run.state, run.unknown) == ("checked", [])


def test_a_document_that_is_there_already_is_told_by_its_number_and_date(app: APIFlask, company: Company) -> None:
    with app.app_context():
        in_force(company, ("corporation", "ministry"), number="К-5", signed_on=date(2024, 5, 6))
        rows = [
            [n, "О практике", "К-5", day, inn(company, "corporation"), "", "", ""]
            for n, day in enumerate((date(2024, 5, 6), date(2023, 5, 6)))
        ]
        run = checked(company, rows)
        assert [(fault["row"], fault["message"]) for fault in run.faults] == [
            (2, "документ с этим номером и датой уже есть в реестре")
        ]


def test_an_import_whose_job_was_given_up_can_be_checked_anew(
    app: APIFlask, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        run = checked(company, good(company, 2))
        with monkeypatch.context() as broken:
            broken.setattr(service, "Reader", None)
            service.start(run.id, company.actor("m.control"))
            for _attempt in range(ATTEMPTS):
                with transaction():
                    db.session.execute(update(Job).values(run_after=database_now()))
                drain()
        db.session.refresh(run)
        assert service.RUNS.failed(run)
        service.check(run.id, run.mapping, company.actor("m.control"))
        drain()
        db.session.refresh(run)
        assert run.state == "checked"


def test_the_blank_form_is_known_column_by_column_and_comes_back_filled(app: APIFlask, company: Company) -> None:
    with app.app_context():
        book = load_workbook(io.BytesIO(blank.blank()))
        sheet, guide = book.worksheets
        headings = [cell.value for cell in next(sheet.rows)]
        given = meanings.guess(headings)
        assert len(given) == len(headings)
        assert [given[str(place)] for place, _heading in enumerate(headings)] == [
            name for name, _heading in blank.headings()
        ]
        assert {meaning.name for meaning in meanings.MEANINGS} - set(given.values()) == {"parties"}
        assert [row[0].value for row in guide.iter_rows(min_row=2, max_row=1 + len(headings))] == headings
        row = {
            "Наименование": "Договор о практике", "Вид документа": "практика", "Номер": "15-К",
            "Дата подписания": date(2023, 1, 16), "Сторона 1": inn(company, "ministry"),
            "Сторона 2": inn(company, "corporation"), "Состояние": "действует",
        }  # fmt: skip
        for place, heading in enumerate(headings, 1):
            sheet.cell(2, place, row.get(heading))
        buffer = io.BytesIO()
        book.save(buffer)
        actor = company.actor("m.control")
        run = service.upload(Upload("форма.xlsx", buffer.getvalue()), actor)
        service.check(run.id, run.mapping, actor)
        drain()
        db.session.refresh(run)
        assert (run.state, run.faults) == ("checked", [])


def test_the_blank_form_is_offered_where_files_are_brought_and_only_to_those_who_may(
    app: APIFlask, company: Company
) -> None:
    client = browser(app, company, "m.control")
    assert 'href="/agreements/import/blank.xlsx"' in client.get("/agreements/import").get_data(as_text=True)
    for path in ("/agreements/import/blank.xlsx", "/api/v1/agreements/imports/blank.xlsx"):
        with client.get(path) as answer:
            assert answer.status_code == 200
            assert load_workbook(io.BytesIO(answer.data)).sheetnames == ["Соглашения", "Как заполнять"]
        assert browser(app, company, "m.executor").get(path).status_code == 403
