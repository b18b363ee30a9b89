"""A plan of 1,000 and of 10,000 items, ten audit records each: every view beside itself, the chart beside the table."""

from __future__ import annotations

import gc
import json
import secrets
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import render_template
from flask_login import login_user
from sqlalchemy import update

from app import create_app
from bench.pages import counting, timed
from bench.world import NOW, TODAY, World, people, reader, record, rows
from core.accounts import actors
from core.accounts.login import SignedIn
from core.accounts.models import Reader
from core.audit.models import AuditRecord
from core.db import db, transaction
from core.documents.issuing import install_shipped
from roadmap import flags, gantt, queries
from roadmap.models import (
    ChangeRequest,
    Dependency,
    Edition,
    Indicator,
    IndicatorValue,
    Item,
    ItemTerms,
    Meeting,
    MeetingDecision,
    Occurrence,
    Report,
    Roadmap,
    RoadmapParty,
    RoadmapSection,
)
from roadmap.periods import key_of, shift
from roadmap.queries import spans
from roadmap.queries.plans import ItemSearch
from roadmap.views.chart import filled
from roadmap.views.plans import words

SIZES = (1_000, 10_000)
ROUNDS = 30
ACTS = 10
CHAIN = 10
"""Items of one chain of dependencies."""
START, END = date(TODAY.year, 1, 1), date(TODAY.year + 2, 12, 31)
RESULTS = Path(__file__).with_name("results") / "roadmap.json"
GROWTH, CHART = 2.0, 5.0

VIEWS = {
    "Таблица": "/roadmaps/1",
    "Таблица, просроченные": "/roadmaps/1?flag=overdue",
    "Сводка": "/roadmaps/1/dashboard",
    "Доска": "/roadmaps/1/board",
    "Диаграмма": "/roadmaps/1/gantt",
    "Диаграмма, месяцы": "/roadmaps/1/gantt?zoom=month",
    "Календарь": f"/roadmaps/1/calendar?month={TODAY:%Y-%m}",
    "Мероприятие": "/items/{middle}",
    "Связи пунктов": "/roadmaps/1/dependencies",
    "Что, если": "/roadmaps/1/what-if?code={code}&due=&days=30&unit=calendar",
    "План и факт": "/roadmaps/1/plan-fact",
    "Редакции": "/roadmaps/1/editions",
    "Сравнение редакций": "/roadmaps/1/compare?first=1&second=2",
    "Изменения": "/roadmaps/1/changes",
    "Показатели": "/roadmaps/1/indicators",
    "Отчёты": "/roadmaps/1/reports",
}


@dataclass(frozen=True)
class Measured:
    """One view at one size: the median of its runs, and what it asked of the database."""

    view: str
    size: int
    milliseconds: float
    queries: int
    kilobytes: float


def build(folder: Path, size: int) -> World:
    """A plan in force of `size` items in chains of ten, in its second edition, with ten acts an item."""
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app({"INSTANCE": str(folder), "SESSION_COOKIE_SECURE": False})
    with app.app_context():
        db.create_all()
        install_shipped()
        token = secrets.token_urlsafe(32)
        with transaction():
            person_id = people(token)
            plan(size)
            affairs(size)
            acts = ((n, seq) for n in range(1, size + 1) for seq in range(1, ACTS + 1))
            rows(AuditRecord, (record("roadmap_item", n, seq) for n, seq in acts))
        with transaction():
            db.session.execute(db.text("ANALYZE"))
    return World(app, size, token, person_id, 0, 1, [])


