"""Reminding by hand: a coordinator or a deputy asks the other side, or his own executors, for what is late."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.calendar import is_working, late_by, late_words
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotNow, Reason
from core.notifications import Message, notify
from core.signoffs.plan import holders_of
from roadmap import flags, readers, telling
from roadmap.control import late_days
from roadmap.models import MeetingDecision, Occurrence
from roadmap.periods import label
from roadmap.rules.people import (
    COORDINATORS,
    DEPUTIES,
    EXECUTORS,
    organisations_of,
    plan_of,
    responsible_sides,
    role_names,
    side_of,
)
from roadmap.service.decisions import KIND as DECISION

ITEM_REMINDERS = (*COORDINATORS, *DEPUTIES)
DECISION_REMINDERS = (*COORDINATORS, *telling.CONTROL, *DEPUTIES)


def remind_item(occurrence_id: int, actor: Actor) -> int:
    """Remind those who execute an overdue occurrence, and the responsible side's coordinators; how many were told.

    A person is told once a working day. Raises NotFound, NotAllowed, NotNow.
    """
    with transaction():
        row = locked(Occurrence, occurrence_id)
        if row is None or not may_see(actor, readers.ITEM, row.item_id):
            raise NotFound(_("Мероприятие не найдено"))
        _refuse_others(row, actor, ITEM_REMINDERS)
        days = flags.days_late(row, clock.today())
        if days is None or row.state not in flags.WORKING:
            raise NotNow(_("Напоминают о просроченном: срок ещё не прошёл, или результат уже представлен"))
        assert row.item.terms is not None
        assert row.due_on is not None
        period = f" ({label(row.period)})" if row.period else ""
        about = {
            "code": f"{row.item.code}{period}",
            "title": row.item.terms.title,
            "plan": row.item.roadmap.title,
            "due": f"{row.due_on:%d.%m.%Y}",
            "late": late_words(days),
        }
        path = f"/items/{row.item_id}" + (f"?period={row.period}" if row.period else "")
        told = _tell(_of_item(row), f"roadmap.item_asked:{row.id}", "roadmap/item_asked", path, about, actor)
        act = audit.Act(readers.ITEM, row.item_id, "remind", data={"people": told, "period": row.period})
        audit.append(actor.who(), act)
        return told


def remind_decision(decision_id: int, actor: Actor) -> int:
    """Remind those who execute an overdue decision; how many were told. Raises NotFound, NotAllowed, NotNow."""
    with transaction():
        row = locked(MeetingDecision, decision_id) if may_see(actor, DECISION, decision_id) else None
        if row is None:
            raise NotFound(_("Поручение не найдено"))
        _refuse_others(row, actor, DECISION_REMINDERS)
        if late_days(row.state, row.due_on, clock.today()) is None:
            raise NotNow(_("Напоминают о просроченном: срок ещё не прошёл, или об исполнении уже доложено"))
        about = {**telling.about(row), "late": late_words(late_by(row.due_on, clock.today()))}
        key = f"roadmap.decision_asked:{row.id}"
        told = _tell(telling.executors(row), key, "roadmap/decision_asked", f"/decisions/{row.id}", about, actor)
        audit.append(actor.who(), audit.Act(DECISION, row.id, "remind", data={"people": told}))
        return told


def _refuse_others(row: Occurrence | MeetingDecision, actor: Actor, roles: tuple[str, ...]) -> None:
    if not (actor.has(*roles) and side_of(row, actor)):
        raise NotAllowed(
            _("Напоминаете не Вы"), reasons=(Reason(_("Это делает другое лицо"), "actor", role_names(roles)),)
        )


def _of_item(row: Occurrence) -> set[int]:
    """The executor, or whoever executes at the responsible organisation, and the responsible side's coordinators."""
    sides = responsible_sides(row)
    parties = {party.organisation_id for party in plan_of(row).parties if party.side in sides}
    held = holders_of({*organisations_of(row), *parties})

    def holders(organisations: Iterable[int], roles: tuple[str, ...]) -> set[int]:
        return {person.id for one in organisations for role in roles for person in held.get((one, role), [])}

    executors = {row.item.executor_id} if row.item.executor_id else holders(organisations_of(row), EXECUTORS)
    return executors | holders(parties, COORDINATORS)


def _tell(people: set[int], key: str, text: str, path: str, about: dict[str, str], actor: Actor) -> int:
    today = clock.today()
    if not is_working(today):
        raise NotNow(_("Сегодня выходной: напомните в рабочий день"))
    others = _at_work(people - {actor.id})
    if not others:
        raise NotNow(_("Напоминать некому: исполнитель не назначен или больше не работает. Назначьте другого"))
    context = {**about, "who": actor.short_name, "organisation": actor.organisation_name}
    told = len(notify(others, Message(f"{key}:{today.isoformat()}", text, path, context)))
    if not told:
        raise NotNow(_("Сегодня уже напоминали: повторить можно в следующий рабочий день"))
    return told


def _at_work(people: Iterable[int | None]) -> set[int]:
    """Those of them who have not left: nobody else is written to."""
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
