"""The inbox: what lies on a person's desk and on the desks he stands in for, ordered by term, paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Person
from core.accounts.roles import SIDE_OF_KIND
from core.calendar import add_working_days
from core.db import UtcDateTime, db
from core.signoffs.hats import active_substitutions
from core.signoffs.models import Desk, PaperAct, Round, Slot, SlotHolder, Substitution
from core.signoffs.service.paper import REGISTRARS
from core.web.paging import PAGE, FirstPage, Key, Page, first_page, page

CAP = 999
"""Counts go no further: beyond it a list says «999+»."""
SECTIONS: dict[str, Any] = {
    "": _l("На согласовании у меня"),
    "signature": _l("Ожидает моей подписи"),
    "overdue": _l("Просрочено"),
    "soon": _l("Скоро срок"),
}
COUNTED = ("all", "signature", "overdue", "soon")
"""The sizes in the order of `Counts` and of SECTIONS."""
END_OF_DAY = time(23, 59, 59)
BY_TERM = (Key(Desk.due_at.expression, lambda row: row.due_at), Key(Desk.slot_id.expression, lambda row: row.slot_id))


@dataclass(frozen=True)
class Entry:
    """A task in a list. `principal` is the one it is decided for («за …»), "" for one's own."""

    slot_id: int
    due_at: datetime
    kind: str
    label: str
    phase: str
    stage: int
    organisation_id: int
    assigned_at: datetime | None
    round_id: int
    round_number: int
    revision: int
    document_hash: str
    subject_kind: str
    subject_id: int
    title: str
    initiator: str = ""
    """Whose text it is: the short name of the organisation that drafted it, and its side."""
    initiator_side: str = ""
    term: str = ""
    """overdue, soon, or ""."""
    principal: str = ""
    mark: str = ""
    paper_waits: bool = False
    stands: bool = False
    """The parties argue over the text: nothing is to be decided until they have settled it."""


@dataclass(frozen=True)
class Counts:
    """How many tasks a person has; each at most CAP + 1, which reads «999+»."""

    all: int
    signature: int
    overdue: int
    soon: int