def plan(size: int) -> None:
    """Sections, two editions of terms, one or four periods an item, the links of the chains."""
    db.session.add(Roadmap(id=1, title="по развитию", period_start=START, period_end=END, created_at=NOW))
    db.session.flush()
    for position, side in enumerate(("ministry", "corporation"), start=1):
        db.session.add(RoadmapParty(roadmap_id=1, organisation_id=position, side=side, position=position))
    for number in range(1, 9):
        db.session.add(RoadmapSection(roadmap_id=1, number=number, title=f"Раздел {number}"))
    for number, state in ((1, "superseded"), (2, "in_force")):
        db.session.add(
            Edition(
                id=number, roadmap_id=1, number=number, initiator_side="ministry", state=state, created_at=NOW,
                drafters=[],
            )
        )  # fmt: skip
    db.session.flush()
    subjects = (("roadmap_plan", 1), ("roadmap", 1), ("roadmap", 2))
    rows(Reader, (reader(kind, n, o) for kind, n in subjects for o in (1, 2)))
    rows(Reader, (reader("roadmap_item", n, o) for n in range(1, size + 1) for o in (1, 2)))
    rows(Item, (item(n) for n in range(1, size + 1)))
    rows(ItemTerms, (terms(n, edition, size) for edition in (1, 2) for n in range(1, size + 1)))
    db.session.execute(update(Item).values(terms_id=Item.id + size))
    rows(Occurrence, (one for n in range(1, size + 1) for one in occurrences(n, size)))
    links = ({"roadmap_id": 1, "item_id": n + 1, "after_id": n, "blocking": n % 2 == 0, "lag_days": n % 3,
              "lag_working": n % 5 == 0} for n in range(1, size) if n % CHAIN)  # fmt: skip
    rows(Dependency, links)


def item(n: int) -> dict[str, Any]:
    section, number = (n - 1) % 8 + 1, (n - 1) // 8 + 1
    return {"id": n, "roadmap_id": 1, "section": section, "number": number, "code": f"{section}.{number}",
            "terms_id": n, "current_id": n, "dropped": False}  # fmt: skip


def due(n: int) -> date:
    """Spread over the plan's three years."""
    return START + timedelta(days=20 + (n * 37) % 1050)


def terms(n: int, edition: int, size: int) -> dict[str, Any]:
    """The second edition moved twenty items; every fourth item is quarterly."""
    moved = edition == 2 and n <= 20
    points = [{"title": "Проект документа", "term": "", "due": due(n).isoformat()}] if n % 3 == 0 else []
    return {
        "id": n + (edition - 1) * size, "edition_id": edition, "item_id": n, "frozen": True, "version": 1,
        "title": f"Заключение соглашений о партнёрстве в кластерах, создаваемых в 2026 году, часть {n}",
        "term_text": f"до {due(n):%d.%m.%Y}", "starts_on": due(n) - timedelta(days=30),
        "due_on": due(n) + timedelta(days=15 if moved else 0), "until_on": due(n) + timedelta(days=280),
        "recurrence": "quarterly" if n % 4 == 0 else "once", "for_previous": False, "period_dates": {},
        "after_working": False, "responsible_side": ("ministry", "corporation", "both")[n % 3],
        "unit": "Департамент", "co_organisations": [], "control_points": points, "excluded": False,
        "result": "Заключены соглашения", "document_kind": "соглашение",
    }  # fmt: skip


def occurrences(n: int, size: int) -> Iterator[dict[str, Any]]:
    """The present period, and three that follow for what recurs."""
    states = ("in_progress", "planned", "on_review", "planned", "planned")
    past = due(n) < TODAY
    state = ("done" if n % 50 else "in_progress") if past else states[n % 5]
    for turn in range(4 if n % 4 == 0 else 1):
        planned = shift(due(n), 3 * turn)
        day = planned + timedelta(days=15 if n <= 20 and not turn else 0)
        yield {
            "id": n + size * turn, "item_id": n, "ordinal": turn + 1, "moved_at": NOW, "version": 1,
            "period": key_of(planned, "quarterly", previous=False) if n % 4 == 0 else "", "control_facts": {},
            "starts_on": day - timedelta(days=30), "due_on": day, "state": state if not turn else "planned",
            "fact_on": day if state == "done" and not turn else None, "percent": 40, "risk": "none", "note": "",
            "last_info_on": TODAY, "attempt": 0, "returns": 0, "accepted_side": "",
        }  # fmt: skip


