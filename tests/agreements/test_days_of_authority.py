"""Days that decide about signing: the last day of an authority, of a power, of a certificate, of the time to sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements import clock_work, rules, service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, Reminder
from core import clock
from core.calendar.russia import is_working
from core.db import db, transaction
from core.errors import NotNow, NotValid, Refusal
from core.signoffs.models import Slot
from core.signoffs.service import decide
from core.workflow import Ask, schedule
from core.workflow.jobs import drain
from tests.agreements.lives import in_force
from tests.agreements.test_clock_work import ONE, day, ticks

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, number) for number in (13, 14, 15, 16))


def reminded(agreement: Agreement) -> list[tuple[str, date]]:
    rows = db.session.scalars(select(Reminder).where(Reminder.agreement_id == agreement.id).order_by(Reminder.id))
    return [(row.kind.split(":")[0], clock.in_moscow(row.at).date()) for row in rows]


def working_day_after(when: date) -> date:
    when += ONE
    while not is_working(when):
        when += ONE
    return when


@pytest.mark.parametrize("last", [FRIDAY, SATURDAY, date(2026, 2, 20), date(2025, 12, 30), date(2026, 3, 17)])
def test_a_lapsed_authority_is_told_of_on_the_first_working_day_after_its_last_and_on_no_day_off(
    app: APIFlask, company: Company, last: date
) -> None:
    """Each calendar day comes by: the last one still holds, days off bring nothing, then it is told of once."""
    with app.app_context():
        with day(last - 3 * ONE):
            agreement = in_force(company, state="signing")
            signatory = agreement.parties[1].signatory
            assert signatory is not None
            with transaction():
                signatory.valid_to = last
        told, when = working_day_after(last), last - ONE
        while when < told:
            ticks(when)
            assert reminded(agreement) == [], when
            when += ONE
        for later in (told, told + ONE, told + 7 * ONE):
            ticks(later)
        assert reminded(agreement) == [("authority", told)]


def test_the_daily_search_alone_finds_a_lapsed_authority_where_no_day_to_sign_was_named(
    app: APIFlask, company: Company
) -> None:
    """Nobody asks for the agreement by its id: the worker's own search of the morning must come upon it."""
    with app.app_context():
        with day(FRIDAY - 3 * ONE):
            agreement = in_force(company, state="partly_signed")
            signatory = agreement.parties[0].signatory
            assert signatory is not None
            with transaction():
                signatory.valid_to = FRIDAY
        for when, expected in ((FRIDAY, []), (MONDAY, [agreement.id]), (MONDAY + ONE, [])):
            with day(when):
                assert clock_work.waiting() == expected
                schedule.tick()
                drain()
        assert reminded(agreement) == [("authority", MONDAY)]


def test_whoever_has_signed_is_not_reminded_of(app: APIFlask, company: Company) -> None:
    agreement_id, slot_id = on_its_way_to_signature(app, company, "electronic", MONDAY - 10 * ONE)
    with app.app_context():
        agreement = db.session.get_one(Agreement, agreement_id)
        with day(MONDAY - 6 * ONE, 12):
            slot = db.session.get_one(Slot, slot_id)
            decide(slot_id, "signed", company.actor("m.signer"), given=scenes.proof(slot))
        for party in agreement.parties:
            ends(company, party.organisation.kind, FRIDAY)
        ticks(MONDAY)
        kinds = db.session.scalars(select(Reminder.kind).where(Reminder.agreement_id == agreement.id)).all()
        assert kinds == [f"authority:{agreement.parties[1].id}"]


def ends(company: Company, key: str, last: date | None, first: date | None = None) -> None:
    with transaction():
        for party in db.session.scalars(select(Agreement)).one().parties:
            if party.organisation_id == company.organisations[key]:
                assert party.signatory is not None
                party.signatory.valid_from, party.signatory.valid_to = first, last


