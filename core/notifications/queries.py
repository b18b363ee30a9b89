"""Reading notices: how many are unread, and the list."""

from __future__ import annotations

from sqlalchemy import func, select

from core.accounts.actor import Actor
from core.db import db
from core.notifications.models import Notification
from core.web.paging import Key, Page, page

CAP = 99


def unread_count(actor: Actor) -> int:
    """How many notices the actor has not read, at most CAP + 1 («99+»). One query."""
    rows = (
        select(Notification.id)
        .where(Notification.person_id == actor.id, Notification.read_at.is_(None))
        .limit(CAP + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def notices(actor: Actor, *, unread: bool = False, after: str = "", before: str = "") -> Page[Notification]:
    """The actor's notices, the newest first."""
    statement = select(Notification).where(Notification.person_id == actor.id)
    if unread:
        statement = statement.where(Notification.read_at.is_(None))
    key = Key(Notification.id.expression, lambda row: row.id, descending=True)
    return page(statement, (key,), after=after, before=before, scalars=True)
