"""Reporting rounds by people: who is asked, who has answered, what is asked of the person at the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db
from core.errors import NotFound
from core.signoffs.plan import holders_of
from roadmap.models import Item, ItemTerms, Occurrence, Report, ReportLine, Roadmap, RoadmapParty
from roadmap.queries.report_rows import ReportRow, live_rows
from roadmap.queries.reports import whole
from roadmap.rules.people import (
    COORDINATORS,
    EXECUTORS,
    coordinates_responsible,
    executes,
    organisations_of,
    responsible_sides,
)


@dataclass
class Group:
    """One organisation of a side: how many rows it answers for, how many it has answered."""

    side: str
    organisation: str
    total: int = 0
    answered: int = 0

    @property
    def percent(self) -> int:
        return self.answered * 100 // self.total if self.total else 0


def progress(rows: Sequence[ReportRow]) -> list[Group]:
    """Answers by side and organisation, counted from the rows themselves."""
    found: dict[tuple[str, str], Group] = {}
    for row in rows:
        group = found.setdefault((row.side, row.organisation), Group(row.side, row.organisation))
        group.total += 1
        group.answered += row.answered
    return sorted(found.values(), key=lambda group: (group.side, group.organisation))


@dataclass
class Waiting:
    """A person (or nobody yet) and the rows he has not answered."""

    person_id: int | None
    name: str
    organisation: str
    rows: list[ReportRow] = field(default_factory=list)


def waiting(rows: Sequence[ReportRow]) -> list[Waiting]:
    """Who has not answered: the named executor, else everybody of the organisation who may. Live rows only."""
    rows = [row for row in rows if not row.answered]
    asked = asked_people(rows)
    names = _names(person for people in asked.values() for person in people)
    found: dict[int | None, Waiting] = {}
    for row in rows:
        people: list[int | None] = [*asked[row.occurrence_id]]
        for person_id in people or [None]:
            name = names.get(person_id, "") if person_id else ""
            found.setdefault(person_id, Waiting(person_id, name, row.organisation)).rows.append(row)
    return sorted(found.values(), key=lambda one: (one.organisation, one.name))


def _names(ids: Iterable[int]) -> dict[int, str]:
    people = db.session.scalars(select(Person).where(Person.id.in_(set(ids))))
    return {person.id: person.short_name for person in people}


def asked_people(rows: Sequence[ReportRow]) -> dict[int, list[int]]:
    """Occurrence → whom to ask: its executor; else the executors of its organisations; else their coordinators."""
    organisations = {row.occurrence_id: organisations_of(row.occurrence) for row in rows}
    held = holders_of(one for ids in organisations.values() for one in ids) if rows else {}
    found = {}
    for row in rows:
        executor = row.occurrence.item.executor_id
        found[row.occurrence_id] = [executor] if executor else _of(held, organisations[row.occurrence_id])
    return found


def _of(held: Any, organisations: Sequence[int]) -> list[int]:
    for roles in (EXECUTORS, COORDINATORS):
        people = {person.id for one in organisations for role in roles for person in held.get((one, role), [])}
        if people:
            return sorted(people)
    return []


def superiors(plan: Roadmap, sides: Iterable[str], roles: Sequence[str]) -> dict[str, list[int]]:
    """Side → the people who hold one of `roles` in its organisation today."""
    wanted = set(sides)
    parties = [party for party in plan.parties if party.side in wanted]
    held = holders_of(party.organisation_id for party in parties)
    return {
        party.side: sorted({one.id for role in roles for one in held.get((party.organisation_id, role), [])})
        for party in parties
    }


def above(report: Report, rows: Sequence[ReportRow], roles: Sequence[str]) -> dict[int, list[ReportRow]]:
    """Coordinators or deputies (`roles`) → the rows of their side."""
    held = superiors(report.roadmap, [party.side for party in report.roadmap.parties], roles)
    found: dict[int, list[ReportRow]] = {}
    for row in rows:
        for person_id in {one for side in responsible_sides(row.occurrence) for one in held.get(side, [])}:
            found.setdefault(person_id, []).append(row)
    return found


def answers_for(row: ReportRow, actor: Actor) -> bool:
    """Whether the actor may answer this row: its executor, or the responsible side's coordinator."""
    return not (executes(row.occurrence, actor) and coordinates_responsible(row.occurrence, actor))


def mine(actor: Actor, report_id: int) -> tuple[Report, list[ReportRow]]:
    """A round being collected and the rows the actor answers, his own first where he also coordinates.

    Raises NotFound where there is none for him.
    """
    report = db.session.execute(select(Report).where(Report.id == report_id).options(*whole())).unique().scalar()
    rows = [row for row in live_rows(report) if answers_for(row, actor)] if report is not None else []
    if report is None or not rows:
        raise NotFound(_("У Вас сведений по этому отчёту не запрашивают"))
    own = [row for row in rows if executes(row.occurrence, actor) is None]
    return report, own or rows


@dataclass(frozen=True)
class Request:
    """A round that waits for the actor's answers."""

    report_id: int
    period: str
    plan: str
    due_on: Any
    total: int
    answered: int


def requests(actor: Actor) -> list[Request]:
    """Rounds being collected in which the actor is asked as an executor. One query."""
    if not actor.has(*EXECUTORS):
        return []
    line, item, terms = ReportLine, Item, ItemTerms
    rows = db.session.execute(
        select(
            Report.id, Report.period, Roadmap.title, Report.due_on,
            func.count(line.id).label("total"), func.count(line.answered_at).label("answered"),
        )
        .join(line, line.report_id == Report.id)
        .join(Occurrence, Occurrence.id == line.occurrence_id)
        .join(item, item.id == Occurrence.item_id)
        .join(terms, terms.id == item.terms_id)
        .join(Roadmap, Roadmap.id == Report.roadmap_id)
        .where(Report.state == "collecting", executed_by(actor))
        .group_by(Report.id, Report.period, Roadmap.title, Report.due_on)
        .order_by(Report.due_on, Report.id)
    )  # fmt: skip
    return [Request(*row) for row in rows]


def executed_by(actor: Actor) -> ColumnElement[bool]:
    """The same as `executes`, in the database's words."""
    party = aliased(RoadmapParty)
    of_party = (
        select(party.organisation_id)
        .where(
            party.roadmap_id == Item.roadmap_id,
            party.organisation_id == actor.organisation_id,
            or_(ItemTerms.responsible_side == party.side, ItemTerms.responsible_side == "both"),
        )
        .exists()
    )
    of_organisation = or_(
        ItemTerms.organisation_id == actor.organisation_id, and_(ItemTerms.organisation_id.is_(None), of_party)
    )
    return or_(Item.executor_id == actor.id, and_(Item.executor_id.is_(None), of_organisation))


def previous_answers(report: Report) -> dict[int, ReportLine]:
    """Occurrence or item → what was answered in the report before: a text to begin with."""
    rows = db.session.execute(
        select(ReportLine, Occurrence.item_id)
        .join(Report, Report.id == ReportLine.report_id)
        .join(Occurrence, Occurrence.id == ReportLine.occurrence_id)
        .where(
            Report.roadmap_id == report.roadmap_id,
            Report.id != report.id,
            Report.period_end < report.period_end,
            ReportLine.answered_at.is_not(None),
        )
        .order_by(Report.period_end, Report.number)
    )
    return {item_id: line for line, item_id in rows}
