"""What happens to agreements by the clock: the end of a term, its prolongation, reminders. Each happens once.

Ends and prolongations come on the calendar day after the last day of the term; reminders come on working days, never
later than they promise: 90 days ahead means the last working day that is at least 90 days before the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from agreements import rules
from agreements.locking import locked
from agreements.models import Agreement, AgreementParty, Reminder
from agreements.states import agreement_machine
from core import clock
from core.accounts.actor import SYSTEM
from core.accounts.models import Signatory
from core.calendar import add_working_days, is_working
from core.db import db, transaction
from core.workflow import enqueue, handler
from core.workflow.models import Job
from core.workflow.schedule import daily

AHEAD = (90, 30, 10)
IN_FORCE = ("registered", "suspended")
SIGNING = ("signing", "partly_signed")
FAR = timedelta(days=max(AHEAD) + 20)
"""No reminder comes sooner: 90 days and the longest holidays."""

daily("agreements.daily")


@handler("agreements.daily")
def every_day(_job: Job) -> None:
    """A job for every agreement something happens to today: one that fails keeps no other waiting."""
    day = clock.today().isoformat()
    with transaction():
        for agreement_id in waiting():
            enqueue("agreements.clock", {"id": agreement_id}, key=f"agreements.clock:{agreement_id}:{day}")


@handler("agreements.clock")
def one_agreement(job: Job) -> None:
    """Do with one agreement what its day has brought."""
    with transaction():
        agreement = locked(int(job.payload["id"]))
        if agreement is not None:
            live(agreement)


def live(agreement: Agreement) -> None:
    """Take every step the clock has made due, then remind. Inside the caller's transaction."""
    while step := due_step(agreement):
        agreement_machine.take(agreement, step, SYSTEM)
    for kind, about, days in _wanted(agreement):
        _remind(agreement, kind, about, days)


def due_step(agreement: Agreement) -> str:
    """The step that is due by the clock today, or ""."""
    today = clock.today()
    if agreement.state not in IN_FORCE:
        return ""
    over = agreement.valid_until is not None and agreement.valid_until < today
    prolongs = rules.prolongs(agreement, SYSTEM) is None
    if agreement.terminates_on is not None and agreement.terminates_on <= today:
        ended_before = over and not prolongs and last_day(agreement) == agreement.valid_until
        return "expire" if ended_before else "terminate_on_notice"
    if over:
        return "prolong" if prolongs else "expire"
    return ""


def last_day(agreement: Agreement | _Term) -> date | None:
    """The day the agreement is known to end, or its term to be renewed; None where nothing ends it."""
    before = agreement.terminates_on - timedelta(days=1) if agreement.terminates_on else None
    return min((day for day in (agreement.valid_until, before) if day is not None), default=None)


def reminder_day(end: date, days: int) -> date:
    """The last working day that is at least `days` days before `end`."""
    day = end - timedelta(days=days)
    return day if is_working(day) else add_working_days(day, -1)


def _wanted(agreement: Agreement) -> Iterable[tuple[str, date, int]]:
    """(kind, the day it is about, days ahead) of everything to be reminded of today."""
    today = clock.today()
    if agreement.state in IN_FORCE:
        end = last_day(agreement)
        if end is not None and today <= end:
            yield from (("ends", end, days) for days in AHEAD if reminder_day(end, days) <= today)
    if agreement.state in SIGNING:
        yield from _about_signing(agreement, today)


def _about_signing(agreement: Agreement, today: date) -> Iterable[tuple[str, date, int]]:
    """The first working day after a deadline or an authority has passed."""
    if agreement.sign_by is not None and add_working_days(agreement.sign_by, 1) <= today:
        yield "sign_by", agreement.sign_by, 0
    signed = rules.signed_parties(agreement)
    for party in agreement.parties:
        until = party.signatory.valid_to if party.signatory else None
        if until is not None and party.id not in signed and add_working_days(until, 1) <= today:
            yield f"authority:{party.id}", until, 0


def _remind(agreement: Agreement, kind: str, about: date, days: int) -> None:
    """Send it unless it was sent; of several due at once only the nearest goes, the others are only written down."""
    rows = db.session.scalars(
        select(Reminder).where(Reminder.agreement_id == agreement.id, Reminder.kind == kind, Reminder.about == about)
    ).all()
    if any(row.days == days for row in rows):
        return
    nearest = min((ahead for k, a, ahead in _wanted(agreement) if (k, a) == (kind, about)), default=days)
    reminder = Reminder(
        agreement_id=agreement.id, kind=kind, about=about, days=days, sent=days == nearest, at=clock.now()
    )
    db.session.add(reminder)
    db.session.flush()
    if reminder.sent:
        enqueue("agreements.remind", {"id": reminder.id}, key=f"agreements.remind:{reminder.id}")


def waiting() -> list[int]:
    """Agreements something may happen to today, in order: those whose day has come and is not dealt with."""
    return sorted({*(term.id for term in _terms() if _is_due(term)), *_late_signings()})


@dataclass
class _Term:
    """The two ends of a term, and what people were reminded of."""

    id: int
    valid_until: date | None
    terminates_on: date | None
    had: set[tuple[date | None, int | None]] = field(default_factory=set)


def _terms() -> Iterable[_Term]:
    """Agreements in force whose end is near or past."""
    far = clock.today() + FAR
    rows = db.session.execute(
        select(Agreement.id, Agreement.valid_until, Agreement.terminates_on, Reminder.about, Reminder.days)
        .outerjoin(Reminder, and_(Reminder.agreement_id == Agreement.id, Reminder.kind == "ends"))
        .where(Agreement.state.in_(IN_FORCE), or_(Agreement.valid_until <= far, Agreement.terminates_on <= far))
    )
    found: dict[int, _Term] = {}
    for row in rows:
        term = found.setdefault(row.id, _Term(row.id, row.valid_until, row.terminates_on))
        term.had.add((row.about, row.days))
    return found.values()


def _is_due(term: _Term) -> bool:
    today, end = clock.today(), last_day(term)
    assert end is not None
    return end < today or any(reminder_day(end, days) <= today and (end, days) not in term.had for days in AHEAD)


def _late_signings() -> Iterable[int]:
    """Agreements being signed past a deadline or an authority that nobody was reminded of."""
    today = clock.today()
    rows = db.session.scalars(
        select(Agreement)
        .join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
        .outerjoin(Signatory, Signatory.id == AgreementParty.signatory_id)
        .where(Agreement.state.in_(SIGNING), or_(Agreement.sign_by < today, Signatory.valid_to < today))
        .order_by(Agreement.id)
    ).unique()
    for agreement in rows:
        had = select(Reminder.kind, Reminder.about).where(Reminder.agreement_id == agreement.id)
        wanted = {(kind, about) for kind, about, _days in _about_signing(agreement, today)}
        if wanted - set(db.session.execute(had).tuples()):
            yield agreement.id
