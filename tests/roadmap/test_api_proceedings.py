"""Meetings, decisions and initiatives by API: the whole life of each, with the same refusals as on the pages."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask

from core import clock
from tests.roadmap.builders import PDF, a_cast, a_plan, an_item, in_force
from tests.roadmap.papers import WRITTEN
from tests.roadmap.test_api import bearer


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def written(**fields: Any) -> dict[str, Any]:
    return {**WRITTEN, "held_on": "2026-06-10", "agenda": list(WRITTEN["agenda"]), **fields}


def test_a_meeting_goes_its_way_through_the_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        in_force(cast, plan)
        plan_id, executor_id = plan.id, cast.who("executor").id
    client, secretary = app.test_client(), bearer(app, cast, "secretary", "ministry")
    executor, coordinator = bearer(app, cast, "executor", "ministry"), bearer(app, cast, "m_coord")

    made = client.post(f"/api/v1/roadmaps/{plan_id}/meetings", json=written(), headers=secretary)
    assert made.status_code == 201, made.get_json()
    meeting = f"/api/v1/meetings/{made.get_json()['id']}"
    first, second = made.get_json()["agenda"]
    decision = {"text": "Направить письмо", "executor_id": executor_id, "point": second["key"]}
    added = client.post(f"{meeting}/decisions", json=decision, headers=secretary)
    assert added.status_code == 201, added.get_json()
    assert (added.get_json()["code"], added.get_json()["due_on"]) == ("2.1", "2026-07-10")
    one = f"/api/v1/decisions/{added.get_json()['id']}"

    turned = client.put(meeting, json=written(agenda=[second, first]), headers=secretary)
    assert turned.get_json()["decisions"][0]["code"] == "1.1", turned.get_json()
    stale = client.put(meeting, json={**written(), "version": 1}, headers=secretary)
    assert stale.status_code == 409

    early = client.post(f"{meeting}/sign", data=scan(), headers=secretary)
    assert early.status_code == 409
    issued = client.post(f"{meeting}/minutes", json={}, headers=secretary).get_json()
    signed = client.post(f"{meeting}/sign", data=scan(), headers=secretary)
    assert signed.status_code == 200, signed.get_json()
    assert signed.get_json()["minutes_hash"] == issued["sha256"]
    assert client.put(meeting, json=written(), headers=secretary).status_code == 409
    assert client.delete(one, headers=secretary).status_code == 409

    for step in ("ack", "start"):
        answer = client.post(f"{one}/steps/{step}", json={}, headers=executor)
        assert answer.status_code == 200, answer.get_json()
    refused = client.post(f"{one}/steps/report", json={"comment": "готово"}, headers=executor)
    assert refused.get_json()["reasons"][0]["code"] == "evidence_attached"
    file = {"file": (io.BytesIO(PDF), "письмо.pdf")}
    assert client.post(f"{one}/evidence", data=file, headers=executor).status_code == 201
    client.post(f"{one}/steps/report", json={"comment": "готово"}, headers=executor)
    closed = client.post(f"{one}/steps/close", json={"data": {"ground": "снять"}}, headers=secretary)
    assert (closed.get_json()["state"], closed.get_json()["result"]) == ("closed", "done")

    became = client.post(f"{one}/item", json={"section": 1}, headers=coordinator)
    assert became.status_code == 201, became.get_json()
    assert became.get_json()["change_id"]
    assert client.post(f"{one}/item", json={"section": 1}, headers=coordinator).status_code == 422
    matrix = client.get(f"/api/v1/roadmaps/{plan_id}/decisions/matrix", headers=coordinator).get_json()
    assert matrix["totals"]["done"] == 1
    assert matrix["rows"][0]["cells"][0]["responsible"] is True
    listed = client.get(f"/api/v1/roadmaps/{plan_id}/decisions?result=overdue", headers=coordinator).get_json()
    assert listed["items"] == []
    mine = client.get("/api/v1/decisions/mine?which=done", headers=executor).get_json()
    assert [row["code"] for row in mine["items"]] == ["1.1"]
    assert client.get(f"/api/v1/roadmaps/{plan_id}/decisions/matrix.xlsx", headers=coordinator).data[:2] == b"PK"


def scan() -> dict[str, Any]:
    return {"signed_on": "2026-06-11", "scan": (io.BytesIO(PDF), "протокол.pdf")}


def test_what_is_wrong_with_a_meeting_is_told_by_field(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
    client, secretary = app.test_client(), bearer(app, cast, "secretary", "ministry")
    wrong = written(begins="полдень", agenda=[{"title": "", "speaker": "Иванов И.И."}])
    answer = client.post(f"/api/v1/roadmaps/{plan_id}/meetings", json=wrong, headers=secretary)
    assert answer.status_code == 422
    assert {"begins", "agenda.0.title"} <= set(answer.get_json()["fields"])
    outsider = bearer(app, cast, "executor", "ministry")
    assert client.post(f"/api/v1/roadmaps/{plan_id}/meetings", json=written(), headers=outsider).status_code == 403


def test_an_initiative_is_proposed_and_its_calendar_comes_true(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item_id, plan_id = an_item(cast, plan).id, plan.id
    client, lawyer = app.test_client(), bearer(app, cast, "c_legal")
    new = {"title": "Отсрочка от призыва", "acts": ["53-ФЗ, статья 24"], "bodies": [{"name": "Минобороны России"}],
           "item_id": item_id}  # fmt: skip
    made = client.post(f"/api/v1/roadmaps/{plan_id}/initiatives", json=new, headers=lawyer)
    assert made.status_code == 201, made.get_json()
    one = f"/api/v1/initiatives/{made.get_json()['id']}"
    event = {"happened_on": "2026-07-01", "title": "Срок доклада", "planned": True}
    planned = client.post(f"{one}/events", json=event, headers=lawyer).get_json()
    early = client.post(f"{one}/events", json={**event, "planned": False}, headers=lawyer)
    assert early.status_code == 422
    real = {"happened_on": "2026-06-12", "number": "П-7"}
    settled = client.post(f"{one}/events/{planned['id']}/settle", json=real, headers=lawyer)
    assert settled.status_code == 201, settled.get_json()
    assert client.post(f"{one}/events/{planned['id']}/settle", json=real, headers=lawyer).status_code == 409
    answered = {**new, "bodies": [{"name": "Минобороны России", "sent": "2026-06-01", "answer": "согласовано"}]}
    edited = client.put(one, json=answered, headers=lawyer).get_json()
    assert edited["bodies"][0]["sent"] == "2026-06-01"
    assert [event["planned"] for event in edited["events"]] == [False, True]
    paper = {"file": (io.BytesIO(PDF), "записка.pdf"), "purpose": "note"}
    assert client.post(f"{one}/papers", data=paper, headers=lawyer).status_code == 201
    deputy = bearer(app, cast, "c_deputy")
    taken = client.post(f"{one}/steps/take", json={"data": {"ground": "протокол"}}, headers=deputy).get_json()
    assert [stage["standing"] for stage in taken["stages"]][:3] == ["done", "now", "next"]
    assert client.put(one, json={**new, "item_id": item_id + 999}, headers=lawyer).status_code == 422
    foreign = client.put(f"{one}", json=new, headers=bearer(app, cast, "executor", "college"))
    assert foreign.status_code == 404
