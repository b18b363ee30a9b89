"""While the parties argue over a text its round stands: pages and API say so, nothing is late, and it moves again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from agreements import desk as agreements_desk
from agreements import queries, service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement
from agreements.queries import Filters
from core import clock
from core.calendar import deadline
from core.clock import MOSCOW
from core.db import database_now, db, transaction
from core.errors import NotNow
from core.notifications.models import Notification
from core.signoffs import digest, texts
from core.signoffs.models import Desk, Protocol, Slot
from core.signoffs.queries import inbox
from core.signoffs.service import decide, protocol
from core.signoffs.service.protocol import Clause
from core.workflow import Ask
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.agreements.pages import browser, words

DAY = date(2026, 3, 2)
LATE = datetime(2026, 4, 6, 12, tzinfo=MOSCOW)


@pytest.fixture
def disputed(app: APIFlask, company: Company) -> int:
    """An agreement of the two principals at the Corporation, whose lawyer has opened a protocol over clause 1.2."""
    with app.app_context():
        stage = scenes.Stage(company, DAY)
        with clock.at(stage.next()):
            agreement = service.create(scenes.cooperation(company, "Соглашение"), company.actor("m.coord"))
        stage.step(agreement, "submit", "m.coord")
        stage.decide_all(agreement, only=("m.profile", "m.legal", "m.deputy", "c.coord", "c.hr"))
        stage.step(agreement, "cp_protocol", "c.legal", Ask("расходимся по пункту 1.2"))
        with clock.at(stage.next()):
            drain()
            opened = protocol.open_protocol_of("agreement", agreement.id)
            assert opened is not None
            clause = next(one for one in texts.clauses(opened.document_hash) if one["number"] == "1.2")
            disputing = Clause(clause["id"], "1.2", clause["text"])
            protocol.add_row(opened.id, disputing, "Наша редакция пункта.", company.actor("c.legal"))
        return agreement.id


def visa_of(agreement_id: int, role: str) -> Slot:
    found = select(Slot).where(Slot.role == role, Slot.round.has(subject_id=agreement_id)).order_by(Slot.id.desc())
    return db.session.scalars(found.execution_options(populate_existing=True)).first()  # type: ignore[return-value]


def settle(company: Company, agreement_id: int, *, give_up: bool) -> None:
    """The dispute ends: given up, or with a wording both consent to."""
    opened = protocol.open_protocol_of("agreement", agreement_id)
    assert opened is not None
    row, ours, theirs = opened.rows[0], company.actor("c.legal"), company.actor("m.legal")
    if give_up:
        protocol.withdraw(row.id, ours)
    else:
        protocol.propose(row.id, "Согласованная редакция.", "", ours)
        protocol.consent(row.id, protocol.wording_hash("Согласованная редакция."), theirs)
    protocol.close_protocol(opened.id, ours)


def test_card_task_inbox_and_register_say_that_the_round_stands_and_call_nothing_late(
    app: APIFlask, company: Company, disputed: int
) -> None:
    with app.app_context():
        slot_id = visa_of(disputed, "c_legal").id
        opened = protocol.open_protocol_of("agreement", disputed)
        assert opened is not None
        place = f"/protocols/{opened.id}"
    client = browser(app, company, "c.legal")
    with clock.at(LATE):
        card = words(client.get(f"/agreements/{disputed}"))
        task = words(client.get(f"/tasks/{slot_id}"))
        desk = words(client.get("/"))
        rows = words(client.get("/agreements"))
        leads = client.get(f"/tasks/{slot_id}").get_data(as_text=True)
        told = client.get(f"/api/v1/tasks/{slot_id}").get_json()
        listed = client.get("/api/v1/tasks").get_json()["items"]
        sizes = client.get("/api/v1/tasks/counts").get_json()
        late = words(client.get("/?section=overdue"))
        with app.app_context():
            morning = digest.letter(company.actor("c.legal"))
            chased = agreements_desk.waiting(company.actor("c.coord"), 50)
    assert (sizes["all"], sizes["overdue"], sizes["soon"]) == (1, 0, 0)
    assert "ждёт урегулирования разногласий" not in late
    assert morning is None, "nothing presses"
    assert chased == [], "nobody is to be hurried while the parties argue"
    assert "Круг стоит до урегулирования разногласий" in card
    assert "Стороны урегулируют разногласия" in card
    for page in (card, task):
        assert "Ждёт урегулирования разногласий" in page
        assert "На рассмотрении" not in page
        assert "просрочено" not in page
        assert "сейчас" not in page.partition("Что могут сделать другие")[0].partition("Ход согласования")[2][:400]
    assert "Ждёт Вашего решения" not in card + task
    assert "виза понадобится, когда протокол разногласий закроют" in task
    assert f'class="btn btn-primary" href="{place}"' in leads
    assert "ждёт урегулирования разногласий" in desk
    assert "просрочено" not in desk
    assert "все стороны" in rows
    assert "просрочено" not in rows
    assert told["stands"]
    assert [offer["possible"] for offer in told["offers"]] == [False] * 3
    assert [(row["stands"], row["term"]) for row in listed if row["slot_id"] == slot_id] == [(True, "")]


def test_no_verdict_is_taken_and_no_reminder_sent_meanwhile(app: APIFlask, company: Company, disputed: int) -> None:
    with app.app_context():
        slot_id = visa_of(disputed, "c_legal").id
        for verdict in ("approved", "approved_with_remarks", "rejected"):
            with clock.at(LATE), pytest.raises(NotNow) as refused:
                decide(slot_id, verdict, company.actor("c.legal"), comment="не вовремя")
            assert [reason.code for reason in refused.value.reasons] == ["round_moves"]
        fall_due()
        assert sent() == []


def fall_due() -> None:
    with transaction():
        db.session.execute(update(Job).where(Job.state == "waiting").values(run_after=database_now()))
    with clock.at(LATE):
        drain()


def sent() -> list[str]:
    kinds = ("signoffs/reminder", "signoffs/overdue", "signoffs/escalation")
    return list(db.session.scalars(select(Notification.kind).where(Notification.kind.in_(kinds))))


def test_a_dispute_given_up_lets_the_round_move_with_a_whole_term_before_everybody(
    app: APIFlask, company: Company, disputed: int
) -> None:
    with app.app_context():
        agreement, slot = db.session.get_one(Agreement, disputed), visa_of(disputed, "c_legal")
        with clock.at(LATE):
            settle(company, disputed, give_up=True)
            slot = visa_of(disputed, "c_legal")
            assert not slot.round.stands
            assert slot.due_at == deadline(LATE, slot.days)
            assert set(db.session.scalars(select(Desk.due_at).where(Desk.slot_id == slot.id))) == {slot.due_at}
            listed = inbox(company.actor("c.legal")).items
            assert [(row.stands, row.term) for row in listed if row.slot_id == slot.id] == [(False, "")]
        fall_due_at(slot.due_at + timedelta(minutes=1))
        assert sorted(set(sent())) == ["signoffs/escalation", "signoffs/overdue"]
        with clock.at(LATE + timedelta(hours=2)):
            for login, role in (("c.legal", "c_legal"), ("c.security", "c_security"), ("c.deputy", "c_deputy")):
                decide(visa_of(disputed, role).id, "approved", company.actor(login))
            scan = scenes.Upload("протокол.pdf", scenes.SCAN)
            service.take_step(disputed, "protocol_done", company.actor("c.deputy"), Ask(), uploads={"protocol": scan})
        assert agreement.state == "agreed"
        assert [row.number for row in agreement.revisions] == [1]


def fall_due_at(moment: datetime) -> None:
    with transaction():
        db.session.execute(update(Job).where(Job.state == "waiting").values(run_after=database_now()))
    with clock.at(moment):
        drain()


def test_a_text_that_the_protocol_changes_keeps_the_round_standing_until_its_new_one(
    app: APIFlask, company: Company, disputed: int
) -> None:
    with app.app_context():
        agreement = db.session.get_one(Agreement, disputed)
        with clock.at(LATE):
            settle(company, disputed, give_up=False)
            assert visa_of(disputed, "c_legal").round.stands
            slot_id = visa_of(disputed, "c_legal").id
            with pytest.raises(NotNow):
                decide(slot_id, "approved", company.actor("c.legal"))
            service.take_step(disputed, "protocol_rework", company.actor("m.coord"))
            service.take_step(disputed, "resubmit", company.actor("m.coord"), Ask(data={"mode": "all"}))
            assert not visa_of(disputed, "m_profile").round.stands
            decide(visa_of(disputed, "m_profile").id, "approved", company.actor("m.profile"))
        assert (agreement.state, agreement.revision_number) == ("own_approval", 2)


def test_an_old_protocol_over_the_same_words_holds_no_later_round(
    app: APIFlask, company: Company, disputed: int
) -> None:
    """The changed text was put back by hand: the new round is about the words the protocol changed."""
    with app.app_context(), clock.at(LATE):
        settle(company, disputed, give_up=False)
        service.take_step(disputed, "protocol_rework", company.actor("m.coord"))
        service.take_step(disputed, "resubmit", company.actor("m.coord"), Ask(data={"mode": "all"}))
        current = visa_of(disputed, "m_profile").round
        with transaction():
            db.session.execute(update(Protocol).values(document_hash=current.document_hash))
        db.session.refresh(current)
        assert not current.stands


def test_the_register_counts_the_days_of_a_dispute_from_its_beginning(
    app: APIFlask, company: Company, disputed: int
) -> None:
    with app.app_context(), clock.at(datetime(2026, 3, 12, 12, tzinfo=MOSCOW)):
        row = queries.register(company.actor("m.coord"), Filters()).items[0]
        found = queries.court(row)
        assert (row.state, found.name, found.late, found.due) == ("disagreement", "все стороны", False, None)
        assert found.days > 0