def inbox(
    actor: Actor,
    *,
    section: str = "",
    subject_kind: str = "",
    kind: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> Page[Entry]:
    """One page of the actor's tasks by term. A constant number of queries, however many tasks there are.

    `section`: one of SECTIONS. `subject_kind` and `kind` (of the slot) narrow it down further.
    """
    wanted = (_section(section), *_narrowed(subject_kind, kind))
    return _entries(actor, _substitutions(actor), wanted, (), after, before, size)[0]


def inbox_with_counts(
    actor: Actor,
    *,
    section: str = "",
    subject_kind: str = "",
    kind: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> tuple[Page[Entry], Counts]:
    """The same page together with the sizes of all sections, read in the same query."""
    substitutions = _substitutions(actor)
    if not (substitutions or section or subject_kind or kind or after or before):
        return _plain_page(actor, size)
    wanted = (_section(section), *_narrowed(subject_kind, kind))
    sizes = [each.label(f"count_{name}") for name, each in zip(COUNTED, _sizes(actor, substitutions), strict=True)]
    found, rows = _entries(actor, substitutions, wanted, sizes, after, before, size)
    return found, _counts_of(rows) if rows else counts(actor)


def _plain_page(actor: Actor, size: int) -> tuple[Page[Entry], Counts]:
    """What everybody opens, many times a day: the first page, nothing chosen, nobody stood in for."""
    found = _plain(size)(person=actor.id, reader=actor.organisation_id, now=clock.now(), soon=soon_until())
    items = _entries_of(found.items)
    return Page(items, found.next, found.previous), _counts_of(found.items) if items else Counts(0, 0, 0, 0)


@cache
def _plain(size: int) -> FirstPage:
    mine = and_(Desk.person_id == bindparam("person"), Desk.organisation_id == bindparam("reader"))
    when = (bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime))
    sizes = [_capped(select(Desk.slot_id).where(mine, _section(section, *when))) for section in SECTIONS]
    named = [each.label(f"count_{name}") for name, each in zip(COUNTED, sizes, strict=True)]
    return first_page(lambda: _columns().where(mine).add_columns(*named), BY_TERM, size)


def _counts_of(rows: Sequence[Any]) -> Counts:
    return Counts(*(rows[0]._mapping[f"count_{name}"] for name in COUNTED))


def _entries(
    actor: Actor,
    substitutions: Sequence[Substitution],
    wanted: Sequence[ColumnElement[bool]],
    extra: Sequence[Any],
    after: str,
    before: str,
    size: int,
) -> tuple[Page[Entry], Sequence[Any]]:
    """A page of entries and the bare rows it was made of."""
    statement = _listed(actor, substitutions).where(*wanted).add_columns(*extra)
    found = page(statement, BY_TERM, after=after, before=before, size=size, parse=_parse)
    items = _with_principals(_entries_of(found.items), actor, substitutions)
    return Page(items, found.next, found.previous), found.items


def _substitutions(actor: Actor) -> Sequence[Substitution]:
    return active_substitutions(actor.id) if actor.id is not None else []


def _parse(values: list[Any]) -> list[Any]:
    return [datetime.fromisoformat(str(values[0])), int(values[1])]


def _mine(actor: Actor, substitutions: Sequence[Substitution]) -> ColumnElement[bool]:
    """Desk rows the actor may decide today: his own, and those of his principals that are in scope."""
    desks = [Desk.person_id == actor.id]
    for row in substitutions:
        about = [Desk.person_id == row.principal_id]
        slots, subjects = row.scopes
        if row.slot_id is not None:
            about.append(Desk.slot_id == row.slot_id)
        else:
            about += [Desk.kind.in_(slots)] if slots else []
            about += [Desk.subject_kind.in_(subjects)] if subjects else []
        desks.append(and_(*about))
    return and_(or_(*desks), Desk.organisation_id == actor.organisation_id)


def _listed(actor: Actor, substitutions: Sequence[Substitution]) -> Select[Any]:
    statement = _columns().where(_mine(actor, substitutions))
    # One task may lie on the person's own desk and on his principal's.
    return statement.distinct() if substitutions else statement


@cache
def _columns() -> Select[Any]:
    return (
        select(
            Desk.slot_id,
            Desk.due_at,
            Desk.kind,
            Slot.label,
            Slot.phase,
            Slot.stage,
            Slot.organisation_id,
            Slot.assigned_at,
            Round.id.label("round_id"),
            Round.number.label("round_number"),
            Round.revision,
            Round.document_hash,
            Round.subject_kind,
            Round.subject_id,
            Round.title,
            Organisation.short_name.label("initiator"),
            Organisation.kind.label("initiator_side"),
            _paper_waits().label("paper_waits"),
            Round.stands.label("stands"),
        )
        .join(Slot, Slot.id == Desk.slot_id)
        .join(Round, Round.id == Slot.round_id)
        .join(Organisation, Organisation.id == Round.initiator_id)
    )


def _paper_waits() -> ColumnElement[bool]:
    """The decision was given on paper and waits for its second person."""
    return (
        select(PaperAct.id)
        .where(PaperAct.slot_id == Desk.slot_id, PaperAct.state == "recorded")
        .correlate(Desk)
        .exists()
    )


def _section(section: str, now: Any = None, soon: Any = None) -> ColumnElement[bool]:
    """The condition of a section at a moment (the present one), given as values or as `bindparam`s."""
    moment: datetime = clock.now() if now is None else now
    if section == "signature":
        return Desk.kind == "signature"
    if section == "overdue":
        return and_(Desk.due_at < moment, ~_standing())
    if section == "soon":
        until = soon_until() if soon is None else soon
        return and_(Desk.due_at >= moment, Desk.due_at <= until, ~_standing())
    return Desk.slot_id.is_not(None)


def _standing() -> ColumnElement[bool]:
    """The parties argue over the text of the task: it is neither late nor soon due."""
    task = aliased(Slot)
    return (
        select(task.id)
        .join(Round, Round.id == task.round_id)
        .where(task.id == Desk.slot_id, Round.stands)
        .correlate(Desk)
        .exists()
    )


def _narrowed(subject_kind: str, kind: str) -> list[ColumnElement[bool]]:
    narrowed = [Desk.subject_kind == subject_kind] if subject_kind else []
    return narrowed + ([Desk.kind == kind] if kind else [])


def soon_until() -> datetime:
    """The end of the next working day: what is due by then is due soon."""
    return datetime.combine(add_working_days(clock.today(), 1), END_OF_DAY, clock.MOSCOW)


def _entries_of(rows: Sequence[Any]) -> list[Entry]:
    now, soon = clock.now(), soon_until()
    return [_entry(row, now, soon) for row in rows]


def _entry(row: Any, now: datetime, soon: datetime) -> Entry:
    term = "" if row.stands else "overdue" if row.due_at < now else "soon" if row.due_at <= soon else ""
    known = {name: value for name, value in row._mapping.items() if not name.startswith("count_")}
    known["initiator_side"] = SIDE_OF_KIND[row.initiator_side]
    return Entry(**known, term=term)


def _with_principals(entries: Sequence[Entry], actor: Actor, substitutions: Sequence[Substitution]) -> list[Entry]:
    """Say for whom, where the task is not the person's own."""
    if not substitutions or not entries:
        return list(entries)
    marks = {row.principal_id: row.mark for row in substitutions}
    rows = db.session.execute(
        select(SlotHolder.slot_id, SlotHolder.person_id, SlotHolder.name).where(
            SlotHolder.slot_id.in_([entry.slot_id for entry in entries]),
            SlotHolder.person_id.in_([actor.id, *marks]),
        )
    )
    names: dict[int, tuple[str, str]] = {}
    own = set()
    for slot_id, person_id, name in rows:
        if person_id == actor.id:
            own.add(slot_id)
        else:
            names[slot_id] = (name, marks[person_id])
    return [
        replace(entry, principal=names[entry.slot_id][0], mark=names[entry.slot_id][1])
        if entry.slot_id in names and entry.slot_id not in own
        else entry
        for entry in entries
    ]


def counts(actor: Actor) -> Counts:
    """The sizes of the sections, each capped: one query."""
    return Counts(*db.session.execute(select(*_sizes(actor, _substitutions(actor)))).one())


def _sizes(actor: Actor, substitutions: Sequence[Substitution]) -> list[ColumnElement[int]]:
    mine = _mine(actor, substitutions)
    return [_capped(select(Desk.slot_id).where(mine, _section(section)).distinct()) for section in SECTIONS]


def _capped(slots: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(slots.limit(CAP + 1).subquery()).scalar_subquery()


def next_task(actor: Actor, slot_id: int | None = None, *, section: str = "", subject_kind: str = "") -> int | None:
    """The task to open after `slot_id`: the next by term in the same section, from the top again at the end."""
    substitutions = _substitutions(actor)
    due_at = db.session.scalar(select(Slot.due_at).where(Slot.id == slot_id)) if slot_id else None
    statement = (
        select(Desk.slot_id)
        .where(_mine(actor, substitutions), _section(section), *_narrowed(subject_kind, ""))
        .order_by(Desk.due_at, Desk.slot_id)
        .limit(1)
    )
    if due_at is not None:
        statement = statement.where(Desk.slot_id != slot_id)
        beyond = or_(Desk.due_at > due_at, and_(Desk.due_at == due_at, Desk.slot_id > slot_id))
        if (later := db.session.scalar(statement.where(beyond))) is not None:
            return later
    return db.session.scalar(statement)


@dataclass(frozen=True)
class Paper:
    """An act on paper that waits for a second person of the actor's organisation."""

    act_id: int
    slot_id: int
    title: str
    label: str
    verdict: str
    signer: str
    signed_on: date
    recorded_name: str
    recorded_at: datetime
    mine: bool
    """Recorded by the actor himself: another must confirm it."""


def papers_to_confirm(actor: Actor) -> list[Paper]:
    """Acts on paper of the actor's organisation that wait for confirmation, the oldest first. One query."""
    if not actor.has(*REGISTRARS):
        return []
    rows = db.session.execute(
        select(PaperAct, Slot.label, Round.title, Person)
        .join(Slot, Slot.id == PaperAct.slot_id)
        .join(Round, Round.id == Slot.round_id)
        .join(Person, Person.id == PaperAct.signer_id)
        .where(PaperAct.state == "recorded", Person.organisation_id == actor.organisation_id)
        .order_by(PaperAct.id)
        .limit(PAGE)
    )
    return [
        Paper(
            act_id=act.id,
            slot_id=act.slot_id,
            title=title,
            label=label,
            verdict=act.verdict,
            signer=person.short_name,
            signed_on=act.signed_on,
            recorded_name=act.recorded_name,
            recorded_at=act.recorded_at,
            mine=act.recorded_by == actor.id,
        )
        for act, label, title, person in rows
    ]
