"""The morning's letter: on a working day, once, to whom something presses; it says what the first page shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.accounts import actors
from core.accounts.models import Person
from core.db import db, transaction
from core.notifications.models import Letter, Notification
from core.signoffs import digest, inbox_sections
from core.signoffs.inbox_sections import Line, Section
from core.workflow import jobs
from core.workflow.jobs import drain
from core.workflow.models import Job
from core.workflow.schedule import tick
from tests.core.signoffs.desk import a_round, browser_of
from tests.core.signoffs.scene import MONDAY, Scene, a_slot, a_stage

Session = scoped_session[Any]
VISAS = [a_stage(a_slot("m_legal"))]
LATE = MONDAY.replace(day=10)


@pytest.fixture
def post(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server is set; nothing is sent to it here: the letters stay written."""
    monkeypatch.setitem(app.config, "SMTP_HOST", "127.0.0.1")
    monkeypatch.setitem(jobs._handlers, "notifications.send", lambda job: None)


def digests() -> list[tuple[int, str, str]]:
    """(person, subject, text) of every digest written so far."""
    rows = select(Notification.person_id, Notification.title, Notification.text)
    return [row._tuple() for row in db.session.execute(rows.where(Notification.kind == "signoffs/digest"))]


def morning(when: datetime) -> None:
    with clock.at(when):
        for _turn in range(2):
            tick()
            drain()


def test_whoever_is_late_is_written_to_once_a_day_and_nobody_else(app: APIFlask, office: Scene, post: None) -> None:
    with app.app_context():
        a_round(office, VISAS)
        morning(LATE)
        lawyer = office.people["m_legal"]
        (told,) = digests()
        assert told[0] == lawyer.id
        assert told[1] == "Ваши дела на 10.03.2026"
        assert "просрочено на 2 раб. дн." in told[2]
        letters = select(Letter.address).where(Letter.subject == told[1])
        assert db.session.scalars(letters).all() == [lawyer.email]
        morning(LATE + timedelta(days=1))
        assert len(digests()) == 2


def test_nobody_is_written_to_without_a_mail_server(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        a_round(office, VISAS)
        morning(LATE)
        assert digests() == []


def test_no_letter_on_a_day_off(app: APIFlask, office: Scene, post: None) -> None:
    with app.app_context():
        a_round(office, VISAS)
        morning(LATE.replace(day=14))
        assert digests() == []


def test_it_is_written_at_eight_and_yesterdays_is_dropped(app: APIFlask, office: Scene, post: None) -> None:
    with app.app_context():
        a_round(office, VISAS)
        early = datetime(2026, 3, 10, 0, 5, tzinfo=clock.MOSCOW)
        with clock.at(early), transaction():
            db.session.add(Job(kind="signoffs.digests", payload={}, run_after=early, created_at=early))
        with clock.at(early):
            drain()
            assert digests() == [], "not at night"
        waiting = db.session.scalars(select(Job).where(Job.kind == "signoffs.digest")).all()
        assert waiting
        with clock.at(LATE + timedelta(days=1)):
            for job in waiting:
                digest.one(job)
        assert digests() == []


def test_the_letter_says_what_the_page_shows(app: APIFlask, office: Scene, post: None) -> None:
    line = Line("Пункт 1.1 плана", "/items/1", due="05.03.2026", term="просрочено на 3 раб. дн.", tone="late",
                court="Корпорация")  # fmt: skip
    source = inbox_sections.register(lambda actor: Section("Просрочено другой Стороной", [line], total=7))
    try:
        with app.app_context():
            a_round(office, VISAS)
            with clock.at(LATE):
                message = digest.letter(actors.by_id(office.people["m_legal"].id))
                assert message is not None
                parts = message.context["parts"]
        with clock.at(LATE):
            page = browser_of(app, office.people["m_legal"]).get("/").text
    finally:
        inbox_sections._sources.remove(source)
    assert [part["title"] for part in parts] == ["На согласовании у меня", "Просрочено другой Стороной"]
    assert parts[1]["total"] == 7
    for words in ("Пункт 1.1 плана", "Корпорация", "просрочено на 3 раб. дн.", "Просрочено другой Стороной"):
        assert words in page
        assert any(words in text for text in (parts[1]["title"], *parts[1]["lines"]))
    for words in ("Дополнительное соглашение № 1", "просрочено на 2 раб. дн."):
        assert words in page
        assert words in parts[0]["lines"][0]


def test_it_is_written_in_the_persons_language(app: APIFlask, office: Scene, post: None) -> None:
    with app.app_context():
        a_round(office, VISAS)
        with transaction():
            db.session.get_one(Person, office.people["m_legal"].id).locale = "en"
        with clock.at(LATE):
            message = digest.letter(actors.by_id(office.people["m_legal"].id))
    assert message is not None
    assert "overdue" in message.context["parts"][0]["lines"][0]


def test_nothing_pressing_is_no_letter(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        assert digest.letter(actors.by_id(office.people["m_legal"].id)) is None
