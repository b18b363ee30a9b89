"""Kept filters of a plan: a person's own and those his organisation shares; one by its link."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.db import db
from core.errors import NotFound
from roadmap import readers
from roadmap.models import PlanView


def views(actor: Actor, roadmap_id: int) -> Sequence[PlanView]:
    """By name, the actor's own first. One query."""
    shared = and_(PlanView.shared, PlanView.organisation_id == actor.organisation_id)
    return db.session.scalars(
        select(PlanView)
        .where(PlanView.roadmap_id == roadmap_id, or_(PlanView.person_id == actor.id, shared))
        .order_by(PlanView.person_id != actor.id, PlanView.name, PlanView.id)
    ).all()


def view_by_code(actor: Actor, code: str) -> PlanView:
    """The filter of a link, for whoever may see its plan. Raises NotFound."""
    row = db.session.scalars(select(PlanView).where(PlanView.code == code)).one_or_none()
    if row is None or not may_see(actor, readers.PLAN, row.roadmap_id):
        raise NotFound(_("Отбор не найден: ссылка неверна или отбор удалён"))
    return row
