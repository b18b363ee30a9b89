"""Every read of organisations and people, and who may see how much of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, false, literal, or_, select, true
from sqlalchemy.orm import aliased, joinedload, selectinload

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import ApiToken, AuthSession, Credential, Organisation, Person, Reader, RoleHolding, Signatory
from core.db import db
from core.errors import NotFound
from core.web.paging import PAGE, Key, Page, page

SEES_ALL_SIDES = ("ministry", "corporation", "operator")
FEW = 200


def sees_everybody(actor: Actor) -> bool:
    """Whether requisites and people of every organisation are open to the actor."""
    return actor.is_system or actor.is_admin or actor.side in SEES_ALL_SIDES


def known_to(actor: Actor, organisation_id: Any) -> ColumnElement[bool]:
    """The condition "full requisites and people of this organisation are open to the actor"."""
    if sees_everybody(actor):
        return true()
    if actor.organisation_id is None:
        return false()
    mine, theirs = aliased(Reader), aliased(Reader)
    shared = exists().where(
        and_(
            mine.organisation_id == actor.organisation_id,
            theirs.subject_kind == mine.subject_kind,
            theirs.subject_id == mine.subject_id,
            theirs.organisation_id == organisation_id,
        )
    )
    return or_(organisation_id == actor.organisation_id, shared)


@dataclass(frozen=True)
class Search:
    """What a list is asked for. Empty fields ask nothing."""

    q: str = ""
    kind: str = ""
    region: str = ""
    role: str = ""
    organisation_id: int | None = None
    after: str = ""
    before: str = ""
    size: int = PAGE


def organisations(search: Search) -> Page[Any]:
    """The directory of names, open to everybody signed in: rows with the names, kind, region_code, parent, active."""
    parent = aliased(Organisation)
    columns = ("id", "kind", "region_code", "short_name", "full_name", "active", "sample")
    statement = (
        select(*(getattr(Organisation, name) for name in columns), parent.short_name.label("parent"))
        .join(parent, parent.id == Organisation.parent_id, isouter=True)
        .where(*_asked_of_organisations(search))
    )
    keys = [
        Key(Organisation.short_name, lambda row: row.short_name),  # type: ignore[arg-type]
        Key(Organisation.id, lambda row: row.id),  # type: ignore[arg-type]
    ]
    return page(statement, keys, after=search.after, before=search.before, size=search.size)


def _asked_of_organisations(search: Search) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    for word in search.q.split():
        asked.append(
            or_(
                Organisation.short_name.icontains(word, autoescape=True),
                Organisation.full_name.icontains(word, autoescape=True),
                Organisation.inn == word,
            )
        )
    if search.kind:
        asked.append(Organisation.kind == search.kind)
    if search.region:
        asked.append(Organisation.region_code == search.region)
    return asked


def organisation(actor: Actor, organisation_id: int) -> Organisation:
    """An organisation with its requisites and signatories. Raises NotFound when it is not open to the actor."""
    statement = (
        select(Organisation)
        .where(Organisation.id == organisation_id, known_to(actor, Organisation.id))
        .options(selectinload(Organisation.signatories), joinedload(Organisation.parent))
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("Организация не найдена"))
    return found


def signatory(actor: Actor, organisation_id: int, signatory_id: int) -> Signatory:
    """A signatory of that organisation. Raises NotFound."""
    organisation(actor, organisation_id)
    found = db.session.get(Signatory, signatory_id)
    if found is None or found.organisation_id != organisation_id:
        raise NotFound(_("Подписант не найден"))
    return found


def branch(organisation_id: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """The tree around an organisation: those above it (from the root), and the first of those right below."""
    start = select(Organisation.id, Organisation.parent_id, literal(0).label("height")).where(
        Organisation.id == organisation_id
    )
    above = start.cte("above", recursive=True)
    step = select(Organisation.id, Organisation.parent_id, above.c.height + 1).join(
        above, above.c.parent_id == Organisation.id
    )
    above = above.union(step)
    named = (Organisation.id, Organisation.short_name, Organisation.kind)
    ancestors = select(*named).join(above, above.c.id == Organisation.id).where(above.c.height > 0)
    below = select(*named).where(Organisation.parent_id == organisation_id).order_by(Organisation.short_name)
    return (
        db.session.execute(ancestors.order_by(above.c.height.desc())).all(),
        db.session.execute(below.limit(FEW)).all(),
    )


def choices(kind: str = "") -> Sequence[Any]:
    """Active organisations as (id, short_name), for a form's list."""
    statement = select(Organisation.id, Organisation.short_name).where(Organisation.active)
    if kind:
        statement = statement.where(Organisation.kind == kind)
    return db.session.execute(statement.order_by(Organisation.short_name, Organisation.id)).all()


