"""«Запрошены сведения»: what reporting rounds ask of a person, on his first page and in the menu."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.actor import Actor
from core.calendar import late_by, late_words, left_words, working_days_between
from core.signoffs.inbox_sections import Line, Section
from roadmap import rounds
from roadmap.queries.report_people import requests
from roadmap.rules.people import EXECUTORS

SOON = 5
"""Working days before the answers are due when the row is marked."""


def may_be_asked(actor: Actor | None) -> bool:
    return actor is not None and actor.has(*EXECUTORS)


def section(actor: Actor) -> Section | None:
    """The rounds the actor has not finished answering, the nearest first. One query."""
    waiting = [one for one in requests(actor) if one.answered < one.total]
    if not waiting:
        return None
    lines = [
        Line(
            title=_("Отчёт за %(period)s", period=rounds.named(one.period)),
            url=f"/reports/{one.report_id}/mine",
            note=one.plan,
            state=_("отвечено %(done)s из %(total)s", done=one.answered, total=one.total),
            state_tone="waiting",
            due=f"{one.due_on:%d.%m.%Y}",
            term=_term(one.due_on),
            tone=tone(one.due_on),
        )
        for one in waiting
    ]
    return Section(_l("Запрошены сведения для отчёта"), lines, len(lines), "/requests", "answers_asked")


def _term(due: date) -> str:
    today = clock.today()
    return late_words(late_by(due, today)) if due < today else left_words(working_days_between(today, due))


def tone(due: date) -> str:
    """«late» past the day, «soon» within five working days of it."""
    if due < clock.today():
        return "late"
    return "soon" if working_days_between(clock.today(), due) <= SOON else ""
