"""Loading the actor behind a session, a token or an id: one query each, roles included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import ApiToken, AuthSession, Organisation, Person, RoleHolding
from core.accounts.roles import SIDE_OF_KIND
from core.accounts.signin import token_hash
from core.db import Prepared, db
from core.errors import NotFound

_PERSON = (
    Person.id,
    Person.surname,
    Person.given_name,
    Person.patronymic,
    Person.position,
    Person.locale,
    Organisation.id.label("organisation_id"),
    Organisation.short_name.label("organisation_name"),
    Organisation.kind,
    Organisation.region_code,
    RoleHolding.role,
    RoleHolding.valid_from,
    RoleHolding.valid_to,
)


def _people(*extra: Any, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return (
        select(*_PERSON, *extra)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .join(RoleHolding, RoleHolding.person_id == Person.id, isouter=True)
        .where(and_(Person.active, Organisation.active, *where))
    )


def _of_session() -> Select[Any]:
    return _people(
        AuthSession.id.label("session"),
        AuthSession.method,
        AuthSession.assurance,
        where=(
            AuthSession.token_hash == bindparam("token"),
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > bindparam("now"),
        ),
    ).join(AuthSession, AuthSession.person_id == Person.id)


def _of_token() -> Select[Any]:
    return _people(
        ApiToken.id.label("session"),
        where=(
            ApiToken.token_hash == bindparam("token"),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > bindparam("now"),
        ),
    ).join(ApiToken, ApiToken.person_id == Person.id)


OF_SESSION, OF_TOKEN = Prepared(_of_session), Prepared(_of_token)


def by_session(token: str, address: str = "") -> Actor | None:
    """The actor of a cookie, or None when the session has ended."""
    return _actor(OF_SESSION(token=token_hash(token), now=clock.now()), address)


def by_token(token: str, address: str = "") -> Actor | None:
    """The actor of a bearer token, or None when it is unknown, revoked or past its term."""
    return _actor(OF_TOKEN(token=token_hash(token), now=clock.now()), address, method="token")


def by_id(person_id: int) -> Actor:
    """The actor of a person. Raises NotFound."""
    actor = _actor(db.session.execute(_people(where=(Person.id == person_id,))).all(), "", method="none")
    if actor is None:
        raise NotFound(_l("Сотрудник не найден"))
    return actor


def _actor(rows: Sequence[Row[Any]], address: str, method: str = "") -> Actor | None:
    if not rows:
        return None
    first = rows[0]
    day = clock.today()
    held = {
        row.role
        for row in rows
        if row.role
        and (row.valid_from is None or row.valid_from <= day)
        and (row.valid_to is None or day <= row.valid_to)
    }
    names = [part for part in (first.surname, first.given_name, first.patronymic) if part]
    return Actor(
        id=first.id,
        name=" ".join(names),
        short_name="".join(f"{part[0]}." for part in names[1:]) + f"\u00a0{first.surname}",
        position=first.position,
        organisation_id=first.organisation_id,
        organisation_name=first.organisation_name,
        side=SIDE_OF_KIND[first.kind],
        roles=frozenset(held),
        region_code=first.region_code,
        locale=first.locale,
        method=method or first.method,
        assurance=getattr(first, "assurance", "single_factor"),
        session=str(getattr(first, "session", "")),
        address=address,
    )
