"""The progress report's table of steps (roadmap_report): collected, frozen, signed off by both sides."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts import access
from core.accounts.actor import Actor
from core.db import db
from core.documents.issuing import issue
from core.errors import NotValid, Reason
from core.signoffs import service as signoffs
from core.signoffs.plan import Course, template
from core.workflow import Ask, State, Step, Workflow
from roadmap import rounds, routes
from roadmap.documents import report as documents
from roadmap.queries.report_rows import live_rows
from roadmap.rules.people import COORDINATORS, holds, is_system

KIND = "roadmap_report"

STATES = (
    State("collecting", _l("Сбор сведений"), "progress"),
    State("on_approval", _l("На согласовании Сторон"), "waiting"),
    State("approved", _l("Согласован обеими Сторонами"), "success", final=True),
)


def period_over(row: Any, actor: Actor) -> Reason | None:
    """A report tells of a period that has passed."""
    if row.period_end < clock.today() or row.period == rounds.FINAL:
        return None
    return Reason(_("Отчётный период ещё не закончился"), "period_over", "", row.period_end.strftime("%d.%m.%Y"))


def explain_gaps(row: Any, actor: Actor, ask: Ask) -> None:
    """Sent without somebody's answer only with the reason; it is printed in the report."""
    silent = [one.key for one in live_rows(row) if not one.answered]
    if silent and not ask.comment.strip():
        raise NotValid(
            _("Не ответили по пунктам %(codes)s: напишите, почему отчёт направляется без них", codes=", ".join(silent)),
            "comment",
        )
    row.gaps_note = ask.comment.strip() if silent else ""


def freeze_and_send(row: Any, actor: Actor, ask: Ask) -> None:
    """Rows and figures are frozen; the document is rendered and kept; its hash lies on both coordinators' desks."""
    row.submissions += 1
    row.content = documents.freeze(row)
    db.session.flush()
    document = issue(documents.order(row), actor)
    row.content_hash = document.sha256
    access.set_readers(KIND, row.id, [party.organisation_id for party in row.roadmap.parties])
    order = signoffs.Start(
        kind=KIND,
        subject_id=row.id,
        title=documents.title_of(row),
        revision=row.submissions,
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
        done=_l("Отчёт направлен на согласование"),
        who=(holds(*COORDINATORS),),
        when=(period_over,),
        entails=(explain_gaps, freeze_and_send),
    ),
    Step(
        "return",
        ("on_approval",),
        "collecting",
        _l("Вернуть на доработку"),
        done=_l("Отчёт возвращён на доработку"),
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
        done=_l("Отчёт согласован обеими Сторонами"),
        who=(is_system,),
        entails=(mark_approved,),
        follows=("roadmap.report_approved",),
        hidden=True,
    ),
)

roadmap_report = Workflow("roadmap_report", _l("Отчёт о ходе реализации"), STATES, STEPS)
