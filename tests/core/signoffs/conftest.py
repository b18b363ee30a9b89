"""Fixtures of the sign-off tests: the clock on a working Monday, the tests' own kind of subject registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy.orm import scoped_session

from core import clock
from tests.core.signoffs import scene as stage
from tests.core.signoffs.scene import Scene, Told


@pytest.fixture
def told(db_session: scoped_session[Any]) -> Iterator[Told]:
    """The subject's ears, on a Monday morning."""
    with clock.at(stage.MONDAY), stage.a_subject() as ears:
        yield ears


@pytest.fixture
def scene(told: Told) -> Scene:
    """The Ministry and the Corporation with one person for every role."""
    return stage.a_scene()


@pytest.fixture
def office(app: APIFlask) -> Iterator[Scene]:
    """The same people for tests that go through HTTP: nothing is held around the requests but the clock."""
    with clock.at(stage.MONDAY), stage.a_subject():
        with app.app_context():
            built = stage.a_scene()
        yield built
