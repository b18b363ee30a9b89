"""Pages of progress reports: the list, one report with its answers and totals, its spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import XLSX
from core.signoffs import shown
from core.signoffs.words import minute
from roadmap import queries, rounds
from roadmap.documents.report import correction_of, period_name, title_of
from roadmap.models import Report
from roadmap.queries import reports as reads
from roadmap.queries.report_page import ReportPage, report_page
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service import reports as service
from roadmap.sheets import report_book
from roadmap.states.reports import roadmap_report
from roadmap.views.blueprint import ask_of, bp, number, version_asked
from roadmap.views.moving import reminded, told
from roadmap.wording import REPORT_ACTS, side_name


@bp.get("/roadmaps/<int:roadmap_id>/reports")
def reports(roadmap_id: int) -> Any:
    """Reports of a plan, and the periods nobody has opened yet."""
    return _list(roadmap_id)


def _list(roadmap_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    head = queries.plan_head(me(), roadmap_id)
    rows = reads.reports(me(), roadmap_id)
    plan = reads.plan_of(roadmap_id)
    return render_template(
        "roadmap/reports.html",
        head=head,
        rows=rows,
        states=roadmap_report.states,
        name=period_name,
        correction=correction_of,
        report_due=rounds.report_due,
        periods=rounds.choices(plan, [row.period for row in rows]),
        opens=me().has(*COORDINATORS) and bool(side_of(plan, me())),
        period=request.form.get("period", ""),
        faults=faults or {},
    ), status


@bp.post("/roadmaps/<int:roadmap_id>/reports")
def open_report(roadmap_id: int) -> Any:
    """Open a reporting round."""
    try:
        row = service.open_report(roadmap_id, request.form.get("period", "").strip(), me())
    except NotValid as refusal:
        return _list(roadmap_id, 422, refusal.fields)
    flash(_("Сбор сведений открыт: исполнителям отправлены запросы"), "success")
    return redirect(url_for("roadmap.report", report_id=row.id))


@bp.get("/reports/<int:report_id>")
def report(report_id: int) -> Any:
    """One report: totals that lead to their rows, answers by organisation, who has not answered, documents."""
    return _page(report_id)


def _page(report_id: int, status: int = 200, typed: dict[str, Any] | None = None) -> Any:
    found = report_page(me(), report_id)
    args = request.args
    picked = reads.chosen(
        found.rows, args.get("status", ""), number(args.get("section")), args.get("side", ""), args.get("answered", "")
    )
    row = found.row
    return render_template(
        "roadmap/report.html",
        p=found,
        row=row,
        rows=picked,
        filtered=_filtered(found, args),
        statuses=reads.STATUSES,
        tones=reads.TONES,
        state=roadmap_report.states[row.state],
        title_of=title_of(row),
        correction=correction_of(row),
        name=period_name(row),
        named=rounds.named,
        report_due=rounds.report_due(row.period_end),
        side_name=side_name,
        documents=[_document(one) for one in found.documents],
        stages=_stages(found),
        history=[told(record, roadmap_report, REPORT_ACTS, row.roadmap) for record in found.history],
        typed=typed,
        faults=(typed or {}).get("errors", {}),
    ), status


def _filtered(found: ReportPage, args: Any) -> list[dict[str, Any]]:
    """What the rows are picked by, each with the address without it."""
    labels = {
        "status": (_("Итог"), reads.STATUSES.get(args.get("status", ""), "")),
        "section": (_("Раздел"), args.get("section", "")),
        "side": (_("Сторона"), side_name(args.get("side", ""))),
        "answered": (_("Ответ"), {"yes": _("дан"), "no": _("не дан")}.get(args.get("answered", ""), "")),
    }
    kept = {name: args[name] for name in labels if args.get(name)}
    return [
        {
            "label": labels[name][0],
            "value": labels[name][1],
            "remove_url": url_for(
                "roadmap.report", report_id=found.row.id, **{key: value for key, value in kept.items() if key != name}
            ),
        }
        for name in kept
    ]


def _stages(found: ReportPage) -> Any:
    names = {party.organisation_id: party.organisation.short_name for party in found.row.roadmap.parties}
    return shown.stages(found.round, names, me().id) if found.round else []


def _document(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "sha": row.sha256,
        "revision": row.revision,
        "note": minute(row.issued_at),
        "download_url": url_for("documents.document", document_id=row.id, code=row.code),
    }


@bp.post("/reports/<int:report_id>/reminders")
def remind(report_id: int) -> Any:
    """Remind one person, or everybody who has not answered; a person once a working day."""
    back = url_for("roadmap.report", report_id=report_id, _anchor="waiting")
    return reminded(lambda: service.remind(report_id, me(), number(request.form.get("person_id"))), back)


@bp.post("/reports/<int:report_id>/correct")
def correct_report(report_id: int) -> Any:
    """Open a corrected report of the same period; the approved one stays."""
    reason = request.form.get("reason", "")
    try:
        row = service.correct_report(report_id, reason, me())
    except NotValid as refusal:
        return _page(report_id, 422, {"form": "correct", "sent": {"reason": reason}, "errors": refusal.fields})
    flash(_("Открыт уточнённый отчёт: ответы перенесены из согласованного"), "success")
    return redirect(url_for("roadmap.report", report_id=row.id))


@bp.post("/reports/<int:report_id>/steps/<step>")
def report_step(report_id: int, step: str) -> Any:
    """Take a step of a report."""
    known = roadmap_report.steps.get(step)
    try:
        service.take_report_step(report_id, step, me(), ask_of(known), version_asked())
    except NotValid as refusal:
        return _page(report_id, 422, {"form": step, "sent": dict(request.form), "errors": refusal.fields})
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.report", report_id=report_id))


@bp.get("/reports/<int:report_id>/rows.xlsx")
def report_sheet(report_id: int) -> Response:
    """The rows, the totals with the rows behind them, and what the report is, as a spreadsheet."""
    row: Report = reads.report(me(), report_id)
    return given(report_book(row), f"{title_of(row)}.xlsx".replace("/", "-"), XLSX)
