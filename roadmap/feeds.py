"""The calendar of terms as iCalendar, by a person's secret address."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar, Event
from sqlalchemy import select

from core import audit, clock
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.signin import token_hash
from core.db import db, transaction
from core.errors import NotFound
from roadmap.models import CalendarFeed
from roadmap.periods import label
from roadmap.queries.spans import due_between
from roadmap.states import roadmap_item

BACK, AHEAD = timedelta(days=90), timedelta(days=400)


def issue_feed(actor: Actor) -> str:
    """A new secret of the actor's calendar; the one before ceases to work. Only its hash is kept."""
    token = secrets.token_urlsafe(24)
    with transaction():
        for old in db.session.scalars(
            select(CalendarFeed).where(CalendarFeed.person_id == actor.id, CalendarFeed.revoked_at.is_(None))
        ):
            old.revoked_at = clock.now()
        db.session.add(CalendarFeed(person_id=actor.id, token_hash=token_hash(token), created_at=clock.now()))
        audit.append(actor.who(), audit.Act("person", actor.id or 0, "issue_calendar"))
    return token


def revoke_feed(actor: Actor) -> None:
    """Nobody reads the actor's calendar by its address any more."""
    with transaction():
        for row in db.session.scalars(
            select(CalendarFeed).where(CalendarFeed.person_id == actor.id, CalendarFeed.revoked_at.is_(None))
        ):
            row.revoked_at = clock.now()
        audit.append(actor.who(), audit.Act("person", actor.id or 0, "revoke_calendar"))


def reader_of(token: str) -> Actor:
    """Whose calendar the secret opens. Raises NotFound."""
    person = db.session.scalar(
        select(CalendarFeed.person_id).where(
            CalendarFeed.token_hash == token_hash(token), CalendarFeed.revoked_at.is_(None)
        )
    )
    if person is None:
        raise NotFound(_("Такого календаря нет"))
    return actors.by_id(person)


def as_ics(actor: Actor, address: str) -> bytes:
    """What the actor may see that is due from three months back to a year ahead (RFC 5545)."""
    today = clock.today()
    calendar = Calendar()
    calendar.add("prodid", "-//soglasovano//roadmap//RU")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Сроки плана мероприятий"))
    for row in due_between(actor, today - BACK, today + AHEAD):
        calendar.add_component(_event(row, address))
    found: bytes = calendar.to_ical()
    return found


def _event(row: Any, address: str) -> Event:
    event = Event()
    event.add("uid", f"occurrence-{row.occurrence_id}@soglasovano")
    event.add("dtstamp", datetime.combine(row.due_on, datetime.min.time(), UTC))
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + timedelta(days=1))
    event.add("summary", f"{row.code} {row.title}"[:250])
    state = str(roadmap_item.states[row.state].label)
    event.add("description", " · ".join(part for part in (label(row.period), state, row.plan) if part))
    event.add("url", f"{address}/items/{row.id}")
    event.add("transp", "TRANSPARENT")
    return event
