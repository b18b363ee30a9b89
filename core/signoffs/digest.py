"""The morning's letter: on every working day, once, whoever has something overdue or due soon gets his desk by mail.

It says what the first page shows, out of the same question.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from core import clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.models import Organisation, Person
from core.calendar import is_working
from core.db import db, transaction
from core.errors import NotFound
from core.notifications import Message, notify
from core.signoffs import words
from core.signoffs.desk import Desk, desk
from core.signoffs.states import SLOT_KINDS
from core.workflow import enqueue, handler
from core.workflow.models import Job
from core.workflow.schedule import daily

AT = time(8)
"""Moscow time: the letter lies there when people come to work."""

daily("signoffs.digests")


@handler("signoffs.digests")
def every_day(_job: Job) -> None:
    """A job for everybody who gets letters. On a day off nobody is written to, nor where no mail server is set: the
    desk itself is the first page."""
    today = clock.today()
    if not (current_app.config.get("SMTP_HOST") and is_working(today)):
        return
    wait = max(datetime.combine(today, AT, clock.MOSCOW) - clock.now(), timedelta(0))
    with transaction():
        for person_id in db.session.scalars(_people()).all():
            key = f"signoffs.digest:{person_id}:{today.isoformat()}"
            enqueue("signoffs.digest", {"person": person_id, "day": today.isoformat()}, key=key, after=wait)


def _people() -> Any:
    return (
        select(Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.active, Organisation.active, Person.email != "")
        .order_by(Person.id)
    )


@handler("signoffs.digest")
def one(job: Job) -> None:
    """Write to one person, unless nothing presses or the day is over: yesterday's desk is no news."""
    with transaction():
        if job.payload["day"] != clock.today().isoformat():
            return
        try:
            actor = actors.by_id(int(job.payload["person"]))
        except NotFound:
            return
        message = letter(actor)
        if message is not None:
            notify([int(job.payload["person"])], message)


def letter(actor: Actor) -> Message | None:
    """The desk as a letter in the person's language; None where nothing is overdue or due soon."""
    with force_locale(actor.locale):
        found = desk(actor)
        if not found.urgent:
            return None
        context = {"day": f"{clock.today():%d.%m.%Y}", "counts": found.counts, "parts": list(_parts(found))}
        return Message(f"signoffs.digest:{clock.today().isoformat()}", "signoffs/digest", "/", context)


def _parts(found: Desk) -> Iterator[dict[str, Any]]:
    """Heading, number in all, lines: the tasks, then every section as the page has it."""
    if found.tasks.items:
        lines = []
        for entry in found.tasks.items:
            term = words.term(entry.due_at)
            about = f"{SLOT_KINDS[entry.kind]}: {words.named(entry.label)}"
            lines.append(_line(entry.title, about, term.day, term.words))
        yield {"title": _("На согласовании у меня"), "total": found.counts.all, "lines": lines}
    for section in found.sections:
        yield {
            "title": str(section.title),
            "total": section.size,
            "lines": [_line(line.title, line.court or line.note, line.due, line.term) for line in section.lines],
        }


def _line(title: str, about: str, due: str, term: str) -> str:
    when = ", ".join(filter(None, (_("срок %(day)s", day=due) if due else "", term)))
    return f"{title} ({about})" + (f": {when}" if when else "") if about else f"{title}: {when}" if when else title
