"""The same by API: lists and filters, drafts, steps with reasons, signatures, documents, the text on a day."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from docx import Document
from flask.testing import FlaskClient
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, PaperCopy
from agreements.terms import latest
from core import clock
from core.accounts import signin
from core.db import db
from tests.agreements.pages import PDF, a_draft, counting, state, version
from tests.agreements.test_pages_card import agreed, brought, on_paper, registered, signing, slot_of

ROOT = "/api/v1/agreements"


class Program:
    """A program with somebody's bearer token."""

    def __init__(self, app: APIFlask, company: Company, login: str) -> None:
        with app.app_context():
            token = signin.issue_token(company.actor(login), "программа")
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(ROOT + path, headers=self.headers)

    def post(self, path: str, **sent: Any) -> Any:
        return self.client.post(ROOT + path, headers=self.headers, **sent)

    def put(self, path: str, **sent: Any) -> Any:
        return self.client.put(ROOT + path, headers=self.headers, **sent)


def body(company: Company, **changed: Any) -> dict[str, Any]:
    parties = [{"organisation_id": company.organisations[key]} for key in ("ministry", "corporation")]
    return {
        "kind": "cooperation",
        "title": "Соглашение",
        "city": "г. Москва",
        "parties": parties,
        "data": {"directions": scenes.DIRECTIONS, "coordinators": scenes.COORDINATORS},
        "public_info": True,
        **changed,
    }


def test_a_program_drafts_submits_and_reads_the_reasons(app: APIFlask, company: Company) -> None:
    program = Program(app, company, "m.coord")
    made = program.post("", json=body(company))
    assert made.status_code == 201
    agreement = made.get_json()
    assert [party["organisation"] for party in agreement["parties"]] == [
        "Минпросвещения России",
        "Государственная корпорация «Ростех»",
    ]
    steps = {step["name"]: step for step in program.get(f"/{agreement['id']}/steps").get_json()["steps"]}
    assert steps["submit"]["possible"]
    assert "own_return" not in steps
    taken = program.post(f"/{agreement['id']}/steps/submit", json={"version": agreement["version"]})
    assert taken.status_code == 200, taken.get_json()
    assert taken.get_json()["to_state"] == "own_approval"
    assert taken.get_json()["version"] == version(app, agreement["id"])
    waiting = {step["name"]: step for step in program.get(f"/{agreement['id']}/steps").get_json()["steps"]}
    reason = waiting["own_ok"]["reasons"][0]
    assert (reason["code"], reason["who"]) == ("all_mandatory_visas_current_round", "А.И.\u00a0Профильнов")
    again = program.post(f"/{agreement['id']}/steps/submit", json={})
    assert again.status_code == 409
    assert again.mimetype == "application/problem+json"


def test_a_list_is_filtered_and_paged(app: APIFlask, company: Company) -> None:
    for number in range(5):
        a_draft(app, company, f"Договор {number}")
    program = Program(app, company, "c.coord")
    first = program.get("?size=2&q=Договор&party=ростех&kind=cooperation&state=draft").get_json()
    assert [row["title"] for row in first["items"]] == ["Договор 4", "Договор 3"]
    second = program.get(f"?size=2&q=Договор&after={first['next']}").get_json()
    assert [row["title"] for row in second["items"]] == ["Договор 2", "Договор 1"]
    assert program.get(f"?size=2&q=Договор&before={second['previous']}").get_json()["items"] == first["items"]
    assert program.get("?moving=true").get_json()["items"] == []
    assert program.get("/counts").get_json() == {"counts": {"draft": 5}, "capped": False}
    assert program.get("?state=flying").status_code == 422
    assert program.get("?after=rubbish").status_code == 422


def test_reading_one_gives_all_its_page_shows(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, registered)
    program = Program(app, company, "c.coord")
    program.get("")
    with counting(app) as sent:
        answer = program.get(f"/{agreement_id}")
    assert len(sent) <= 6
    full = answer.get_json()
    assert full["state"] == "registered"
    assert [row["number"] for row in full["revisions"]] == [1]
    assert {row["method"] for row in full["signatures"]} == {"paper"}
    assert all(copy["returned_on"] for copy in full["copies"])
    assert full["editions"][0]["edition"] == 1
    assert full["history"][0]["step"] == "register_next"
    assert full["number"] == full["parties"][0]["reg_number"]
    assert full["lacking"] == []


