"""The time machine: what happens to agreements by the clock, each thing once and on its day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from agreements import clock_work, ending, service
from agreements.demo.load import Company
from agreements.models import Agreement, Notice, Prolongation, Reminder
from core import audit, clock
from core.accounts.actor import SYSTEM
from core.audit import AuditRecord
from core.calendar.russia import is_working
from core.clock import MOSCOW
from core.db import db, transaction
from core.errors import NotNow
from core.notifications.models import Notification
from core.workflow import Ask, schedule
from core.workflow.jobs import drain
from core.workflow.models import Job
from roadmap.models import Item, ItemLink
from tests.agreements.lives import an_amendment, in_force

ONE = timedelta(days=1)


@contextmanager
def day(when: date, hour: int = 9) -> Iterator[None]:
    with clock.at(datetime.combine(when, time(hour), MOSCOW)):
        yield


def ticks(when: date) -> None:
    """Two workers tick on the same day, one of them twice."""
    for hour in (1, 9):
        with day(when, hour):
            schedule.tick()
            drain()
    with day(when, 23):
        schedule.tick()
        for row in db.session.scalars(select(Agreement)).all():
            with transaction():
                clock_work.live(row)
        drain()


@dataclass(frozen=True)
class Life:
    """An agreement as the time machine meets it."""

    ends: date
    years: int
    refused: bool
    notice: int | None
    """Days from the end of the term to the day of termination (negative: before it)."""
    suspended: bool


lives = st.builds(
    Life,
    ends=st.dates(date(2026, 1, 1), date(2026, 3, 31)),
    years=st.sampled_from([0, 0, 1, 2]),
    refused=st.booleans(),
    notice=st.one_of(st.none(), st.none(), st.integers(-120, 30)),
    suspended=st.booleans(),
)
START, STOP = date(2025, 6, 2), date(2026, 6, 1)


def backwards(when: date) -> date:
    while not is_working(when):
        when -= ONE
    return when


@dataclass
class Expected:
    """What the calendar alone says must happen: (what, day the row is about) → the first day it may happen."""

    events: dict[tuple[Any, ...], date]
    state: str
    valid_until: date


def foretold(life: Life, days: list[date]) -> Expected:
    """The same life told again, day by day, without the code under test."""
    state = "suspended" if life.suspended else "registered"
    until, ends_on = life.ends, life.ends + life.notice * ONE if life.notice is not None else None
    events: dict[tuple[Any, ...], date] = {}
    for today in days:
        while state in ("registered", "suspended"):
            renewed = life.years and not life.refused
            if until < today and not renewed and (ends_on is None or until < ends_on):
                state = "expired"
                events["expire", until] = today
            elif ends_on is not None and ends_on <= today:
                state = "terminated"
                events["terminate_on_notice", ends_on] = today
            elif until < today:
                events["prolong", until] = today
                until = until.replace(year=until.year + life.years)
            else:
                break
        if state not in ("registered", "suspended"):
            break
        end = until if ends_on is None else min(until, ends_on - ONE)
        due = [n for n in (90, 30, 10) if backwards(end - n * ONE) <= today <= end]
        fresh = [n for n in due if ("ends", end, n) not in events]
        for n in fresh:
            events["ends", end, n] = today
    return Expected(events, state, until)


def happened(agreement: Agreement) -> dict[tuple[Any, ...], date]:
    """What the journal and the tables say has happened, each with its day."""
    found: dict[tuple[Any, ...], date] = {}
    for reminder in db.session.scalars(select(Reminder).where(Reminder.agreement_id == agreement.id)):
        found["ends", reminder.about, reminder.days] = clock.in_moscow(reminder.at).date()
    prolonged = db.session.scalars(
        select(Prolongation.until_before).where(Prolongation.agreement_id == agreement.id).order_by(Prolongation.id)
    )
    abouts = {
        "prolong": list(prolonged),
        "expire": [agreement.ended_on],
        "terminate_on_notice": [agreement.ended_on],
    }
    records = db.session.scalars(
        select(AuditRecord)
        .where(AuditRecord.subject_kind == "agreement", AuditRecord.subject_id == agreement.id)
        .order_by(AuditRecord.seq)
    )
    for record in records:
        if record.step in abouts:
            key = record.step, abouts[record.step].pop(0)
            assert key not in found, "the same thing happened twice"
            found[key] = clock.in_moscow(record.at).date()
    return found


def born(company: Company, life: Life) -> Agreement:
    agreement = in_force(
        company,
        valid_until=life.ends,
        prolong_years=life.years,
        state="suspended" if life.suspended else "registered",
        terminates_on=life.ends + life.notice * ONE if life.notice is not None else None,
    )
    if life.refused:
        with transaction():
            db.session.add(
                Notice(
                    agreement_id=agreement.id,
                    organisation_id=agreement.initiator_id,
                    kind="no_prolongation",
                    basis="письмо",
                    given_on=START,
                    effective_on=life.ends,
                    at=clock.now(),
                )
            )
    return agreement


def near(life: Life) -> list[date]:
    """Every day around what may happen to a life."""
    ends = {life.ends, *([life.ends + life.notice * ONE - ONE] if life.notice is not None else [])}
    marks = [end - n * ONE for end in ends for n in (90, 30, 10)]
    return [mark + n * ONE for mark in marks for n in range(-3, 2)] + [end + n * ONE for end in ends for n in (0, 1, 2)]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=st.lists(lives, min_size=3, max_size=5), gaps=st.lists(st.integers(1, 40), min_size=4, max_size=8))
def test_everything_happens_once_and_on_its_day_however_the_clock_moves(
    app: APIFlask, company: Company, chosen: list[Life], gaps: list[int]
) -> None:
    with app.app_context():
        with day(START):
            born_now = [born(company, life) for life in chosen]
        daily = sorted({when for life in chosen[:2] for when in near(life)})
        jumps = [START + sum(gaps[: n + 1]) * ONE for n in range(len(gaps))]
        days = sorted({when for when in [*daily, *jumps, STOP] if START <= when <= STOP})
        for when in days:
            ticks(when)
        for life, agreement in zip(chosen, born_now, strict=True):
            db.session.refresh(agreement)
            expected = foretold(life, days)
            assert happened(agreement) == expected.events
            assert (agreement.state, agreement.valid_until) == (expected.state, expected.valid_until)
            sent = select(Reminder.id).where(Reminder.agreement_id == agreement.id, Reminder.sent)
            keys = {f"agreements.remind:{number}" for number in db.session.scalars(sent)}
            assert keys == set(db.session.scalars(select(Job.key).where(Job.key.in_(keys))))
        with transaction():
            for model in (Reminder, Prolongation, Notice):
                db.session.execute(db.delete(model))
            for agreement in born_now:
                agreement.state, agreement.valid_until = "annulled", None


def test_a_reminder_comes_on_the_last_working_day_that_keeps_its_promise(app: APIFlask, company: Company) -> None:
    with app.app_context():
        # 90 days before 1 April 2026 is Thursday, 1 January: the last working day before it is 30 December 2025.
        assert clock_work.reminder_day(date(2026, 4, 1), 90) == date(2025, 12, 30)
        with day(date(2025, 12, 1)):
            agreement = in_force(company, valid_until=date(2026, 4, 1))
        for when in (date(2025, 12, 29), date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 12)):
            ticks(when)
        rows = db.session.scalars(select(Reminder).where(Reminder.agreement_id == agreement.id)).all()
        assert [(row.days, clock.in_moscow(row.at).date()) for row in rows] == [(90, date(2025, 12, 30))]


def test_after_a_standstill_only_the_nearest_reminder_is_sent(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2025, 9, 1)):
            agreement = in_force(company, valid_until=date(2026, 4, 1))
        ticks(date(2026, 3, 25))
        rows = db.session.scalars(select(Reminder).where(Reminder.agreement_id == agreement.id)).all()
        assert sorted((row.days, row.sent) for row in rows) == [(10, True), (30, False), (90, False)]


def test_a_passed_signing_deadline_and_a_lapsed_authority_are_reminded_of_once(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            # Friday, 6 March; Monday the 9th is off in 2026, so the first working day after it is the 10th.
            agreement = in_force(company, state="signing", sign_by=date(2026, 3, 6))
            signatory = agreement.parties[1].signatory
            assert signatory is not None
            # Friday again: the first working day after it is Monday, the 16th.
            signatory.valid_to = date(2026, 3, 13)
            db.session.commit()
        for number in range(3, 20):
            ticks(date(2026, 3, number))
        rows = db.session.scalars(select(Reminder).where(Reminder.agreement_id == agreement.id).order_by(Reminder.id))
        assert [(row.kind.split(":")[0], clock.in_moscow(row.at).date()) for row in rows] == [
            ("sign_by", date(2026, 3, 10)),
            ("authority", date(2026, 3, 16)),
        ]


def test_two_workers_at_once_do_everything_once(app: APIFlask, company: Company) -> None:
    """Both tick and both take jobs at the same moments of a day on which something of every kind is due."""
    today = date(2026, 3, 10)
    with app.app_context(), day(date(2026, 3, 2)):
        ends = {n: in_force(company, valid_until=today + n * ONE).id for n in (90, 30, 10)}
        expired = in_force(company, valid_until=today - ONE).id
        prolonged = in_force(company, valid_until=today - ONE, prolong_years=1).id
        noticed = in_force(company, terminates_on=today).id
        late = in_force(company, state="signing", sign_by=date(2026, 3, 6)).id

    def worker() -> None:
        with app.app_context():
            barrier.wait()
            schedule.tick()
            while drain():
                pass
            db.session.remove()

    barrier = threading.Barrier(2)
    for _round in range(2):
        with day(today):
            threads = [threading.Thread(target=worker) for _n in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
    with app.app_context():
        assert not db.session.scalars(select(Job.kind).where(Job.state.in_(("failed", "running")))).all()
        with day(today):
            while drain():
                pass
        rows = db.session.scalars(select(Reminder)).all()
        wanted = {*(("ends", number, n) for n, number in ends.items()), ("sign_by", late, 0)}
        assert sorted((row.kind, row.agreement_id, row.days) for row in rows if row.sent) == sorted(wanted)
        steps = select(AuditRecord.subject_id, AuditRecord.step).where(
            AuditRecord.step.in_(("expire", "prolong", "terminate_on_notice"))
        )
        assert sorted(db.session.execute(steps).tuples()) == sorted(
            [(expired, "expire"), (prolonged, "prolong"), (noticed, "terminate_on_notice")]
        )
        told = [(row.person_id, row.path, row.kind) for row in db.session.scalars(select(Notification))]
        people = {company.people["m.coord"], company.people["c.coord"]}
        for number in (*ends.values(), late):
            kind = "agreements/sign_by" if number == late else "agreements/ends"
            assert sorted(row for row in told if row[1] == f"/agreements/{number}") == sorted(
                (person, f"/agreements/{number}", kind) for person in people
            )
        assert audit.verify() is None


def test_a_termination_shows_its_cascade_and_does_it(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            parent = in_force(company)
            registered = in_force(
                company, kind="supplementary", parent_id=parent.id, seq=1, parent_edition=1, title="ДС № 1"
            )
            draft = an_amendment(company, parent)
            target = in_force(company, ("corporation", "perm_aviation"), kind="target", parent_id=parent.id, seq=3)
            item = linked_item(parent)
        with day(date(2026, 3, 3)):
            shown = ending.cascade(parent, company.actor("m.signer"))
            assert [(one.kind, one.id, one.ends) for one in shown] == [
                ("supplementary", registered.id, True),
                ("supplementary", draft.id, True),
            ]
            everything = ending.cascade(parent, SYSTEM)
            assert [(one.kind, one.id) for one in everything][2:] == [
                ("descends", target.id),
                ("roadmap_item", item.id),
            ]
            alone = Ask("по соглашению", {"basis": "соглашение от 02.03.2026"})
            with pytest.raises(NotNow) as refusal:
                service.take_step(parent.id, "terminate", company.actor("m.signer"), alone)
            assert [reason.code for reason in refusal.value.reasons] == ["termination_basis"]
            service.take_step(parent.id, "agree_termination", company.actor("c.signer"), alone)
            late = Ask("по соглашению", {"basis": "соглашение от 02.03.2026", "cascade": "0" * 16})
            with pytest.raises(NotNow, match="последствий"):
                service.take_step(parent.id, "terminate", company.actor("m.signer"), late)
            agreed = Ask("по соглашению", {"basis": "соглашение от 02.03.2026", "cascade": ending.seen(shown)})
            service.take_step(parent.id, "terminate", company.actor("m.signer"), agreed)
        for row in (parent, registered, draft, target):
            db.session.refresh(row)
        assert [row.state for row in (parent, registered, draft, target)] == [
            "terminated", "terminated", "annulled", "registered",
        ]  # fmt: skip
        link = db.session.scalars(select(ItemLink).where(ItemLink.item_id == item.id)).one()
        assert not link.settled
        told = select(AuditRecord).where(AuditRecord.subject_kind == "roadmap_item", AuditRecord.subject_id == item.id)
        assert "link_unsettled" in [record.step for record in db.session.scalars(told)]
        assert audit.verify() is None


def linked_item(agreement: Agreement) -> Item:
    """An item of a plan at work, closed only by `agreement`."""
    from roadmap.models import Occurrence, Roadmap

    with transaction():
        plan = Roadmap(
            title="план", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31), created_at=clock.now()
        )
        db.session.add(plan)
        db.session.flush()
        item = Item(roadmap_id=plan.id, section=1, number=1, code="1.1")
        db.session.add(item)
        db.session.flush()
        db.session.add(Occurrence(item_id=item.id, state="in_progress"))
        db.session.add(
            ItemLink(
                item_id=item.id,
                kind="agreement",
                subject_id=agreement.id,
                title="Соглашение",
                required=True,
                settled=True,
            )
        )
    return item


def test_an_expired_parent_takes_its_supplementary_agreements_along(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            parent = in_force(company, valid_until=date(2026, 3, 31))
            child = in_force(company, kind="supplementary", parent_id=parent.id, seq=1, state="signed")
        ticks(date(2026, 4, 6))
        for row in (parent, child):
            db.session.refresh(row)
        assert (parent.state, parent.ended_on, child.state) == ("expired", date(2026, 3, 31), "expired")


def test_a_party_refuses_the_prolongation_in_time(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            agreement = in_force(company, valid_until=date(2026, 3, 31), prolong_years=1, notice_days=20)
        ask = Ask("не продлеваем", {"notice": "письмо № 5"})
        with day(date(2026, 3, 12)), pytest.raises(NotNow):
            service.take_step(agreement.id, "refuse_prolongation", company.actor("c.signer"), ask)
        with day(date(2026, 3, 11)):
            service.take_step(agreement.id, "refuse_prolongation", company.actor("c.signer"), ask)
        ticks(date(2026, 4, 1))
        db.session.refresh(agreement)
        assert agreement.state == "expired"


def test_a_term_in_years_ends_on_a_working_day(app: APIFlask, company: Company) -> None:
    from agreements.effects import _end_of_years

    with app.app_context(), day(date(2023, 3, 6)):
        agreement = in_force(company, term_type="years", effective_from=date(2023, 3, 6), data={"term_years": 2})
        agreement.valid_until = None
        _end_of_years(agreement)
        assert agreement.valid_until == date(2025, 3, 6)
        agreement.valid_until, agreement.effective_from = None, date(2023, 3, 8)
        _end_of_years(agreement)
        # 8 and 9 March 2025 are days off.
        assert agreement.valid_until == date(2025, 3, 10)
        db.session.rollback()
