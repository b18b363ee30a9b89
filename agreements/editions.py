"""Reading texts: the editions of an agreement's terms, and its revisions beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.models import Agreement, Amendment, Revision
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotFound


@dataclass(frozen=True)
class Editions:
    """The agreement, its editions oldest first, and the one in force on the day."""

    agreement: Agreement
    all: Sequence[Any]
    chosen: Any
    before: Any
    """The edition before the chosen one, or None for the first."""


def editions(agreement_id: int, day: date, actor: Actor) -> Editions:
    """«Редакция на дату». Raises NotFound: hidden, absent, or not in force yet on that day."""
    agreement = seen(agreement_id, actor)
    columns = (Amendment.edition, Amendment.source_id, Amendment.effective_from, Amendment.clauses, Agreement.title)
    rows = db.session.execute(
        select(*columns)
        .outerjoin(Agreement, Agreement.id == Amendment.source_id)
        .where(Amendment.agreement_id == agreement_id)
        .order_by(Amendment.edition)
    ).all()
    known = [row for row in rows if row.effective_from <= day]
    chosen = known[-1] if known else None
    before = known[-2] if len(known) > 1 else None
    return Editions(agreement, rows, chosen, before)


def seen(agreement_id: int, actor: Actor) -> Agreement:
    """The bare row, if the actor may see it. Raises NotFound."""
    found = db.session.scalars(
        select(Agreement).where(Agreement.id == agreement_id, visible_to(actor, "agreement", Agreement.id))
    ).one_or_none()
    if found is None:
        raise NotFound(_("Соглашение не найдено"))
    return found


@dataclass(frozen=True)
class TwoRevisions:
    """A revision and the one it is compared with (None for the first)."""

    agreement: Agreement
    now: Revision
    before: Revision | None
    numbers: Sequence[int]


def revisions(agreement_id: int, number: int, against: int | None, actor: Actor) -> TwoRevisions:
    """A revision beside an earlier one, the one just before it unless told otherwise. Raises NotFound."""
    agreement = seen(agreement_id, actor)
    against = number - 1 if against is None else against
    wanted = select(Revision).where(Revision.agreement_id == agreement_id, Revision.number.in_((number, against)))
    rows = {row.number: row for row in db.session.scalars(wanted)}
    if number not in rows:
        raise NotFound(_("Такой редакции нет"))
    return TwoRevisions(agreement, rows[number], rows.get(against), range(1, agreement.revision_number + 1))
