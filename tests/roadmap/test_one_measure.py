"""How late an item is, is one number of working days wherever it is told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.notifications.models import Notification
from core.workflow.jobs import drain
from core.workflow.schedule import tick
from roadmap.queries import overview
from roadmap.queries.plans import plan_head
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force, occurrence_of, presented
from tests.roadmap.papers import a_decision
from tests.roadmap.test_pages import signed_in

TODAY = datetime(2026, 6, 15, 9, tzinfo=UTC)
DUE = date(2026, 5, 29)
"""A Friday; up to Monday the 15th of June there are ten working days: the 12th is a holiday."""
WORDS, NUMBER = "просрочено на 10 раб. дн.", 10


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(TODAY):
        yield


def a_late_item(cast: Cast) -> tuple[int, int]:
    plan = a_plan(cast)
    item = an_item(cast, plan, title="Опоздавшее", due_on=DUE)
    with clock.at(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        in_force(cast, plan)
    return plan.id, item.id


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_one_item_is_told_with_one_number_everywhere(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, item = a_late_item(cast)
    client = signed_in(app, cast, "m_coord")
    for address in (
        f"/roadmaps/{plan}", f"/roadmaps/{plan}?flag=overdue", f"/roadmaps/{plan}/board",
        f"/roadmaps/{plan}/calendar?month=2026-05", f"/items/{item}", "/",
    ):  # fmt: skip
        assert WORDS in text(client, address), address
    chart = text(client, f"/roadmaps/{plan}/gantt")
    assert len(re.findall(rf"<title>1\.1\. [^<]*{WORDS}[^<]*</title>", chart)) == 2, "the name and the bar"
    board = text(client, f"/roadmaps/{plan}/dashboard")
    row = re.search(r"<td class=\"x\">1\.1</td>.*?</tr>", board, re.DOTALL)
    assert row is not None
    assert "10 раб. дн." in row.group()
    assert re.search(r"Самая давняя просрочка.*?10 раб\. дн\.", board, re.DOTALL)
    assert client.get(f"/api/v1/items/{item}").get_json()["late_days"] == NUMBER
    (line,) = client.get(f"/api/v1/roadmaps/{plan}/items").get_json()["items"]
    assert line["late_days"] == NUMBER


def test_the_letter_says_the_number_of_the_day_it_is_written(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_late_item(cast)
        tick()
        drain()
        letters = select(Notification.text).where(Notification.kind == "roadmap/item_overdue")
        found = app.extensions["sqlalchemy"].session.scalars(letters).all()
    assert found
    assert all(WORDS in body for body in found)


def test_what_was_presented_late_is_as_late_as_on_the_day_it_was_presented(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan, title="Представленное поздно", due_on=DUE)
        with clock.at(datetime(2026, 2, 2, 9, tzinfo=UTC)):
            in_force(cast, plan)
        with clock.at(datetime(2026, 6, 3, 9, tzinfo=UTC)):
            presented(cast, occurrence_of(item), comment="ждали приказа")
        (row,) = overview.pressing(cast.who("m_coord"), plan_head(cast.who("m_coord"), plan.id))
        assert row.late_until == date(2026, 6, 3)
    client = signed_in(app, cast, "m_coord")
    for address in (f"/roadmaps/{plan.id}", f"/roadmaps/{plan.id}/board", f"/items/{item.id}"):
        assert "просрочено на 3 раб. дн." in text(client, address), address
    assert "3 раб. дн." in text(client, f"/roadmaps/{plan.id}/dashboard")


def test_a_day_off_right_after_the_term_is_late_by_no_working_day(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, item = a_late_item(cast)
    with clock.at(datetime(2026, 5, 30, 9, tzinfo=UTC)):
        client = signed_in(app, cast, "m_coord")
        assert client.get(f"/api/v1/items/{item}").get_json()["late_days"] == 0
        page = text(client, f"/roadmaps/{plan}")
    assert "просрочено" in page
    assert "просрочено на" not in page


def test_a_decision_is_told_with_one_number_too(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        row = a_decision(cast, plan.id, due_on=date(2026, 7, 10))
        in_force_cast = cast.who("secretary", "ministry")
    assert in_force_cast.id
    with clock.at(datetime(2026, 7, 14, 9, tzinfo=UTC)):
        client = signed_in(app, cast, "secretary", "ministry")
        for address in (
            f"/decisions/{row.id}", f"/roadmaps/{plan.id}/decisions", f"/roadmaps/{plan.id}/decisions/matrix",
            f"/roadmaps/{plan.id}/dashboard", "/",
        ):  # fmt: skip
            assert "просрочено на 2 раб. дн." in text(client, address), address
        executor = signed_in(app, cast, "executor", "ministry")
        assert "просрочено на 2 раб. дн." in text(executor, "/decisions/mine")
        assert client.get(f"/api/v1/decisions/{row.id}").get_json()["late_days"] == 2
        (line,) = client.get(f"/api/v1/roadmaps/{plan.id}/decisions").get_json()["items"]
        assert line["late_days"] == 2