def test_an_incomplete_draft_names_what_it_lacks(app: APIFlask, company: Company) -> None:
    program = Program(app, company, "m.coord")
    made = program.post("", json=body(company, data={})).get_json()
    lacking = {row["name"] for row in program.get(f"/{made['id']}").get_json()["lacking"]}
    assert lacking == {"directions", "coordinators"}
    refused = program.post(f"/{made['id']}/steps/submit", json={})
    assert refused.status_code == 409
    assert refused.get_json()["reasons"][0]["code"] == "fields_complete"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"data": {"directions": "одно"}}, "data.directions"),
        ({"data": {"coordinators": [1]}}, "data.coordinators"),
        ({"data": {"nonsense": 1}}, "data.nonsense"),
        ({"parties": []}, "parties"),
        ({"title": " "}, "title"),
        ({"kind": "mentoring_order"}, "kind"),
        ({"kind": "supplementary"}, "kind"),
        ({"kind": "network", "data": {"period": {"start": "вчера"}}}, "data.period.start"),
    ],
)
def test_what_does_not_fit_the_catalogue_is_refused_by_field(
    app: APIFlask, company: Company, changed: dict[str, Any], field: str
) -> None:
    answer = Program(app, company, "m.coord").post("", json=body(company, **changed))
    assert answer.status_code == 422, answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert field in answer.get_json()["fields"]


def test_an_edit_needs_the_version_it_was_thought_of_on(app: APIFlask, company: Company) -> None:
    program = Program(app, company, "m.coord")
    made = program.post("", json=body(company)).get_json()
    sent = {name: value for name, value in body(company, title="Новое").items() if name != "kind"}
    changed = program.put(f"/{made['id']}", json={**sent, "version": made["version"]})
    assert changed.status_code == 200
    assert changed.get_json()["title"] == "Новое"
    stale = program.put(f"/{made['id']}", json={**sent, "version": made["version"]})
    assert stale.status_code == 409
    assert program.put(f"/{made['id']}", json=sent).status_code == 422
    others = Program(app, company, "c.coord").put(f"/{made['id']}", json={**sent, "version": version(app, made["id"])})
    assert others.status_code == 403


def test_a_step_takes_files_as_multipart(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, registered)
    program = Program(app, company, "m.deputy")
    refused = program.post(f"/{agreement_id}/steps/suspend", json={"comment": "Проверка"})
    assert refused.status_code == 422
    assert list(refused.get_json()["fields"]) == ["notice"]
    sent = {"comment": "Проверка", "notice": (io.BytesIO(PDF), "уведомление.pdf")}
    assert program.post(f"/{agreement_id}/steps/suspend", data=sent).status_code == 200
    assert state(app, agreement_id) == "suspended"
    kept = program.get(f"/{agreement_id}").get_json()["attachments"][0]
    assert kept["name"] == "уведомление.pdf"
    assert program.get(f"/{agreement_id}/attachments/{kept['id']}/file").data == PDF


