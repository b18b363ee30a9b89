"""Sign-offs at size: the inbox's queries and the cost of a decision, at 1,000 and at 100,000 tasks in one run."""

from __future__ import annotations

import json
import secrets
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from apiflask import APIFlask
from sqlalchemy import event

from app import create_app
from bench.world import people, reader, rows, tasks
from core.accounts.actor import Actor
from core.accounts.actors import by_id
from core.accounts.models import Reader
from core.audit.record import _head
from core.db import db, transaction
from core.signoffs import queries, subjects
from core.signoffs.models import Round
from core.signoffs.service import decide, rounds
from core.signoffs.subjects import Subject
from tests.databases import Postgres

SMALL, LARGE = 1_000, 100_000
DECISIONS = 40
"""Of each size; fewer than lie on the small desk (fifty)."""
INBOXES = 60
TARGET = 1.3
RESULTS = Path(__file__).parent / "results" / "signoffs.json"


def domain() -> None:
    """A domain that does nothing of its own: only the engine is measured."""

    def ended(current: Round, outcome: str, _actor: Actor) -> None:
        if outcome == "passed":
            rounds.close(current, "passed")

    subjects.register(
        Subject(
            kind="agreement",
            label="",
            url=str,
            lock=lambda subject_id: _head("agreement", subject_id),
            on_round_end=ended,
        )
    )


def filled(folder: Path, size: int, address: str | None) -> APIFlask:
    """An application over `size` waiting tasks, a twentieth of them on the desk of person 1."""
    folder.mkdir(parents=True)
    settings: dict[str, Any] = {"INSTANCE": str(folder), "SESSION_COOKIE_SECURE": False}
    if address:
        settings["SQLALCHEMY_DATABASE_URI"] = address
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        with transaction():
            tasks(size, people(secrets.token_urlsafe(16)))
            rows(Reader, (reader("agreement", n, o) for n in range(1, size + 1) for o in (1, 2)))
        with transaction():
            db.session.execute(db.text("ANALYZE"))
    return app


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that go to the database inside the block."""
    seen: list[str] = []

    def on_execute(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", on_execute)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", on_execute)


def inbox(app: APIFlask) -> tuple[float, int, int]:
    """Milliseconds, queries and the first page's length of one opening of the inbox, with its counts."""
    with app.app_context():
        actor = by_id(1)
        db.session.rollback()
        with counted() as seen:
            started = perf_counter()
            page = queries.inbox(actor)
            queries.counts(actor)
            spent = perf_counter() - started
        return spent * 1000, len(seen), len(page.items)


def decision(app: APIFlask, slot_id: int) -> float:
    """Milliseconds of one decision, its commit included."""
    with app.app_context():
        actor = by_id(1)
        db.session.rollback()
        started = perf_counter()
        decide(slot_id, "approved", actor)
        return (perf_counter() - started) * 1000


def measure(dialect: str, folder: Path, server: Postgres | None) -> dict[str, Any]:
    """Both sizes by turns, so that whatever else the machine does falls on both alike."""
    apps = {}
    for size in (SMALL, LARGE):
        address = server.create(f"bench{size}") if server else None
        apps[size] = filled(folder / f"{dialect}{size}", size, address)
    domain()  # the applications have declared their own
    opened: dict[int, list[tuple[float, int, int]]] = {size: [] for size in apps}
    for _turn in range(INBOXES):
        for size, app in apps.items():
            opened[size].append(inbox(app))
    decided: dict[int, list[float]] = {size: [] for size in apps}
    for number in range(1, DECISIONS + 1):
        for size, app in apps.items():
            decided[size].append(decision(app, number))
    return summary(dialect, opened, decided)


def summary(
    dialect: str, opened: dict[int, list[tuple[float, int, int]]], decided: dict[int, list[float]]
) -> dict[str, Any]:
    asked = {size: {count for _ms, count, _rows in seen} for size, seen in opened.items()}
    cost = {size: statistics.median(spent[3:]) for size, spent in decided.items()}  # the first ones warm the caches
    ratio = cost[LARGE] / cost[SMALL]
    print(f"{dialect}:")
    for size, seen in opened.items():
        spent = statistics.median(ms for ms, _count, _rows in seen)
        print(
            f"  {size:>7,} tasks: inbox {spent:5.1f} ms, {sorted(asked[size])} queries, {seen[0][2]} rows;"
            f" decision {cost[size]:5.1f} ms"
        )
    same = len(asked[SMALL] | asked[LARGE]) == 1
    verdict = "as it should be" if same and ratio <= TARGET else "TOO DEAR"
    print(f"  a decision costs {ratio:.2f} × of the small one (at most {TARGET}); queries equal: {same} — {verdict}")
    return {"queries_equal": same, "decision_ratio": round(ratio, 2)}


def run() -> dict[str, Any]:
    """Print both databases; the ratios go to bench/results/signoffs.json."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = measure("sqlite", Path(folder), None)
        server = Postgres()
        try:
            found["postgresql"] = measure("postgresql", Path(folder), server)
        finally:
            server.stop()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    run()
