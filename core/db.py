"""The database: one `db`, one base class, and `transaction()`, the only place that commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, MetaData, Select, String, Table, event, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Compiled, Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from core.errors import NotNow

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})
migrate = Migrate()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept as UTC. A naive moment is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Code = String(64)
Hash = String(64)

Row = TypeVar("Row", bound=Model)


class Versioned:
    """Mix-in for rows that people edit: a stale write is refused, never merged silently."""

    @declared_attr
    def version(cls) -> Mapped[int]:
        return mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def init_app(app: Flask) -> None:
    """Bind the database, its SQLite pragmas and the migrations to `app`."""
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, compare_type=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _tune_sqlite(db.engine)


def _tune_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and an explicit BEGIN (IMMEDIATE for writes): pysqlite's own loses concurrent updates."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        # SQLite's own lower() knows only Latin letters: «Завод» would not be found by «завод».
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=20000",
            "synchronous=NORMAL",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def in_transaction() -> bool:
    """Whether a write transaction is open in this session."""
    return bool(db.session().info.get("depth", 0))


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work: everything inside commits together, or nothing does.

    A call inside another joins it. What was read before is read anew, under the write lock (SQLite takes it at BEGIN;
    on PostgreSQL take it with `locked`). Raises NotNow when somebody else changed the same row meanwhile.
    """
    session = db.session()
    if session.info.get("depth", 0):
        yield
        return
    session.rollback()
    session.info["depth"] = 1
    try:
        session.connection(execution_options={"write": True})
        yield
        session.commit()
    except StaleDataError as stale:
        session.rollback()
        raise changed_by_another() from stale
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["depth"] = 0


class Prepared:
    """A query over columns, drawn up and compiled once a process: what every page asks costs only its execution.

    `build()` answers a select of columns (never of whole rows of a model) whose values are named `bindparam`s. Unlike
    `Session.execute` it flushes nothing before it reads.
    """

    def __init__(self, build: Callable[[], Select[Any]]) -> None:
        self._build = build
        self._kept: tuple[Dialect, Compiled] | None = None

    def __call__(self, **values: Any) -> Sequence[Any]:
        """The rows for these values."""
        connection = db.session.connection()
        kept = self._kept
        if kept is None or kept[0] is not connection.dialect:
            kept = self._kept = (connection.dialect, self._build().compile(dialect=connection.dialect))
        rows: Sequence[Any] = connection.execute(kept[1], values).all()  # type: ignore[call-overload]
        return rows


def changed_by_another() -> NotNow:
    from flask_babel import gettext as _

    return NotNow(_("Запись изменена другим пользователем. Обновите страницу: введённое сохранено в форме."))


def expect_version(row: Any, version: int | None) -> None:
    """Refuse a form that was opened on an older version of `row`. None skips the question (no form was open)."""
    if version is not None and row.version != version:
        raise changed_by_another()


def locked(model: type[Row], key: Any) -> Row | None:
    """The row under its lock until the transaction ends (SQLite already holds the whole database)."""
    statement = select(model).where(model.__mapper__.primary_key[0] == key)
    return db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one_or_none()


def table_of(model: type[Model]) -> Table:
    """The table itself: for inserts of thousands of rows, past the session's bookkeeping."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def database_now() -> datetime:
    """The database's clock: leases and races between hosts are decided by it, not by this process."""
    if db.engine.dialect.name == "sqlite":
        value = db.session.scalar(db.text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    value = db.session.scalar(db.text("SELECT clock_timestamp()"))
    assert isinstance(value, datetime)
    return value.astimezone(UTC)
