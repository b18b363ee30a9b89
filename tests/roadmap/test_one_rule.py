"""What is overdue is one rule: the table, the board, the chart, the calendar, the counts and the API say the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from roadmap.models import Item, Occurrence
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force, occurrence_of, presented, step
from tests.roadmap.test_pages import signed_in


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


LATE = {"1.1", "1.4", "1.5", "1.7"}


def a_plan_of_every_kind(cast: Cast) -> int:
    """1.1 late at work; 1.2 presented in time and on review past its day; 1.3 done late; 1.4 presented in time while
    its next period is late; 1.5 presented late; 1.6 ahead; 1.7 late and later suspended."""
    plan = a_plan(cast)
    march, may = date(2026, 3, 31), date(2026, 5, 29)
    late = an_item(cast, plan, title="Опоздавшее", due_on=march)
    timely = an_item(cast, plan, title="Представленное вовремя", due_on=may)
    done = an_item(cast, plan, title="Исполненное поздно", due_on=march)
    often = an_item(cast, plan, title="Ежемесячное", recurrence="monthly", starts_on=None, due_on=date(2026, 4, 30))
    tardy = an_item(cast, plan, title="Представленное поздно", due_on=march)
    an_item(cast, plan, title="Будущее", due_on=date(2026, 12, 31))
    rested = an_item(cast, plan, title="Приостановленное", due_on=march)
    with clock.at(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        in_force(cast, plan)
    executor = cast.who("executor")
    with clock.at(datetime(2026, 4, 20, 9, tzinfo=UTC)):
        presented(cast, occurrence_of(often))
        row = presented(cast, occurrence_of(done), comment="ждали поставки")
        step(row, "accept", cast.who("m_coord"))
        step(occurrence_of(done), "confirm", cast.who("c_coord"))
        step(occurrence_of(rested), "start", executor)
        step(occurrence_of(late), "start", executor)
        presented(cast, occurrence_of(tardy), comment="ждали приказа")
    with clock.at(datetime(2026, 5, 20, 9, tzinfo=UTC)):
        presented(cast, occurrence_of(timely))
    return plan.id


def marked(text: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text))


def of_table(client: FlaskClient, plan: int) -> set[str]:
    text = client.get(f"/roadmaps/{plan}").get_data(as_text=True)
    rows = re.findall(r"<tr[^>]*><td>(1\.\d+)<td(.*?)(?=<tr|</tbody>)", text, re.DOTALL)
    assert len(rows) == 7, text
    return {code for code, rest in rows if "просрочено" in rest}


def of_filter(client: FlaskClient, plan: int) -> set[str]:
    return marked(client.get(f"/roadmaps/{plan}?flag=overdue").get_data(as_text=True), r"<td>(1\.\d+)<td")


def of_board(client: FlaskClient, plan: int) -> set[str]:
    text = client.get(f"/roadmaps/{plan}/board").get_data(as_text=True)
    cards = re.findall(r"<article.*?</article>", text, re.DOTALL)
    return {re.findall(r">(1\.\d+)\. ", card)[0] for card in cards if "просрочено" in card}


def of_chart(client: FlaskClient, plan: int) -> tuple[set[str], set[str]]:
    text = client.get(f"/roadmaps/{plan}/gantt").get_data(as_text=True)
    links = re.findall(r"<a .*?</a>", text, re.DOTALL)
    bars = {re.findall(r"<title>(1\.\d+)\. ", link)[0] for link in links if "g-late" in link}
    names = marked(text, r'class="g-l"><title>(1\.\d+)\. ')
    return bars, names


def of_calendar(client: FlaskClient, plan: int) -> set[str]:
    found: set[str] = set()
    for month in range(1, 13):
        text = client.get(f"/roadmaps/{plan}/calendar?month=2026-{month:02d}").get_data(as_text=True)
        lines = re.findall(r"<p><a href=\"/items/.*?</p>", text, re.DOTALL)
        found |= {re.findall(r">(1\.\d+)</a>", line)[0] for line in lines if "просрочено" in line}
    return found


def of_api(client: FlaskClient, plan: int) -> set[str]:
    items = client.get(f"/api/v1/roadmaps/{plan}/items").json["items"]  # type: ignore[index]
    return {item["code"] for item in items if "overdue" in item["flags"]}


def test_five_views_and_the_api_name_the_same_items(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan_of_every_kind(cast)
        rested = occurrence_of_code(plan, "1.7")
        suspend(rested)
    client = signed_in(app, cast, "m_coord")
    assert of_table(client, plan) == LATE
    assert of_filter(client, plan) == LATE
    assert of_board(client, plan) == LATE
    assert of_chart(client, plan) == (LATE, LATE)
    assert of_calendar(client, plan) == LATE
    assert of_api(client, plan) == LATE
    totals = client.get(f"/api/v1/roadmaps/{plan}/dashboard").json["totals"]  # type: ignore[index]
    assert totals["overdue"] == len(LATE)
    page = client.get(f"/roadmaps/{plan}/dashboard").get_data(as_text=True)
    assert re.search(r"<b>4</b> <span>просрочено</span>", page), page
    assert marked(page.split("Скоро срок")[0], r"<td class=\"x\">(1\.\d+)</td>") == LATE


def occurrence_of_code(plan: int, code: str) -> Occurrence:
    return occurrence_of(db.session.scalars(select(Item).where(Item.roadmap_id == plan, Item.code == code)).one())


def suspend(row: Occurrence) -> None:
    """The state as it is: how an item comes to be suspended is another test's matter."""
    with transaction():
        db.session.get_one(Occurrence, row.id).state = "suspended"


def test_an_item_is_late_since_its_oldest_late_period(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan_of_every_kind(cast)
    page = signed_in(app, cast, "m_coord").get(f"/roadmaps/{plan}/dashboard").get_data(as_text=True)
    row = re.search(r"<td class=\"x\">1\.4</td>.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert "31.05.2026" in row.group()
    assert "10 раб. дн." in row.group()
