"""The same by API: lists, items, steps with reasons, evidence, changes, reports."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask

from core import clock
from core.accounts.signin import issue_token
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def bearer(app: APIFlask, cast: Cast, role: str, side: str = "") -> dict[str, str]:
    with app.app_context():
        return {"Authorization": f"Bearer {issue_token(cast.who(role, side), 'тест')}"}


def test_a_result_goes_through_the_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        plan_id, item_id = plan.id, item.id
    client, executor = app.test_client(), bearer(app, cast, "executor", "ministry")
    listed = client.get(f"/api/v1/roadmaps/{plan_id}/items?state=planned", headers=executor).get_json()
    assert [row["code"] for row in listed["items"]] == ["1.1"]
    started = client.post(f"/api/v1/items/{item_id}/steps/start", json={}, headers=executor)
    assert started.get_json()["state"] == "in_progress"
    refused = client.post(f"/api/v1/items/{item_id}/steps/submit", json={}, headers=executor)
    assert refused.status_code == 409
    assert refused.get_json()["reasons"][0]["code"] == "evidence_attached"
    file = {"file": (io.BytesIO(PDF), "приказ.pdf")}
    kept = client.post(f"/api/v1/items/{item_id}/evidence", data=file, headers=executor)
    assert kept.status_code == 201, kept.get_json()
    fetched = client.get(f"/api/v1/items/evidence/{kept.get_json()['id']}", headers=executor)
    assert fetched.data == PDF
    client.post(f"/api/v1/items/{item_id}/steps/submit", json={}, headers=executor)
    for role, name in (("m_coord", "accept"), ("c_coord", "confirm")):
        answer = client.post(f"/api/v1/items/{item_id}/steps/{name}", json={}, headers=bearer(app, cast, role))
        assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["state"] == "done"
    assert answer.get_json()["history"][0]["step"] == "confirm"


def test_changes_and_reports_go_through_the_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        plan_id, item_id = plan.id, item.id
    client, ours, theirs = app.test_client(), bearer(app, cast, "m_coord"), bearer(app, cast, "c_coord")
    order = {"kind": "term", "item_id": item_id, "values": {"due_on": "2027-02-01"}}
    drafted = client.post(f"/api/v1/roadmaps/{plan_id}/changes", json=order, headers=ours)
    assert drafted.status_code == 201, drafted.get_json()
    address = f"/api/v1/changes/{drafted.get_json()['id']}/steps"
    client.post(f"{address}/submit", json={"comment": "поставка"}, headers=ours)
    client.post(f"{address}/to_other", json={}, headers=ours)
    assert client.post(f"{address}/approve", json={}, headers=ours).status_code == 403
    assert client.post(f"{address}/approve", json={}, headers=theirs).get_json()["state"] == "approved"
    opened = client.post(f"/api/v1/roadmaps/{plan_id}/reports", json={"period": "2026-Q2"}, headers=ours)
    assert opened.status_code == 201, opened.get_json()
    assert opened.get_json()["summary"]["total"] == 1
    editions = client.get(f"/api/v1/roadmaps/{plan_id}/editions/1", headers=ours).get_json()
    assert {step["name"] for step in editions["steps"]} >= {"start_amendment"}


def test_a_stranger_gets_404_by_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        plan_id, item_id = plan.id, item.id
    client, stranger = app.test_client(), bearer(app, cast, "executor", "college")
    for path in (f"roadmaps/{plan_id}", f"roadmaps/{plan_id}/items", f"items/{item_id}", f"roadmaps/{plan_id}/changes"):
        assert client.get(f"/api/v1/{path}", headers=stranger).status_code == 404
    assert client.get("/api/v1/roadmaps", headers=stranger).get_json()["items"] == []
