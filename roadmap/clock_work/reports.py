"""Reporting rounds by the clock: opened after a quarter, executors asked and reminded, delays told upwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from core import clock
from core.accounts.actor import SYSTEM
from core.calendar import add_working_days, is_working, late_by, late_words
from core.clock import in_moscow
from core.db import db, locked, transaction
from core.documents.issuing import issue
from core.notifications import Message, notify
from core.workflow import enqueue, handler
from core.workflow.models import Job
from core.workflow.schedule import daily
from roadmap import rounds
from roadmap.clock_work.reminders import Day, fresh, reached
from roadmap.documents import report as documents
from roadmap.models import Edition, Report, Roadmap
from roadmap.queries.report_people import above, asked_people
from roadmap.queries.report_rows import ReportRow, live_rows
from roadmap.rules.people import COORDINATORS, DEPUTIES
from roadmap.service.reports import about, codes, open_report

KIND = "roadmap_report"
AHEAD = (10, 5, 1)
"""Working days before the answers are due."""
TO_COORDINATORS, TO_DEPUTIES = 1, 3
"""Working days after it: the coordinators are told, then the deputies."""

daily("roadmap.rounds")


@handler("roadmap.rounds")
def every_day(_job: Job) -> None:
    """Open what is to be opened; a job for every round being collected. Nothing happens on a day off."""
    with transaction():
        if not is_working(clock.today()):
            return
        day = clock.today().isoformat()
        for roadmap_id in plans_to_open():
            enqueue("roadmap.open_round", {"id": roadmap_id}, key=f"roadmap.open_round:{roadmap_id}:{day}")
        for report_id in db.session.scalars(select(Report.id).where(Report.state == "collecting")).all():
            enqueue("roadmap.round", {"id": report_id}, key=f"roadmap.round:{report_id}:{day}")


def plans_to_open() -> list[int]:
    """Plans whose last quarter has ended and has no round yet, from its first working day on. One query.

    A plan reports for a quarter it was in force in: the first edition was approved before the quarter ended.
    """
    period = rounds.ended_quarter(clock.today())
    start, end = rounds.days_of(period)
    if clock.today() < rounds.opens_on(end):
        return []
    in_force = select(Edition.id).where(Edition.roadmap_id == Roadmap.id, Edition.state == "in_force")
    approved = select(Edition.id).where(Edition.roadmap_id == Roadmap.id, Edition.approved_on <= end)
    opened = select(Report.id).where(Report.roadmap_id == Roadmap.id, Report.period == period)
    rows = db.session.scalars(
        select(Roadmap.id)
        .where(
            Roadmap.period_start <= end,
            Roadmap.period_end >= start,
            in_force.exists(),
            approved.exists(),
            ~opened.exists(),
        )
        .order_by(Roadmap.id)
    )
    return list(rows)


@handler("roadmap.open_round")
def open_round(job: Job) -> None:
    """Open the round of the quarter that has just ended, unless somebody opened it meanwhile."""
    with transaction():
        plan = locked(Roadmap, int(job.payload["id"]))
        if plan is not None and plan.id in plans_to_open():
            open_report(plan.id, rounds.ended_quarter(clock.today()), SYSTEM)


@handler("roadmap.report_opened")
def ask(job: Job) -> None:
    """Ask everybody who answers: one letter each, with his items and the day."""
    with transaction():
        report = locked(Report, int(job.payload["id"]))
        if report is not None and report.state == "collecting":
            _tell_executors(report, "report_opened", f"roadmap.report_opened:{report.id}", _silent(report))


@handler("roadmap.round")
def one_round(job: Job) -> None:
    """Remind of one round what its day has brought. What was sent is noted with the letters themselves."""
    with transaction():
        report = locked(Report, int(job.payload["id"]))
        if report is not None:
            live(report)


def live(report: Report) -> None:
    """Everything the day asks of a round being collected. Inside the caller's transaction."""
    if report.state != "collecting" or not is_working(clock.today()):
        return
    silent = _silent(report)
    if not silent:
        return
    for one in fresh(_wanted(report)):
        key = f"roadmap.round:{report.id}:{one.kind}:{one.about.isoformat()}:{one.days}"
        if one.kind == "due":
            _tell_executors(report, "report_reminder", key, silent, left=one.days)
        elif one.kind == "overdue":
            _tell_executors(report, "report_overdue", key, silent, late=_late(report))
            _tell_above(report, key, silent, COORDINATORS)
        else:
            _tell_above(report, key, silent, DEPUTIES)


def _silent(report: Report) -> list[ReportRow]:
    return [row for row in live_rows(report) if row.line_id and not row.answered]


def _wanted(report: Report) -> Iterable[Day]:
    """Reminders whose day has come; none of those whose day was over before the round was opened."""
    today, due = clock.today(), report.due_on
    opened = in_moscow(report.opened_at).date()
    if today <= due:
        yield from (Day(KIND, report.id, "due", due, days) for days in reached(due, AHEAD, since=opened))
        return
    if add_working_days(due, TO_COORDINATORS) <= today:
        yield Day(KIND, report.id, "overdue", due)
    if add_working_days(due, TO_DEPUTIES) <= today:
        yield Day(KIND, report.id, "escalated", due)


def _tell_executors(report: Report, text: str, key: str, rows: list[ReportRow], **more: object) -> None:
    asked = asked_people(rows)
    of_person: dict[int, list[ReportRow]] = {}
    for row in rows:
        for person_id in asked[row.occurrence_id]:
            of_person.setdefault(person_id, []).append(row)
    _send(report, text, key, of_person, f"/reports/{report.id}/mine", more)


def _tell_above(report: Report, key: str, rows: list[ReportRow], roles: tuple[str, ...]) -> None:
    key, path = f"{key}:{roles[0]}", f"/reports/{report.id}?answered=no"
    _send(report, "report_escalation", key, above(report, rows, roles), path, {"late": _late(report)})


def _late(report: Report) -> str:
    return late_words(late_by(report.due_on, clock.today()))


def _send(
    report: Report, text: str, key: str, people: Mapping[int, list[ReportRow]], path: str, more: Mapping[str, object]
) -> None:
    for person_id, rows in people.items():
        context = about(report) | {"codes": codes(rows), "count": len(rows), **more}
        notify([person_id], Message(key, f"roadmap/{text}", path, context))


@handler("roadmap.report_approved")
def issue_approved(job: Job) -> None:
    """The paper that says who agreed to it, when and to which file. Under its own key: once."""
    report = db.session.get(Report, int(job.payload["id"]))
    if report is not None and report.state == "approved":
        issue(documents.order(report, "approved", key=f"roadmap_report:{report.id}:approved"))
