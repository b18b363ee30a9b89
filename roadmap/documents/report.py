"""The progress report as a document: what was done, why not, by when; indicators in three values."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core import clock
from core.accounts.actor import SYSTEM
from core.documents.issuing import Order
from roadmap.documents import parties
from roadmap.documents.plan import day
from roadmap.models import Report
from roadmap.periods import label
from roadmap.queries.indicators import figure, standing
from roadmap.queries.reports import ReportRow, report_rows, summary


def order(report: Report) -> Order:
    """What goes to both coordinators' desks. A report sent again after answers changed is another document."""
    title = _("Отчёт о ходе реализации плана мероприятий за %(period)s", period=period_name(report))
    return Order(
        kind="progress_report",
        subject_kind="roadmap_report",
        subject_id=report.id,
        title=title,
        file_name=f"{title}.docx",
        context=context(report),
        rendition="report",
        status_label="на согласовании",
    )


def period_name(report: Report) -> str:
    return label(report.period) if report.period != "final" else str(_("весь срок"))


def context(report: Report) -> dict[str, Any]:
    """Everything the report's template prints; every figure is counted from the rows below it."""
    rows = report_rows(report)
    titles = {section.number: section.title for section in report.roadmap.sections}
    sections: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(_row(report, row))
    return {
        "as_of": clock.today(),
        "subject": report.roadmap.title,
        "period": {"start": report.period_start, "end": report.period_end, "text": period_name(report)},
        "summary": summary(rows),
        "sections": [
            {"number": str(number), "title": titles.get(number, ""), "rows": sections[number]}
            for number in sorted(sections)
        ],
        "indicators": _indicators(report),
        "coordinators": parties.coordinators(report.roadmap),
    }


def _row(report: Report, row: ReportRow) -> dict[str, Any]:
    return {
        "number": row.code,
        "title": row.title + (f" ({label(row.period)})" if row.period else ""),
        "responsible": parties.responsible(report.roadmap, row.terms),
        "planned": day(row.due_on) or row.terms.term_text,
        "actual": day(row.fact_on),
        "status": str(row.status_label),
        "info": row.info,
        "reasons": row.reasons,
        "measures": row.measures,
        "evidence": row.evidence,
    }


def _indicators(report: Report) -> list[dict[str, Any]]:
    found = standing(SYSTEM, report.roadmap_id, str(report.period_end.year))
    return [
        {
            "title": one.name,
            "unit": one.unit,
            "plan": figure(one.plan),
            "declared": figure(one.declared) if one.declared is not None else "",
            "verified": figure(one.verified) if one.verified is not None else "",
            "note": _("сведения не предоставлены: %(n)s", n=one.not_provided) if one.not_provided else "",
        }
        for one in found
    ]