def regions() -> list[str]:
    """Codes of the regions there are organisations of, in order."""
    rows = db.session.scalars(select(Organisation.region_code).where(Organisation.region_code.is_not(None)).distinct())
    return sorted(code for code in rows if code)


def people(actor: Actor, search: Search) -> Page[Any]:
    """People whose organisations are open to the actor: rows with names, position, organisation, active."""
    columns = ("id", "surname", "given_name", "patronymic", "position", "unit", "email", "active", "organisation_id")
    statement: Select[Any] = (
        select(*(getattr(Person, name) for name in columns), Organisation.short_name.label("organisation"))
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(known_to(actor, Person.organisation_id), *_asked_of_people(search))
    )
    keys = [
        Key(Person.surname, lambda row: row.surname),  # type: ignore[arg-type]
        Key(Person.given_name, lambda row: row.given_name),  # type: ignore[arg-type]
        Key(Person.id, lambda row: row.id),  # type: ignore[arg-type]
    ]
    return page(statement, keys, after=search.after, before=search.before, size=search.size)


def _asked_of_people(search: Search) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    for word in search.q.split():
        fields = (Person.surname, Person.given_name, Person.patronymic, Person.position, Person.email)
        asked.append(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    if search.organisation_id is not None:
        asked.append(Person.organisation_id == search.organisation_id)
    if search.role:
        day = clock.today()
        asked.append(
            exists().where(
                RoleHolding.person_id == Person.id,
                RoleHolding.role == search.role,
                or_(RoleHolding.valid_from.is_(None), RoleHolding.valid_from <= day),
                or_(RoleHolding.valid_to.is_(None), RoleHolding.valid_to >= day),
            )
        )
    return asked


def person(actor: Actor, person_id: int) -> Person:
    """A person with organisation and roles. Raises NotFound when not open to the actor (oneself always is)."""
    statement = (
        select(Person)
        .where(Person.id == person_id, or_(known_to(actor, Person.organisation_id), Person.id == actor.id))
        .options(joinedload(Person.organisation), selectinload(Person.roles))
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("Сотрудник не найден"))
    return found


def sessions(actor: Actor) -> Sequence[AuthSession]:
    """The actor's sessions that are still good, newest first."""
    statement = select(AuthSession).where(
        AuthSession.person_id == actor.id, AuthSession.ended_at.is_(None), AuthSession.expires_at > clock.now()
    )
    return db.session.scalars(statement.order_by(AuthSession.created_at.desc(), AuthSession.id.desc()).limit(FEW)).all()


def tokens(actor: Actor) -> Sequence[ApiToken]:
    """The actor's bearer tokens that are not revoked, newest first."""
    statement = select(ApiToken).where(ApiToken.person_id == actor.id, ApiToken.revoked_at.is_(None))
    return db.session.scalars(statement.order_by(ApiToken.id.desc()).limit(FEW)).all()


def must_change_password(person_id: int) -> bool:
    """Whether the password was given by somebody else and has to be replaced."""
    statement = select(Credential.must_change).where(Credential.person_id == person_id, Credential.method == "password")
    return bool(db.session.scalar(statement))
