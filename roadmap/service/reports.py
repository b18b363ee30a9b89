"""Reporting rounds: opened for a period, sent to both sides, corrected; people are reminded."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see, set_readers
from core.accounts.actor import Actor
from core.calendar import is_working
from core.db import db, expect_version, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.notifications import Message, notify
from core.workflow import Ask, Taken, enqueue
from roadmap import readers, rounds
from roadmap.models import Edition, Report, ReportLine, Roadmap
from roadmap.queries.report_people import waiting
from roadmap.queries.report_rows import live_rows
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service.answers import Answer, answer, answer_many, keep_drafts
from roadmap.states.reports import KIND, roadmap_report

__all__ = [
    "Answer", "answer", "answer_many", "correct_report", "keep_drafts", "open_report", "remind", "take_report_step",
    "unanswered",
]  # fmt: skip

IN_FORCE = ("in_force", "final_report")


def open_report(roadmap_id: int, period: str, actor: Actor) -> Report:
    """Open a round for a quarter («2026-Q3»), a year («2026») or the whole term («final»).

    A line is made for every occurrence the period concerns, and those who answer are asked after the commit. A year is
    rolled up from its quarters: what they told stands as the answer until it is told anew.
    """
    with transaction():
        plan = locked(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
        if plan is None:
            raise NotFound(_("План не найден"))
        if not actor.is_system and not (actor.has(*COORDINATORS) and side_of(plan, actor)):
            raise NotAllowed(_("Отчёт открывает координатор Стороны"))
        start, end = rounds.bounds(plan, period)
        if db.session.scalar(select(Report.id).where(Report.roadmap_id == plan.id, Report.period == period)):
            raise NotNow(_("Отчёт за этот период уже открыт"))
        _check_quarters(plan, period, start, end)
        row = Report(
            roadmap_id=plan.id,
            period=period,
            period_start=start,
            period_end=end,
            due_on=rounds.answers_due(end, clock.today()),
        )
        return _open(row, actor)


def _check_quarters(plan: Roadmap, period: str, start: object, end: object) -> None:
    """The plan is approved, and what a longer report is rolled up from is settled."""
    ruling = select(Edition.id).where(Edition.roadmap_id == plan.id, Edition.state.in_(IN_FORCE)).limit(1)
    if db.session.scalar(ruling) is None:
        raise NotNow(_("План ещё не утверждён: отчитываться не о чем"))
    if rounds.is_quarter(period):
        return
    unsettled = db.session.scalars(
        select(Report.period).where(
            Report.roadmap_id == plan.id,
            Report.state != "approved",
            Report.period_start >= start,
            Report.period_end <= end,
        )
    ).all()
    if unsettled:
        names = ", ".join(sorted(rounds.named(one) for one in unsettled))
        raise NotNow(_("Сначала согласуйте отчёты, из которых он складывается: %(names)s", names=names))


def _open(row: Report, actor: Actor) -> Report:
    row.opened_by, row.opened_at, row.state = actor.id, clock.now(), "collecting"
    row.roadmap = db.session.get_one(Roadmap, row.roadmap_id)
    db.session.add(row)
    db.session.flush()
    set_readers(KIND, row.id, [party.organisation_id for party in row.roadmap.parties])
    earlier = _earlier(row)
    for one in live_rows(row):
        db.session.add(_line(row, one.occurrence_id, earlier.get(one.occurrence_id)))
    data = {"period": row.period, "number": row.number}
    audit.append(actor.who(), audit.Act(KIND, row.id, "open", None, "collecting", data=data))
    db.session.flush()
    enqueue("roadmap.report_opened", {"id": row.id}, key=f"roadmap.report_opened:{row.id}")
    return row


TAKEN_OVER = (
    "text", "reasons", "measures", "forecast_on", "evidence", "percent", "answered_by", "answered_name", "answered_at",
)  # fmt: skip


def _line(report: Report, occurrence_id: int, before: tuple[ReportLine, str] | None) -> ReportLine:
    line = ReportLine(report_id=report.id, occurrence_id=occurrence_id)
    if before is not None:
        for name in TAKEN_OVER:
            setattr(line, name, getattr(before[0], name))
        line.carried_from = before[1]
    return line


def _earlier(report: Report) -> dict[int, tuple[ReportLine, str]]:
    """Occurrence → (the answer to take over, its period): of the report corrected, or of the quarters rolled up."""
    if report.number == 1 and rounds.is_quarter(report.period):
        return {}
    within = [Report.period_start >= report.period_start, Report.period_end <= report.period_end]
    rows = db.session.execute(
        select(ReportLine, Report.period)
        .join(Report, Report.id == ReportLine.report_id)
        .where(
            Report.roadmap_id == report.roadmap_id,
            Report.state == "approved",
            ReportLine.answered_at.is_not(None),
            *([Report.period == report.period] if report.number > 1 else within),
        )
        .order_by(Report.period_end, Report.period_start.desc(), Report.number)
    )
    return {line.occurrence_id: (line, period) for line, period in rows}


def correct_report(report_id: int, reason: str, actor: Actor) -> Report:
    """Open a corrected report of an approved one's period, with its answers; the approved one stays as it is.

    Raises NotValid without a reason, NotNow where it is not approved or a newer one exists already.
    """
    with transaction():
        old = locked(Report, report_id) if may_see(actor, KIND, report_id) else None
        if old is None:
            raise NotFound(_("Отчёт не найден"))
        if not (actor.has(*COORDINATORS) and side_of(old, actor)):
            raise NotAllowed(_("Уточнённый отчёт открывает координатор Стороны"))
        if not reason.strip():
            raise NotValid(_("Напишите, что нужно уточнить"), "reason")
        newest = db.session.scalar(
            select(Report.number)
            .where(Report.roadmap_id == old.roadmap_id, Report.period == old.period)
            .order_by(Report.number.desc())
        )
        if old.state != "approved" or newest != old.number:
            raise NotNow(_("Уточняют последний согласованный отчёт за период"))
        row = Report(
            roadmap_id=old.roadmap_id,
            period=old.period,
            number=old.number + 1,
            correction=reason.strip(),
            period_start=old.period_start,
            period_end=old.period_end,
            due_on=max(old.due_on, clock.today()),
        )
        return _open(row, actor)


def unanswered(report_id: int) -> list[tuple[str, str]]:
    """(number, executor) of the lines nobody has answered yet."""
    report = db.session.get_one(Report, report_id)
    return [(row.code, row.executor) for row in live_rows(report) if row.line_id and not row.answered]


def remind(report_id: int, actor: Actor, person_id: int | None = None) -> int:
    """Remind those who have not answered (or one of them); returns how many were told.

    A person is told once a working day. Raises NotNow on a day off, and where everybody was told today.
    """
    with transaction():
        report = locked(Report, report_id) if may_see(actor, KIND, report_id) else None
        if report is None:
            raise NotFound(_("Отчёт не найден"))
        if not (actor.has(*COORDINATORS) and side_of(report, actor)):
            raise NotAllowed(_("Напоминает координатор Стороны"))
        if report.state != "collecting":
            raise NotNow(_("Сведения по этому отчёту уже не собирают"))
        today = clock.today()
        if not is_working(today):
            raise NotNow(_("Сегодня выходной: напомните в рабочий день"))
        told = 0
        for one in waiting([row for row in live_rows(report) if row.line_id]):
            if one.person_id is not None and person_id in (None, one.person_id):
                context = about(report) | {"codes": codes(one.rows), "who": actor.short_name}
                key = f"roadmap.report_asked:{report.id}:{today.isoformat()}"
                message = Message(key, "roadmap/report_asked", f"/reports/{report.id}/mine", context)
                told += len(notify([one.person_id], message))
        if not told:
            raise NotNow(_("Сегодня уже напоминали: повторить можно в следующий рабочий день"))
        audit.append(actor.who(), audit.Act(KIND, report.id, "remind", data={"people": told}))
        return told


def about(report: Report) -> dict[str, str]:
    """What every letter about a round says."""
    return {
        "period": rounds.named(report.period),
        "plan": report.roadmap.title,
        "due": report.due_on.strftime("%d.%m.%Y"),
    }


def codes(rows: list) -> str:  # type: ignore[type-arg]
    return ", ".join(row.key for row in rows)


def take_report_step(report_id: int, name: str, actor: Actor, ask: Ask, version: int | None = None) -> Taken:
    """Take a step of a report. Raises NotFound, NotAllowed, NotNow, NotValid."""
    with transaction():
        row = locked(Report, report_id) if may_see(actor, KIND, report_id) else None
        if row is None:
            raise NotFound(_("Отчёт не найден"))
        expect_version(row, version)
        step = roadmap_report.steps.get(name)
        if step is not None and step.hidden:
            raise NotAllowed(_("Решение принимают в своём задании на согласование"))
        return roadmap_report.take(row, name, actor, ask)
