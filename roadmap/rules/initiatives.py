"""Questions about regulatory initiatives."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.documents.models import Attachment
from core.errors import Reason

KIND = "regulatory_initiative"


def executes(row: Any, actor: Actor) -> Reason | None:
    """An executor of one of the sides."""
    from roadmap.rules.people import side_of

    if actor.has("executor", "m_legal", "c_legal") and side_of(row, actor):
        return None
    return Reason(_("Проект готовит исполнитель или правовой департамент Стороны"), "executes")


def papers_attached(row: Any, actor: Actor) -> Reason | None:
    there = db.session.scalar(select(exists().where(Attachment.subject_kind == KIND, Attachment.subject_id == row.id)))
    if there:
        return None
    return Reason(_("Не приложены пояснительная записка, обоснование и перечень изменяемых актов"), "evidence_attached")


def bodies_named(row: Any, actor: Actor) -> Reason | None:
    if row.bodies:
        return None
    return Reason(_("Не определён перечень согласующих ведомств"), "interagency_list_set", _("координатор"))


def term_reached(row: Any, actor: Actor) -> Reason | None:
    if row.effective_on is not None and row.effective_on <= clock.today():
        return None
    day = row.effective_on.strftime("%d.%m.%Y") if row.effective_on else ""
    return Reason(_("Акт ещё не вступил в силу"), "term_reached", "", day)
