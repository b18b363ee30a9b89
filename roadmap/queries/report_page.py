"""One report as its page shows it: rows and totals, answers, the round, documents, what the person can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.calendar import is_working
from core.db import db
from core.documents.models import IssuedDocument
from core.notifications.models import Notification
from core.signoffs.models import Round, Slot
from core.workflow import Offer
from roadmap import rounds
from roadmap.models import Report
from roadmap.queries.report_people import Group, Waiting, answers_for, progress, waiting
from roadmap.queries.report_rows import ReportRow, report_rows
from roadmap.queries.reports import KIND, SectionTotals, report, sections, summary
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.states.reports import roadmap_report

ACTS = 60
SHOWN = ("open", "remind", *roadmap_report.steps)
"""Acts of the history that the page shows; answers stand in the rows, decisions in the route."""


@dataclass
class Part:
    """A report a longer one is rolled up from, with its own totals."""

    row: Report
    totals: dict[str, int]


@dataclass
class ReportPage:
    """Everything the page of a report shows."""

    row: Report
    rows: list[ReportRow]
    totals: dict[str, int]
    sections: list[SectionTotals]
    groups: list[Group]
    waiting: list[Waiting]
    reminded: set[int]
    """Whom somebody has reminded today: not again before the next working day."""
    offers: list[Offer]
    round: Round | None
    documents: Sequence[IssuedDocument]
    history: Sequence[AuditRecord]
    versions: Sequence[Report]
    parts: list[Part] = field(default_factory=list)
    mine: int = 0
    """Rows the person may answer."""
    coordinates: bool = False
    working_day: bool = True
    """Reminders go out on working days only."""

    @property
    def corrects(self) -> bool:
        """The person may open a corrected report: this is the newest approved one."""
        return self.coordinates and self.row.state == "approved" and self.versions[0].id == self.row.id

    @property
    def returned(self) -> AuditRecord | None:
        """The refusal that opened the collecting again, while nothing was sent since."""
        last = next((record for record in self.history if record.step in ("return", "submit")), None)
        return last if last is not None and last.step == "return" and self.row.state == "collecting" else None


def report_page(actor: Actor, report_id: int) -> ReportPage:
    """Raises NotFound."""
    row = report(actor, report_id)
    rows = report_rows(row)
    collecting = row.state == "collecting"
    silent = waiting(rows) if collecting else []
    return ReportPage(
        row=row,
        rows=rows,
        totals=summary(rows),
        sections=sections(row, rows),
        groups=progress(rows),
        waiting=silent,
        reminded=_reminded(row, [one.person_id for one in silent if one.person_id]),
        offers=[offer for offer in roadmap_report.offers(row, actor) if offer.mine and not offer.step.hidden],
        round=_round(row),
        documents=_documents(row),
        history=_history(row),
        versions=_versions(row),
        parts=_parts(actor, row),
        mine=sum(answers_for(one, actor) for one in rows) if collecting else 0,
        coordinates=actor.has(*COORDINATORS) and bool(side_of(row, actor)),
        working_day=is_working(clock.today()),
    )


def _reminded(row: Report, people: Sequence[int]) -> set[int]:
    key = f"roadmap.report_asked:{row.id}:{clock.today().isoformat()}"
    rows = db.session.scalars(
        select(Notification.person_id).where(Notification.key == key, Notification.person_id.in_(people))
    )
    return set(rows)


def _round(row: Report) -> Round | None:
    return db.session.scalars(
        select(Round)
        .where(Round.subject_kind == KIND, Round.subject_id == row.id)
        .order_by(Round.number.desc())
        .limit(1)
        .options(
            selectinload(Round.slots).selectinload(Slot.holders), selectinload(Round.slots).joinedload(Slot.decision)
        )
    ).first()


def _documents(row: Report) -> Sequence[IssuedDocument]:
    return db.session.scalars(
        select(IssuedDocument)
        .where(IssuedDocument.subject_kind == KIND, IssuedDocument.subject_id == row.id)
        .order_by(IssuedDocument.id.desc())
    ).all()


def _history(row: Report) -> Sequence[AuditRecord]:
    return db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == KIND, AuditRecord.subject_id == row.id, AuditRecord.step.in_(SHOWN))
        .order_by(AuditRecord.seq.desc())
        .limit(ACTS)
    ).all()


def _versions(row: Report) -> Sequence[Report]:
    """Every report of the period, the newest first."""
    return db.session.scalars(
        select(Report)
        .where(Report.roadmap_id == row.roadmap_id, Report.period == row.period)
        .order_by(Report.number.desc())
    ).all()


def _parts(actor: Actor, row: Report) -> list[Part]:
    """The quarters a year or the whole term is rolled up from: of each the last that was approved."""
    if rounds.is_quarter(row.period):
        return []
    found = db.session.scalars(
        select(Report)
        .where(
            Report.roadmap_id == row.roadmap_id,
            Report.state == "approved",
            Report.period_start >= row.period_start,
            Report.period_end <= row.period_end,
        )
        .order_by(Report.period_start, Report.number)
        .options(joinedload(Report.roadmap))
    ).all()
    last = {one.period: one for one in found if rounds.is_quarter(one.period)}
    return [Part(one, summary(report_rows(one))) for one in last.values()]
