"""Reporting rounds: opened for a period, answered by executors, sent to both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask, Taken
from roadmap import readers
from roadmap.models import Item, Occurrence, Report, ReportLine, Roadmap
from roadmap.periods import shift
from roadmap.queries.reports import report_rows
from roadmap.rules.people import COORDINATORS, coordinates_responsible, executes, side_of
from roadmap.states.reports import KIND, roadmap_report

QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")
ANSWERS_BY = 10
"""Executors answer by the tenth of the month after the period."""


@dataclass(frozen=True)
class Answer:
    """What an executor tells about an occurrence in a report."""

    text: str
    reasons: str = ""
    measures: str = ""
    forecast_on: date | None = None


def open_report(roadmap_id: int, period: str, actor: Actor) -> Report:
    """Open a round for a quarter («2026-Q3») or the whole term («final»): a line for every occurrence it concerns."""
    with transaction():
        plan = db.session.get(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        if not (actor.has(*COORDINATORS) and side_of(plan, actor)):
            raise NotAllowed(_("Отчёт открывает координатор Стороны"))
        start, end = bounds(plan, period)
        if db.session.scalar(select(Report.id).where(Report.roadmap_id == plan.id, Report.period == period)):
            raise NotNow(_("Отчёт за этот период уже открыт"))
        row = Report(
            roadmap_id=plan.id,
            period=period,
            period_start=start,
            period_end=end,
            due_on=(end + timedelta(days=1)).replace(day=ANSWERS_BY),
            opened_by=actor.id,
            opened_at=clock.now(),
            state="collecting",
        )
        db.session.add(row)
        db.session.flush()
        set_readers(KIND, row.id, [party.organisation_id for party in plan.parties])
        for line in report_rows(row):
            db.session.add(ReportLine(report_id=row.id, occurrence_id=line.occurrence_id))
        audit.append(actor.who(), audit.Act(KIND, row.id, "open", None, "collecting", data={"period": period}))
        db.session.flush()
        return row


def bounds(plan: Roadmap, period: str) -> tuple[date, date]:
    """The first and the last day of a period. Raises NotValid."""
    if period == "final":
        return plan.period_start, plan.period_end
    found = QUARTER.match(period)
    if found is None:
        raise NotValid(_("Период отчёта — квартал, например 2026-Q3, или final"), "period")
    start = date(int(found[1]), int(found[2]) * 3 - 2, 1)
    return start, shift(start, 3) - timedelta(days=1)


def answer(report_id: int, occurrence_id: int, given: Answer, actor: Actor) -> ReportLine:
    """Answer for an occurrence; by its executor or the responsible side's coordinator, while answers are collected."""
    if not given.text.strip():
        raise NotValid(_("Напишите, что сделано"), "text")
    with transaction():
        report = locked(Report, report_id)
        row = db.session.get(Occurrence, occurrence_id)
        if report is None or row is None or not may_see(actor, readers.ITEM, row.item_id):
            raise NotFound(_("Строка отчёта не найдена"))
        if report.state != "collecting":
            raise NotNow(_("Отчёт уже на согласовании"))
        if executes(row, actor) and coordinates_responsible(row, actor):
            raise NotAllowed(_("Отвечает исполнитель или координатор ответственной Стороны"))
        line = db.session.scalars(
            select(ReportLine).where(ReportLine.report_id == report.id, ReportLine.occurrence_id == row.id)
        ).one_or_none()
        if line is None:
            raise NotFound(_("Строка отчёта не найдена"))
        line.text, line.reasons, line.measures = given.text.strip(), given.reasons.strip(), given.measures.strip()
        line.forecast_on, line.answered_by, line.answered_name = given.forecast_on, actor.id, actor.short_name
        line.answered_at = clock.now()
        audit.append(actor.who(), audit.Act(KIND, report.id, "answer", data={"occurrence": row.id}))
        return line


def unanswered(report_id: int) -> list[tuple[str, str]]:
    """(number, executor) of the lines nobody has answered yet."""
    rows = db.session.execute(
        select(Item.code, Item.executor_name)
        .join(Occurrence, Occurrence.item_id == Item.id)
        .join(ReportLine, ReportLine.occurrence_id == Occurrence.id)
        .where(ReportLine.report_id == report_id, ReportLine.answered_at.is_(None))
        .order_by(Item.section, Item.number)
    )
    return [(row.code, row.executor_name) for row in rows]


def take_report_step(report_id: int, name: str, actor: Actor, ask: Ask, version: int | None = None) -> Taken:
    """Take a step of a report. Raises NotFound, NotAllowed, NotNow."""
    with transaction():
        row = locked(Report, report_id) if may_see(actor, KIND, report_id) else None
        if row is None:
            raise NotFound(_("Отчёт не найден"))
        expect_version(row, version)
        step = roadmap_report.steps.get(name)
        if step is not None and step.hidden:
            raise NotAllowed(_("Решение принимают в своём задании на согласование"))
        return roadmap_report.take(row, name, actor, ask)
