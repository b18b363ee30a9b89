"""Registration journals: the next number under the journal's lock; a number brought by hand must be free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agreements.models import Agreement, Journal, RegistrationEntry
from agreements.parties import roles_of
from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.roles import SIDES
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.web.paging import Key, Page, page

CODE = "agreements"


def give(organisation_id: int, agreement_id: int, actor: Actor, wanted: str = "") -> RegistrationEntry:
    """Enter an agreement into the side's journal of this year. Inside the caller's transaction.

    An empty `wanted` takes the next number. Raises NotNow when the wanted number is taken, NotValid when it is no
    number anybody could cite.
    """
    day = clock.today()
    journal = of_organisation(organisation_id, day.year)
    if wanted:
        number = _free(journal, wanted)
        seq = in_order(journal, number)
    else:
        number, seq = _next(journal)
    return _enter(journal, number, seq, actor, agreement_id=agreement_id)


def _next(journal: Journal) -> tuple[str, int]:
    """The next number in order; those that were brought by hand meanwhile are passed over."""
    journal.last += 1
    while _taken(journal, f"{journal.prefix}{journal.last}"):
        journal.last += 1
    return f"{journal.prefix}{journal.last}", journal.last


def in_order(journal: Journal, number: str) -> int | None:
    """The place of a number brought by hand that looks like one of the journal's own; None for any other."""
    place = number.removeprefix(journal.prefix)
    own = place != number and place.isdecimal() and place == str(int(place)) and 0 < int(place) < 10**6
    return int(place) if own else None


def _enter(
    journal: Journal, number: str, seq: int | None, actor: Actor, *, agreement_id: int | None = None, note: str = ""
) -> RegistrationEntry:
    entry = RegistrationEntry(
        journal_id=journal.id,
        seq=seq,
        number=number,
        agreement_id=agreement_id,
        registered_on=clock.today(),
        note=note,
        by_name=actor.name,
        at=clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


MOST_SET_ASIDE = 500


def set_aside(actor: Actor, note: str, count: int = 1) -> list[RegistrationEntry]:
    """Take the next numbers out of the actor's own journal without an agreement, each explained by `note`.

    For a number spoilt, annulled, or used on paper. Raises NotAllowed, NotValid.
    """
    if not may_keep(actor):
        raise NotAllowed(_("Журнал ведёт делопроизводство стороны"))
    if not note.strip():
        raise NotValid(_("Напишите, почему номер не присвоен документу"), "note")
    if not 1 <= count <= MOST_SET_ASIDE:
        raise NotValid(_("За один раз — от 1 до %(n)s номеров", n=MOST_SET_ASIDE), "count")
    assert actor.organisation_id is not None
    with transaction():
        journal = of_organisation(actor.organisation_id, clock.today().year)
        rows = [_enter(journal, *_next(journal), actor, note=note.strip()) for _n in range(count)]
        data = {"year": journal.year, "numbers": [row.number for row in rows]}
        act = audit.Act("registration_journal", journal.id, "set_aside", comment=note.strip(), data=data)
        audit.append(actor.who(), act)
        return rows


def may_keep(actor: Actor) -> bool:
    """Whether the actor keeps his organisation's journal."""
    return actor.side in SIDES and actor.side != "system" and actor.has(*roles_of("registrar", actor.side))


@dataclass(frozen=True)
class JournalYear:
    """A journal of one year: its counter and what of the order has no entry."""

    journal: Journal | None
    year: int
    years: list[int]
    gaps: list[int]


def of_year(actor: Actor, year: int | None = None) -> JournalYear:
    """The journal of the actor's organisation; the newest year where none is named. Raises NotFound for outsiders."""
    if actor.organisation_id is None:
        raise NotFound
    rows = db.session.scalars(
        select(Journal)
        .where(Journal.organisation_id == actor.organisation_id, Journal.code == CODE)
        .order_by(Journal.year.desc())
    ).all()
    wanted = year or (rows[0].year if rows else clock.today().year)
    journal = next((row for row in rows if row.year == wanted), None)
    return JournalYear(journal, wanted, [row.year for row in rows], gaps(journal) if journal else [])


def gaps(journal: Journal) -> list[int]:
    """Places in the order that have no entry: none, unless somebody went past the service."""
    used = set(
        db.session.scalars(
            select(RegistrationEntry.seq).where(
                RegistrationEntry.journal_id == journal.id, RegistrationEntry.seq <= journal.last
            )
        )
    )
    return [seq for seq in range(1, journal.last + 1) if seq not in used]


def explain(actor: Actor, year: int, seq: int, note: str) -> RegistrationEntry:
    """Write down why a place in the order has no document. Raises NotAllowed, NotFound (no such gap), NotValid."""
    if not may_keep(actor):
        raise NotAllowed(_("Журнал ведёт делопроизводство стороны"))
    if not note.strip():
        raise NotValid(_("Напишите, почему номер не присвоен документу"), "note")
    assert actor.organisation_id is not None
    with transaction():
        journal = of_organisation(actor.organisation_id, year)
        if seq not in gaps(journal):
            raise NotFound(_("Такого пропуска в журнале нет"))
        return _enter(journal, f"{journal.prefix}{seq}", seq, actor, note=note.strip())


def entries(journal: Journal, after: str = "", before: str = "", size: int = 50) -> Page[Any]:
    """Entries with their agreements, newest first."""
    statement = (
        select(RegistrationEntry, Agreement.title, Agreement.state)
        .outerjoin(Agreement, Agreement.id == RegistrationEntry.agreement_id)
        .where(RegistrationEntry.journal_id == journal.id)
    )
    key = Key(RegistrationEntry.__table__.c.id, lambda row: row[0].id, descending=True)
    return page(statement, [key], after=after, before=before, size=size)


def _free(journal: Journal, wanted: str) -> str:
    if len(wanted) > 60 or not any(letter.isdigit() for letter in wanted):
        raise NotValid(_("Регистрационный номер — до 60 знаков, с цифрами"), "number")
    if _taken(journal, wanted):
        raise NotNow(_("Номер %(number)s в журнале %(year)s года уже занят", number=wanted, year=journal.year))
    return wanted


def _taken(journal: Journal, number: str) -> bool:
    return (
        db.session.scalar(
            select(RegistrationEntry.id).where(
                RegistrationEntry.journal_id == journal.id, RegistrationEntry.number == number
            )
        )
        is not None
    )


def of_organisation(organisation_id: int, year: int) -> Journal:
    """The journal under its lock, inside the caller's transaction; made on the first number of the year."""
    statement = (
        select(Journal)
        .where(Journal.organisation_id == organisation_id, Journal.code == CODE, Journal.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    journal = db.session.scalars(statement).one_or_none()
    if journal is None:
        insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
        db.session.execute(
            insert(Journal)
            .values(
                organisation_id=organisation_id,
                code=CODE,
                year=year,
                prefix=_prefix(organisation_id, year),
                last=0,
            )
            .on_conflict_do_nothing()
        )
        journal = db.session.scalars(statement).one()
    return journal


def _prefix(organisation_id: int, year: int) -> str:
    """The prefix of last year's journal with the new year in it, else «С/год/»."""
    last = db.session.scalars(
        select(Journal)
        .where(Journal.organisation_id == organisation_id, Journal.code == CODE, Journal.year < year)
        .order_by(Journal.year.desc())
        .limit(1)
    ).first()
    return last.prefix.replace(str(last.year), str(year)) if last else f"С/{year}/"
