"""What an administrator does to the calendar: corrects a day, or takes the correction back."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from core import audit
from core.accounts.actor import Actor
from core.calendar import russia
from core.calendar.days import forget
from core.calendar.models import WorkingDayOverride
from core.db import db, locked, transaction
from core.errors import NotAllowed, NotFound, NotValid

YEARS = range(2000, 2101)


def set_day(actor: Actor, day: date, working: bool, note: str) -> WorkingDayOverride:
    """Declare a day working or off, by the act that `note` names. Raises NotAllowed, NotValid."""
    _administrator(actor)
    if not note.strip():
        raise NotValid(_("Укажите акт, по которому день изменён"), "note")
    if day.year not in YEARS:
        raise NotValid(_("Год — от 2000 до 2100"), "day")
    with transaction():
        row = locked(WorkingDayOverride, day)
        if row is None and russia.is_working(day) == working:
            raise NotValid(_("По производственному календарю этот день и так таков"), "working")
        if row is None:
            row = WorkingDayOverride(day=day, working=working, note=note.strip())
            db.session.add(row)
        row.working, row.note = working, note.strip()
        db.session.flush()
        forget()
        data = {"day": day.isoformat(), "working": working, "note": row.note}
        audit.append(actor.who(), audit.Act("calendar", day.year, "override_day", data=data))
    return row


def restore_day(actor: Actor, day: date) -> None:
    """Take a correction back: the production calendar decides again. Raises NotAllowed, NotFound."""
    _administrator(actor)
    with transaction():
        row = locked(WorkingDayOverride, day)
        if row is None:
            raise NotFound(_("Этот день не изменяли"))
        db.session.delete(row)
        db.session.flush()
        forget()
        data = {"day": day.isoformat()}
        audit.append(actor.who(), audit.Act("calendar", day.year, "restore_day", data=data))


def _administrator(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_system):
        raise NotAllowed(_("Производственный календарь ведёт администратор"))
