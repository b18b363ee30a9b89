"""Lists and pages at three sizes, each beside a bare Flask page over the same rows in the same run."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, event

from bench.world import World, build
from core.db import db

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 40

BARE = """<!doctype html><html lang="ru"><title>Список</title><table>{% for row in rows %}<tr>
<td>{{ row[0] }}</td><td>{{ row[1] }}</td><td>{{ row[2] }}</td><td>{{ row[3] }}</td></tr>{% endfor %}</table></html>"""


@dataclass(frozen=True)
class Measured:
    """One page at one size."""

    name: str
    size: int
    milliseconds: float
    bare: float
    queries: int
    kilobytes: float

    @property
    def ratio(self) -> float:
        return self.milliseconds / self.bare


def bare_app(world: World, statement: str) -> Flask:
    """The floor: one query, one template, no person, no permissions."""
    app = Flask("bare")
    engine = create_engine(world.app.config["SQLALCHEMY_DATABASE_URI"])
    template = app.jinja_env.from_string(BARE)

    @app.get("/")
    def page() -> str:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(statement).all()
        return template.render(rows=rows)

    return app


PAGES: dict[str, tuple[Callable[[World], str], str]] = {
    "Дорожная карта, список": (
        lambda world: f"/roadmaps/{world.roadmap_id}",
        "SELECT i.id, i.code, t.title, o.state FROM roadmap_item i JOIN roadmap_terms t ON t.id = i.terms_id "
        "JOIN roadmap_occurrence o ON o.id = i.current_id ORDER BY i.section, i.number LIMIT 50",
    ),
    "Соглашения, реестр": (
        lambda _world: "/agreements",
        "SELECT id, title, number, state FROM agreement ORDER BY id DESC LIMIT 50",
    ),
    "Соглашение, карточка": (
        lambda world: f"/agreements/{world.agreement_id}",
        "SELECT id, actor_name, step, at FROM audit_record WHERE subject_kind = 'agreement' ORDER BY seq DESC LIMIT 50",
    ),
    "Мои задачи": (
        lambda _world: "/",
        "SELECT s.id, r.title, s.label, s.due_at FROM signoff_desk d JOIN signoff_slot s ON s.id = d.slot_id "
        "JOIN signoff_round r ON r.id = s.round_id WHERE d.person_id = 1 ORDER BY d.due_at LIMIT 50",
    ),
}


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Statements sent while the block runs, without BEGIN and the like."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def measure(world: World, name: str) -> Measured:
    """Median of interleaved runs: ours, bare, ours, bare …"""
    url, statement = PAGES[name]
    client, bare = world.app.test_client(), bare_app(world, statement).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = world.cookie
        session["_fresh"] = True

    def ours() -> Any:
        answer = client.get(url(world))
        assert answer.status_code == 200, (name, answer.status_code)
        return answer

    ours()
    assert bare.get("/").status_code == 200
    with world.app.app_context():
        engine = db.engine
    with counting(engine) as seen:
        body = ours().data
    mine, floor = [], []
    gc.disable()
    for _round in range(ROUNDS):
        mine.append(timed(ours))
        floor.append(timed(lambda: bare.get("/")))
    gc.enable()
    return Measured(name, world.size, statistics.median(mine), statistics.median(floor), len(seen), len(body) / 1024)


def run() -> list[Measured]:
    """Every page at every size; prints the table as it goes."""
    found = []
    print(f"{'страница':<26}{'строк':>9}{'мс':>8}{'голый Flask, мс':>17}{'отношение':>11}{'запросов':>10}{'КБ':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            world = build(Path(folder) / str(size), size)
            for name in PAGES:
                row = measure(world, name)
                found.append(row)
                print(
                    f"{row.name:<26}{row.size:>9,}{row.milliseconds:>8.2f}{row.bare:>17.2f}{row.ratio:>11.1f}"
                    f"{row.queries:>10}{row.kilobytes:>7.1f}",
                    flush=True,
                )
    judge(found)
    return found


def judge(found: list[Measured]) -> None:
    """The goals, each met or missed."""
    for name in PAGES:
        by_size = {row.size: row for row in found if row.name == name}
        growth = by_size[SIZES[-1]].milliseconds / by_size[SIZES[0]].milliseconds
        goal = 6 if "карточка" in name else 4
        worst = max(row.ratio for row in by_size.values())
        lines = [
            (f"рост от {SIZES[0]:,} к {SIZES[-1]:,} строк {growth:.2f} (цель ≤ 1,3)", growth <= 1.3),
            (f"запросов {max(row.queries for row in by_size.values())} (цель ≤ {goal})",
             max(row.queries for row in by_size.values()) <= goal),
            (f"к голой странице {worst:.1f} (цель ≤ 3 для списков)", worst <= 3 or goal == 6),
            (f"размер {max(row.kilobytes for row in by_size.values()):.1f} КБ (цель ≤ 25 для списков)",
             max(row.kilobytes for row in by_size.values()) <= 25 or goal == 6),
        ]  # fmt: skip
        for text, met in lines:
            print(f"{'выполнено' if met else 'НЕ ДОСТИГНУТО':<14} {name}: {text}")
