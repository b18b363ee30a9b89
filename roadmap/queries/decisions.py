"""Decisions under control: as of any day, by meeting, period, side and result; a person's own; the matrix of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload

from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Person
from core.accounts.roles import SIDE_OF_KIND
from core.audit import AuditRecord
from core.calendar import late_words
from core.db import db
from core.errors import NotFound
from roadmap.control import OPEN, RESULTS, UNDER_CONTROL, as_of, late_days, result_of
from roadmap.models import CoExecutor, Meeting, MeetingDecision, Roadmap, RoadmapParty
from roadmap.service.decisions import KIND

MOST = 2000
"""Decisions of one list: more than any working group takes in the life of a plan."""
FEW = 8


@dataclass(frozen=True)
class Search:
    """What a list of decisions is asked for. `since` and `until` are days of the meetings."""

    meeting_id: int | None = None
    since: date | None = None
    until: date | None = None
    side: str = ""
    organisation_id: int | None = None
    person_id: int | None = None
    state: str = ""
    result: str = ""
    day: date | None = None
    """As of which day; today where none is named."""


@dataclass(frozen=True)
class Line:
    """A decision as of the day asked for."""

    id: int
    code: str
    text: str
    meeting_id: int
    meeting: int
    held_on: date
    executor_id: int | None
    executor_name: str
    organisation_id: int | None
    organisation: str
    side: str
    co_executors: str
    co_people: tuple[tuple[int, int, str, str], ...]
    """(person, organisation, short name of the person, of the organisation)"""
    due_on: date
    first_due_on: date
    fact_on: date | None
    state: str
    result: str
    answer: str
    late: int | None = None
    """For how many working days it is overdue on that day; None where it is not."""

    @property
    def number(self) -> str:
        return self.code

    @property
    def result_label(self) -> str:
        return late_words(self.late) if self.late is not None else str(RESULTS[self.result][0])


def decisions(actor: Actor, roadmap_id: int, search: Search) -> list[Line]:
    """Decisions of signed minutes the actor may see, as of the day, the latest meeting first. Three queries at most."""
    statement = (
        _columns()
        .where(Meeting.roadmap_id == roadmap_id, visible_to(actor, KIND, MeetingDecision.id), *_asked(search))
        .order_by(Meeting.held_on.desc(), Meeting.id.desc(), MeetingDecision.number)
        .limit(MOST)
    )
    rows = db.session.execute(statement).all()
    helpers = _helpers([row.id for row in rows])
    day = search.day or clock.today()
    past = _records([row.id for row in rows]) if day < clock.today() else None
    lines = [_line(row, helpers.get(row.id, ()), day, past) for row in rows]
    return [line for line in lines if line is not None and _fits(line, search)]


def _columns() -> Select[Any]:
    names = ("id", "code", "number", "text", "executor_id", "executor_name", "organisation_id", "co_executors",
             "due_on", "first_due_on", "fact_on", "state", "answer")  # fmt: skip
    return (
        select(
            *(getattr(MeetingDecision, name) for name in names),
            Meeting.id.label("meeting_id"),
            Meeting.number.label("meeting"),
            Meeting.held_on,
            Organisation.short_name.label("organisation"),
            Organisation.kind.label("kind"),
        )
        .join(Meeting, Meeting.id == MeetingDecision.meeting_id)
        .outerjoin(Organisation, Organisation.id == MeetingDecision.organisation_id)
    )


def _asked(search: Search) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [MeetingDecision.state != "draft"]
    if search.meeting_id is not None:
        wanted.append(Meeting.id == search.meeting_id)
    if search.since is not None:
        wanted.append(Meeting.held_on >= search.since)
    if search.until is not None:
        wanted.append(Meeting.held_on <= search.until)
    return wanted


def _helpers(ids: Sequence[int]) -> dict[int, tuple[tuple[int, int, str, str], ...]]:
    if not ids:
        return {}
    found: dict[int, list[tuple[int, int, str, str]]] = {}
    rows = db.session.execute(
        select(CoExecutor.decision_id, Person, Organisation.short_name)
        .join(Person, Person.id == CoExecutor.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(CoExecutor.decision_id.in_(ids))
        .order_by(CoExecutor.position)
    )
    for decision_id, person, name in rows:
        found.setdefault(decision_id, []).append((person.id, person.organisation_id, person.short_name, name))
    return {number: tuple(people) for number, people in found.items()}


def _records(ids: Sequence[int]) -> dict[int, list[Any]]:
    """The journal of the decisions, in its order."""
    found: dict[int, list[Any]] = {}
    if ids:
        columns = (AuditRecord.subject_id, AuditRecord.step, AuditRecord.to_state, AuditRecord.at, AuditRecord.data)
        rows = db.session.execute(
            select(*columns)
            .where(AuditRecord.subject_kind == KIND, AuditRecord.subject_id.in_(ids))
            .order_by(AuditRecord.subject_id, AuditRecord.seq)
        )
        for row in rows:
            found.setdefault(row.subject_id, []).append(row)
    return found


def _line(row: Any, helpers: Any, day: date, past: dict[int, list[Any]] | None) -> Line | None:
    names = ("id", "text", "meeting_id", "meeting", "held_on", "executor_id", "executor_name", "organisation_id",
             "co_executors", "first_due_on")  # fmt: skip
    now = (row.state, row.due_on, row.fact_on, result_of(row.state, row.due_on, row.fact_on, day))
    if past is not None:
        then = as_of(past.get(row.id, ()), row.first_due_on, day)
        if then is None:
            return None
        now = (then.state, then.due_on, then.fact_on, then.result)
    return Line(
        **{name: getattr(row, name) for name in names},
        code=row.code or str(row.number),
        organisation=row.organisation or "",
        side=SIDE_OF_KIND.get(row.kind or "", ""),
        co_people=tuple(helpers),
        state=now[0],
        due_on=now[1],
        fact_on=now[2],
        result=now[3],
        answer=row.answer if past is None else "",
        late=late_days(now[0], now[1], day),
    )


def _fits(line: Line, search: Search) -> bool:
    """What is asked of the responsible executor and of the day's standing. Person 0 is "nobody named"."""
    return (
        (not search.side or line.side == search.side)
        and (search.organisation_id is None or line.organisation_id == search.organisation_id)
        and (search.person_id is None or (line.executor_id or 0) == search.person_id)
        and (not search.state or line.state == search.state)
        and (not search.result or line.result == search.result)
    )


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """How many stand how: every key of RESULTS, and the total."""
    found = dict.fromkeys(RESULTS, 0)
    total = 0
    for line in lines:
        found[line.result] += 1
        total += 1
    return {"total": total, **found}


