"""The sections of «Мои задачи» that the roadmap fills: the person's own decisions, the nearest term first, and the
change requests that wait for a coordinator's or a deputy's answer."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.actor import Actor
from core.calendar import working_days_between
from core.signoffs.inbox_sections import Line, Section
from roadmap.control import OPEN, SOON_DAYS
from roadmap.queries import changes
from roadmap.queries import decisions as reads
from roadmap.states.changes import KINDS, change_request
from roadmap.states.meetings import meeting_decision


def waiting(actor: Actor) -> Section | None:
    """At most a screenful, in one query; None where the person has no decision to execute."""
    rows = reads.mine(actor, "open", reads.FEW)
    if not rows:
        return None
    return Section(_l("Мои поручения"), [_line(row) for row in rows], rows[0].total, url_for("roadmap.my_decisions"))


def asked(actor: Actor) -> Section | None:
    """Change requests the actor answers or sends over, in one query; None where there is none."""
    rows = changes.awaiting(actor, reads.FEW)
    if not rows:
        return None
    return Section(_l("Запросы на изменение ждут решения"), [_request(row) for row in rows], rows[0].total)


def _request(row: Any) -> Line:
    state = change_request.states[row.state]
    about = (f"{_('Пункт')} {row.code}" if row.code else "", str(KINDS[row.kind]), row.reason)
    return Line(
        title=_("Запрос на изменение № %(n)s", n=row.number),
        url=url_for("roadmap.change", change_id=row.id),
        note=" · ".join(part for part in about if part),
        state=str(state.label),
        state_tone=state.tone,
    )


def _line(row: Any) -> Line:
    today, state = clock.today(), meeting_decision.states[row.state]
    owed = row.state in OPEN
    left = working_days_between(today, row.due_on)
    return Line(
        title=row.text,
        url=url_for("roadmap.decision", decision_id=row.id),
        note=_("протокол № %(n)s от %(day)s, пункт %(code)s", n=row.meeting, day=f"{row.held_on:%d.%m.%Y}",
               code=row.code or row.number),
        state=str(state.label),
        state_tone=state.tone,
        due=f"{row.due_on:%d.%m.%Y}",
        tone="late" if owed and row.due_on < today else "soon" if owed and left <= SOON_DAYS else "",
    )  # fmt: skip