def affairs(size: int) -> None:
    """What stands around the items and does not grow with them: requests, indicators, meetings, reports."""
    for number in range(1, 41):
        applied = number <= 20
        db.session.add(
            ChangeRequest(
                id=number, roadmap_id=1, number=number, kind="term", item_id=number, side="ministry", author_id=1,
                changes={"due_on": [due(number).isoformat(), (due(number) + timedelta(days=15)).isoformat()]},
                reason="поставщик задержал станки", author_name="Иванов И.И.", created_at=NOW, moved_at=NOW,
                state="applied" if applied else "review_other", edition_id=2 if applied else None,
            )
        )  # fmt: skip
    for number in range(1, 13):
        code, name = f"S-{number:02d}", f"Показатель {number}"
        db.session.add(Indicator(id=number, roadmap_id=1, code=code, name=name, unit="чел."))
        db.session.flush()
        for kind, value in (("plan", 100), ("declared", 60), ("verified", 58)):
            db.session.add(
                IndicatorValue(indicator_id=number, period=str(TODAY.year), kind=kind, value=value, source="план",
                               person_id=1, name="Иванов И.И.", at=NOW, as_of=TODAY)
            )  # fmt: skip
    for number in range(1, 9):
        held = TODAY - timedelta(days=30 * number)
        db.session.add(
            Meeting(
                id=number, roadmap_id=1, year=held.year, number=number, held_on=held, title="Заседание", created_at=NOW
            )
        )
        db.session.flush()
        db.session.add(
            MeetingDecision(id=number, meeting_id=number, number=1, text="Представить сведения", state="in_progress",
                            due_on=held + timedelta(days=20), first_due_on=held + timedelta(days=20), moved_at=NOW)
        )  # fmt: skip
    for number in range(1, 5):
        first = date(TODAY.year, number * 3 - 2, 1)
        db.session.add(
            Report(id=number, roadmap_id=1, period=f"{TODAY.year}-Q{number}", period_start=first, state="collecting",
                   period_end=first + timedelta(days=88), due_on=first + timedelta(days=95), moved_at=NOW,
                   opened_at=NOW)
        )  # fmt: skip
    db.session.flush()
    rows(Reader, (reader("change_request", n, o) for n in range(1, 41) for o in (1, 2)))
    for kind, count in (("roadmap_meeting", 8), ("meeting_decision", 8), ("roadmap_report", 4)):
        rows(Reader, (reader(kind, n, o) for n in range(1, count + 1) for o in (1, 2)))


def client_of(world: World) -> Any:
    client = world.app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = world.cookie
        session["_fresh"] = True
    return client


def views(worlds: list[World], only: str = "") -> list[Measured]:
    """Every view at both sizes, the sizes taking turns so that what else the machine does falls on both."""
    found: list[Measured] = []
    clients = [client_of(world) for world in worlds]
    for name, path in VIEWS.items():
        if only not in name:
            continue
        asks = [asking(client, path, world.size, name) for client, world in zip(clients, worlds, strict=True)]
        facts = []
        for ask, world in zip(asks, worlds, strict=True):
            ask()
            with world.app.app_context():
                engine = db.engine
            with counting(engine) as seen:
                facts.append((len(ask().data) / 1024, len(seen)))
        times: list[list[float]] = [[] for _world in worlds]
        gc.disable()
        for _round in range(ROUNDS):
            for ask, taken in zip(asks, times, strict=True):
                taken.append(timed(ask))
        gc.enable()
        for world, taken, (kilobytes, asked) in zip(worlds, times, facts, strict=True):
            found.append(Measured(name, world.size, round(statistics.median(taken), 2), asked, round(kilobytes, 1)))
        small, large = found[-len(worlds)], found[-1]
        print(
            f"{name:<26}{small.milliseconds:>10.2f}{large.milliseconds:>11.2f}"
            f"{large.milliseconds / small.milliseconds:>8.2f}{f'{small.queries}/{large.queries}':>10}"
            f"{f'{small.kilobytes:.0f}/{large.kilobytes:.0f}':>10}",
            flush=True,
        )
    return found


