"""Registration journals: the next number under the journal's lock; a number brought by hand must be free."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agreements.models import Journal, RegistrationEntry
from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotNow, NotValid

CODE = "agreements"


def give(organisation_id: int, agreement_id: int, actor: Actor, wanted: str = "") -> RegistrationEntry:
    """Enter an agreement into the side's journal of this year. Inside the caller's transaction.

    An empty `wanted` takes the next number. Raises NotNow when the wanted number is taken, NotValid when it is no
    number anybody could cite.
    """
    day = clock.today()
    journal = _journal(organisation_id, day.year)
    if wanted:
        number, seq = _free(journal, wanted), None
    else:
        journal.last += 1
        number, seq = f"{journal.prefix}{journal.last}", journal.last
        while _taken(journal, number):
            journal.last += 1
            number, seq = f"{journal.prefix}{journal.last}", journal.last
    entry = RegistrationEntry(
        journal_id=journal.id,
        seq=seq,
        number=number,
        agreement_id=agreement_id,
        registered_on=day,
        by_name=actor.name,
        at=clock.now(),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


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


def _journal(organisation_id: int, year: int) -> Journal:
    """The journal under its lock; made on the first number of the year."""
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