def decision(actor: Actor, decision_id: int) -> MeetingDecision:
    """One decision with its meeting and the parties of the plan. Raises NotFound."""
    plan = joinedload(MeetingDecision.meeting).joinedload(Meeting.roadmap)
    row = (
        db.session.execute(
            select(MeetingDecision)
            .where(MeetingDecision.id == decision_id, visible_to(actor, KIND, MeetingDecision.id))
            .options(
                plan.joinedload(Roadmap.parties).joinedload(RoadmapParty.organisation),
                joinedload(MeetingDecision.helpers),
            )
        )
        .unique()
        .scalar_one_or_none()
    )
    if row is None:
        raise NotFound(_("Поручение не найдено"))
    return row


def executed_by(actor: Actor) -> ColumnElement[bool]:
    """Named as the executor or a co-executor, or one of those who execute at an organisation nobody is named of."""
    helps = select(CoExecutor.decision_id).where(CoExecutor.person_id == actor.id)
    mine = [MeetingDecision.executor_id == actor.id, MeetingDecision.id.in_(helps)]
    if actor.has("executor"):
        nobody = and_(MeetingDecision.executor_id.is_(None), MeetingDecision.organisation_id == actor.organisation_id)
        mine.append(nobody)
    return or_(*mine)


def mine(actor: Actor, which: str = "open", most: int = MOST) -> Sequence[Any]:
    """The actor's own decisions by term, with their number in all (`total`). `which`: open, overdue, reported, done."""
    today = clock.today()
    wanted = {
        "open": MeetingDecision.state.in_(UNDER_CONTROL),
        "overdue": and_(MeetingDecision.state.in_(OPEN), MeetingDecision.due_on < today),
        "reported": MeetingDecision.state == "reported",
        "done": MeetingDecision.state.in_(("closed", "not_executed", "cancelled")),
    }
    return db.session.execute(
        _columns()
        .add_columns(func.count().over().label("total"), Roadmap.title.label("plan"))
        .join(Roadmap, Roadmap.id == Meeting.roadmap_id)
        .where(wanted[which], executed_by(actor), visible_to(actor, KIND, MeetingDecision.id))
        .order_by(MeetingDecision.due_on, MeetingDecision.id)
        .limit(most)
    ).all()


