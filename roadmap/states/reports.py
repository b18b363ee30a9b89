"""The progress report's table of steps (roadmap_report): collected, frozen, signed off by both sides."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts import access
from core.accounts.actor import Actor
from core.documents.issuing import issue
from core.signoffs import service as signoffs
from core.signoffs.plan import Course, template
from core.workflow import Ask, State, Step, Workflow
from roadmap import routes
from roadmap.documents import report as documents
from roadmap.rules.people import COORDINATORS, holds, is_system

KIND = "roadmap_report"

STATES = (
    State("collecting", _l("Сбор сведений"), "progress"),
    State("on_approval", _l("На согласовании Сторон"), "waiting"),
    State("approved", _l("Согласован обеими Сторонами"), "success", final=True),
)


def freeze_and_send(row: Any, actor: Actor, ask: Ask) -> None:
    """The report's document is rendered and kept; its hash lies on both coordinators' desks."""
    document = issue(documents.order(row), actor)
    row.content_hash = document.sha256
    access.set_readers(KIND, row.id, [party.organisation_id for party in row.roadmap.parties])
    order = signoffs.Start(
        kind=KIND,
        subject_id=row.id,
        title=_("Отчёт о ходе реализации, %(period)s", period=row.period),
        revision=1,
        document_hash=document.sha256,
        courses=[Course(template("roadmap_report"))],
        parties=routes.parties(row.roadmap),
        drafters=[],
        phases=("own",),
    )
    signoffs.start(order, actor)


def mark_approved(row: Any, actor: Actor, ask: Ask) -> None:
    row.approved_at = clock.now()


STEPS = (
    Step(
        "submit",
        ("collecting",),
        "on_approval",
        _l("Направить на согласование"),
        who=(holds(*COORDINATORS),),
        entails=(freeze_and_send,),
    ),
    Step(
        "return",
        ("on_approval",),
        "collecting",
        _l("Вернуть на доработку"),
        who=(holds(*COORDINATORS),),
        comment=True,
        danger=True,
        hidden=True,
    ),
    Step(
        "approve",
        ("on_approval",),
        "approved",
        _l("Согласован"),
        who=(is_system,),
        entails=(mark_approved,),
        hidden=True,
    ),
)

roadmap_report = Workflow("roadmap_report", _l("Отчёт о ходе реализации"), STATES, STEPS)
