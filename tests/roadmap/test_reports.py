"""A quarter is closed: collected from executors, frozen, agreed by both sides."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import docx
import openpyxl
import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.documents.models import IssuedDocument
from core.errors import NotAllowed, NotNow, NotValid
from core.signoffs.models import Desk
from core.signoffs.service import decide
from core.store import files
from core.workflow import Ask
from roadmap.models import Report
from roadmap.queries.reports import report_rows, summary
from roadmap.service import reports as service
from roadmap.service.reports import Answer
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, give_all, in_force, occurrence_of, presented
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_july() -> Any:
    with clock.at(datetime(2026, 7, 3, 9, tzinfo=UTC)):
        yield


def a_quarter(cast: Cast) -> tuple[Report, int]:
    """The report of the second quarter over one done and one overdue item; the id of the overdue occurrence."""
    plan = a_plan(cast)
    done = an_item(cast, plan, title="Сделанное", due_on=date(2026, 7, 10))
    late = an_item(cast, plan, title="Просроченное", due_on=date(2026, 5, 1))
    in_force(cast, plan)
    row = presented(cast, occurrence_of(done))
    give_all(cast, "roadmap_result", row.id)
    return service.open_report(plan.id, "2026-Q2", cast.who("m_coord")), occurrence_of(late).id


def test_a_quarter_is_collected_frozen_and_agreed_by_both(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    assert service.unanswered(report.id) == [("1.1", ""), ("1.2", "")]
    told = Answer("Закупка идёт", "Торги не состоялись", "Объявлены повторно")
    with pytest.raises(NotAllowed):
        service.answer(report.id, late, told, cast.who("executor", "corporation"))
    service.answer(report.id, late, told, cast.who("executor", "ministry"))
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask())
    with pytest.raises(NotNow):
        service.answer(report.id, late, told, cast.who("executor", "ministry"))
    give_all(cast, "roadmap_report", report.id)
    assert db_session.get_one(Report, report.id).state == "approved"
    issued = db_session.scalars(select(IssuedDocument).where(IssuedDocument.kind == "progress_report")).one()
    paper = docx.Document(io.BytesIO(files().get(issued.sha256)))
    text = "\n".join(cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    assert "Торги не состоялись" in text
    assert issued.sha256 == report.content_hash


def test_the_totals_are_counted_from_the_rows(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    rows = report_rows(report)
    totals = summary(rows)
    assert totals["total"] == len(rows) == sum(count for name, count in totals.items() if name != "total")
    assert (totals["on_time"], totals["overdue"]) == (1, 1)


def test_a_refusal_opens_the_collecting_again(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask())
    slot = db_session.scalar(select(Desk.slot_id).where(Desk.person_id == cast.who("c_coord").id))
    decide(slot, "rejected", cast.who("c_coord"), comment="нет сведений")
    assert db_session.get_one(Report, report.id).state == "collecting"
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask())


def test_a_period_is_opened_once(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    with pytest.raises(NotNow):
        service.open_report(report.roadmap_id, "2026-Q2", cast.who("c_coord"))
    with pytest.raises(NotValid):
        service.open_report(report.roadmap_id, "второй квартал", cast.who("c_coord"))


def test_its_page_and_its_spreadsheet(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        report, late = a_quarter(cast)
        report_id, plan_id = report.id, report.roadmap_id
    client = signed_in(app, cast, "executor", "ministry")
    assert client.get(f"/roadmaps/{plan_id}/reports").status_code == 200
    answer = client.post(f"/reports/{report_id}/answers/{late}", data={"text": "=1+1"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert "Не ответили" in client.get(f"/reports/{report_id}").get_data(as_text=True)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/reports/{report_id}/rows.xlsx").data)).active
    assert sheet is not None
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "Просроченное" in values
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
