"""Telling people: the notice and the letter are rows of the caller's transaction; the sending is a job after it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.db import db, transaction
from core.notifications.models import Letter, Notification
from core.notifications.texts import footer, text_of
from core.workflow import enqueue


@dataclass(frozen=True)
class Message:
    """What to tell. The same `key` is told to a person once; `text` names the template, `path` is where it leads."""

    key: str
    text: str
    path: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def notify(people: Iterable[int], message: Message) -> list[Notification]:
    """Tell the people who have not been told yet. Joins the caller's transaction.

    A letter is written only where an SMTP server is configured; without one the notice stays in the application.
    """
    with transaction():
        fresh = [_tell(person, message) for person in _untold(people, message.key)]
        db.session.flush()
        return fresh


def _untold(people: Iterable[int], key: str) -> Sequence[Person]:
    wanted = sorted(set(people))
    if not wanted:
        return []
    told = select(Notification.person_id).where(Notification.key == key, Notification.person_id.in_(wanted))
    rows = select(Person).where(Person.id.in_(wanted), Person.active, Person.id.not_in(told)).order_by(Person.id)
    # Two workers telling the same thing meet on the people's rows; the second finds nobody left to tell.
    return db.session.scalars(rows.with_for_update(of=Person, key_share=True)).all()


def _tell(person: Person, message: Message) -> Notification:
    subject, body = text_of(message.text, message.context, person.locale)
    notification = Notification(
        person_id=person.id,
        key=message.key,
        kind=message.text,
        title=subject,
        text=body,
        path=message.path,
        created_at=clock.now(),
    )
    db.session.add(notification)
    if current_app.config.get("SMTP_HOST") and person.email:
        _write(notification, person, body)
    return notification


def _write(notification: Notification, person: Person, body: str) -> None:
    db.session.flush()
    address = current_app.config["PUBLIC_URL"].rstrip("/") + notification.path
    letter = Letter(
        notification=notification,
        address=person.email,
        subject=notification.title,
        body=f"{body}\n\n{footer(address, person.locale)}\n",
        message_id=f"<{secrets.token_hex(16)}@soglasovano>",
        created_at=clock.now(),
    )
    db.session.add(letter)
    db.session.flush()
    enqueue("notifications.send", {"letter_id": letter.id}, key=f"notifications.send:{letter.id}")


def mark_read(actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Mark the actor's notices as read, all of them without `ids`; returns how many were unread."""
    with transaction():
        mine = [Notification.person_id == actor.id, Notification.read_at.is_(None)]
        if ids is not None:
            mine.append(Notification.id.in_(ids))
        unread = db.session.scalars(select(Notification.id).where(*mine)).all()
        db.session.execute(update(Notification).where(Notification.id.in_(unread)).values(read_at=clock.now()))
        return len(unread)
