"""The rows of a progress report: occurrences of the period with the executors' answers, live or as frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from core import clock
from core.accounts.models import Organisation
from core.calendar import add_working_days
from core.db import db
from core.documents.models import Attachment
from roadmap import flags, results
from roadmap.documents.parties import responsible
from roadmap.models import Item, ItemTerms, Occurrence, Report, ReportLine, Roadmap
from roadmap.periods import label

STATUSES: dict[str, Any] = {
    "on_time": _l("наступило без нарушения срока"),
    "late": _l("наступило позже срока"),
    "overdue": _l("не наступило в срок"),
    "in_progress": _l("выполняется"),
    "not_due": _l("срок не наступил"),
    "excluded": _l("исключено"),
    "unknown": _l("нет информации"),
}
TONES = {"on_time": "success", "late": "warning", "overdue": "danger", "in_progress": "progress", "unknown": "muted"}
DAYS = ("due_on", "fact_on", "forecast_on")


@dataclass(frozen=True)
class ReportRow:
    """One occurrence as the report tells it. What was sent for approval is kept in these very fields."""

    section: int
    code: str
    title: str
    period: str
    item_id: int
    occurrence_id: int
    side: str
    organisation: str
    """Who answers: the executor's organisation, or the party."""
    responsible: str
    executor: str
    due_on: date | None
    due_text: str
    fact_on: date | None
    state: str
    status: str
    line_id: int | None = None
    version: int = 1
    info: str = ""
    reasons: str = ""
    measures: str = ""
    forecast_on: date | None = None
    percent: int = 0
    evidence: str = ""
    answered: bool = False
    answered_name: str = ""
    carried_from: str = ""
    occurrence: Any = field(default=None, compare=False)
    """The row itself while answers are collected; None in what is frozen."""
    line: Any = field(default=None, compare=False)

    @property
    def status_label(self) -> Any:
        return STATUSES[self.status]

    @property
    def state_label(self) -> Any:
        from roadmap.states.items import roadmap_item

        return roadmap_item.states[self.state].label

    @property
    def period_label(self) -> str:
        return label(self.period)

    @property
    def key(self) -> str:
        """«2.3», «2.3 (III квартал 2026 г.)»."""
        return f"{self.code} ({label(self.period)})" if self.period else self.code


def report_rows(report: Report) -> list[ReportRow]:
    """The rows of a report: as frozen once it was sent, else as things stand."""
    if report.state != "collecting" and report.content is not None:
        return [thawed(row) for row in report.content["rows"]]
    return live_rows(report)


def live_rows(report: Report) -> list[ReportRow]:
    """Every occurrence the period concerns: due in it, late from before, or at work in it. Two queries."""
    occurrence, at = Occurrence, days_of(report)
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
    names = _organisations(report.roadmap, [row[2] for row in rows])
    return [
        _row(report.roadmap, one, item, terms, line, files.get(one.id, ""), names, at)
        for one, item, terms, line in rows
    ]


def as_of(report: Report) -> date:
    """The day the report speaks of: the last one of its period, or today while the period lasts."""
    return min(clock.today(), report.period_end)


def days_of(report: Report) -> flags.Days:
    """The days its statuses are counted from: what fell due after the period is not late in it."""
    if clock.today() <= report.period_end:
        return flags.days()
    day = report.period_end + timedelta(days=1)
    return flags.Days(day, add_working_days(day, flags.SOON_WORKING_DAYS), day - timedelta(days=flags.QUIET_DAYS))


def _files(ids: Sequence[int]) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    statement = select(Attachment.subject_id, Attachment.name).where(
        Attachment.subject_kind == results.KIND, Attachment.subject_id.in_(ids), Attachment.purpose == "result"
    )
    for row in db.session.execute(statement.order_by(Attachment.id)):
        names.setdefault(row.subject_id, []).append(row.name)
    return {key: "; ".join(value) for key, value in names.items()}


def _organisations(plan: Roadmap, terms: Sequence[ItemTerms]) -> dict[int, str]:
    wanted = {one.organisation_id for one in terms if one.organisation_id}
    rows = db.session.execute(select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(wanted)))
    return {row.id: row.short_name for row in rows}


def _row(
    plan: Roadmap, occurrence: Occurrence, item: Item, terms: ItemTerms, line: ReportLine | None, files: str,
    names: dict[int, str], at: flags.Days,
) -> ReportRow:  # fmt: skip
    answered = bool(line and line.answered_at)
    told = line if line is not None and answered else None
    return ReportRow(
        section=item.section,
        code=item.code,
        title=terms.title,
        period=occurrence.period,
        item_id=item.id,
        occurrence_id=occurrence.id,
        side=terms.responsible_side,
        organisation=names.get(terms.organisation_id or 0) or _party(plan, terms.responsible_side),
        responsible=responsible(plan, terms),
        executor=item.executor_name,
        due_on=occurrence.due_on,
        due_text=occurrence.due_on.strftime("%d.%m.%Y") if occurrence.due_on else terms.term_text,
        fact_on=occurrence.fact_on,
        state=occurrence.state,
        status=status_of(occurrence, at),
        line_id=line.id if line else None,
        version=line.version if line else 1,
        info=told.text if told else occurrence.note,
        reasons=told.reasons if told else "",
        measures=told.measures if told else "",
        forecast_on=told.forecast_on if told else occurrence.forecast_on,
        percent=told.percent if told and told.percent is not None else occurrence.percent,
        evidence="; ".join(filter(None, (files, told.evidence if told else ""))),
        answered=answered,
        answered_name=line.answered_name if line else "",
        carried_from=line.carried_from if line else "",
        occurrence=occurrence,
        line=line,
    )


def _party(plan: Roadmap, side: str) -> str:
    parties = [party.organisation.short_name for party in plan.parties if side in (party.side, "both")]
    return ", ".join(parties)


def frozen(row: ReportRow) -> dict[str, Any]:
    """A row as it is kept (JSON)."""
    plain = asdict(replace(row, occurrence=None, line=None))
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in plain.items()
        if name not in ("occurrence", "line")
    }


def thawed(kept: dict[str, Any]) -> ReportRow:
    """The reverse of `frozen`."""
    known = {one.name for one in fields(ReportRow)}
    values = {name: value for name, value in kept.items() if name in known}
    for name in DAYS:
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    return ReportRow(**values)


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
