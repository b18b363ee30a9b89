"""Bulk runs: a register checked by row and column, made by a job that survives a kill, nothing doubled or lost."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, update

from core import audit
from core.accounts.actor import Actor
from core.db import database_now, db, transaction
from core.documents import bulkjobs, bulkmaking, kinds
from core.documents.clauses import document_text
from core.documents.issuing import reproduce
from core.documents.models import BulkRow, BulkRun, DocumentSecret, IssuedDocument
from core.documents.registers import RegisterRow, blank, read
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.builders import an_actor, an_organisation
from tests.core.documents.conftest import KINDS

pytestmark = pytest.mark.usefixtures("shipped")

TARGET = KINDS[1]
ROOT = Path(__file__).resolve().parents[3]
WORKER = """
import sys
from app import create_app
from core.documents import bulkmaking
from core.workflow import jobs

tell = bulkmaking.heartbeat
def telling(job, done=None):
    answer = tell(job, done)
    print(done, flush=True)
    return answer
bulkmaking.heartbeat = telling
app = create_app({"INSTANCE": sys.argv[1], "SQLALCHEMY_DATABASE_URI": sys.argv[2], "SECRET_KEY": "tests"})
with app.app_context():
    jobs.drain()
"""


def rows(count: int, **first: Any) -> list[RegisterRow]:
    """Rows of target contracts that differ in the place of work."""
    sample = TARGET.sample()
    made = [
        RegisterRow(
            number, f"Договор {number:05d}.docx", {**sample, "work_place": f"Калужская область, участок № {number}"}
        )
        for number in range(2, count + 2)
    ]
    made[0].data.update(first)
    return made


def an_issuer(**fields: Any) -> Actor:
    return an_actor("enterprise", organisation=an_organisation("enterprise"), **fields)


def a_run(count: int, actor: Actor | None = None, **first: Any) -> tuple[BulkRun, Actor]:
    actor = actor or an_issuer()
    return bulkjobs.create("target", rows(count, **first), actor), actor


def made(run: BulkRun) -> list[IssuedDocument]:
    statement = select(IssuedDocument).join(BulkRow, BulkRow.document_id == IssuedDocument.id)
    return list(db.session.scalars(statement.where(BulkRow.run_id == run.id).order_by(BulkRow.number)))


def unzipped(run: BulkRun) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(bulkjobs.archive(run.id)))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_killed_run_goes_on_and_ends_with_every_document_once(database: Any, app: Any) -> None:
    count, until = (2500, 1000) if database.is_sqlite else (300, 100)
    with app.app_context():
        run, actor = a_run(count)
        bulkjobs.start(run.id, actor)
        database._leave()
    address = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(database.instance), address], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= until:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    with app.app_context():
        left = bulkjobs.counts(run.id)["waiting"]
        assert 0 < left <= count - until
        with transaction():
            db.session.execute(update(Job).values(leased_until=database_now() - timedelta(seconds=1)))
        drain()
        _every_one_once(run, count, database.instance)


def _every_one_once(run: BulkRun, count: int, instance: Path) -> None:
    assert bulkjobs.counts(run.id) == {"done": count}
    documents = made(run)
    assert len(documents) == len({document.sha256 for document in documents}) == count
    assert db.session.scalar(select(func.count()).select_from(IssuedDocument)) == count
    kept = [path for path in (instance / "files").rglob("*") if path.is_file()]
    assert len(kept) == count + len(KINDS), "what the kill cut short was made again as the very same files"
    archive = unzipped(run)
    manifest = dict(reversed(line.split("  ")) for line in archive.pop("SHA256SUMS.txt").decode().splitlines())
    assert manifest == {name: hashlib.sha256(data).hexdigest() for name, data in archive.items()}
    assert len(archive) == count
    assert "участок № 2" in document_text(archive["Договор 00002.docx"])
    assert db.session.get_one(BulkRun, run.id, populate_existing=True).state == "done"
    assert reproduce(documents[-1].id)[1:] == (True, True)
    assert audit.verify() is None


def test_a_row_that_fails_is_told_with_its_reason_and_stops_no_other(db_session: Any) -> None:
    run, actor = a_run(3, city=None)
    bulkjobs.start(run.id, actor)
    drain()
    assert bulkjobs.counts(run.id) == {"done": 2, "failed": 1}
    archive = unzipped(run)
    assert len(archive) == 4
    refused = archive["Не сформировано.txt"].decode("utf-8-sig")
    assert refused.startswith("2\tДоговор 00002.docx\t")
    assert "city" in refused


def test_the_data_of_a_personal_row_are_sealed_and_then_forgotten(db_session: Any) -> None:
    run, actor = a_run(2)
    kept = db.session.scalars(select(BulkRow)).all()
    assert all(set(row.data or {}) == {"$sealed"} and row.key for row in kept)
    bulkjobs.start(run.id, actor)
    drain()
    db.session.expire_all()
    assert all(row.data is None and row.key is None for row in db.session.scalars(select(BulkRow)))
    assert db.session.scalar(select(func.count()).where(DocumentSecret.key.is_not(None))) == 2


def test_a_job_done_twice_doubles_nothing(db_session: Any) -> None:
    run, actor = a_run(3)
    bulkjobs.start(run.id, actor)
    drain()
    with transaction():
        db.session.execute(update(Job).values(state="waiting"))
        db.session.execute(update(BulkRun).values(state="running"))
    drain()
    assert len(made(run)) == db.session.scalar(select(func.count()).select_from(IssuedDocument)) == 3


def test_an_outcome_that_another_worker_has_written_is_not_written_again(db_session: Any) -> None:
    run, actor = a_run(2)
    bulkjobs.start(run.id, actor)
    job = db.session.scalars(select(Job)).one()
    outcomes = list(bulkmaking._outcomes(run))
    drain()
    assert not bulkmaking._written(run.id, job, outcomes, 2)
    assert len(made(run)) == db.session.scalar(select(func.count()).select_from(IssuedDocument)) == 2


def test_a_cancelled_run_keeps_what_is_made_and_goes_on_later(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulkmaking, "WRITTEN", 2)
    run, actor = a_run(5)
    bulkjobs.start(run.id, actor)
    beat = bulkmaking.heartbeat

    def cancelling(job: Job, done: int | None = None) -> bool:
        bulkjobs.cancel(run.id, actor)
        return beat(job, done)

    with monkeypatch.context() as patched:
        patched.setattr(bulkmaking, "heartbeat", cancelling)
        drain()
    assert bulkjobs.counts(run.id) == {"done": 2, "waiting": 3}
    first = [document.id for document in made(run)]
    bulkjobs.start(run.id, actor)
    drain()
    assert [document.id for document in made(run)][:2] == first
    assert bulkjobs.counts(run.id) == {"done": 5}


def test_a_run_is_started_once_and_only_by_its_organisation(db_session: Any) -> None:
    run, actor = a_run(1)
    with pytest.raises(NotFound):
        bulkjobs.start(run.id, an_issuer())
    bulkjobs.start(run.id, actor)
    with pytest.raises(NotNow):
        bulkjobs.start(run.id, actor)
    with pytest.raises(NotAllowed):
        bulkjobs.create("target", rows(1), an_actor("executor"))


# ── the register ─────────────────────────────────────────────────────────────────────────────────────────────────────


def a_register(*lines: list[Any], common: dict[str, Any] | None = None) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    if common:
        sheet = book.create_sheet("Общие данные")
        for pair in common.items():
            sheet.append(pair)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COMMON = {
    "city": "г. Калуга",
    "Заказчик: полное наименование": "Акционерное общество «Завод» (образец)",
    "customer.alias": "Предприятие",
    "customer.named": "именуемое",
    "customer.signer_position": "Генеральный директор",
    "customer.signer_position_gen": "генерального директора",
    "customer.signer_fio_gen": "Цоя Льва Марковича",
    "customer.signer_short": "Л.М. Цой",
    "customer.acting": "действующего",
    "customer.basis_gen": "Устава",
    "customer.requisites": "Адрес | г. Калуга, образец\nИНН | образец",
    "edu_level": "workers",
    "code": "24.02.02 Производство авиационных двигателей",
    "study_form": "очная",
    "base_edu": "basic",
    "college": "Колледж (образец)",
    "accreditation": "да",
    "Год поступления *": 2026,
    "study_term": "3 года 10 месяцев",
    "support": "Доплата | 3 000 рублей | ежемесячно",
    "employer": "АО «Завод»",
    "work_place": "Калужская область, г. Калуга",
    "position": "токарь",
    "employ_deadline": 2,
    "work_term": 3,
    "liability": "штраф в размере расходов на меры поддержки",
    "offer_no": "2026-40-000117",
    "copies": 2,
}
HEADER = ["ФИО гражданина", "Дата рождения", "citizen_passport", "Имя файла"]
PERSON = ["Образцов Пётр Андреевич", date(2009, 3, 14), "паспорт (образец)", "Образцов"]


def test_a_register_by_labels_and_names_becomes_documents(db_session: Any) -> None:
    found = read(a_register(HEADER, PERSON, common=COMMON), TARGET)
    assert found.faults == []
    actor = an_issuer()
    run = bulkjobs.create("target", found.rows, actor)
    bulkjobs.start(run.id, actor)
    drain()
    text = document_text(unzipped(run)["Образцов.docx"])
    assert "Образцов Пётр Андреевич" in text
    assert "14 марта 2009" in text.replace("\u00a0", " ")
    assert "3 000 рублей" in text.replace("\u00a0", " ")


def test_faults_are_told_by_row_and_column(db_session: Any) -> None:
    bad = ["Образцов", "тридцать первого", "", ""]
    found = read(a_register(HEADER, PERSON, bad, common={**COMMON, "copies": None}), TARGET)
    told = [(fault.row, fault.column, fault.message) for fault in found.faults]
    assert (3, "B: Дата рождения", "ожидается дата, например 01.09.2026") in told
    assert (3, "C: citizen_passport", "не заполнено обязательное поле") in told
    assert {row for row, column, _message in told if column == "Число экземпляров"} == {2, 3}


def test_faulty_rows_are_kept_apart_and_the_rest_is_made(db_session: Any) -> None:
    found = read(a_register(HEADER, PERSON, ["Образцов", "?", "паспорт", ""], common=COMMON), TARGET)
    actor = an_issuer()
    run = bulkjobs.create("target", found.rows, actor)
    assert bulkjobs.counts(run.id) == {"waiting": 1, "failed": 1}
    row = db.session.scalars(select(BulkRow).where(BulkRow.state == "failed")).one()
    assert row.faults == [{"column": "B: Дата рождения", "message": "ожидается дата, например 01.09.2026"}]
    assert row.data is None


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([["ФИО гражданена", "Дата рождения"], ["а", "б"]], "вероятно «ФИО гражданина»"),
        ([["ФИО гражданина", "фио гражданина"], ["а", "б"]], "повторяется"),
        ([["ФИО гражданина"]], "нет строк"),
    ],
)
def test_a_register_that_cannot_be_read_says_why(db_session: Any, cells: list[list[Any]], words: str) -> None:
    with pytest.raises(NotValid, match=words):
        read(a_register(*cells), TARGET)


@pytest.mark.parametrize("content", [b"", b"PK\3\4 nothing", b"a;b;c"])
def test_what_is_no_table_is_refused(db_session: Any, content: bytes) -> None:
    with pytest.raises(NotValid):
        read(content, TARGET)


def test_the_blank_of_every_kind_is_read_back(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in kinds.all_kinds():
        book = load_workbook(io.BytesIO(blank(kind)))
        book.worksheets[0].append(["x"] * book.worksheets[0].max_column)
        out = io.BytesIO()
        book.save(out)
        assert len(read(out.getvalue(), kind).rows) == 1
