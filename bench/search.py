"""Searching the register: what a query of up to two hundred hits costs among 100,000 agreements and among 1,000.

`python -m bench.search [postgresql address]`: SQLite without one. The bar: at most three times.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def build(folder: Path, size: int, address: str | None) -> Actor:
    """A database of `size` agreements with the index over them. Leaves its context pushed."""
    settings: dict[str, Any] = {"INSTANCE": str(folder)}
    if address:
        settings["SQLALCHEMY_DATABASE_URI"] = address
    app = create_app(settings)
    app.app_context().push()
    db.drop_all()
    db.create_all()
    with transaction():
        people("bench")
        rows(Agreement, (titled(number, size) for number in range(1, size + 1)))
        rows(AgreementParty, (party(n, p) for n in range(1, size + 1) for p in (1, 2)))
        rows(Reader, (reader("agreement", n, o) for n in range(1, size + 1) for o in (1, 2)))
    searching.rebuild()
    with transaction():
        db.session.execute(db.text("ANALYZE"))
    return actors.by_id(1)


def titled(number: int, size: int) -> dict[str, Any]:
    row = agreement(number)
    if number % (size // HITS) == 0:
        row["title"] = f"{RARE} договор о партнёрстве № {number}"
    return row


def milliseconds(call: Callable[[], Any]) -> float:
    """The median of many rounds."""
    for _n in range(WARM):
        call()
    taken = []
    for _n in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
        db.session.rollback()
    return statistics.median(taken) * 1000


def measured(size: int, address: str | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        actor = build(Path(folder), size, address)
        found: dict[str, float] = {}
        for name, filters in QUERIES.items():
            hits = len(queries.exported(actor, filters, most=HITS + 1))
            assert 0 < hits <= HITS, f"{name}: {hits} hits"
            found[name] = milliseconds(lambda filters=filters: queries.register(actor, filters))  # type: ignore[misc]
        db.session.remove()
        db.engine.dispose()
        return found


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else None
    small, large = (measured(size, address) for size in SIZES)
    dialect = "postgresql" if address else "sqlite"
    table = {
        name: {"small_ms": round(small[name], 2), "large_ms": round(large[name], 2),
               "ratio": round(large[name] / small[name], 2)}
        for name in QUERIES
    }  # fmt: skip
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    OUT.write_text(json.dumps({**kept, dialect: table}, ensure_ascii=False, indent=2) + "\n")
    for name, row in table.items():
        print(f"{dialect:<11} {name:<20} {row['small_ms']:>8} → {row['large_ms']:>8} ms  ×{row['ratio']}")


if __name__ == "__main__":
    main()
