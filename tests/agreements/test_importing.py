"""Import of existing agreements: columns of one's own, a dry run, faults by row and column, all or nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select
from xlsxwriter import Workbook

from agreements import queries
from agreements.demo.load import Company
from agreements.importing import meanings, service
from agreements.models import Agreement, ImportRun, RegistrationEntry
from agreements.queries import Filters
from core import audit, clock
from core.accounts.models import Organisation
from core.db import db
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow.jobs import drain
from core.workflow.models import Job

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


def test_ten_thousand_rows_with_thirty_seven_faults_report_exactly_those(app: APIFlask, company: Company) -> None:
    with app.app_context():
        rows = good(company, 10_000)
        planted: dict[tuple[int, str], Any] = {}
        kinds = [
            (1, "B", ""), (2, "C", "без цифр"), (2, "C", "neighbour"), (3, "D", "31.02.2024"), (3, "D", "давно"),
            (4, "E", "7700000000"), (4, "E", ""), (5, "F", "01.01.1999"), (6, "G", "непонятно"), (7, "H", "Накладная"),
        ]  # fmt: skip
        for index in range(37):
            place, letter, value = kinds[index % len(kinds)]
            row = 100 + index * 260
            rows[row][place] = f"19-{row}" if value == "neighbour" else value
            planted[row + 2, letter] = value
        run = checked(company, rows)
        assert (run.state, run.total, run.done, run.fault_count) == ("faulty", 10_000, 10_000, 37)
        assert {(fault["row"], fault["column"].split(":")[0]) for fault in run.faults} == set(planted)
        assert all(fault["message"] for fault in run.faults)
        with pytest.raises(NotNow):
            service.start(run.id, company.actor("m.control"))
        assert db.session.scalar(select(func.count()).select_from(Agreement)) == 0
        job = db.session.scalars(select(Job).where(Job.kind == "agreements.import_check")).one()
        assert job.done > 0


def test_ten_thousand_good_rows_are_taken_whole(app: APIFlask, company: Company) -> None:
    with app.app_context():
        run = checked(company, good(company, 10_000))
        assert (run.state, run.fault_count) == ("checked", 0)
        service.start(run.id, company.actor("m.control"))
        drain()
        db.session.refresh(run)
        assert (run.state, run.done) == ("done", 10_000)
        assert db.session.scalar(select(func.count()).select_from(Agreement)) == 10_000
        assert db.session.scalar(select(func.count()).select_from(RegistrationEntry)) == 10_000
        found = queries.register(company.actor("c.coord"), Filters(text="19-777")).items
        assert [row.number for row in found] == ["19-777"]
        assert queries.register(company.actor("samara"), Filters()).items == []
        assert audit.verify() is None


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