def counts(actor: Actor) -> dict[str, int]:
    """How many decisions the actor has: open, overdue, reported, done. One query."""
    today, state = clock.today(), MeetingDecision.state
    sums = {
        "open": state.in_(UNDER_CONTROL),
        "overdue": and_(state.in_(OPEN), MeetingDecision.due_on < today),
        "reported": state == "reported",
        "done": state.in_(("closed", "not_executed", "cancelled")),
    }
    row = db.session.execute(
        select(
            *(func.coalesce(func.sum(case((each, 1), else_=0)), 0).label(name) for name, each in sums.items())
        ).where(state != "draft", executed_by(actor), visible_to(actor, KIND, MeetingDecision.id))
    ).one()
    return {name: int(getattr(row, name)) for name in sums}


def of_item(actor: Actor, item_id: int, change_ids: Sequence[int] = ()) -> Sequence[Any]:
    """Decisions the item came of, directly or through a request."""
    return _sources(
        actor, or_(MeetingDecision.item_id == item_id, MeetingDecision.change_id.in_(list(change_ids) or [0]))
    )


def of_change(actor: Actor, change_id: int) -> Sequence[Any]:
    """The decisions a request was drafted for."""
    return _sources(actor, MeetingDecision.change_id == change_id)


def _sources(actor: Actor, wanted: ColumnElement[bool]) -> Sequence[Any]:
    return db.session.execute(
        _columns().where(wanted, visible_to(actor, KIND, MeetingDecision.id)).order_by(MeetingDecision.id).limit(FEW)
    ).all()


@dataclass
class Row:
    """A row of the matrix: an organisation or a person, its cells by the decision's id, its totals."""

    key: int
    place: int
    """The organisation; the person's, where rows are people."""
    name: str
    side: str
    cells: dict[int, tuple[Line, bool]]
    """(the decision, whether the row is its responsible executor)"""
    totals: dict[str, int]


def matrix(lines: Sequence[Line], by: str = "organisation") -> list[Row]:
    """«Выполнение протокольных поручений»: rows by `organisation` or `person`, a cell for each decision of theirs.

    Totals count a decision once, in the row of its responsible executor: so they add up to the whole.
    """
    rows: dict[tuple[int, str], Row] = {}
    for line in lines:
        for key, place, name, side, responsible in _takers(line, by):
            row = rows.setdefault((key, name), Row(key, place, name, side, {}, {}))
            row.side = row.side or side
            if line.id not in row.cells or responsible:
                row.cells[line.id] = (line, responsible)
    for row in rows.values():
        row.totals = counted(line for line, responsible in row.cells.values() if responsible)
    return sorted(rows.values(), key=lambda row: (row.side, row.name))


def _takers(line: Line, by: str) -> Iterable[tuple[int, int, str, str, bool]]:
    place = line.organisation_id or 0
    if by == "person":
        yield line.executor_id or 0, place, line.executor_name or line.organisation, line.side, True
        yield from ((person, where, name, "", False) for person, where, name, _organisation in line.co_people)
    else:
        yield place, place, line.organisation or line.executor_name, line.side, True
        yield from ((where, where, organisation, "", False) for _person, where, _name, organisation in line.co_people)
