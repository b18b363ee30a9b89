"""Alembic's environment: the project's metadata over the application's engine, one migrator at a time."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from core.db import Json, UtcDateTime

ONE_AT_A_TIME = 7_262_026


JSON = 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our own types as plain SQLAlchemy: an old revision must not depend on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return JSON
    return False


def include_object(_item: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:
    """Leave alone the shadow tables that SQLite's full-text index keeps for itself."""
    return not (kind == "table" and reflected and name is not None and "_fts" in name)


def skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """`flask db migrate` without a change writes no revision."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()


def run(connection: Connection) -> None:
    """Every revision that is missing, in one transaction under a lock."""
    extension = current_app.extensions["migrate"]
    context.configure(
        connection=connection,
        target_metadata=extension.db.metadatas[None],
        render_item=render_item,
        include_object=include_object,
        process_revision_directives=skip_empty,
        **extension.configure_args,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()


def run_online() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        if engine.dialect.name == "sqlite":
            # A batch rebuilds a table by dropping it: with foreign keys on, its children would go with it.
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            run(connection.execution_options(write=True))
        finally:
            if engine.dialect.name == "sqlite":
                connection.rollback()
                driver.execute("PRAGMA foreign_keys=ON")


run_online()
