"""The same by API: inbox, verdicts, remarks, protocol, substitution, paper; refusals as problem+json."""

from __future__ import annotations

import io
from typing import Any

from apiflask import APIFlask
from werkzeug.test import TestResponse

from core import clock
from core.accounts import actors, signin
from core.accounts.models import Person
from core.db import db, transaction
from core.signoffs.models import Protocol
from tests.builders import a_person, an_organisation
from tests.core.signoffs.desk import a_round, browser_of, many_tasks
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, slot_of

API = "/api/v1/tasks"
VISAS = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]


class Program:
    """A program with a bearer token of a person."""

    def __init__(self, app: APIFlask, person: Person) -> None:
        with app.app_context():
            token = signin.issue_token(actors.by_id(person.id), "тест")
        self.client, self.headers = app.test_client(), {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **given: Any) -> TestResponse:
        return self.client.open(f"{API}{path}", method=method, headers=self.headers, **given)


def start(app: APIFlask, office: Scene) -> int:
    with app.app_context():
        return slot_of(a_round(office, VISAS), "m_legal").id


def problem(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    return str(answer.json["detail"])


def test_the_inbox_is_narrowed_and_paged(app: APIFlask, office: Scene) -> None:
    start(app, office)
    with app.app_context():
        many_tasks(office, office.people["m_legal"], 3)
    program = Program(app, office.people["m_legal"])
    first = program.ask("GET", "?size=2").json
    second = program.ask("GET", f"?size=2&after={first['next']}").json
    assert len({entry["slot_id"] for entry in first["items"] + second["items"]}) == 4
    assert program.ask("GET", "/counts").json["all"] == 4
    assert program.ask("GET", "?kind=signature").json["items"] == []
    problem(program.ask("GET", "?section=nothing"), 422)


def test_a_task_says_what_can_be_done_and_why_not(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    task = Program(app, office.people["m_legal"]).ask("GET", f"/{slot_id}").json
    assert [(offer["name"], offer["possible"]) for offer in task["offers"]] == [
        ("approve", True),
        ("approve_remarks", True),
        ("reject", True),
    ]
    assert [slot["role"] for slot in task["route"][0]["slots"]] == ["m_legal", "m_finance"]
    other = Program(app, office.people["m_finance"]).ask("GET", f"/{slot_id}").json
    assert other["offers"][0]["reasons"][0]["code"] == "holds_slot"


def test_a_verdict_names_the_text_it_was_given_on(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    program = Program(app, office.people["m_legal"])
    seen = program.ask("GET", f"/{slot_id}").json["document_hash"]
    given = {"verdict": "approved_with_remarks", "seen_hash": "0" * 64, "remarks": [{"text": "Уточнить"}]}
    assert "изменился" in problem(program.ask("POST", f"/{slot_id}/verdict", json=given), 409)
    problem(program.ask("POST", f"/{slot_id}/verdict", json={"verdict": "approved"}), 422)
    answer = program.ask("POST", f"/{slot_id}/verdict", json={**given, "seen_hash": seen})
    assert (answer.status_code, answer.json["document_hash"]) == (201, seen)
    assert program.ask("GET", f"/remarks/{KIND}/1").json["items"][0]["text"] == "Уточнить"
    again = program.ask("POST", f"/{slot_id}/verdict", json={**given, "seen_hash": seen})
    assert "уже принято" in problem(again, 409)


def test_several_verdicts_are_reported_one_by_one(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    program = Program(app, office.people["m_legal"])
    seen = program.ask("GET", f"/{slot_id}").json["document_hash"]
    tasks = [{"slot_id": slot_id, "seen_hash": seen}, {"slot_id": 999_999, "seen_hash": seen}]
    items = program.ask("POST", "/verdicts", json={"tasks": tasks, "verdict": "approved"}).json["items"]
    assert [item["done"] for item in items] == [True, False]


def test_a_rejection_is_answered_by_the_coordinator(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    lawyer, coordinator = Program(app, office.people["m_legal"]), Program(app, office.people["m_coord"])
    seen = lawyer.ask("GET", f"/{slot_id}").json["document_hash"]
    lawyer.ask("POST", f"/{slot_id}/verdict", json={"verdict": "rejected", "seen_hash": seen, "comment": "Нет сроков"})
    remark = coordinator.ask("GET", f"/remarks/{KIND}/1").json["items"][0]
    assert remark["blocking"]
    path, given = f"/remarks/{remark['id']}/answer", {"answer": "declined", "version": remark["version"]}
    assert "обоснование" in problem(coordinator.ask("POST", path, json=given), 422)
    problem(lawyer.ask("POST", path, json={**given, "justification": "x"}), 403)
    answer = coordinator.ask("POST", path, json={**given, "justification": "Сроки в плане"})
    assert answer.json["answer"] == "declined"


def test_an_act_on_paper_takes_two(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    recorder, second = Program(app, office.people["registrar"]), Program(app, office.people["m_control"])
    data = {
        "signer_id": str(office.people["m_legal"].id),
        "verdict": "approved",
        "signed_on": "2026-03-02",
        "scan": (io.BytesIO(b"%PDF-1.7"), "скан.pdf"),
    }
    act = recorder.ask("POST", f"/{slot_id}/paper", data=data)
    assert (act.status_code, act.json["state"]) == (201, "recorded")
    problem(recorder.ask("POST", f"/paper/{act.json['id']}/confirm"), 403)
    assert second.ask("POST", f"/paper/{act.json['id']}/confirm").json["verdict"] == "approved"


def test_a_substitution_is_arranged_and_ended(app: APIFlask, office: Scene) -> None:
    program = Program(app, office.people["m_legal"])
    away = {
        "substitute_id": office.people["m_profile"].id,
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-13",
        "basis_number": "512-к",
        "basis_date": "2026-02-27",
    }
    row = program.ask("POST", "/substitutions", json=away)
    assert row.status_code == 201
    assert [each["id"] for each in program.ask("GET", "/substitutions").json["items"]] == [row.json["id"]]
    problem(program.ask("POST", "/substitutions", json=away), 409)
    assert program.ask("DELETE", f"/substitutions/{row.json['id']}").status_code == 204


def test_a_protocol_is_settled(app: APIFlask, office: Scene) -> None:
    start(app, office)
    with app.app_context():
        current = a_round(office, VISAS, subject_id=2)
        with transaction():
            row = Protocol(subject_kind=KIND, subject_id=2, document_hash=current.document_hash, opened_at=clock.now())
            db.session.add(row)
        protocol_id = row.id
    ours, theirs = Program(app, office.people["m_coord"]), Program(app, office.people["c_coord"])
    path = f"/protocols/{protocol_id}"
    problem(ours.ask("POST", f"{path}/rows", json={"clause_id": "нет", "text": "x"}), 422)
    made = ours.ask("POST", f"{path}/rows", json={"clause_id": "c2", "text": "Наша"}).json
    clause = made["rows"][0]
    problem(ours.ask("POST", f"{path}/close"), 409)
    assert made["reasons"][0]["text"] == "Пункт 1.1 не согласован"
    rows = f"/protocols/rows/{clause['id']}"
    proposed = ours.ask("PUT", f"{rows}/agreed", json={"text": "Общая", "version": clause["version"]}).json["rows"][0]
    settled = theirs.ask("POST", f"{rows}/consent", json={"agreed_hash": proposed["agreed_hash"]}).json
    assert settled["rows"][0]["agreed_by_all"]
    assert ours.ask("POST", f"{path}/close").json["state"] == "closed"


def test_nothing_answers_without_a_token_and_hidden_is_not_found(app: APIFlask, office: Scene) -> None:
    slot_id = start(app, office)
    assert app.test_client().get(API).status_code == 401
    with app.app_context():
        stranger = a_person(an_organisation("college"), ["college"])
    program = Program(app, stranger)
    for method, path in (
        ("GET", f"/{slot_id}"),
        ("GET", f"/{slot_id}/document"),
        ("GET", f"/remarks/{KIND}/1"),
        ("GET", f"/sheets/{KIND}/1"),
    ):
        problem(program.ask(method, path), 404)


def test_a_cookie_reads_the_api_too_and_everything_is_described(app: APIFlask, office: Scene) -> None:
    browser = browser_of(app, office.people["m_legal"])
    assert browser.get(API).status_code == 200
    paths = app.test_client().get("/api/openapi.json").json["paths"]
    told = [path for path in paths if path.startswith(API)]
    assert len(told) >= 25
    assert all(operation.get("responses") for path in told for operation in paths[path].values())
