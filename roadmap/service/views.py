"""Filters of a plan kept under a name: by a person for himself, or for his organisation."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import clock
from core.accounts.actor import Actor
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap.models import PlanView
from roadmap.queries.plans import ItemSearch, plan_head

MOST = 30
OPENS = ("plan", "dashboard", "board", "gantt", "calendar")
"""Views of a plan that follow a filter."""


def save_view(
    roadmap_id: int, name: str, filters: Mapping[str, str], actor: Actor, *, shared: bool = False, opens: str = "plan"
) -> PlanView:
    """Keep a filter of a plan; the actor's own of the same name is written over. Raises NotFound, NotValid, NotNow."""
    plan_head(actor, roadmap_id)
    if actor.id is None or actor.organisation_id is None:
        raise NotAllowed(_("Отборы хранит сотрудник"))
    name = " ".join(name.split())[:100]
    kept = {key: str(value) for key, value in ItemSearch.of(filters).asked().items()}
    if not name or not kept:
        raise NotValid(_("Назовите отбор и отберите что-нибудь"), "name")
    with transaction():
        row = _own(roadmap_id, name, actor.id)
        if row is None:
            row = PlanView(
                roadmap_id=roadmap_id,
                person_id=actor.id,
                organisation_id=actor.organisation_id,
                author_name=actor.short_name or actor.name,
                name=name,
                code=secrets.token_urlsafe(9),
                created_at=clock.now(),
            )
            db.session.add(row)
        row.filters, row.shared, row.opens = kept, shared, opens if opens in OPENS else OPENS[0]
        db.session.flush()
        return row


def _own(roadmap_id: int, name: str, person_id: int) -> PlanView | None:
    mine = select(PlanView).where(PlanView.roadmap_id == roadmap_id, PlanView.person_id == person_id)
    found = db.session.scalars(mine.where(PlanView.name == name)).one_or_none()
    if found is None and (db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST:
        raise NotNow(_("Сохранённых отборов может быть не больше %(n)s", n=MOST))
    return found


def forget_view(view_id: int, actor: Actor) -> None:
    """Delete an own filter. Raises NotFound."""
    with transaction():
        row = db.session.get(PlanView, view_id)
        if row is None or row.person_id != actor.id:
            raise NotFound(_("Отбор не найден"))
        db.session.delete(row)
