"""One filter goes through every view of a plan, and is kept under a name: for oneself or for one's organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import NotFound, NotNow, NotValid
from roadmap import service
from roadmap.models import PlanView
from roadmap.queries.plans import ItemSearch
from roadmap.queries.views import view_by_code, views
from roadmap.service.views import MOST
from tests.builders import an_actor
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force
from tests.roadmap.test_api import bearer
from tests.roadmap.test_pages import signed_in


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


@dataclass
class World:
    cast: Cast
    plan_id: int
    college_id: int
    ministry_id: int


def a_world() -> World:
    """Three items: the ministry's in June, the corporation's in December, the college's in September."""
    cast = a_cast()
    plan = a_plan(cast)
    college = cast.organisations["college"]
    an_item(cast, plan, title="Июньское", due_on=date(2026, 6, 30), unit="Департамент кадров")
    an_item(
        cast, plan, title="Декабрьское", due_on=date(2026, 12, 15), unit="Управление", responsible_side="corporation"
    )
    an_item(cast, plan, title="Сентябрьское", due_on=date(2026, 9, 1), unit="", organisation_id=college.id)
    in_force(cast, plan)
    return World(cast, plan.id, college.id, cast.organisations["ministry"].id)


FILTERS = [
    ("unit=кадров", {"Июньское"}),
    ("due_from=2026-08-01", {"Декабрьское", "Сентябрьское"}),
    ("due_from=2026-08-01&due_to=2026-10-01", {"Сентябрьское"}),
    ("organisation={college}", {"Сентябрьское"}),
    ("organisation={ministry}", {"Июньское"}),
    ("side=corporation", {"Декабрьское"}),
    ("due_to=вчера&organisation=x", {"Июньское", "Декабрьское", "Сентябрьское"}),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS)
def test_every_view_shows_what_the_filter_lets_through(app: APIFlask, asked: str, found: set[str]) -> None:
    with app.app_context():
        world = a_world()
    client = signed_in(app, world.cast, "m_coord")
    query = asked.format(college=world.college_id, ministry=world.ministry_id)
    shown = {"Июньское", "Декабрьское", "Сентябрьское"}
    for view in ("", "/board", "/gantt"):
        text = client.get(f"/roadmaps/{world.plan_id}{view}?{query}").get_data(as_text=True)
        assert {title for title in shown if title in text} == found, view
    listed = client.get(f"/api/v1/roadmaps/{world.plan_id}/items?{query}")
    if "вчера" not in query:
        assert {row["title"] for row in listed.get_json()["items"]} == found
    months = {"Июньское": "06", "Сентябрьское": "09", "Декабрьское": "12"}
    for title, month in months.items():
        address = f"/roadmaps/{world.plan_id}/calendar?month=2026-{month}&{query}"
        assert (title in client.get(address).get_data(as_text=True)) == (title in found), month


def test_the_filter_goes_from_view_to_view(app: APIFlask) -> None:
    with app.app_context():
        world = a_world()
    client = signed_in(app, world.cast, "m_coord")
    query = "side=corporation&amp;unit=%D0%9E%D1%82%D0%B4%D0%B5%D0%BB"
    for view in ("", "/board", "/gantt", "/calendar", "/dashboard"):
        text = client.get(f"/roadmaps/{world.plan_id}{view}?side=corporation&unit=Отдел").get_data(as_text=True)
        for other in ("", "/board", "/gantt", "/calendar", "/dashboard"):
            assert f'href="/roadmaps/{world.plan_id}{other}?{query}"' in text, (view, other)
    text = client.get(f"/roadmaps/{world.plan_id}/calendar?month=2026-09&side=ministry").get_data(as_text=True)
    assert '<input type="hidden" name="month" value="2026-09">' in text
    assert "side=ministry&month=2026-10" in text


def test_the_figures_of_the_dashboard_are_those_of_the_filter_and_lead_to_its_rows(app: APIFlask) -> None:
    with app.app_context():
        world = a_world()
    with clock.at(datetime(2027, 1, 20, 9, tzinfo=UTC)):
        client = signed_in(app, world.cast, "m_coord")
        everything = client.get(f"/roadmaps/{world.plan_id}/dashboard").get_data(as_text=True)
        text = client.get(f"/roadmaps/{world.plan_id}/dashboard?side=corporation&flag=soon").get_data(as_text=True)
        assert ("Июньское" in everything, "Декабрьское" in everything) == (True, True)
        assert ("Июньское" in text, "Декабрьское" in text) == (False, True)
        assert f'href="/roadmaps/{world.plan_id}?flag=overdue&amp;side=corporation&' in text
        rows = client.get(f"/roadmaps/{world.plan_id}?flag=overdue&side=corporation").get_data(as_text=True)
        assert ("Июньское" in rows, "Декабрьское" in rows) == (False, True)