def asking(client: Any, path: str, size: int, name: str) -> Callable[[], Any]:
    middle = size // 2 + 3
    url = path.format(middle=middle, code=item(middle)["code"])

    def ask() -> Any:
        answer = client.get(url)
        assert answer.status_code == 200, (name, answer.status_code, answer.get_data(as_text=True)[-2000:])
        return answer

    return ask


def chart_beside_table(world: World) -> dict[str, float]:
    """All 1,000 rows on one chart with their links, beside the plain table of the same rows: both from the database."""
    with world.app.test_request_context("/"):
        actor = actors.by_id(world.person_id)
        login_user(SignedIn(actor))
        head = queries.plan_head(actor, 1)
        at = flags.days(head.corrected)
        search = ItemSearch(size=world.size, q="")

        def table() -> Any:
            db.session.rollback()
            page = queries.item_list(actor, head, search)
            return render_template("roadmap/plan.html", head=head, page=page, search=search, late=at.today,
                                   flags_of={row.id: flags.of(row, at) for row in page.items}, **words())  # fmt: skip

        def chart() -> Any:
            db.session.rollback()
            lines = spans.chart_items(actor, head, search, 1).items
            start, end = gantt.window(head.period_start, head.period_end, "quarter", None, TODAY)
            return gantt.draw(filled(gantt.Chart(start, end, "quarter", TODAY, lines, ()), lines, head, 1))

        table(), chart()
        times: tuple[list[float], list[float]] = ([], [])
        for _round in range(max(ROUNDS // 2, 3)):
            times[0].append(timed(table))
            times[1].append(timed(chart))
        drawn = chart()
    assert drawn.bars.count("<a href") >= world.size
    assert drawn.bars.count('class="g-edge') > world.size * 0.5
    plain, ours = (statistics.median(one) for one in times)
    return {"table": round(plain, 2), "chart": round(ours, 2), "ratio": round(ours / plain, 2)}


def run(only: str = "") -> list[Measured]:
    """Both bars; prints the table as it goes and keeps the figures."""
    with tempfile.TemporaryDirectory() as folder:
        worlds = [build(Path(folder) / str(size), size) for size in SIZES]
        print(f"План: {SIZES[0]:,} и {SIZES[1]:,} пунктов, по {ACTS} записей журнала на пункт")
        print(f"{'вид':<26}{f'{SIZES[0]:,}, мс':>10}{f'{SIZES[1]:,}, мс':>11}{'рост':>8}{'запросов':>10}{'КБ':>10}")
        found = views(worlds, only)
        chart = chart_beside_table(worlds[0])
    judge(found, chart)
    if not only:
        RESULTS.parent.mkdir(exist_ok=True)
        shown = [asdict(one) for one in found]
        kept = {"sizes": SIZES, "audit_records": SIZES[1] * ACTS, "views": shown, "chart": chart}
        RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return found


def judge(found: list[Measured], chart: dict[str, float]) -> None:
    """The goals, each met or missed."""
    for name in dict.fromkeys(one.view for one in found):
        small, large = (one for one in found if one.view == name)
        growth = large.milliseconds / small.milliseconds
        told(growth <= GROWTH, f"{name}: рост {growth:.2f} (цель ≤ {GROWTH:.0f})")
        told(small.queries == large.queries, f"{name}: запросов {small.queries} и {large.queries} (цель: поровну)")
    told(
        chart["ratio"] <= CHART,
        f"Диаграмма {SIZES[0]:,} пунктов со связями: {chart['chart']:.0f} мс, таблица тех же строк "
        f"{chart['table']:.0f} мс, отношение {chart['ratio']:.2f} (цель ≤ {CHART:.0f})",
    )


def told(met: bool, text: str) -> None:
    print(f"{'выполнено' if met else 'НЕ ДОСТИГНУТО':<14} {text}")


if __name__ == "__main__":
    run(*sys.argv[1:])
