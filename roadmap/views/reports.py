"""Pages of progress reports: the list, one report with its answers, its spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.login import me
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import XLSX, Column, xlsx
from roadmap import queries
from roadmap.documents.report import period_name
from roadmap.queries import reports as reads
from roadmap.service import reports as service
from roadmap.service.reports import Answer
from roadmap.states.reports import roadmap_report
from roadmap.views.blueprint import ask_of, bp, version_asked
from roadmap.wording import side_name

COLUMNS = (
    Column(_l("№"), lambda row: row.code, 8),
    Column(_l("Мероприятие"), lambda row: row.title, 60),
    Column(_l("Исполнитель"), lambda row: row.executor, 24),
    Column(_l("Плановая дата"), lambda row: row.due_on, 14),
    Column(_l("Фактическая дата"), lambda row: row.fact_on, 14),
    Column(_l("Статус"), lambda row: str(row.status_label), 26),
    Column(_l("Сведения о выполнении"), lambda row: row.info, 50),
    Column(_l("Причины отклонения"), lambda row: row.reasons, 40),
    Column(_l("Принимаемые меры"), lambda row: row.measures, 40),
    Column(_l("Подтверждающий документ"), lambda row: row.evidence, 40),
)


@bp.get("/roadmaps/<int:roadmap_id>/reports")
def reports(roadmap_id: int) -> Any:
    """Reports of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    rows = reads.reports(me(), roadmap_id)
    return render_template("roadmap/reports.html", head=head, rows=rows, states=roadmap_report.states, name=period_name)


@bp.post("/roadmaps/<int:roadmap_id>/reports")
def open_report(roadmap_id: int) -> Any:
    """Open a reporting round."""
    row = service.open_report(roadmap_id, request.form.get("period", "").strip(), me())
    return redirect(url_for("roadmap.report", report_id=row.id))


@bp.get("/reports/<int:report_id>")
def report(report_id: int) -> Any:
    """One report: totals, rows, answers, who has not answered."""
    return _page(report_id)


def _page(report_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    row = reads.report(me(), report_id)
    rows = reads.report_rows(row)
    return render_template(
        "roadmap/report.html",
        row=row,
        rows=rows,
        summary=reads.summary(rows),
        statuses=reads.STATUSES,
        state=roadmap_report.states[row.state],
        offers=[offer for offer in roadmap_report.offers(row, me()) if offer.mine and not offer.step.hidden],
        waiting=service.unanswered(row.id),
        name=period_name(row),
        side_name=side_name,
        faults=faults or {},
    ), status


@bp.post("/reports/<int:report_id>/answers/<int:occurrence_id>")
def answer(report_id: int, occurrence_id: int) -> Any:
    """Answer for one occurrence."""
    form = request.form
    told = Answer(
        form.get("text", ""), form.get("reasons", ""), form.get("measures", ""), _day(form.get("forecast_on"))
    )
    try:
        service.answer(report_id, occurrence_id, told, me())
    except NotValid as refusal:
        return _page(report_id, 422, refusal.fields)
    return redirect(url_for("roadmap.report", report_id=report_id))


def _day(text: str | None) -> date | None:
    from roadmap.effects.items import day

    return day(text, "forecast_on") if text else None


@bp.post("/reports/<int:report_id>/steps/<step>")
def report_step(report_id: int, step: str) -> Any:
    """Take a step of a report."""
    known = roadmap_report.steps.get(step)
    service.take_report_step(report_id, step, me(), ask_of(known), version_asked())
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.report", report_id=report_id))


@bp.get("/reports/<int:report_id>/rows.xlsx")
def report_sheet(report_id: int) -> Response:
    """The rows as a spreadsheet."""
    row = reads.report(me(), report_id)
    content = xlsx(COLUMNS, reads.report_rows(row), _("Отчёт"))
    return given(content, f"Отчёт {row.period}.xlsx", XLSX)