def test_a_filter_is_kept_shared_and_forgotten(db_session: Any) -> None:
    world = a_world()
    ours, theirs = world.cast.who("m_coord"), world.cast.who("c_coord")
    colleague = an_actor("m_legal", organisation=world.cast.organisations["ministry"])
    own = service.save_view(world.plan_id, " Кадры ", {"unit": "кадров", "size": "5", "state": ""}, ours)
    assert (own.name, own.filters, own.opens) == ("Кадры", {"unit": "кадров"}, "plan")
    service.save_view(world.plan_id, "Наши", {"side": "ministry"}, ours, shared=True, opens="gantt")
    assert [row.name for row in views(ours, world.plan_id)] == ["Кадры", "Наши"]
    assert [row.name for row in views(colleague, world.plan_id)] == ["Наши"]
    assert list(views(theirs, world.plan_id)) == []
    again = service.save_view(world.plan_id, "Кадры", {"unit": "Управление"}, ours)
    assert (again.id, again.filters) == (own.id, {"unit": "Управление"})
    assert view_by_code(theirs, own.code).id == own.id
    with pytest.raises(NotFound):
        service.forget_view(own.id, colleague)
    service.forget_view(own.id, ours)
    with pytest.raises(NotFound):
        view_by_code(ours, own.code)


def test_a_link_to_a_filter_opens_nothing_to_strangers(db_session: Any) -> None:
    world = a_world()
    code = service.save_view(world.plan_id, "Наши", {"side": "ministry"}, world.cast.who("m_coord")).code
    stranger = an_actor("enterprise")
    with pytest.raises(NotFound):
        view_by_code(stranger, code)
    with pytest.raises(NotFound):
        service.save_view(world.plan_id, "Чужой план", {"side": "ministry"}, stranger)


@pytest.mark.parametrize(("name", "filters"), [("", {"side": "ministry"}), ("Пустой", {}), ("Чужое", {"цвет": "1"})])
def test_a_filter_needs_a_name_and_something_asked(db_session: Any, name: str, filters: dict[str, str]) -> None:
    world = a_world()
    with pytest.raises(NotValid):
        service.save_view(world.plan_id, name, filters, world.cast.who("m_coord"))


def test_filters_have_their_measure(db_session: Any) -> None:
    world = a_world()
    ours = world.cast.who("m_coord")
    for n in range(MOST):
        service.save_view(world.plan_id, str(n), {"q": "слово"}, ours)
    service.save_view(world.plan_id, "0", {"q": "другое"}, ours)
    with pytest.raises(NotNow):
        service.save_view(world.plan_id, "ещё", {"q": "слово"}, ours)


def test_the_pages_of_kept_filters(app: APIFlask) -> None:
    with app.app_context():
        world = a_world()
    client = signed_in(app, world.cast, "m_coord")
    address = f"/roadmaps/{world.plan_id}/views"
    text = client.get(f"{address}?side=ministry&due_to=2026-07-01&opens=board").get_data(as_text=True)
    assert "Срок по: 01.07.2026" in text
    refused = client.post(address, data={"name": " ", "side": "ministry", "opens": "board"})
    assert refused.status_code == 422
    assert 'name="side" value="ministry"' in refused.get_data(as_text=True)
    asked = {"name": "До июля", "side": "ministry", "due_to": "2026-07-01", "opens": "board", "shared": "1"}
    assert client.post(address, data=asked).status_code == 302
    with app.app_context():
        kept = db.session.execute(select(PlanView.id, PlanView.code)).one()
    led = client.get(f"/roadmaps/views/{kept.code}")
    assert led.location == f"/roadmaps/{world.plan_id}/board?side=ministry&due_to=2026-07-01"
    assert "моей организации" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/{kept.id}/forget").status_code == 302
    assert "Отборов нет" in client.get(address).get_data(as_text=True)


def test_kept_filters_by_api(app: APIFlask) -> None:
    with app.app_context():
        world = a_world()
    client, headers = app.test_client(), bearer(app, world.cast, "m_coord")
    address = f"/api/v1/roadmaps/{world.plan_id}/views"
    body = {"name": "Кадры", "filters": {"unit": "кадров"}, "shared": True, "opens": "gantt"}
    made = client.post(address, json=body, headers=headers)
    assert made.status_code == 201, made.get_json()
    assert {**body, "id": made.get_json()["id"]}.items() <= made.get_json().items()
    assert client.post(address, json={**body, "filters": {"цвет": "1"}}, headers=headers).status_code == 422
    assert [row["name"] for row in client.get(address, headers=headers).get_json()["views"]] == ["Кадры"]
    assert client.delete(f"{address}/{made.get_json()['id']}", headers=headers).status_code == 204
    stranger = bearer(app, world.cast, "operator", "operator")
    assert client.get(address, headers=stranger).status_code == 404


def test_a_filter_reads_its_own_address() -> None:
    search = ItemSearch(side="both", q="слово", mine=True, due_from=date(2026, 1, 2), section=3, organisation=7)
    assert ItemSearch.of(search.asked()) == search