def on_its_way_to_signature(app: APIFlask, company: Company, method: str, when: date) -> tuple[int, int]:
    """(agreement, the Ministry's place of signature), handed to the signatories by the evening of a day."""
    with app.app_context():
        stage = scenes.Stage(company, scenes.add_back(when, 2))
        with clock.at(stage.next()):
            agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
        stage.step(agreement, "submit", "m.coord")
        stage.decide_all(agreement)
        stage.step(agreement, "to_sign", "m.coord", Ask(data={"method": method}))
        assert clock.in_moscow(stage.moment).date() <= when
        mine = company.people["m.signer"]
        return agreement.id, next(slot.id for slot, people in scenes._on_desks(agreement) if mine in people)


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except Refusal as refusal:
        db.session.rollback()
        return type(refusal).__name__
    return "signed"


@pytest.mark.parametrize(
    ("today", "expected"),
    [(FRIDAY - ONE, "NotNow"), (FRIDAY, "signed"), (SATURDAY, "signed"), (SUNDAY, "signed"), (MONDAY, "NotNow")],
)
def test_an_electronic_signature_needs_the_authority_on_the_very_calendar_day(
    app: APIFlask, company: Company, today: date, expected: str
) -> None:
    """From Friday to Sunday, both included, days off like any other."""
    _agreement_id, slot_id = on_its_way_to_signature(app, company, "electronic", FRIDAY - 3 * ONE)
    with app.app_context(), day(today, 12):
        ends(company, "ministry", SUNDAY, FRIDAY)
        slot = db.session.get_one(Slot, slot_id)
        proof = scenes.proof(slot)
        assert outcome(lambda: decide(slot_id, "signed", company.actor("m.signer"), given=proof)) == expected


@pytest.mark.parametrize(
    ("on_paper", "expected"),
    [(FRIDAY - ONE, "NotNow"), (FRIDAY, "signed"), (SUNDAY, "signed"), (MONDAY, "NotNow")],
)
def test_a_signature_on_paper_is_judged_by_its_own_day_however_late_it_is_recorded(
    app: APIFlask, company: Company, on_paper: date, expected: str
) -> None:
    _agreement_id, slot_id = on_its_way_to_signature(app, company, "paper", FRIDAY - 3 * ONE)
    with app.app_context(), day(MONDAY + 3 * ONE, 12):
        ends(company, "ministry", SUNDAY, FRIDAY)
        given = scenes.Given({"signed_on": on_paper.isoformat()})
        assert outcome(lambda: decide(slot_id, "signed", company.actor("m.signer"), given=given)) == expected


@pytest.mark.parametrize(
    ("field", "last", "expected"),
    [
        ("mchd_valid_to", MONDAY, "signed"),
        ("mchd_valid_to", SUNDAY, "NotValid"),
        ("valid_to", MONDAY, "signed"),
        ("valid_to", SUNDAY, "NotValid"),
        ("valid_from", MONDAY, "signed"),
        ("valid_from", MONDAY + ONE, "NotValid"),
    ],
)
def test_a_power_and_a_certificate_hold_on_their_first_and_last_day(
    app: APIFlask, company: Company, field: str, last: date, expected: str
) -> None:
    _agreement_id, slot_id = on_its_way_to_signature(app, company, "electronic", FRIDAY - 3 * ONE)
    with app.app_context(), day(MONDAY, 12):
        slot = db.session.get_one(Slot, slot_id)
        power = {"mchd_number": "МЧД-77", "mchd_valid_to": (MONDAY + 90 * ONE).isoformat()}
        proof = scenes.proof(slot, **{**power, field: last.isoformat()})
        assert outcome(lambda: decide(slot_id, "signed", company.actor("m.signer"), given=proof)) == expected


