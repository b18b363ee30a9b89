"""Questions about decisions of meetings."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.documents.models import Attachment
from core.errors import Reason
from roadmap.rules.people import DEPUTIES, role_names

KIND = "meeting_decision"


def minutes_signed(row: Any, actor: Actor) -> Reason | None:
    if row.meeting.signed_on is not None:
        return None
    return Reason(_("Протокол не подписан председательствующим"), "minutes_signed", row.meeting.chair)


def executes_decision(row: Any, actor: Actor) -> Reason | None:
    """The named executor, or somebody of his organisation who executes where nobody is named."""
    if row.executor_id is not None:
        mine = actor.id == row.executor_id
    else:
        mine = actor.has("executor") and actor.organisation_id == row.organisation_id
    if mine:
        return None
    return Reason(_("Это делает исполнитель поручения"), "executes", row.executor_name)


def before_due(row: Any, actor: Actor) -> Reason | None:
    """An extension is asked for before the term is over."""
    if clock.today() <= row.due_on:
        return None
    return Reason(
        _("Срок истёк: продление просят до его истечения. Доложите об исполнении или о причинах: снимут после доклада"),
        "extension_before_due",
        role_names((*DEPUTIES, "secretary")),
    )


def report_attached(row: Any, actor: Actor) -> Reason | None:
    there = db.session.scalar(select(exists().where(Attachment.subject_kind == KIND, Attachment.subject_id == row.id)))
    if there:
        return None
    return Reason(_("Не приложен документ об исполнении"), "evidence_attached", row.executor_name)


def not_reporter(row: Any, actor: Actor) -> Reason | None:
    if actor.id is None or actor.id != row.reported_by:
        return None
    who = role_names((*DEPUTIES, "secretary"))
    return Reason(_("Вы докладывали об исполнении: с контроля снимает другой"), "not_author", who)