def test_an_unknown_step_is_not_found(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    assert Program(app, company, "m.coord").post(f"/{agreement_id}/steps/fly", json={}).status_code == 404


def test_an_electronic_signature_is_recorded(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, signing)
    slot = slot_of(app, company, "m.signer")
    today = clock.today()
    sent = {
        "slot_id": str(slot),
        "certificate": "01AB",
        "owner": "Кравцов С.С.",
        "valid_from": (today - timedelta(days=1)).isoformat(),
        "valid_to": (today + timedelta(days=1)).isoformat(),
    }
    program = Program(app, company, "m.signer")
    assert program.post(f"/{agreement_id}/signatures", data=sent).status_code == 422
    done = program.post(f"/{agreement_id}/signatures", data={**sent, "signature": (io.BytesIO(b"0\x82"), "д.sig")})
    assert done.status_code == 201, done.get_json()
    assert done.get_json()["state"] == "partly_signed"
    with app.app_context():
        current = db.session.get_one(Agreement, agreement_id).current
        assert current is not None
        assert done.get_json()["document_hash"] == current.document_hash
    again = program.post(f"/{agreement_id}/signatures", data={**sent, "signature": (io.BytesIO(b"0\x82"), "д.sig")})
    assert again.status_code == 409


def test_paper_copies_come_back(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, on_paper)
    with app.app_context():
        copy = db.session.scalars(select(PaperCopy).limit(1)).one()
    program = Program(app, company, "m.control")
    back = program.post(f"/{agreement_id}/copies/{copy.id}/return", data={"scan": (io.BytesIO(PDF), "скан.pdf")})
    assert back.status_code == 200
    assert back.get_json()["returned_on"] == clock.today().isoformat()
    assert program.post(f"/{agreement_id}/copies/999/return", data={}).status_code in (404, 415)


def test_documents_are_issued_listed_and_downloaded(app: APIFlask, company: Company) -> None:
    agreement_id = a_draft(app, company)
    program = Program(app, company, "m.coord")
    made = program.post(f"/{agreement_id}/documents")
    assert made.status_code == 201, made.get_json()
    listed = program.get(f"/{agreement_id}/documents").get_json()["items"]
    assert [row["id"] for row in listed] == [made.get_json()["id"]]
    answer = program.get(f"/{agreement_id}/documents/{listed[0]['id']}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert Document(io.BytesIO(answer.data)).paragraphs
    other = a_draft(app, company)
    assert program.get(f"/{other}/documents/{listed[0]['id']}/file").status_code == 404


def test_text_and_changes_by_api(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = scenes.cooperation_of_2023(company)
        edition = latest(framework.id)
        assert edition is not None
        clause = next(c for c in edition.clauses if c["number"] == "1.2")
        framework_id = framework.id
    program = Program(app, company, "m.coord")
    sent = body(company, kind="supplementary", parent_id=framework_id, data={"effective_from": "2027-01-01"})
    made = program.post("", json=sent).get_json()
    base = program.get(f"/{made['id']}/base").get_json()
    assert base["edition"] == 1
    assert clause["text"] in {row["text"] for row in base["clauses"]}
    change = {"action": "restate", "clause_id": clause["id"], "number": "1.2", "text": "Иначе"}
    changed = program.put(
        f"/{made['id']}/changes", json={"version": made["version"], "edition": 1, "changes": [change]}
    )
    assert changed.status_code == 200
    lost = {**change, "clause_id": "нет"}
    refused = program.put(f"/{made['id']}/changes", json={"version": changed.get_json()["version"], "changes": [lost]})
    assert refused.status_code == 422
    draft = program.post("", json=body(company)).get_json()
    text = [{"id": "c1", "level": 1, "text": "Предмет"}, {"id": "c2", "level": 2, "text": "Стороны дружат."}]
    edited = program.put(f"/{draft['id']}/clauses", json={"version": draft["version"], "clauses": text})
    assert edited.status_code == 200
    with app.app_context():
        assert db.session.get_one(Agreement, draft["id"]).clauses == text


def test_the_text_on_a_day(app: APIFlask, company: Company) -> None:
    with app.app_context():
        framework = scenes.cooperation_of_2023(company).id
    program = Program(app, company, "c.coord")
    found = program.get(f"/{framework}/consolidated?day=2024-01-01").get_json()
    assert (found["edition"], found["effective_from"]) == (1, "2023-01-16")
    assert found["clauses"][0]["number"] == "1"
    assert program.get(f"/{framework}/consolidated?day=2020-01-01").status_code == 404
    issued = program.post(f"/{framework}/consolidated?day=2024-01-01")
    assert issued.status_code == 201
    assert issued.get_json()["rendition"] == "consolidated"


def test_the_drafter_declares_the_text_open(app: APIFlask, company: Company) -> None:
    with app.app_context():
        entered = scenes.cooperation(company, "Соглашение")
        made = service.create(type(entered)(**{**vars(entered), "public_info": False}), company.actor("m.coord")).id
    answer = Program(app, company, "m.coord").post(f"/{made}/public")
    assert answer.get_json()["public_info"] is True


def test_the_description_names_every_path_and_its_schemas(app: APIFlask) -> None:
    spec = app.test_client().get("/api/openapi.json").get_json()
    paths = {path: set(ways) for path, ways in spec["paths"].items() if path.startswith(ROOT)}
    assert {"get", "post"} <= paths[ROOT]
    assert "post" in paths[ROOT + "/{agreement_id}/steps/{name}"]
    step = spec["paths"][ROOT + "/{agreement_id}/steps/{name}"]["post"]["requestBody"]["content"]
    assert "application/json" in step
    assert "AgreementFull" in spec["components"]["schemas"]


def test_a_step_by_api_reads_dates_in_words(app: APIFlask, company: Company) -> None:
    agreement_id = brought(app, company, agreed)
    program = Program(app, company, "m.coord")
    wrong = program.post(f"/{agreement_id}/steps/to_sign", json={"method": "paper", "sign_by": "скоро"})
    assert wrong.status_code == 422
    assert list(wrong.get_json()["fields"]) == ["sign_by"]
    assert program.post(f"/{agreement_id}/steps/to_sign", json={"method": "paper"}).status_code == 200