def test_signing_may_be_recalled_from_the_day_after_its_last(app: APIFlask, company: Company) -> None:
    agreement_id, slot_id = on_its_way_to_signature(app, company, "electronic", FRIDAY - 3 * ONE)
    with app.app_context():
        agreement, actor = db.session.get_one(Agreement, agreement_id), company.actor("m.coord")
        with transaction():
            agreement.sign_by = FRIDAY
        with day(FRIDAY, 12):
            decide(slot_id, "signed", company.actor("m.signer"), given=scenes.proof(db.session.get_one(Slot, slot_id)))
            with pytest.raises(NotNow):
                service.take_step(agreement_id, "recall", actor, Ask("долго"))
            db.session.rollback()
        with day(SATURDAY):
            service.take_step(agreement_id, "recall", actor, Ask("срок вышел"))
        assert db.session.get_one(Agreement, agreement_id).state == "revision"


@pytest.mark.parametrize(("days", "refused"), [(29, True), (30, False), (31, False)])
def test_a_notice_of_termination_keeps_its_period_to_the_day(
    app: APIFlask, company: Company, days: int, refused: bool
) -> None:
    with app.app_context(), day(MONDAY):
        agreement = in_force(company, notice_days=30)
        effective = MONDAY + days * ONE
        data = {"notice": "письмо № 5", "effective_on": effective.isoformat()}
        ask = Ask("расторгаем", data)
        if refused:
            with pytest.raises(NotValid) as told:
                service.take_step(agreement.id, "give_notice", company.actor("c.signer"), ask)
            assert f"не раньше {MONDAY + timedelta(days=30):%d.%m.%Y}" in str(told.value.fields["effective_on"])
            return
        service.take_step(agreement.id, "give_notice", company.actor("c.signer"), ask)
        assert agreement.terminates_on == effective


def test_the_notice_takes_effect_on_its_day_and_the_agreement_ended_then_whenever_the_clock_comes(
    app: APIFlask, company: Company
) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            agreement = in_force(company, terminates_on=SATURDAY)
        ticks(FRIDAY)
        assert db.session.get_one(Agreement, agreement.id).state == "registered"
        ticks(MONDAY)
        db.session.refresh(agreement)
        assert (agreement.state, agreement.ended_on) == ("terminated", SATURDAY)


@pytest.mark.parametrize(("today", "state"), [(FRIDAY, "registered"), (SATURDAY, "terminated")])
def test_the_clock_terminates_on_the_very_day_of_the_notice(
    app: APIFlask, company: Company, today: date, state: str
) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            agreement = in_force(company, terminates_on=SATURDAY)
        ticks(today)
        db.session.refresh(agreement)
        assert agreement.state == state


def test_the_last_day_of_an_agreement_under_notice_is_the_one_before_its_termination(
    app: APIFlask, company: Company
) -> None:
    with app.app_context(), day(date(2026, 3, 2)):
        assert clock_work.last_day(in_force(company, terminates_on=SATURDAY)) == FRIDAY
        assert clock_work.last_day(in_force(company, terminates_on=SATURDAY, valid_until=SUNDAY)) == FRIDAY
        assert clock_work.last_day(in_force(company, terminates_on=SUNDAY, valid_until=FRIDAY)) == FRIDAY
        assert clock_work.last_day(in_force(company)) is None


@pytest.mark.parametrize(("today", "state"), [(FRIDAY, "registered"), (SATURDAY, "expired")])
def test_the_last_day_of_the_term_belongs_to_it(app: APIFlask, company: Company, today: date, state: str) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            agreement = in_force(company, valid_until=FRIDAY)
        ticks(today)
        db.session.refresh(agreement)
        assert agreement.state == state


def test_a_suspended_agreement_is_prolonged_and_stays_suspended(app: APIFlask, company: Company) -> None:
    with app.app_context():
        with day(date(2026, 3, 2)):
            agreement = in_force(company, state="suspended", valid_until=FRIDAY, prolong_years=2)
        ticks(FRIDAY)
        assert db.session.get_one(Agreement, agreement.id).valid_until == FRIDAY
        ticks(SATURDAY)
        db.session.refresh(agreement)
        assert (agreement.state, agreement.valid_until) == ("suspended", date(2028, 3, 13))
        with day(MONDAY):
            assert rules.term_reached(agreement, company.actor("m.coord")) is not None
