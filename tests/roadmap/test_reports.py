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
from core.workflow.jobs import drain
from roadmap import rounds
from roadmap.models import Occurrence, Report, ReportLine
from roadmap.queries.report_page import report_page
from roadmap.queries.report_rows import as_of, live_rows
from roadmap.queries.reports import chosen, report_rows, sections, summary, trace
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
    told = Answer("Закупка идёт", "Торги не состоялись", "Объявлены повторно", date(2026, 9, 1))
    with pytest.raises(NotAllowed):
        service.answer(report.id, late, told, cast.who("executor", "corporation"))
    service.answer(report.id, late, told, cast.who("executor", "ministry"))
    with pytest.raises(NotValid, match=r"1\.1"):
        service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask())
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("исполнитель в отпуске"))
    with pytest.raises(NotNow):
        service.answer(report.id, late, told, cast.who("executor", "ministry"))
    give_all(cast, "roadmap_report", report.id)
    assert db_session.get_one(Report, report.id).state == "approved"
    drain()
    papers = select(IssuedDocument).where(IssuedDocument.kind == "progress_report").order_by(IssuedDocument.id)
    issued = db_session.scalars(papers).all()
    assert [one.rendition for one in issued] == ["report", "approved"]
    sent, agreed = (words_of(one) for one in issued)
    assert "Торги не состоялись" in sent
    assert "прогноз: 01.09.2026" in sent
    assert "исполнитель в отпуске" in sent
    assert issued[0].sha256 == report.content_hash
    assert report.content_hash not in sent
    assert report.content_hash in agreed
    assert "Министерство: начальник отдела" in agreed
    assert "Корпорация: начальник отдела" in agreed


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
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("сведений нет"))
    slot = db_session.scalar(select(Desk.slot_id).where(Desk.person_id == cast.who("c_coord").id))
    decide(slot, "rejected", cast.who("c_coord"), comment="нет сведений")
    assert db_session.get_one(Report, report.id).state == "collecting"
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("сведений нет"))


def test_a_period_is_opened_once(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    with pytest.raises(NotNow):
        service.open_report(report.roadmap_id, "2026-Q2", cast.who("c_coord"))
    with pytest.raises(NotValid):
        service.open_report(report.roadmap_id, "второй квартал", cast.who("c_coord"))


def words_of(issued: IssuedDocument) -> str:
    """Every word of an issued paper."""
    paper = docx.Document(io.BytesIO(files().get(issued.sha256)))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(paragraph.text for paragraph in paper.paragraphs)])


def test_what_was_sent_no_longer_moves(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("сведений нет"))
    before = report_rows(report)
    presented(cast, db_session.get_one(Occurrence, late), comment="сделали")
    assert report_rows(db_session.get_one(Report, report.id)) == before
    assert live_rows(report) != before


def test_a_corrected_report_is_a_new_one_with_the_old_answers(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    told = Answer("Закупка идёт", "Торги не состоялись", "Объявлены повторно", date(2026, 9, 1))
    service.answer(report.id, late, told, cast.who("executor", "ministry"))
    with pytest.raises(NotNow):
        service.correct_report(report.id, "опечатка", cast.who("c_coord"))
    service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("сведений нет"))
    give_all(cast, "roadmap_report", report.id)
    with pytest.raises(NotValid):
        service.correct_report(report.id, " ", cast.who("c_coord"))
    corrected = service.correct_report(report.id, "опечатка в сроке", cast.who("c_coord"))
    assert (corrected.number, corrected.state) == (2, "collecting")
    (row,) = [row for row in report_rows(corrected) if row.occurrence_id == late]
    assert (row.answered, row.info, row.carried_from) == (True, "Закупка идёт", "2026-Q2")
    assert db_session.get_one(Report, report.id).state == "approved"
    with pytest.raises(NotNow):
        service.correct_report(report.id, "ещё раз", cast.who("m_coord"))


