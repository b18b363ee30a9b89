"""The section of «Мои задачи» that agreements fill: those that wait for a coordinator's own step, and those that
stand with somebody past their term. What lies on his desk as a task is not told again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, or_, select

from agreements import queries
from agreements.models import Agreement, AgreementParty
from agreements.parties import roles_of
from agreements.queries import WITH_INITIATOR
from agreements.states import agreement_machine
from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.calendar import days_words, late_by, late_words
from core.db import db
from core.signoffs.inbox_sections import FEW, Line, Section
from core.signoffs.models import Desk, Round, Slot

SIGNING = ("signing", "partly_signed")
REVIEWED = ("own_approval", "counterparty_review")
"""States a coordinator ends by his own step once the last visa is given."""


def section(actor: Actor) -> Section | None:
    """The most urgent few, in one query; None where nothing waits or stands late."""
    rows = waiting(actor, FEW)
    if not rows:
        return None
    return Section(
        _l("Соглашения ждут Вас или стоят дольше срока"),
        [_line(row) for row in rows],
        rows[0].total,
        "/agreements?moving=1",
        "agreements",
    )


def waiting(actor: Actor, few: int) -> Sequence[Any]:
    """Rows of the register with their `total`: the overdue first, then by how long they have waited. One query.

    A coordinator's business, of agreements his organisation is a party to.
    """
    if actor.organisation_id is None or not actor.has(*roles_of("coordinator", actor.side)):
        return []
    party = select(AgreementParty.id).where(
        AgreementParty.agreement_id == Agreement.id, AgreementParty.organisation_id == actor.organisation_id
    )
    statement = queries.columns().add_columns(Agreement.sign_by, func.count().over().label("total"))
    return db.session.execute(
        statement.where(
            Agreement.id.in_(_candidates(actor)),
            party.exists(),
            ~_on_own_desk(actor).exists(),
            visible_to(actor, "agreement", Agreement.id),
        )
        .order_by(Slot.due_at.is_(None), Slot.due_at, Agreement.moved_at, Agreement.id)
        .limit(few)
    ).all()


def _candidates(actor: Actor) -> Any:
    """Found by what makes them wait, so that the rest of the register is not looked at."""
    mine = and_(Agreement.state.in_(WITH_INITIATOR), Agreement.initiator_id == actor.organisation_id)
    unsigned = and_(Agreement.state.in_(SIGNING), Agreement.sign_by < clock.today())
    reviewed = and_(Agreement.state.in_(REVIEWED), _turn(actor), ~queries.open_tasks(Slot).exists())
    overdue = (
        select(Round.subject_id)
        .join(Slot, Slot.round_id == Round.id)
        .where(
            Slot.state == "assigned",
            Slot.due_at < clock.now(),
            Round.state == "open",
            Round.subject_kind == "agreement",
            ~Round.stands,
        )
    )
    return select(Agreement.id).where(or_(mine, unsigned, reviewed)).union(overdue)


def _turn(actor: Actor) -> ColumnElement[bool]:
    """The initiator sends over what its own house has agreed; the others say that they have agreed."""
    ours = Agreement.initiator_id == actor.organisation_id
    return or_(and_(Agreement.state == "own_approval", ours), and_(Agreement.state == "counterparty_review", ~ours))


def _on_own_desk(actor: Actor) -> Any:
    return queries.open_tasks(Slot).join(Desk, Desk.slot_id == Slot.id).where(Desk.person_id == actor.id)


def _line(row: Any) -> Line:
    held, state = queries.court(row), agreement_machine.states[row.state]
    due = held.due if held.due is not None else row.sign_by
    today = clock.today()
    late = held.late or bool(due is not None and due < today)
    term = late_words(late_by(due, today)) if late and due else _("ждёт %(days)s", days=days_words(held.days))
    return Line(
        title=row.title,
        url=f"/agreements/{row.id}",
        note=" – ".join(filter(None, (row.first_party, row.second_party))),
        state=str(state.label),
        state_tone=state.tone,
        due=f"{due:%d.%m.%Y}" if due else "",
        term=term if held.name or late else "",
        tone="late" if late else "",
        court=held.name,
    )
