"""Proving who one is: sign-in with a lock-out, sessions that can be ended elsewhere, passwords, bearer tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import ApiToken, AuthSession, Credential, Person, SignInAttempt
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotValid

SESSION_HOURS = 12
WINDOW = timedelta(minutes=15)
FAILURES_PER_PERSON = 5
FAILURES_PER_ADDRESS = 50
PASSWORD_LENGTH = 10

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = hasher.hash(secrets.token_hex(8))


def token_hash(token: str) -> str:
    """What is kept of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(email: str, password: str, address: str = "", agent: str = "") -> str:
    """Check the password and open a session; returns its secret token for the cookie.

    Raises NotAllowed, in the same words for an unknown address, a wrong password and a locked-out person's right one.
    """
    email = email.strip().lower()
    _refuse_when_locked_out(email, address)
    person = db.session.scalars(select(Person).where(Person.email == email)).one_or_none()
    credential = _password_of(person.id) if person else None
    good = verify(credential.secret if credential else _NOBODY, password)
    if not (good and person and credential and person.active and person.organisation.active):
        with transaction():
            db.session.add(SignInAttempt(email=email, address=address, at=clock.now()))
        raise NotAllowed(_("Неверный адрес или пароль"))
    return _open_session(person.id, address, agent)


def _refuse_when_locked_out(email: str, address: str) -> None:
    since = clock.now() - WINDOW
    by_person, by_address = db.session.execute(
        select(
            func.count().filter(SignInAttempt.email == email),
            func.count().filter(SignInAttempt.address == address),
        ).where(SignInAttempt.at > since, or_(SignInAttempt.email == email, SignInAttempt.address == address))
    ).one()
    if by_person >= FAILURES_PER_PERSON or by_address >= FAILURES_PER_ADDRESS:
        raise NotAllowed(_("Слишком много неудачных попыток входа. Повторите через %(minutes)s минут.", minutes=15))


def _open_session(person_id: int, address: str, agent: str) -> str:
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction():
        person = db.session.get_one(Person, person_id)
        session = AuthSession(
            token_hash=token_hash(token),
            person_id=person_id,
            method="password",
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
            address=address,
            agent=agent[:200],
        )
        db.session.add(session)
        db.session.flush()
        who = audit.Who(person_id, person.full_name, person.organisation_id, "", address, str(session.id))
        audit.append(who, audit.Act("person", person_id, "sign_in"))
    return token


def sign_out(token: str) -> None:
    """End the session of this cookie."""
    with transaction():
        db.session.execute(
            update(AuthSession)
            .where(AuthSession.token_hash == token_hash(token), AuthSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def sign_out_everywhere(person_id: int, actor: Actor) -> None:
    """End every session of a person. The person himself or an administrator may."""
    if actor.id != person_id and not actor.is_admin:
        raise NotAllowed(_("Завершить чужие сеансы может только администратор"))
    with transaction():
        _end_sessions(person_id, clock.now())
        audit.append(actor.who(), audit.Act("person", person_id, "sign_out_everywhere"))


def _end_sessions(person_id: int, now: datetime, keep: str = "") -> None:
    db.session.execute(
        update(AuthSession)
        .where(AuthSession.person_id == person_id, AuthSession.ended_at.is_(None), AuthSession.token_hash != keep)
        .values(ended_at=now)
    )


def verify(secret: str, password: str) -> bool:
    """Whether `password` fits the argon2 hash `secret`."""
    try:
        return hasher.verify(secret, password)
    except VerificationError:
        return False


def _password_of(person_id: int) -> Credential | None:
    return db.session.scalars(
        select(Credential).where(Credential.person_id == person_id, Credential.method == "password")
    ).one_or_none()


def check_strength(password: str) -> None:
    """Refuse a password that is too short or one character repeated."""
    if len(password) < PASSWORD_LENGTH or len(set(password)) < 5:
        raise NotValid(_("Пароль — не короче %(n)s знаков, не менее пяти разных", n=PASSWORD_LENGTH), "password")


def set_password(person_id: int, password: str, actor: Actor, must_change: bool = False) -> None:
    """Set a password (an administrator, or the service at set-up); the person's sessions end."""
    if not (actor.is_admin or actor.is_system):
        raise NotAllowed(_("Назначить пароль может только администратор"))
    check_strength(password)
    with transaction():
        _store(person_id, password, must_change)
        _end_sessions(person_id, clock.now())
        audit.append(actor.who(), audit.Act("person", person_id, "set_password"))


def _store(person_id: int, password: str, must_change: bool) -> None:
    credential = _password_of(person_id)
    if credential is None:
        credential = Credential(person_id=person_id, method="password", secret="", changed_at=clock.now())
        db.session.add(credential)
    credential.secret = hasher.hash(password)
    credential.changed_at = clock.now()
    credential.must_change = must_change


def change_password(actor: Actor, current: str, new: str, keep_token: str = "") -> None:
    """Change one's own password; every other session of the person ends."""
    if actor.id is None:
        raise NotAllowed(_("У системы нет пароля"))
    credential = _password_of(actor.id)
    if credential is None or not verify(credential.secret, current):
        raise NotValid(_("Текущий пароль указан неверно"), "current")
    check_strength(new)
    with transaction():
        _store(actor.id, new, must_change=False)
        _end_sessions(actor.id, clock.now(), token_hash(keep_token) if keep_token else "")
        audit.append(actor.who(), audit.Act("person", actor.id, "change_password"))


def issue_token(actor: Actor, name: str, days: int = 90) -> str:
    """A bearer token of the actor for `days` days; shown once, only its hash is kept."""
    if actor.id is None:
        raise NotAllowed(_("У системы нет токенов"))
    if not name.strip():
        raise NotValid(_("Назовите токен, чтобы узнать его в списке"), "name")
    if not 1 <= days <= 365:
        raise NotValid(_("Срок токена — от 1 до 365 дней"), "days")
    token = "sgl_" + secrets.token_urlsafe(32)
    with transaction():
        now = clock.now()
        row = ApiToken(
            person_id=actor.id,
            name=name.strip(),
            token_hash=token_hash(token),
            hint=token[:8],
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        db.session.add(row)
        db.session.flush()
        audit.append(actor.who(), audit.Act("person", actor.id, "issue_token", data={"token": row.id}))
    return token


def revoke_token(actor: Actor, token_id: int) -> None:
    """Revoke one's own token (an administrator: anybody's)."""
    with transaction():
        row = db.session.get(ApiToken, token_id)
        if row is None or (row.person_id != actor.id and not actor.is_admin):
            raise NotFound(_("Токен не найден"))
        row.revoked_at = row.revoked_at or clock.now()
        audit.append(actor.who(), audit.Act("person", row.person_id, "revoke_token", data={"token": row.id}))
