"""The progress report as a document: what was done, why not, by when; indicators in three values."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import SYSTEM
from core.clock import in_moscow
from core.documents.issuing import Order
from core.language.positions import running
from core.signoffs.service.rounds import last_round
from roadmap import rounds
from roadmap.documents import parties
from roadmap.models import Report
from roadmap.queries.indicators import figure, standing
from roadmap.queries.report_rows import ReportRow, as_of, frozen, live_rows, thawed
from roadmap.queries.reports import KIND, STATUSES, sections, summary, trace
from roadmap.wording import side_name


def freeze(report: Report) -> dict[str, Any]:
    """Everything the report says, as it is sent: rows and figures stop moving."""
    return {
        "as_of": as_of(report).isoformat(),
        "rows": [frozen(row) for row in live_rows(report)],
        "indicators": indicators(report),
    }


def title_of(report: Report) -> str:
    """«Отчёт о ходе реализации плана мероприятий за III квартал 2026 г. (уточнённый, № 2)»."""
    title = str(_("Отчёт о ходе реализации плана мероприятий за %(period)s", period=period_name(report)))
    return title + (f" ({correction_of(report)})" if report.number > 1 else "")


def correction_of(report: Report) -> str:
    return str(_("уточнённый, № %(n)s", n=report.number)) if report.number > 1 else ""


def order(report: Report, rendition: str = "report", key: str | None = None) -> Order:
    """The paper of a frozen report: what goes to the coordinators' desks, or the one that says it is approved."""
    title = title_of(report)
    return Order(
        kind="progress_report",
        subject_kind=KIND,
        subject_id=report.id,
        title=title + (f" – {_('согласован')}" if rendition == "approved" else ""),
        file_name=f"{title.rstrip('.')}.docx".replace("/", "-"),
        context=context(report),
        rendition=rendition,
        revision=report.submissions,
        key=key,
        status_label="согласован" if rendition == "approved" else "на согласовании",
    )


def period_name(report: Report) -> str:
    return rounds.named(report.period)


def context(report: Report) -> dict[str, Any]:
    """Everything the report's template prints; every figure is counted from the rows below it."""
    assert report.content is not None
    rows = [thawed(row) for row in report.content["rows"]]
    traced = trace(rows)
    filled: dict[str, Any] = {
        "as_of": report.content["as_of"],
        "subject": report.roadmap.title,
        "period": {"start": report.period_start, "end": report.period_end, "text": period_name(report)},
        "summary": summary(rows),
        "sections": [
            {
                "number": str(one.number),
                "title": one.title,
                "rows": [_row(row) for row in one.rows],
                "totals": one.totals,
            }
            for one in sections(report, rows)
        ],
        "trace": [
            {"status": str(STATUSES[status]), "count": len(keys), "rows": ", ".join(keys)}
            for status, keys in traced.items()
            if keys
        ],
        "indicators": report.content["indicators"],
        "coordinators": parties.coordinators(report.roadmap),
    }
    if report.number > 1:
        filled["correction"] = f"{correction_of(report)}: {report.correction}"
    if report.gaps_note:
        filled["gaps"] = {
            "rows": ", ".join(row.key for row in rows if not row.answered),
            "reason": report.gaps_note,
        }
    if report.state == "approved":
        filled["approval"] = {"hash": report.content_hash, "signs": approvals(report)}
    return filled


def approvals(report: Report) -> list[dict[str, str]]:
    """Who agreed to the report, when, on which file: «координатор …, 20.10.2026 12:30»."""
    current = last_round(KIND, report.id)
    slots = current.slots if current is not None else []
    decided = [(slot, slot.decision) for slot in slots if slot.decision is not None]
    return [
        {
            "side": side_name(slot.side),
            "who": ", ".join(filter(None, (decision.position and running(decision.position, "nom"), decision.name))),
            "at": f"{in_moscow(decision.at):%d.%m.%Y %H:%M}",
            "hash": decision.document_hash,
        }
        for slot, decision in decided
    ]


def _row(row: ReportRow) -> dict[str, Any]:
    return {
        "number": row.code,
        "title": row.title + (f" ({rounds.named(row.period)})" if row.period else ""),
        "responsible": row.responsible + (f" ({row.executor})" if row.executor else ""),
        "planned": row.due_text,
        "actual": _actual(row),
        "state": str(row.state_label),
        "status": str(row.status_label),
        "info": row.info,
        "reasons": row.reasons,
        "measures": row.measures,
        "evidence": row.evidence,
    }


def _actual(row: ReportRow) -> str:
    """The day it was done, or the day it is expected."""
    if row.fact_on:
        return row.fact_on.strftime("%d.%m.%Y")
    return f"прогноз: {row.forecast_on:%d.%m.%Y}" if row.forecast_on else ""


def indicators(report: Report) -> list[dict[str, Any]]:
    """The three values of each indicator for the report's year, in words that never make nothing a zero."""
    found = standing(SYSTEM, report.roadmap_id, str(as_of(report).year), as_of(report))
    return [
        {
            "code": one.code,
            "title": one.name,
            "unit": one.unit,
            "plan": figure(one.plan),
            "declared": figure(one.declared) if one.declared is not None else "",
            "verified": figure(one.verified) if one.verified is not None else "",
            "note": _("сведения не предоставлены: %(n)s", n=one.not_provided) if one.not_provided else "",
        }
        for one in found
    ]
