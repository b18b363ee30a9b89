"""Substitution («замещение»): "I am away from–to", with its legal basis; no chains, one organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.signoffs.models import Substitution
from core.signoffs.models.substitution import SLOT_KINDS

MARKS = ("за", "и.о.")
BASES = ("order", "mchd")
ARRANGERS = ("m_coord", "c_coord", "m_control", "c_control", "secretary", "admin")
"""Who may enter another person's absence: he may be ill. Never the substitute himself."""


@dataclass(frozen=True)
class Away:
    """An absence: who stands in, from a day to a day (both included), in what, on which basis.

    `scope`: slot kinds and subject kinds; empty is everything. `mark`: «за» or «и.о.».
    """

    principal_id: int
    substitute_id: int
    starts_on: date
    ends_on: date
    basis_number: str
    basis_date: date
    basis_kind: str = "order"
    basis_expires_on: date | None = None
    powers: str = ""
    mark: str = "за"
    scope: Sequence[str] = ()


def substitute(away: Away, actor: Actor) -> Substitution:
    """Enter an absence. Raises NotAllowed, NotNow (it overlaps another), NotValid naming the fields.

    Only tasks of the principal himself pass to the substitute: what the principal was given to stand in for does not,
    and when the substitute is away in his turn, nothing passes on.
    """
    with transaction():
        principal = locked(Person, away.principal_id)
        deputy = db.session.get(Person, away.substitute_id)
        _refuse_stranger(away, principal, actor)
        assert principal is not None
        _check(away, principal, deputy)
        _refuse_overlap(away)
        row = _row(away, actor)
        db.session.add(row)
        db.session.flush()
        _journal(row, "substitution", actor, "")
        return row


def _refuse_stranger(away: Away, principal: Person | None, actor: Actor) -> None:
    if principal is None:
        raise NotValid(_("Кого замещают?"), "principal_id")
    if actor.is_system or actor.id == principal.id:
        return
    arranges = actor.has(*ARRANGERS) and (actor.is_admin or actor.organisation_id == principal.organisation_id)
    if not arranges or actor.id == away.substitute_id:
        raise NotAllowed(_("Замещение вносит сам отсутствующий, координатор или делопроизводство его организации"))


def _check(away: Away, principal: Person, deputy: Person | None) -> None:
    faults: dict[str, str] = {}
    if deputy is None or not deputy.active or deputy.id == principal.id:
        faults["substitute_id"] = _("Укажите замещающего")
    elif deputy.organisation_id != principal.organisation_id:
        faults["substitute_id"] = _("Замещающий — из той же организации")
    if away.ends_on < away.starts_on:
        faults["ends_on"] = _("Окончание раньше начала")
    elif away.ends_on < clock.today():
        faults["ends_on"] = _("Срок замещения уже прошёл")
    if not away.basis_number.strip():
        faults["basis_number"] = _("Укажите номер приказа или МЧД")
    if away.basis_date > away.starts_on:
        faults["basis_date"] = _("Приказ или МЧД не могут быть позже начала замещения")
    if away.basis_expires_on is not None and away.basis_expires_on < away.ends_on:
        faults["basis_expires_on"] = _("Основание истекает раньше, чем кончается замещение")
    if away.basis_kind == "mchd" and away.basis_expires_on is None:
        faults["basis_expires_on"] = _("Укажите, по какой день действует МЧД")
    if away.mark not in MARKS or away.basis_kind not in BASES:
        faults["mark"] = _("Отметка — «за» или «и.о.», основание — приказ или МЧД")
    if faults:
        raise NotValid(_("Замещение заполнено с ошибками"), fields=faults)


def _refuse_overlap(away: Away) -> None:
    """Two substitutes of one person in the same tasks on one day: nobody could say whose the visa is."""
    others = db.session.scalars(
        select(Substitution).where(
            Substitution.principal_id == away.principal_id,
            Substitution.slot_id.is_(None),
            Substitution.revoked_at.is_(None),
            Substitution.starts_on <= away.ends_on,
            Substitution.ends_on >= away.starts_on,
        )
    )
    for other in others:
        if _share(away.scope, other.scope):
            raise NotNow(
                _(
                    "На эти дни уже есть замещение: %(name)s, с %(start)s по %(end)s",
                    name=other.substitute.short_name,
                    start=f"{other.starts_on:%d.%m.%Y}",
                    end=f"{other.ends_on:%d.%m.%Y}",
                )
            )


def _share(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two scopes have a task in common: an empty half of a scope stands for everything."""
    slots = [set(scope) & SLOT_KINDS for scope in (one, other)]
    subjects = [set(scope) - SLOT_KINDS for scope in (one, other)]
    return all(not first or not second or first & second for first, second in (slots, subjects))


def _row(away: Away, actor: Actor) -> Substitution:
    return Substitution(
        principal_id=away.principal_id,
        substitute_id=away.substitute_id,
        starts_on=away.starts_on,
        ends_on=away.ends_on,
        scope=list(away.scope),
        mark=away.mark,
        basis_kind=away.basis_kind,
        basis_number=away.basis_number.strip(),
        basis_date=away.basis_date,
        basis_expires_on=away.basis_expires_on,
        powers=away.powers.strip(),
        created_at=clock.now(),
        created_by=actor.id,
    )


def revoke(substitution_id: int, actor: Actor) -> Substitution:
    """End a substitution now: from the next act on it gives nothing. What was decided under it stands."""
    with transaction():
        row = locked(Substitution, substitution_id)
        if row is None:
            raise NotFound(_("Замещение не найдено"))
        mine = actor.id in (row.principal_id, row.substitute_id)
        arranges = actor.has(*ARRANGERS) and actor.organisation_id == row.principal.organisation_id
        if not (mine or arranges or actor.is_admin):
            raise NotFound(_("Замещение не найдено"))
        if row.revoked_at is not None:
            raise NotNow(_("Замещение уже отменено"))
        row.revoked_at = clock.now()
        _journal(row, "substitution_revoked", actor, "")
        return row


def substitutions_of(actor: Actor) -> list[Substitution]:
    """Where the actor is away or stands in, newest first: the screen "I am away from–to"."""
    return list(
        db.session.scalars(
            select(Substitution)
            .where((Substitution.principal_id == actor.id) | (Substitution.substitute_id == actor.id))
            .order_by(Substitution.starts_on.desc(), Substitution.id.desc())
            .limit(100)
        )
    )


def _journal(row: Substitution, step: str, actor: Actor, comment: str) -> None:
    data = {
        "substitution": row.id,
        "substitute": row.substitute_id,
        "from": row.starts_on.isoformat(),
        "to": row.ends_on.isoformat(),
        "basis": f"{row.basis_kind} {row.basis_number} {row.basis_date.isoformat()}",
        "scope": list(row.scope),
    }
    audit.append(actor.who(), audit.Act("person", row.principal_id, step, comment=comment, data=data))
