"""The migrations build exactly the tables the code declares, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from apiflask import APIFlask
from sqlalchemy import inspect

from app import create_app
from core.db import Model, db
from tests.databases import Databases, settings_for


@pytest.fixture
def empty_app(databases: Databases, dialect: str, tmp_path: Path) -> Iterator[APIFlask]:
    """An application over a database without a single table."""
    app = create_app(settings_for(databases.empty(dialect, f"migrated_{dialect}"), tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_migrations_build_what_the_models_declare_and_go_back(empty_app: APIFlask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        built = set(inspect(db.engine).get_table_names())
        assert set(Model.metadata.tables) <= built
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names())
        assert left <= {"alembic_version"}
