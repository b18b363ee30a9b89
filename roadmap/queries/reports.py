"""What a progress report is made of: occurrences of the period with the executors' answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.documents.models import Attachment
from core.errors import NotFound
from roadmap import flags, results
from roadmap.models import Item, ItemTerms, Occurrence, Report, ReportLine, Roadmap, RoadmapParty

STATUSES: dict[str, Any] = {
    "on_time": _l("исполнено в срок"),
    "late": _l("исполнено с нарушением срока"),
    "in_progress": _l("выполняется"),
    "overdue": _l("просрочено"),
    "not_due": _l("срок не наступил"),
    "excluded": _l("исключено"),
    "unknown": _l("нет информации"),
}


@dataclass(frozen=True)
class ReportRow:
    """One occurrence as the report tells it."""

    section: int
    code: str
    title: str
    period: str
    occurrence_id: int
    due_on: date | None
    fact_on: date | None
    status: str
    terms: ItemTerms
    executor: str
    line_id: int | None = None
    info: str = ""
    reasons: str = ""
    measures: str = ""
    answered: bool = False
    evidence: str = ""

    @property
    def status_label(self) -> Any:
        return STATUSES[self.status]


def report_rows(report: Report) -> list[ReportRow]:
    """Every occurrence the period concerns: due in it, late from before, or at work in it. Two queries."""
    occurrence, at = Occurrence, flags.days()
    rows = db.session.execute(
        select(occurrence, Item, ItemTerms, ReportLine)
        .join(Item, Item.id == occurrence.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .outerjoin(ReportLine, and_(ReportLine.occurrence_id == occurrence.id, ReportLine.report_id == report.id))
        .where(
            Item.roadmap_id == report.roadmap_id,
            or_(occurrence.starts_on.is_(None), occurrence.starts_on <= report.period_end),
            or_(
                occurrence.fact_on >= report.period_start,
                and_(occurrence.fact_on.is_(None), occurrence.state != "excluded"),
                occurrence.due_on.between(report.period_start, report.period_end),
            ),
        )
        .order_by(Item.section, Item.number, occurrence.ordinal)
    ).all()
    files = _files([row[0].id for row in rows])
    return [_row(one, item, terms, line, files.get(one.id, ""), at) for one, item, terms, line in rows]


def _files(ids: Sequence[int]) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    statement = select(Attachment.subject_id, Attachment.name).where(
        Attachment.subject_kind == results.KIND, Attachment.subject_id.in_(ids), Attachment.purpose == "result"
    )
    for row in db.session.execute(statement.order_by(Attachment.id)):
        names.setdefault(row.subject_id, []).append(row.name)
    return {key: "; ".join(value) for key, value in names.items()}


def _row(
    occurrence: Occurrence, item: Item, terms: ItemTerms, line: ReportLine | None, files: str, at: flags.Days
) -> ReportRow:
    return ReportRow(
        section=item.section,
        code=item.code,
        title=terms.title,
        period=occurrence.period,
        occurrence_id=occurrence.id,
        due_on=occurrence.due_on,
        fact_on=occurrence.fact_on,
        status=status_of(occurrence, at),
        terms=terms,
        executor=item.executor_name,
        line_id=line.id if line else None,
        info=(line.text if line else "") or occurrence.note,
        reasons=line.reasons if line else "",
        measures=line.measures if line else "",
        answered=bool(line and line.answered_at),
        evidence=files,
    )


def status_of(row: Occurrence, at: flags.Days) -> str:
    """One word for each occurrence, so that the totals add up."""
    found = flags.of(row, at)
    if row.state == "excluded":
        return "excluded"
    if row.state == "done":
        return "late" if "done_late" in found else "on_time"
    if "overdue" in found or row.state == "not_done":
        return "overdue"
    if "no_info" in found:
        return "unknown"
    return "in_progress" if row.state != "planned" else "not_due"


def summary(rows: Sequence[ReportRow]) -> dict[str, int]:
    """The totals of the form, counted from the very rows shown."""
    counted = Counter(row.status for row in rows)
    return {"total": len(rows), **{status: counted[status] for status in STATUSES}}


def reports(actor: Actor, roadmap_id: int) -> Sequence[Report]:
    return db.session.scalars(
        select(Report)
        .where(Report.roadmap_id == roadmap_id, visible_to(actor, "roadmap_report", Report.id))
        .order_by(Report.period_end.desc())
    ).all()


def report(actor: Actor, report_id: int) -> Report:
    """Raises NotFound."""
    row = (
        db.session.execute(
            select(Report)
            .where(Report.id == report_id, visible_to(actor, "roadmap_report", Report.id))
            .options(joinedload(Report.roadmap).joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation))
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Отчёт не найден"))
    return row
