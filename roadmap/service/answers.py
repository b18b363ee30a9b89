"""Answers of executors in a reporting round: drafts that save themselves, answers that are complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import readers
from roadmap.models import Occurrence, Report, ReportLine
from roadmap.queries.report_rows import days_of, status_of
from roadmap.rules.people import coordinates_responsible, executes
from roadmap.states.items import FINISHED
from roadmap.states.reports import KIND


@dataclass(frozen=True)
class Answer:
    """What an executor tells about an occurrence in a report. `version` is the line's when the form was opened."""

    text: str
    reasons: str = ""
    measures: str = ""
    forecast_on: date | None = None
    evidence: str = ""
    percent: int | None = None
    version: int | None = None

    @property
    def empty(self) -> bool:
        return not any((self.text.strip(), self.reasons.strip(), self.measures.strip(), self.evidence.strip()))


Faults = dict[str, str]
"""Field → what is wrong with it."""


def answer(report_id: int, occurrence_id: int, given: Answer, actor: Actor) -> ReportLine:
    """Answer for an occurrence; by its executor or the responsible side's coordinator, while answers are collected.

    What is overdue needs reasons, measures and a forecast day; what came late, its reasons. Raises NotValid, NotFound,
    NotAllowed, NotNow.
    """
    with transaction():
        report, line = _line(report_id, occurrence_id, actor)
        faults = _faults(report, line, given)
        if faults:
            raise NotValid(next(iter(faults.values())), fields=faults)
        _take(report, line, given, actor)
        return line


def answer_many(report_id: int, given: Mapping[int, Answer], actor: Actor) -> dict[int, Faults]:
    """Answer for several occurrences at once: what is complete is taken, the rest is kept as a draft.

    Returns what is wrong, by occurrence; a row left empty that nobody has answered is passed over. Raises NotFound,
    NotAllowed, NotNow.
    """
    refused: dict[int, Faults] = {}
    with transaction():
        for occurrence_id, one in given.items():
            report, line = _line(report_id, occurrence_id, actor)
            if (one.empty and line.answered_at is None) or _same(line, one):
                continue
            faults = _faults(report, line, one)
            if not faults:
                _take(report, line, one, actor)
                continue
            refused[occurrence_id] = faults
            if line.answered_at is None and "version" not in faults:
                _type(line, one)
    return refused


def keep_drafts(report_id: int, given: Mapping[int, Answer], actor: Actor) -> dict[int, int]:
    """Keep what is being typed without taking it as an answer; returns the lines' new versions by occurrence.

    A line that is answered, or that somebody else has changed meanwhile, is left alone.
    """
    kept: dict[int, ReportLine] = {}
    with transaction():
        for occurrence_id, one in given.items():
            _report, line = _line(report_id, occurrence_id, actor)
            if line.answered_at is None and not one.empty and one.version in (None, line.version):
                _type(line, one)
                kept[occurrence_id] = line
        db.session.flush()
        return {occurrence_id: line.version for occurrence_id, line in kept.items()}


def _line(report_id: int, occurrence_id: int, actor: Actor) -> tuple[Report, ReportLine]:
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
    return report, line


def _same(line: ReportLine, given: Answer) -> bool:
    """An answer sent again with the rest of the page, unchanged."""
    told = (line.text, line.reasons, line.measures, line.forecast_on, line.evidence)
    sent = (
        given.text.strip(),
        given.reasons.strip(),
        given.measures.strip(),
        given.forecast_on,
        given.evidence.strip(),
    )
    return (
        line.answered_at is not None and told == sent and given.percent in (None, line.percent, line.occurrence.percent)
    )


def _faults(report: Report, line: ReportLine, given: Answer) -> Faults:
    found: dict[str, Any] = {}
    if given.version is not None and given.version != line.version:
        text = _("Пока Вы писали, эту строку изменил(а) %(who)s: «%(text)s»", who=line.answered_name, text=line.text)
        return {"version": text}
    if not given.text.strip():
        found["text"] = _("Напишите, что сделано")
    status = status_of(line.occurrence, days_of(report))
    if status == "overdue":
        found |= _asked_of_late(line.occurrence, given)
    elif status == "late" and not given.reasons.strip():
        found["reasons"] = _("Срок нарушен: напишите, почему")
    if given.percent is not None and not 0 <= given.percent <= 100:
        found["percent"] = _("Нужно число от %(low)s до %(high)s", low=0, high=100)
    return found


def _asked_of_late(row: Occurrence, given: Answer) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not given.reasons.strip():
        found["reasons"] = _("Срок прошёл: напишите, почему мероприятие не исполнено")
    if not given.measures.strip():
        found["measures"] = _("Срок прошёл: напишите, какие меры принимаются")
    if given.forecast_on is None and row.state not in FINISHED:
        found["forecast_on"] = _("Срок прошёл: укажите прогнозную дату исполнения")
    elif given.forecast_on is not None and row.due_on and given.forecast_on <= row.due_on:
        found["forecast_on"] = _("Прогнозная дата раньше срока, который уже прошёл")
    return found


def _type(line: ReportLine, given: Answer) -> None:
    line.text, line.reasons, line.measures = given.text.strip(), given.reasons.strip(), given.measures.strip()
    line.forecast_on, line.evidence, line.percent = given.forecast_on, given.evidence.strip(), given.percent


def _take(report: Report, line: ReportLine, given: Answer, actor: Actor) -> None:
    """The line is answered, and the item has been heard of."""
    _type(line, given)
    line.answered_by, line.answered_name, line.answered_at = actor.id, actor.short_name, clock.now()
    line.carried_from = ""
    row = line.occurrence
    if row.state not in FINISHED:
        row.last_info_on = clock.today()
        row.percent = row.percent if given.percent is None else given.percent
        row.forecast_on = given.forecast_on or row.forecast_on
    audit.append(actor.who(), audit.Act(KIND, report.id, "answer", data={"occurrence": row.id}))
