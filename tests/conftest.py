"""Fixtures: every test that asks for `app` runs on SQLite and on PostgreSQL, over empty tables.

Never hold an application context open around a request of `client`: flask-login and flask-babel keep the person and the
language in the context's `g`, and the second person would act as the first. Build inside `with app.app_context():`,
leave it, then ask. Tests that need no requests ask for `db_session`, which holds a context for them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy.orm import scoped_session

from core.db import db
from tests.databases import DIALECTS, Database, Databases


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Files are not forced onto the disk: no test pulls the plug, and a killed process loses nothing it wrote."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Both databases of this test process."""
    opened = Databases(tmp_path_factory.mktemp("databases"))
    yield opened
    opened.close()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The name of the database the test runs on."""
    return str(request.param)


@pytest.fixture
def database(databases: Databases, dialect: str) -> Database:
    """The application and its emptied tables."""
    found = databases.get(dialect)
    found.clean()
    return found


@pytest.fixture
def app(database: Database) -> APIFlask:
    """The application, with no context pushed."""
    return database.app


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A browser without a sign-in (`tests.builders.sign_in` gives it one)."""
    return app.test_client()


@pytest.fixture
def db_session(app: APIFlask, request: pytest.FixtureRequest) -> Iterator[scoped_session[Any]]:
    """The session, inside an application context held for the whole test. Not together with `client`."""
    if {"client", "page"} & set(request.fixturenames):
        raise pytest.UsageError("a context held around requests mixes the people up: use `with app.app_context()`")
    with app.app_context():
        yield db.session
