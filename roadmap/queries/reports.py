"""Progress reports: the list, one report, the totals and the rows behind each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotFound
from roadmap.models import Report, Roadmap, RoadmapParty
from roadmap.queries.report_rows import STATUSES, TONES, ReportRow, report_rows

__all__ = [
    "KIND", "STATUSES", "TONES", "ReportRow", "SectionTotals", "chosen", "report", "report_rows", "reports", "sections",
    "summary", "trace", "whole",
]  # fmt: skip

KIND = "roadmap_report"


def summary(rows: Sequence[ReportRow]) -> dict[str, int]:
    """The totals of the form, counted from the very rows shown."""
    counted = Counter(row.status for row in rows)
    return {"total": len(rows), **{status: counted[status] for status in STATUSES}}


@dataclass(frozen=True)
class SectionTotals:
    """A section of the report: its rows and their totals."""

    number: int
    title: str
    rows: list[ReportRow]
    totals: dict[str, int]


def sections(report: Report, rows: Sequence[ReportRow]) -> list[SectionTotals]:
    """Rows by section, in the plan's order; each section's totals are counted from its own rows."""
    titles = {section.number: section.title for section in report.roadmap.sections}
    grouped: dict[int, list[ReportRow]] = {}
    for row in rows:
        grouped.setdefault(row.section, []).append(row)
    return [
        SectionTotals(number, titles.get(number, ""), grouped[number], summary(grouped[number]))
        for number in sorted(grouped)
    ]


def trace(rows: Sequence[ReportRow]) -> dict[str, list[str]]:
    """Which rows each total was counted from: status → «1.1», «2.3 (III квартал 2026 г.)»."""
    return {status: [row.key for row in rows if row.status == status] for status in STATUSES}


def chosen(rows: Sequence[ReportRow], status: str = "", section: int | None = None, side: str = "",
           answered: str = "") -> list[ReportRow]:  # fmt: skip
    """The rows behind one figure of the report."""
    return [
        row
        for row in rows
        if (not status or row.status == status)
        and (section is None or row.section == section)
        and (not side or row.side == side)
        and (not answered or row.answered == (answered == "yes"))
    ]


def reports(actor: Actor, roadmap_id: int) -> Sequence[Report]:
    """The reports of a plan, the newest period first, of a period the newest correction first."""
    return db.session.scalars(
        select(Report)
        .where(Report.roadmap_id == roadmap_id, visible_to(actor, KIND, Report.id))
        .order_by(Report.period_end.desc(), Report.period_start.desc(), Report.number.desc())
    ).all()


def whole() -> Any:
    """A report with its plan, parties and sections."""
    plan = joinedload(Report.roadmap)
    return (
        plan.joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation),
        joinedload(Report.roadmap).selectinload(Roadmap.sections),
    )


def report(actor: Actor, report_id: int) -> Report:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(Report).where(Report.id == report_id, visible_to(actor, KIND, Report.id)).options(*whole())
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Отчёт не найден"))
    return row


def plan_of(roadmap_id: int) -> Roadmap:
    """A plan the caller has already been shown, with its parties."""
    return (
        db.session.execute(select(Roadmap).where(Roadmap.id == roadmap_id).options(joinedload(Roadmap.parties)))
        .unique()
        .scalar_one()
    )
