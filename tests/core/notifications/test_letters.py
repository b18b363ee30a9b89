"""Notices and letters: told once, in the person's language, sent by a job over a real SMTP conversation."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.orm import scoped_session

from core.accounts import actors
from core.accounts.models import Person
from core.db import database_now, db, transaction
from core.notifications import Message, mark_read, notify
from core.notifications.models import Letter, Notification
from core.notifications.queries import notices, unread_count
from core.workflow.jobs import drain
from core.workflow.models import Job
from tests.builders import a_person, an_organisation

ABOUT = {"title": "Соглашение", "label": "Виза", "round": 1, "due": "05.03.2026 18:00", "principal": ""}
MESSAGE = Message("thing:1", "signoffs/assigned", "/tasks/1", ABOUT)


class Post:
    """A mail server that keeps what it is given, or refuses to."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append(letter)
        return self.answer


class AnyPort(Controller):
    """Listens where the system has room, and knows where that is."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def post(db_session: scoped_session[Any]) -> Iterator[Post]:
    """The mail server, set in the application's settings."""
    kept = Post()
    server = AnyPort(kept, hostname="127.0.0.1", port=0)
    server.start()
    current_app.config.update(
        SMTP_HOST="127.0.0.1", SMTP_PORT=server.port, SMTP_SECURITY="", SMTP_FROM="Согласовано <no-reply@example.org>"
    )
    yield kept
    server.stop()


@pytest.fixture
def person(db_session: scoped_session[Any]) -> Person:
    return a_person(an_organisation(), surname="Кравцова")


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_thing_is_told_once(person: Person) -> None:
    assert len(notify([person.id, person.id], MESSAGE)) == 1
    assert notify([person.id], MESSAGE) == []
    assert count(Notification) == 1


def test_without_a_mail_server_the_notice_stays_in_the_application(person: Person) -> None:
    notify([person.id], MESSAGE)
    assert (count(Letter), count(Job)) == (0, 0)


def test_what_was_rolled_back_was_not_told(person: Person) -> None:
    with pytest.raises(RuntimeError), transaction():
        notify([person.id], MESSAGE)
        raise RuntimeError("the business failed")
    assert count(Notification) == 0


def test_a_letter_goes_out_after_the_commit_with_its_link(person: Person, post: Post) -> None:
    notify([person.id], MESSAGE)
    assert post.letters == []
    drain()
    (letter,) = post.letters
    assert letter["To"] == person.email
    assert letter["Subject"] == "На согласование: Соглашение"
    body = letter.get_content()
    assert "Срок: 05.03.2026 18:00." in body
    assert f"{current_app.config['PUBLIC_URL']}/tasks/1" in body
    assert db.session.scalars(select(Letter)).one().sent_at is not None


def test_a_letter_is_sent_once_though_its_job_runs_again(person: Person, post: Post) -> None:
    notify([person.id], MESSAGE)
    drain()
    with transaction():
        db.session.execute(update(Job).values(state="waiting"))
    drain()
    assert len(post.letters) == 1


def test_a_refused_letter_is_tried_again_as_the_same_letter(person: Person, post: Post) -> None:
    notify([person.id], MESSAGE)
    post.answer = "451 try later"
    drain()
    job = db.session.scalars(select(Job)).one()
    assert (job.state, post.letters) == ("waiting", [])
    post.answer = "250 OK"
    with transaction():
        db.session.execute(update(Job).values(run_after=database_now()))
    drain()
    letter = db.session.scalars(select(Letter)).one()
    assert post.letters[0]["Message-ID"] == letter.message_id


def test_a_title_cannot_add_headers_to_a_letter(person: Person, post: Post) -> None:
    context = {**ABOUT, "title": "Да\r\nBcc: victim@example.org"}
    notify([person.id], Message("thing:2", "signoffs/assigned", "/tasks/1", context))
    drain()
    assert "Bcc" not in post.letters[0]
    assert post.letters[0]["To"] == person.email


def test_a_person_without_a_place_any_more_is_told_nothing(person: Person) -> None:
    with transaction():
        person.active = False
    assert notify([person.id], MESSAGE) == []


def test_notices_are_read_by_their_own_person_only(person: Person) -> None:
    other = a_person(an_organisation())
    for number in range(3):
        notify([person.id], Message(f"thing:{number}", "signoffs/assigned", "", ABOUT))
    actor, stranger = actors.by_id(person.id), actors.by_id(other.id)
    first = notices(actor).items[-1].id
    assert (unread_count(actor), unread_count(stranger)) == (3, 0)
    assert mark_read(stranger, [first]) == 0
    assert mark_read(actor, [first]) == 1
    assert [row.id for row in notices(actor, unread=True).items] == sorted(
        (row.id for row in notices(actor).items if row.id != first), reverse=True
    )
    assert mark_read(actor) == 2
    assert unread_count(actor) == 0


def test_a_text_that_lacks_a_value_is_an_error_not_a_blank(person: Person) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        notify([person.id], Message("thing:3", "signoffs/assigned", "", {"title": "x"}))
