"""What the steps of a meeting's decision entail, inside the step's transaction."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from core import clock
from core.accounts.access import set_readers
from core.accounts.actor import Actor
from core.accounts.models import Person, Reader
from core.db import db
from core.errors import NotValid
from core.workflow import Ask
from roadmap.effects.items import day

KIND = "meeting_decision"


def show_to_executors(row: Any, actor: Actor, ask: Ask) -> None:
    """From now on the executors' organisations see the decision; those it was taken from see it no more."""
    parties = [party.organisation_id for party in row.meeting.roadmap.parties]
    people = [*row.co_executor_ids, *([row.executor_id] if row.executor_id else [])]
    working = set(db.session.scalars(select(Person.organisation_id).where(Person.id.in_(people))))
    working |= {row.organisation_id} - {None}
    of_decision = (Reader.subject_kind == KIND, Reader.subject_id == row.id)
    db.session.execute(delete(Reader).where(*of_decision, Reader.why == "grant"))
    set_readers(KIND, row.id, parties, working - set(parties))


def reassign(row: Any, actor: Actor, ask: Ask) -> None:
    text = str(ask.data["executor_id"])
    person = db.session.get(Person, int(text)) if text.isdigit() and len(text) < 10 else None
    if person is None or not person.active:
        raise NotValid(_("Исполнитель не найден"), "executor_id")
    row.executor_id, row.executor_name = person.id, person.short_name
    row.organisation_id = person.organisation_id


def ask_extension(row: Any, actor: Actor, ask: Ask) -> None:
    asked = day(ask.data["due_on"], "due_on")
    if asked <= row.due_on:
        raise NotValid(_("Новый срок должен быть позже прежнего"), "due_on")
    row.asked_due_on = asked


def grant_extension(row: Any, actor: Actor, ask: Ask) -> None:
    """The new term stands; the first one and every change are in the journal."""
    row.due_on, row.asked_due_on = row.asked_due_on, None


def forget_extension(row: Any, actor: Actor, ask: Ask) -> None:
    row.asked_due_on = None


def keep_report(row: Any, actor: Actor, ask: Ask) -> None:
    row.fact_on, row.answer, row.reported_by = clock.today(), ask.comment.strip(), actor.id


def count_return(row: Any, actor: Actor, ask: Ask) -> None:
    row.returns += 1
    row.fact_on, row.reported_by = None, None
