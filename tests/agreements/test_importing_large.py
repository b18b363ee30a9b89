"""Ten thousand agreements brought in by a spreadsheet: the faults told exactly, all taken or none, a kill survived."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import distinct, func, select, update

from agreements import queries
from agreements.demo.load import Company
from agreements.importing import service
from agreements.models import Agreement, AgreementParty, ImportRun, RegistrationEntry, SearchText
from agreements.queries import Filters
from core import audit
from core.accounts.models import Person, Reader
from core.audit import AuditRecord
from core.db import database_now, db, transaction
from core.documents.registers.runs import Progress
from core.errors import NotNow
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.agreements.test_importing import a_sheet, good
from tests.builders import sign_in

MANY = 10_000
KILLED_AT = 500
"""Rows read before the kill; as many come after."""
ROOT = Path(__file__).resolve().parents[2]
Planted = dict[tuple[int, str], Any]

KINDS = [
    (1, "B", ""), (2, "C", "без цифр"), (2, "C", "neighbour"), (3, "D", "31.02.2024"), (3, "D", "давно"),
    (4, "E", "7700000000"), (4, "E", ""), (5, "F", "01.01.1999"), (6, "G", "непонятно"), (7, "H", "Накладная"),
    (2, "C", "=1/0"),
]  # fmt: skip


def faulty(rows: list[list[Any]]) -> tuple[list[list[Any]], Planted]:
    """The rows with 37 faults of every kind, and where they stand: (row of the sheet, letter of the column)."""
    spoilt, planted = [list(row) for row in rows], {}
    for index in range(37):
        place, letter, value = KINDS[index % len(KINDS)]
        row = 100 + index * 260
        value = {"neighbour": f"19-{row}", "=1/0": "#DIV/0!"}.get(value, value)
        spoilt[row][place] = value
        planted[row + 2, letter] = value
    return spoilt, planted


def counts() -> list[int]:
    """How many rows of everything an import writes."""
    return [
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Agreement, AgreementParty, RegistrationEntry, SearchText)
    ]


def brought(browser: FlaskClient, rows: Sequence[Sequence[Any]]) -> str:
    """Bring the rows and have them checked through the pages; the address of the import."""
    file = a_sheet(rows)
    sent = {"file": (io.BytesIO(file.content), file.name)}
    answer = browser.post("/agreements/import", data=sent, content_type="multipart/form-data")
    place = answer.headers["Location"]
    names = ("", "title", "number", "signed_on", "party", "valid_until", "state", "kind")
    columns = {f"column.{number}": name for number, name in enumerate(names)}
    assert browser.post(f"{place}/check", data=columns).status_code == 302
    return place


def told_progress(monkeypatch: pytest.MonkeyPatch, browser: FlaskClient, place: str) -> list[str]:
    """What a browser that asks meanwhile would be shown; fills as the job runs."""
    shown: list[str] = []
    read = service._read

    def reading(run: ImportRun, progress: Progress) -> service.Read:
        def telling(done: int, total: int) -> None:
            progress(done, total)
            if done % 2500 == 0:
                db.session.remove()
                shown.append(browser.get(f"{place}/progress").get_data(as_text=True))

        return read(run, telling)

    monkeypatch.setattr(service, "_read", reading)
    return shown


def test_thirty_seven_faults_are_reported_exactly_and_the_mended_file_is_taken_whole(
    app: APIFlask, company: Company, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        rows = good(company, MANY)
        person = db.session.get_one(Person, company.people["m.control"])
    spoilt, planted = faulty(rows)
    browser = sign_in(client, person)
    place = brought(browser, spoilt)
    with app.app_context():
        drain()
        run = db.session.scalars(select(ImportRun)).one()
        assert (run.state, run.total, run.done, run.fault_count) == ("faulty", MANY, MANY, 37)
        assert {(fault["row"], fault["column"].split(":")[0]) for fault in run.faults} == set(planted)
        assert len(run.faults) == 37
        assert all(fault["message"] for fault in run.faults)
        assert counts() == [0, 0, 0, 0]
        with pytest.raises(NotNow):
            service.start(run.id, company.actor("m.control"))
    page = browser.get(place).get_data(as_text=True)
    assert all(f">{row}</td>" in page for row, _letter in planted)
    with browser.get(f"{place}/faults.xlsx") as answer:
        marked = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    noted = {(cell.row, cell.column_letter) for row in marked for cell in row if cell.comment}
    assert noted == set(planted)

    mended = brought(browser, rows)
    with app.app_context():
        drain()
    assert "ошибок нет" in browser.get(mended).get_data(as_text=True)
    assert browser.post(f"{mended}/start", data={}).status_code == 302
    sign_in_again = app.test_client()
    sign_in(sign_in_again, person)
    shown = told_progress(monkeypatch, sign_in_again, mended)
    with app.app_context():
        drain()
    for done in (0, 2500, 5000, 7500, 10_000):
        assert any(f'value="{done}" max="{MANY}"' in piece for piece in shown), done
    with app.app_context():
        assert counts() == [MANY, 2 * MANY, MANY, MANY]
        found = queries.register(company.actor("c.coord"), Filters(text="19-777")).items
        assert [row.number for row in found] == ["19-777"]
        assert queries.register(company.actor("samara"), Filters()).items == []
        assert audit.verify() is None


KILLED = """
import os, signal, sys
from agreements.importing import service, writing
from app import create_app
from core.workflow.jobs import drain
app = create_app({"INSTANCE": sys.argv[1], "SQLALCHEMY_DATABASE_URI": sys.argv[2], "SECRET_KEY": "tests"})
read = service._read
def reading(run, progress):
    def telling(done, total):
        progress(done, total)
        if done == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
    return read(run, telling)
def written(entries, ids):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "reading":
    service._read = reading
else:
    writing._readers = written
with app.app_context():
    drain()
"""


def killed(app: APIFlask, when: str) -> int:
    """A worker of its own that is killed with SIGKILL in the middle of the import; its exit code."""
    address = app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, "-c", KILLED, app.instance_path, address, when, str(KILLED_AT)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode


def test_a_worker_killed_in_the_middle_leaves_nothing_and_another_takes_all_of_it_once(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        actor, many = company.actor("m.control"), 2 * KILLED_AT
        run = service.upload(a_sheet(good(company, many)), actor)
        service.check(run.id, run.mapping, actor)
        drain()
        service.start(run.id, actor)
        for when in ("reading", "writing"):
            db.session.remove()
            assert killed(app, when) == -9
            assert counts() == [0, 0, 0, 0]
            job = db.session.scalars(select(Job).where(Job.kind == "agreements.import_run")).one()
            assert (job.state, db.session.get_one(ImportRun, run.id).state) == ("running", "importing")
            assert drain() == 0, "the lease of the dead worker still holds"
            with transaction():
                db.session.execute(update(Job).values(leased_until=database_now() - timedelta(seconds=1)))
        drain()
        run = db.session.get_one(ImportRun, run.id, populate_existing=True)
        assert (run.state, run.done) == ("done", many)
        assert counts() == [many, 2 * many, many, many]
        for column in (RegistrationEntry.number, RegistrationEntry.agreement_id, Agreement.number, Reader.subject_id):
            assert db.session.scalar(select(func.count(distinct(column)))) == many
        imported = select(func.count()).select_from(AuditRecord).where(AuditRecord.step == "import")
        assert db.session.scalar(imported) == many
        with pytest.raises(NotNow):
            service.start(run.id, actor)
