"""Every read of agreements: the register, one agreement with all its page shows, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from agreements import searching
from agreements.models import (
    Agreement,
    AgreementParty,
    ElectronicSignature,
    PartySignature,
)
from core import clock
from core.accounts.access import read_by, visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Reader
from core.calendar import late_by, working_days_between
from core.db import Prepared, db
from core.signoffs.models import Round, Slot
from core.web.paging import PAGE, Key, Page, first_page, page

EXPIRING_DAYS = 60
MOST_COUNTED = 1000
MOST_EXPORTED = 20_000

MOVING = (
    "own_approval",
    "counterparty_review",
    "revision",
    "disagreement",
    "agreed",
    "signing",
    "partly_signed",
    "signed",
)


WITH_INITIATOR = ("revision", "agreed")
"""States in which the others wait for the initiator, though nothing lies on anybody's desk."""


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed by; empty fields do not narrow."""

    text: str = ""
    state: str = ""
    kind: str = ""
    organisation_id: int | None = None
    party: str = ""
    """Words of a party's name."""
    expiring: bool = False
    moving: bool = False
    """On its way: submitted and not in force yet."""

    def given(self) -> dict[str, Any]:
        """The filters as a query string keeps them."""
        pairs = {
            "q": self.text,
            "state": self.state,
            "kind": self.kind,
            "organisation": self.organisation_id,
            "party": self.party,
            "expiring": "1" if self.expiring else "",
            "moving": "1" if self.moving else "",
        }
        return {name: value for name, value in pairs.items() if value}


def register(actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50) -> Page[Any]:
    """A page of the register, newest first: only the columns it shows, with whose court each is in. One query."""
    if filters == Filters() and not (after or before) and size == PAGE and actor.organisation_id is not None:
        return FIRST(reader=actor.organisation_id)
    return page(_narrow(columns(), actor, filters), [NEWEST], after=after, before=before, size=size)


@cache
def columns() -> Select[Any]:
    """The statement of the register, drawn up once: only what narrows it changes. `Slot` is the task waited for."""
    first, second = aliased(AgreementParty), aliased(AgreementParty)
    one, two, owner, holder = (aliased(Organisation) for _n in range(4))
    parties = (
        select(func.count()).where(AgreementParty.agreement_id == Agreement.id).correlate(Agreement).scalar_subquery()
    )
    return (
        select(
            Agreement.id,
            Agreement.kind,
            Agreement.title,
            Agreement.number,
            Agreement.state,
            Agreement.signed_on,
            Agreement.valid_until,
            Agreement.sample,
            Agreement.moved_at,
            one.short_name.label("first_party"),
            two.short_name.label("second_party"),
            parties.label("parties"),
            case((Slot.id.is_not(None), holder.short_name), else_=owner.short_name).label("court"),
            case((Slot.id.is_not(None), Slot.assigned_at), else_=Agreement.moved_at).label("court_since"),
            Slot.due_at.label("court_due"),
        )
        .join(first, and_(first.agreement_id == Agreement.id, first.position == 1), isouter=True)
        .join(one, one.id == first.organisation_id, isouter=True)
        .join(second, and_(second.agreement_id == Agreement.id, second.position == 2), isouter=True)
        .join(two, two.id == second.organisation_id, isouter=True)
        .join(Slot, Slot.id == _open_slot(), isouter=True)
        .join(holder, holder.id == Slot.organisation_id, isouter=True)
        .join(owner, and_(owner.id == Agreement.initiator_id, Agreement.state.in_(WITH_INITIATOR)), isouter=True)
    )


def _read() -> ColumnElement[bool]:
    return read_by(bindparam("reader"), "agreement", Agreement.id)


NEWEST = Key(Agreement.__table__.c.id, lambda row: row.id, descending=True)
FIRST = first_page(lambda: columns().where(_read()), [NEWEST])


def _open_slot() -> Any:
    """The task the agreement waits for: an open one, earliest due first."""
    task = aliased(Slot)
    return open_tasks(task).order_by(task.due_at, task.id).limit(1).scalar_subquery()


def open_tasks(task: Any) -> Any:
    """Ids of the open tasks of the agreement of the statement around; `task` is `Slot` or an alias of it."""
    return (
        select(task.id)
        .join(Round, Round.id == task.round_id)
        .where(
            Round.subject_kind == "agreement",
            Round.subject_id == Agreement.id,
            Round.state == "open",
            task.state == "assigned",
        )
        .correlate(Agreement)
    )


