"""Another organisation's agreement answers 404 to every route of the room, by page and by API, whatever is sent."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, PaperCopy
from core.accounts import signin
from core.db import db
from core.documents.models import Attachment, IssuedDocument
from tests.agreements.pages import browser

DOWNLOADS = {"documents.document", "documents.attachment"}
WITHOUT_A_SUBJECT = {"agreements.register", "agreements.export", "agreements.new", "agreements.live"}
"""Lists, and what begins with nothing: they are tested with their parameters below."""

BODIES: dict[str, Any] = {
    "agreements_api.edit": {"title": "x", "parties": [], "version": 1},
    "affairs_api.merge": {"edition": 1},
    "affairs_api.rest_by_api": {"roadmap_id": 1, "code": "1.1"},
    "agreements_api.edit_clauses": {"version": 1, "clauses": []},
    "agreements_api.put_changes": {"version": 1, "changes": []},
}


@pytest.fixture
def subject(app: APIFlask, company: Company) -> dict[str, Any]:
    """Values for the parameters of every route, of an agreement in force with documents, copies and a file."""
    with app.app_context():
        made = scenes.cooperation_of_2023(company)
        document = db.session.scalars(select(IssuedDocument).where(IssuedDocument.subject_id == made.id)).first()
        copy = db.session.scalars(select(PaperCopy)).first()
        kept = db.session.scalars(select(Attachment)).first()
        assert document is not None
        assert copy is not None
        assert kept is not None
        return {
            "agreement_id": made.id,
            "document_id": document.id,
            "code": document.code,
            "attachment_id": kept.id,
            "copy_id": copy.id,
            "slot_id": 1,
            "name": "suspend",
            "step": "terminate",
            "number": 1,
        }


def names_of(rule: str) -> list[str]:
    """Arguments of a rule; one that is not of the agreement is asked for the first row."""
    return re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule)


def routes(app: APIFlask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, rule, method) of every route of the room that is about one agreement."""
    for rule in app.url_map.iter_rules():
        ours = app.view_functions[rule.endpoint].__module__.startswith("agreements.") or rule.endpoint in DOWNLOADS
        about = {"agreement_id", "document_id", "attachment_id", "copy_id"} & set(rule.arguments)
        if ours and about and rule.endpoint not in WITHOUT_A_SUBJECT:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, rule.rule, method


def test_a_stranger_finds_nothing_by_any_route(app: APIFlask, company: Company, subject: dict[str, Any]) -> None:
    stranger = browser(app, company, "samara")
    with app.app_context():
        token = signin.issue_token(company.actor("samara"), "проверка")
    asked = 0
    for endpoint, rule, method in routes(app):
        with app.test_request_context():
            address = app.url_for(endpoint, **{n: subject.get(n, 1) for n in names_of(rule)})
        sent: dict[str, Any] = {"json": BODIES.get(endpoint, {})} if address.startswith("/api/") else {"data": {}}
        if endpoint == "agreements_api.sign":
            names = ("slot_id", "certificate", "owner", "valid_from", "valid_to")
            sent = {"data": dict.fromkeys(names, "1") | {"signature": (io.BytesIO(b"x"), "x.sig")}}
        if endpoint == "agreements_api.return_copy":
            sent = {"data": {}, "content_type": "multipart/form-data"}
        sent = {} if method == "GET" else sent
        headers = {"Authorization": f"Bearer {token}"} if address.startswith("/api/") else {}
        answer = stranger.open(address, method=method, headers=headers, **sent)
        assert answer.status_code == 404, f"{method} {address} → {answer.status_code}"
        assert "сотрудничестве" not in answer.get_data(as_text=True), address
        asked += 1
    assert asked >= 30


def test_nothing_of_a_hidden_agreement_stands_in_lists_forms_or_exports(
    app: APIFlask, company: Company, subject: dict[str, Any]
) -> None:
    stranger = browser(app, company, "samara")
    agreement_id = subject["agreement_id"]
    for address in ("/agreements", "/agreements?q=сотрудничестве", "/agreements/export.csv", "/api/v1/agreements"):
        assert "сотрудничестве и партн" not in stranger.get(address).get_data(as_text=True).replace(
            "Соглашение о сотрудничестве и партнёрстве</", ""
        )
    assert stranger.get(f"/agreements/new?parent={agreement_id}").status_code == 404
    assert stranger.post(f"/agreements/preview?of={agreement_id}").status_code == 404
    assert stranger.post(f"/agreements/preview?parent={agreement_id}").status_code == 404
    with app.app_context():
        token = signin.issue_token(company.actor("samara"), "проверка")
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/agreements/counts", headers=headers).get_json()["counts"] == {}
    body = {
        "kind": "supplementary",
        "title": "Чужое",
        "parent_id": agreement_id,
        "parties": [
            {"organisation_id": company.organisations["samara_college"]},
            {"organisation_id": company.organisations["ministry"]},
        ],
    }
    assert app.test_client().post("/api/v1/agreements", json=body, headers=headers).status_code == 404
    with app.app_context():
        assert len(db.session.scalars(select(Agreement)).all()) == 1


def test_nobody_passes_without_a_sign_in(app: APIFlask, company: Company, subject: dict[str, Any]) -> None:
    for endpoint, rule, method in routes(app):
        with app.test_request_context():
            address = app.url_for(endpoint, **{n: subject.get(n, 1) for n in names_of(rule)})
        answer = app.test_client().open(address, method=method)
        assert answer.status_code in ((401,) if address.startswith("/api/") else (302,)), f"{method} {address}"
