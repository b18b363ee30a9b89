"""The other views of a plan: dashboard, board, chart, calendar, indicators, changes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from apiflask import APIFlask
from icalendar import Calendar
from sqlalchemy import select

from core import clock
from core.db import db
from roadmap import feeds, service
from roadmap.models import Indicator
from roadmap.service import NewIndicator, NewValue
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force, occurrence_of, step
from tests.roadmap.test_pages import counted, signed_in


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def a_living_plan(cast: Cast, *planned: NewIndicator) -> tuple[int, list[int]]:
    """A plan in force with a late item, a quarterly one, and one that waits for another; 2 500 of each indicator."""
    plan = a_plan(cast)
    for new in planned:
        row = service.add_indicator(plan.id, new, cast.who("m_coord"))
        service.set_targets(row.id, {2026: "2500"}, "план", cast.who("m_coord"))
    late = an_item(cast, plan, title="Опоздавшее <мероприятие>", due_on=date(2026, 3, 31))
    points = [{"title": "проект", "term": "01.07.2026", "due": "2026-07-01"}]
    often = an_item(
        cast, plan, title="Заседания", recurrence="quarterly", due_on=date(2026, 7, 15), control_points=points
    )
    soon = an_item(cast, plan, title="Скорое", due_on=date(2026, 6, 19), responsible_side="corporation")
    in_force(cast, plan)
    service.add_dependency(soon.id, late.id, cast.who("c_coord"), blocking=False)
    step(occurrence_of(soon), "start", cast.who("executor", "corporation"))
    return plan.id, [late.id, often.id, soon.id]


@pytest.mark.parametrize(
    ("path", "most", "words"),
    [
        ("dashboard", 12, ["Опоздавшее &lt;мероприятие&gt;", "Скорое"]),
        ("board", 5, ["Выполняется", "Заседания"]),
        ("gantt", 6, ["сегодня", "g-late", "g-point", "g-edge"]),
        ("gantt?zoom=month", 6, ["июн", "2026"]),
        ("calendar?month=2026-07", 5, ["Заседания", "нерабочий день"]),
        ("indicators", 4, ["Показателей нет"]),
        ("changes", 4, ["Запросов нет"]),
    ],
)
def test_each_view_is_shown_with_few_queries(app: APIFlask, path: str, most: int, words: list[str]) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id, _items = a_living_plan(cast)
    client = signed_in(app, cast, "m_coord")
    with counted(app) as asked:
        answer = client.get(f"/roadmaps/{plan_id}/{path}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text
    assert [word for word in words if word not in text] == []
    assert len(asked) <= most, asked
    assert "style=" not in text


def test_the_chart_is_well_formed_and_escaped(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id, _items = a_living_plan(cast)
    text = signed_in(app, cast, "m_coord").get(f"/roadmaps/{plan_id}/gantt").get_data(as_text=True)
    svg = re.search(r"<svg class=\"gantt\".*</svg>", text, re.DOTALL)
    assert svg is not None
    ElementTree.fromstring(svg.group())
    assert "<мероприятие>" not in text


def test_a_change_is_asked_for_through_the_pages(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        _plan, items = a_living_plan(cast)
    client = signed_in(app, cast, "m_coord")
    assert client.get(f"/items/{items[0]}/changes/new").status_code == 200
    form = {"kind": "term", "term_text": "до 1 августа 2026 г.", "due_on": "2026-08-01", "reason": "поставка",
            "starts_on": "2026-01-19", "until_on": "", "points": ""}  # fmt: skip
    answer = client.post(f"/items/{items[0]}/changes/new?kind=term", data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    shown = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "31.03.2026" in shown
    assert "01.08.2026" in shown
    answer = client.post(answer.headers["Location"] + "/steps/submit", data={"comment": "поставка"})
    assert answer.status_code == 302


def test_the_calendar_is_read_by_its_secret_and_by_nothing_else(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_living_plan(cast)
        token = feeds.issue_feed(cast.who("m_coord"))
        stranger = feeds.issue_feed(cast.who("executor", "college"))
    client = app.test_client()
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert "1.3 Скорое" in [str(event["summary"]) for event in events]
    assert not Calendar.from_ical(client.get(f"/calendar/{stranger}.ics").data).walk("VEVENT")
    assert client.get("/calendar/nonsense.ics").status_code == 404
    with app.app_context():
        feeds.issue_feed(cast.who("m_coord"))
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_plan_declared_and_verified_stand_apart(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id, _items = a_living_plan(cast, NewIndicator("S-02", "Школьники", "чел."))
        coordinator = cast.who("m_coord")
        first = db.session.scalars(select(Indicator)).one()
        service.add_indicator(plan_id, NewIndicator("S-03", "Билет", "чел."), coordinator)
        for period, value in (("2026-Q1", "600"), ("2026-Q2", "700")):
            service.record_value(first.id, NewValue(period, "declared", value), cast.who("executor"))
        service.record_value(first.id, NewValue("2026-Q3", "declared", not_provided=True), cast.who("executor"))
        service.record_value(first.id, NewValue("2026-Q1", "verified", "580"), cast.who("c_coord"))
    client = signed_in(app, cast, "c_coord")
    text = client.get(f"/roadmaps/{plan_id}/indicators?year=2026").get_data(as_text=True)
    assert "2\u00a0500" in text
    assert "1\u00a0300" in text
    assert ">580<" in text
    assert "не предоставлено: 1" in text
    answer = client.post(f"/indicators/{first.id}/values", data={"kind": "plan", "period": "2026"})
    assert answer.status_code == 422
