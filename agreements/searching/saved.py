"""Saved views: a person's filters of the register under a name, with a link others may open."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select

from agreements.models import SavedView
from core import clock
from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotFound, NotNow, NotValid

MOST = 30
KEPT = ("q", "state", "kind", "organisation", "party", "expiring", "moving")
"""What of a query string is kept: the filters of the register."""


def views(actor: Actor) -> list[SavedView]:
    """The actor's own views by name."""
    return list(db.session.scalars(select(SavedView).where(SavedView.person_id == actor.id).order_by(SavedView.name)))


def save(actor: Actor, name: str, filters: Mapping[str, str]) -> SavedView:
    """Keep filters under a name; the same name is written over. Raises NotValid, NotNow."""
    name = " ".join(name.split())[:100]
    kept = {key: str(filters[key])[:200] for key in KEPT if filters.get(key)}
    if not name or not kept:
        raise NotValid(_("Назовите отбор и отберите что-нибудь"), "name")
    with transaction():
        mine = select(SavedView).where(SavedView.person_id == actor.id)
        row = db.session.scalars(mine.where(SavedView.name == name)).one_or_none()
        if row is None:
            count = db.session.scalar(
                select(func.count()).select_from(SavedView).where(SavedView.person_id == actor.id)
            )
            if (count or 0) >= MOST:
                raise NotNow(_("Сохранённых отборов может быть не больше %(n)s", n=MOST))
            code = secrets.token_urlsafe(9)
            row = SavedView(person_id=actor.id, name=name, code=code, created_at=clock.now())
            db.session.add(row)
        row.filters = kept
        return row


def forget(view_id: int, actor: Actor) -> None:
    """Delete an own view. Raises NotFound."""
    with transaction():
        row = db.session.get(SavedView, view_id)
        if row is None or row.person_id != actor.id:
            raise NotFound(_("Отбор не найден"))
        db.session.delete(row)


def by_code(code: str) -> SavedView:
    """The view of a link. Raises NotFound."""
    row = db.session.scalars(select(SavedView).where(SavedView.code == code)).one_or_none()
    if row is None:
        raise NotFound(_("Отбор не найден: ссылка неверна или отбор удалён"))
    return row
