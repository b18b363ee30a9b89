"""What the tests of pages share: signing in as a person of the demo, counting queries, reading a page's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement
from core.accounts.models import Person
from core.db import db
from tests.builders import sign_in

PDF = scenes.SCAN


def browser(app: APIFlask, company: Company, login: str) -> FlaskClient:
    """A browser in which somebody of the demo is signed in."""
    with app.app_context():
        person = db.session.get_one(Person, company.people[login])
    return sign_in(app.test_client(), person)


@contextmanager
def counting(app: APIFlask) -> Iterator[list[str]]:
    """The statements the block sends to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def words(answer: TestResponse) -> str:
    """The page as a reader sees it: no tags, single spaces."""
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(unescape(text).replace("\u00a0", " ").split())


def a_draft(app: APIFlask, company: Company, title: str = "Соглашение", login: str = "m.coord") -> int:
    """The id of a complete draft of the Ministry with the Corporation."""
    with app.app_context():
        return service.create(scenes.cooperation(company, title), company.actor(login)).id


def version(app: APIFlask, agreement_id: int) -> int:
    with app.app_context():
        return db.session.get_one(Agreement, agreement_id).version


def state(app: APIFlask, agreement_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Agreement, agreement_id).state
