"""The ground under the tests: both databases begin each test empty and speak Russian."""

from __future__ import annotations

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session

from core.accounts.models import Organisation
from core.db import db
from tests.builders import a_person, an_organisation


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_empty_tables(app: APIFlask, turn: int) -> None:
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0
        a_person(an_organisation("college"))


def test_the_database_is_the_one_asked_for(db_session: scoped_session[Any], dialect: str) -> None:
    assert db.engine.dialect.name == dialect


def test_foreign_keys_hold(db_session: scoped_session[Any]) -> None:
    from sqlalchemy.exc import IntegrityError

    db_session.add(Organisation(kind="college", full_name="К", short_name="К", parent_id=404, forms={}))
    with pytest.raises(IntegrityError):
        db_session.flush()
    db_session.rollback()
