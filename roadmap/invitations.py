"""A meeting as an entry of a calendar (RFC 5545): the same entry again where the day or the place changes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import current_app
from flask_babel import gettext as _
from icalendar import Calendar, Event

from core import clock
from core.clock import MOSCOW
from roadmap.models import Meeting

LASTS = timedelta(hours=1, minutes=30)


def as_ics(row: Meeting) -> bytes:
    """The meeting with its hour, or for the whole day where none is set."""
    calendar = Calendar()
    calendar.add("prodid", "-//soglasovano//meetings//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(row))
    found: bytes = calendar.to_ical()
    return found


def _event(row: Meeting) -> Event:
    event = Event()
    event.add("uid", f"meeting-{row.id}@soglasovano")
    event.add("dtstamp", clock.now())
    event.add("sequence", row.version)
    event.add("summary", row.title[:250])
    if row.begins:
        hour, minute = (int(part) for part in row.begins.split(":"))
        begins = datetime.combine(row.held_on, time(hour, minute), MOSCOW).astimezone(clock.now().tzinfo)
        event.add("dtstart", begins)
        event.add("dtend", begins + LASTS)
    else:
        event.add("dtstart", row.held_on)
        event.add("dtend", row.held_on + timedelta(days=1))
    if row.place:
        event.add("location", row.place)
    event.add("description", _about(row))
    event.add("url", f"{current_app.config['PUBLIC_URL'].rstrip('/')}/meetings/{row.id}/invitation")
    return event


def _about(row: Meeting) -> str:
    lines = [f"{number}. {line['title']}" for number, line in enumerate(row.agenda, start=1)]
    return "\n".join([_("Повестка:"), *lines]) if lines else row.title