@dataclass(frozen=True)
class Court:
    """Who has an agreement now, and for how many working days; `late`: past the term of the task, by `over` of them."""

    name: str = ""
    days: int = 0
    due: date | None = None
    late: bool = False
    over: int = 0


def court(row: Any) -> Court:
    """The court of a row of the register; an empty one where nobody's decision is waited for."""
    now = clock.now()
    if row.state == "disagreement":  # the desks stand: nobody's visa is late while the parties argue
        return Court(str(_("все стороны")), working_days_between(row.moved_at, now))
    if row.court is None:
        return Court()
    due = clock.in_moscow(row.court_due).date() if row.court_due else None
    late = bool(row.court_due and row.court_due < now)
    over = late_by(row.court_due, now) if late else 0
    return Court(row.court, working_days_between(row.court_since, now), due, late, over)


def _narrow(statement: Select[Any], actor: Actor, filters: Filters) -> Select[Any]:
    statement = statement.where(visible_to(actor, "agreement", Agreement.id))
    if filters.text:
        statement = statement.where(searching.matches(filters.text))
    if filters.moving:
        statement = statement.where(Agreement.state.in_(MOVING))
    if filters.state:
        statement = statement.where(Agreement.state == filters.state)
    if filters.kind:
        statement = statement.where(Agreement.kind == filters.kind)
    if filters.organisation_id is not None:
        statement = statement.where(
            exists().where(
                AgreementParty.agreement_id == Agreement.id,
                AgreementParty.organisation_id == filters.organisation_id,
            )
        )
    if filters.party:
        statement = statement.where(_has_party(filters.party))
    if filters.expiring:
        limit = clock.today() + timedelta(days=EXPIRING_DAYS)
        statement = statement.where(Agreement.state == "registered", Agreement.valid_until <= limit)
    return statement


def _has_party(words: str) -> ColumnElement[bool]:
    """Some party bears a name with all the words."""
    names = [
        or_(
            Organisation.short_name.icontains(word, autoescape=True),
            Organisation.full_name.icontains(word, autoescape=True),
        )
        for word in words.split()
    ]
    return exists().where(
        AgreementParty.agreement_id == Agreement.id, Organisation.id == AgreementParty.organisation_id, *names
    )


def exported(actor: Actor, filters: Filters, most: int = MOST_EXPORTED) -> Sequence[Any]:
    """The rows of the register that the filters let through, newest first, without paging. One query."""
    statement = _narrow(columns(), actor, filters).order_by(Agreement.id.desc()).limit(most)
    return db.session.execute(statement).all()


def counts(actor: Actor) -> dict[str, int]:
    """How many the actor sees by state, each capped: «1000+» is all anybody reads."""
    if actor.organisation_id is not None:
        return {row[0]: row[1] for row in COUNTS(reader=actor.organisation_id)}
    visible = select(Agreement.state, Agreement.id).where(visible_to(actor, "agreement", Agreement.id))
    return {row[0]: row[1] for row in db.session.execute(_counted(visible, Agreement.id))}


def _counted(visible: Select[Any], newest: Any) -> Select[Any]:
    capped = visible.order_by(newest.desc()).limit(MOST_COUNTED).subquery()
    return select(capped.c.state, func.count()).group_by(capped.c.state)


def _of_reader() -> Select[Any]:
    """From the list of who reads what: it lies in the order of ids, so the newest come without a look at the rest."""
    return (
        select(Agreement.state)
        .select_from(Reader)
        .join(Agreement, Agreement.id == Reader.subject_id)
        .where(Reader.subject_kind == "agreement", Reader.organisation_id == bindparam("reader"))
    )


COUNTS = Prepared(lambda: _counted(_of_reader(), Reader.subject_id))


def soon() -> date:
    """Agreements in force until this day or an earlier one «истекают»."""
    return clock.today() + timedelta(days=EXPIRING_DAYS)


def expires_soon(valid_until: date | None, state: str) -> bool:
    """«Истекает»: a computed flag, never a state."""
    return state == "registered" and valid_until is not None and valid_until <= soon()


def electronic_signature(party_id: int) -> ElectronicSignature | None:
    """The recorded electronic signature of a party that is in force."""
    return db.session.scalars(
        select(ElectronicSignature)
        .join(PartySignature, PartySignature.id == ElectronicSignature.signature_id)
        .where(PartySignature.party_id == party_id, PartySignature.voided_at.is_(None))
    ).one_or_none()