def test_a_year_is_rolled_up_from_its_quarters(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    told = Answer("Закупка идёт", "Торги не состоялись", "Объявлены повторно", date(2026, 9, 1))
    service.answer(report.id, late, told, cast.who("executor", "ministry"))
    with clock.at(datetime(2027, 1, 11, 9, tzinfo=UTC)):
        with pytest.raises(NotNow, match="II квартал 2026"):
            service.open_report(report.roadmap_id, "2026", cast.who("m_coord"))
        service.take_report_step(report.id, "submit", cast.who("m_coord"), Ask("сведений нет"))
        give_all(cast, "roadmap_report", report.id)
        year = service.open_report(report.roadmap_id, "2026", cast.who("m_coord"))
        rows = {row.occurrence_id: row for row in report_rows(year)}
        assert (rows[late].answered, rows[late].carried_from) == (True, "2026-Q2")
        page = report_page(cast.who("m_coord"), year.id)
        assert [(part.row.period, part.totals["overdue"]) for part in page.parts] == [("2026-Q2", 1)]


def test_what_fell_due_after_the_period_is_not_late_in_it(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan, title="Срок в июле", due_on=date(2026, 7, 10))
    in_force(cast, plan)
    with clock.at(datetime(2026, 8, 3, 9, tzinfo=UTC)):
        report = service.open_report(plan.id, "2026-Q2", cast.who("m_coord"))
        assert [row.status for row in report_rows(report)] == ["unknown"]
        assert as_of(report) == date(2026, 6, 30)


def test_periods_are_offered_in_words_and_checked(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    offered = rounds.choices(plan, ["2026-Q1"])
    assert [(one.label, one.over) for one in offered] == [
        ("II квартал 2026 г.", True),
        ("весь срок плана", False),
        ("2026 год", False),
        ("III квартал 2026 г.", False),
    ]
    for period in ("2026-Q4", "2025-Q4", "2025", "0000", "2026-Q5", "2026-03"):
        with pytest.raises(NotValid):
            rounds.bounds(plan, period)
    assert rounds.ended_quarter(date(2026, 1, 1)) == "2025-Q4"
    assert rounds.ended_quarter(date(2026, 9, 30)) == "2026-Q2"
    with pytest.raises(NotNow, match="не утверждён"):
        service.open_report(plan.id, "2026-Q2", cast.who("m_coord"))


def test_the_rows_behind_every_figure_add_up(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    rows = report_rows(report)
    for status, count in summary(rows).items():
        if status != "total":
            assert len(chosen(rows, status)) == len(trace(rows)[status]) == count
    parts = sections(report, rows)
    assert sum(one.totals["total"] for one in parts) == len(rows)
    assert all(summary(chosen(rows, section=one.number)) == one.totals for one in parts)


def test_several_answers_at_once_keep_what_is_not_complete(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    done = next(row.occurrence_id for row in report_rows(report) if row.occurrence_id != late)
    executor = cast.who("executor", "ministry")
    given = {late: Answer("Закупка идёт"), done: Answer("Сделано")}
    refused = service.answer_many(report.id, given, executor)
    assert refused.keys() == {late}
    assert refused[late].keys() == {"reasons", "measures", "forecast_on"}
    lines = {line.occurrence_id: line for line in db_session.scalars(select(ReportLine))}
    assert (lines[late].text, lines[late].answered_at) == ("Закупка идёт", None)
    assert lines[done].answered_at is not None
    stale = Answer("Сделано иначе", version=lines[done].version - 1)
    assert service.answer_many(report.id, {done: stale}, executor).keys() == {done}


def test_a_draft_is_kept_and_is_no_answer(db_session: Session) -> None:
    cast = a_cast()
    report, late = a_quarter(cast)
    executor = cast.who("executor", "ministry")
    versions = service.keep_drafts(report.id, {late: Answer("Закупка")}, executor)
    assert service.keep_drafts(report.id, {late: Answer("чужое", version=versions[late] - 1)}, executor) == {}
    line = db_session.scalars(select(ReportLine).where(ReportLine.occurrence_id == late)).one()
    assert (line.text, line.answered_at) == ("Закупка", None)
    assert not next(row for row in report_rows(report) if row.occurrence_id == late).answered
    with pytest.raises(NotAllowed):
        service.keep_drafts(report.id, {late: Answer("чужое")}, cast.who("executor", "corporation"))


def test_a_person_is_reminded_once_a_working_day(db_session: Session) -> None:
    cast = a_cast()
    report, _late = a_quarter(cast)
    with clock.at(datetime(2026, 7, 6, 9, tzinfo=UTC)):
        assert service.remind(report.id, cast.who("c_coord")) == 1
        with pytest.raises(NotNow, match="Сегодня уже"):
            service.remind(report.id, cast.who("m_coord"))
    with clock.at(datetime(2026, 7, 5, 9, tzinfo=UTC)), pytest.raises(NotNow, match="выходной"):
        service.remind(report.id, cast.who("m_coord"))
    with clock.at(datetime(2026, 7, 7, 9, tzinfo=UTC)):
        assert service.remind(report.id, cast.who("m_coord"), cast.who("executor", "ministry").id) == 1
    with pytest.raises(NotAllowed):
        service.remind(report.id, cast.who("m_legal"))


def test_an_executor_answers_his_rows_on_one_page(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        report, late = a_quarter(cast)
        report_id, plan_id = report.id, report.roadmap_id
        version = next(row.version for row in report_rows(report) if row.occurrence_id == late)
    executor = signed_in(app, cast, "executor", "ministry")
    assert "II квартал 2026" in executor.get("/requests").get_data(as_text=True)
    first = executor.get("/").get_data(as_text=True)
    assert "отвечено 0 из 2" in first
    assert "Согласовывать и подписывать Вам сейчас нечего." in first
    assert 'class="stats"' not in first
    form = {f"text-{late}": "=1+1", f"version-{late}": str(version)}
    told = executor.post(f"/reports/{report_id}/mine/drafts", data=form).get_json()
    assert told["versions"] == {str(late): version + 1}
    form[f"version-{late}"] = str(version + 1)
    page = executor.post(f"/reports/{report_id}/mine", data=form)
    assert page.status_code == 422
    assert "=1+1" in page.get_data(as_text=True)
    assert "1.2. Срок прошёл: укажите прогнозную дату" in page.get_data(as_text=True)
    form |= {f"reasons-{late}": "торги", f"measures-{late}": "повторно", f"forecast_on-{late}": "2026-09-01"}
    assert executor.post(f"/reports/{report_id}/mine", data=form).status_code == 302
    assert signed_in(app, cast, "executor", "corporation").get(f"/reports/{report_id}/mine").status_code == 404
    coordinator = signed_in(app, cast, "m_coord")
    page = coordinator.get(f"/reports/{report_id}?status=overdue&section=1")
    assert "Просроченное" in page.get_data(as_text=True)
    assert "Сделанное</a><small>" not in page.get_data(as_text=True)
    assert coordinator.get(f"/roadmaps/{plan_id}/reports").status_code == 200
    refused = coordinator.post(f"/reports/{report_id}/steps/submit", data={})
    assert refused.status_code == 422
    assert "Не ответили по пунктам 1.1" in refused.get_data(as_text=True)
    book = openpyxl.load_workbook(io.BytesIO(coordinator.get(f"/reports/{report_id}/rows.xlsx").data))
    assert book.sheetnames == ["Отчёт", "Итоги", "Расшифровка", "Об отчёте"]
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {"Просроченное", "=1+1"} <= {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)


def test_the_report_by_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        report, late = a_quarter(cast)
        report_id, plan_id = report.id, report.roadmap_id
    client = signed_in(app, cast, "m_coord")
    listed = client.get(f"/api/v1/roadmaps/{plan_id}/reports").get_json()
    assert [row["period"] for row in listed["items"]] == ["2026-Q2"]
    assert "2026" in [one["period"] for one in listed["periods"]]
    told = {"answers": [{"occurrence_id": late, "text": "идёт"}]}
    refused = client.post(f"/api/v1/reports/{report_id}/answers", json=told).get_json()["refused"]
    assert refused[str(late)].keys() == {"reasons", "measures", "forecast_on"}
    shown = client.get(f"/api/v1/reports/{report_id}").get_json()
    assert shown["trace"]["overdue"] == [late]
    assert shown["summary"]["overdue"] == 1
    assert len(client.get(f"/api/v1/reports/{report_id}/answers").get_json()) == 2
    assert client.post(f"/api/v1/reports/{report_id}/reminders", json={}).get_json()["told"] == 1
    assert client.post(f"/api/v1/reports/{report_id}/reminders", json={}).status_code == 409


def test_a_round_opened_late_leaves_days_to_answer(app: APIFlask) -> None:
    quarter = date(2026, 9, 30)
    with app.app_context():
        assert rounds.answers_due(quarter, date(2026, 10, 1)) == date(2026, 10, 12)
        assert rounds.answers_due(quarter, date(2026, 11, 27)) == date(2026, 12, 2)
