"""A person of another organisation reaches nothing of an agreement: by any page, API call, ZIP, search hit or count.

Generated from the routes: a new one is asked the same without anybody thinking of it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.fanout.wanted import Wanted
from agreements.models import (
    Agreement,
    BoardAct,
    Delivery,
    ImportRun,
    ModelForm,
    PaperCopy,
    RegistrationEntry,
    Revision,
    SavedView,
    Sending,
    Sent,
    Webhook,
)
from agreements.webhooks import service as webhooks
from core import clock
from core.accounts import signin
from core.accounts.models import Person, RoleHolding
from core.db import db, transaction
from core.documents.models import Attachment, IssuedDocument
from core.notifications.models import Notification
from core.signoffs.models import PaperAct, Protocol, ProtocolRow, Remark, Slot
from core.workflow import Ask
from core.workflow.jobs import drain
from tests.agreements import fanouts
from tests.agreements.lives import an_amendment
from tests.builders import sign_in

SECRET = "Щёлкино"
"""A word that stands in the agreement's title, and nowhere else."""
TITLE = f"Соглашение о городе {SECRET}"


def routes(app: APIFlask, under: str = "") -> list[Rule]:
    """Every route of the service below an address: no room is left out."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static" and rule.rule.startswith(under)]


@pytest.fixture
def secret(app: APIFlask, company: Company) -> dict[str, list[Any]]:
    """An agreement of the ministry and the corporation with all an agreement can have; ids by argument."""
    with app.app_context():
        agreement = scenes.cooperation_of_2023(company)
        with transaction():
            row = db.session.get_one(Agreement, agreement.id)
            row.title = TITLE
        with clock.at(scenes.Stage(company, date(2026, 3, 2)).next()):
            draft = an_amendment(company, agreement)
        a_fan_out(company)
        return ids(agreement, draft)


def a_fan_out(company: Company) -> None:
    """A model with the word in its title, sent to a college that is not the stranger's, and an act on its board."""
    model = fanouts.a_model(company, title=TITLE)
    fanouts.a_sending(company, model, [Wanted(1, "", company.organisations["perm_polytech"])])
    fanouts.act(company, model, "submit", fanouts.sent(model))


def ids(agreement: Agreement, draft: Agreement) -> dict[str, list[Any]]:
    def of(model: Any) -> list[Any]:
        return list(db.session.scalars(select(model.id).limit(3))) or [1]

    documents = db.session.execute(select(IssuedDocument.id, IssuedDocument.code).limit(3)).all()
    return {
        "agreement_id": [agreement.id, draft.id],
        "subject_id": [agreement.id],
        "parent": [agreement.id],
        "document_id": [row.id for row in documents],
        "code": [row.code for row in documents],
        "attachment_id": of(Attachment),
        "slot_id": of(Slot),
        "copy_id": of(PaperCopy),
        "number": list(db.session.scalars(select(Revision.number).limit(2))),
        "remark_id": of(Remark),
        "protocol_id": of(Protocol),
        "row_id": of(ProtocolRow),
        "paper_act_id": of(PaperAct),
        "webhook_id": of(Webhook),
        "delivery_id": of(Delivery),
        "run_id": of(ImportRun),
        "view_id": of(SavedView),
        "entry_id": of(RegistrationEntry),
        "model_id": of(ModelForm),
        "sending_id": of(Sending),
        "sent_id": of(Sent),
        "act_id": [*of(PaperAct), *of(BoardAct)],
        "clause": ["c3", "+c3"],
        "kind": ["agreement"],
        "step": ["terminate"],
        "name": ["terminate"],
        "ending": ["xlsx", "csv"],
        "marks": [TITLE, *(sha256 for model in (IssuedDocument, Attachment) for sha256 in hashes(model))],
    }


def hashes(model: Any) -> list[str]:
    return list(db.session.scalars(select(model.sha256)))


def addresses(app: APIFlask, rule: Rule, known: dict[str, list[Any]]) -> Iterator[str]:
    """The rule with the secret's ids, and with its words in the query."""
    for turn in range(3):
        values: dict[str, Any] = {}
        for name in rule.arguments:
            options = known.get(name) or [1 if "Integer" in type(rule._converters[name]).__name__ else "x"]
            values[name] = options[turn % len(options)]
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        yield str(address)
        if not rule.arguments:
            for query in (f"q={SECRET}", f"parent={known['agreement_id'][0]}", f"party={SECRET}", "moving=1"):
                yield f"{address}?{query}"
            return


BODIES: tuple[dict[str, Any], ...] = (
    {"data": {"comment": "x", "verdict": "approved", "version": "1"}},
    {"json": {"comment": "x", "verdict": "approved", "version": 1, "text": SECRET[:3]}},
)


def words(answer: TestResponse) -> str:
    """Everything an answer says, a ZIP or an office file unpacked."""
    content = answer.data
    if content[:2] == b"PK":
        import zipfile

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    text = content.decode("utf-8", "replace") + unquote(str(answer.headers))
    return text + (json.dumps(answer.json, ensure_ascii=False) if answer.is_json and answer.data else "")


def asked(
    client: FlaskClient, rules: list[Rule], known: dict[str, list[Any]], **how: Any
) -> Iterator[tuple[str, TestResponse]]:
    """Every way to ask every rule; `how` goes with each question. Signing out is asked last."""
    app = client.application
    for rule in sorted(rules, key=lambda rule: "sign_out" in rule.endpoint or "sign-out" in rule.rule):
        for address in addresses(app, rule, known):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for body in BODIES if method != "GET" else ({},):
                    yield f"{method} {address}", client.open(address, method=method, **body, **how)


def leaks(answers: Iterator[tuple[str, TestResponse]], secret: dict[str, list[Any]]) -> tuple[list[str], int]:
    """What told or did anything of the secret, and how many questions were asked."""
    found, count = set(), 0
    for what, answer in answers:
        count += 1
        with answer:
            told = words(answer)
            reached = about(what.split(" ", 1)[1], secret) and answer.status_code < 400 and not redirected(answer)
            if reached or answer.status_code >= 500 or any(mark in told for mark in secret["marks"]):
                found.add(f"{what} → {answer.status_code}")
    return sorted(found), count


def test_a_person_of_another_organisation_reaches_nothing(
    app: APIFlask, company: Company, client: FlaskClient, secret: dict[str, list[Any]]
) -> None:
    """A college of another region than the one the model was sent to; its webhook is told nothing either."""
    app.config["WEBHOOKS_PRIVATE"] = True
    with app.app_context():
        hook_id = webhooks.subscribe(company.actor("samara"), "http://127.0.0.1:9/hook")[0].id
        stranger = db.session.get_one(Person, company.people["samara"])
        before = state(secret)
    sign_in(client, stranger)
    found, count = leaks(asked(client, routes(app), secret), secret)
    assert count > 800
    assert found == []
    sign_in(client, stranger)
    with client.get("/api/v1/agreements/counts") as answer:
        assert answer.json == {"counts": {}, "capped": False}
    with app.app_context():
        assert state(secret) == before
        service.take_step(secret["agreement_id"][0], "suspend", company.actor("m.deputy"), SUSPENSION)
        drain()
        told = select(Delivery.id).where(Delivery.webhook_id == hook_id, Delivery.agreement_id.is_not(None))
        assert db.session.scalars(told).all() == []
        letters = select(Notification.title).where(Notification.person_id == company.people["samara"])
        assert [title for title in db.session.scalars(letters) if SECRET in title] == []


def test_a_strangers_program_reaches_nothing_with_its_token(
    app: APIFlask, company: Company, client: FlaskClient, secret: dict[str, list[Any]]
) -> None:
    with app.app_context():
        before = state(secret)
        token = signin.issue_token(company.actor("samara"), "проверка")
    how = {"headers": {"Authorization": f"Bearer {token}"}}
    found, count = leaks(asked(client, routes(app, "/api/v1"), secret, **how), secret)
    assert count > 300
    assert found == []
    with app.app_context():
        assert state(secret) == before


def test_who_has_left_a_party_reaches_nothing_of_what_he_worked_on(
    app: APIFlask, company: Company, client: FlaskClient, secret: dict[str, list[Any]]
) -> None:
    """The coordinator of a party, with decisions, tasks and notices of it, works for another organisation now."""
    with app.app_context():
        service.take_step(secret["agreement_id"][0], "suspend", company.actor("m.deputy"), SUSPENSION)
        drain()
        with transaction():
            person = db.session.get_one(Person, company.people["c.coord"])
            person.organisation_id = company.organisations["samara_college"]
            db.session.execute(db.delete(RoleHolding).where(RoleHolding.person_id == person.id))
        before = state(secret)
    sign_in(client, person)
    found, _count = leaks(asked(client, routes(app), secret), secret)
    assert found == []
    with app.app_context():
        assert state(secret) == before


@pytest.mark.parametrize("who", ["nobody", "closed"])
def test_without_an_account_in_force_nothing_is_reached(
    app: APIFlask, company: Company, client: FlaskClient, secret: dict[str, list[Any]], who: str
) -> None:
    """Anonymous questions, and the old cookie and token of a party's person whose account was closed."""
    how: dict[str, Any] = {}
    if who == "closed":
        with app.app_context():
            how = {"headers": {"Authorization": f"Bearer {signin.issue_token(company.actor('c.coord'), 'x')}"}}
            person = db.session.get_one(Person, company.people["c.coord"])
        sign_in(client, person)
        with app.app_context(), transaction():
            db.session.get_one(Person, company.people["c.coord"]).active = False
    found, _count = leaks(asked(client, routes(app), secret, **how), secret)
    assert found == []
    for address in ("/agreements", f"/agreements/{secret['agreement_id'][0]}"):
        assert redirected(client.get(address))
    assert client.get("/api/v1/agreements", **how).status_code == 401


SUSPENSION = Ask("проверка", {"notice": "письмо № 1"})


def about(path: str, secret: dict[str, list[Any]]) -> bool:
    """Whether an address names the secret itself."""
    places = [str(number) for number in secret["agreement_id"]]
    if re.search(r"/models/(\d|sendings|acts|counterparties)", path):
        return True
    return any(re.search(rf"/agreements?/{number}(/|$|\?)", path) for number in places)


def redirected(answer: TestResponse) -> bool:
    """A redirect to the sign-in tells nothing."""
    return answer.status_code in (302, 303) and "sign-in" in answer.headers.get("Location", "")


def state(secret: dict[str, list[Any]]) -> list[Any]:
    """What the stranger must not have moved."""
    rows = db.session.execute(
        select(Agreement.id, Agreement.state, Agreement.version).where(Agreement.id.in_(secret["agreement_id"]))
    )
    return sorted(tuple(row) for row in rows)


def test_whoever_belongs_there_does_reach_it(
    app: APIFlask, company: Company, client: FlaskClient, secret: dict[str, list[Any]]
) -> None:
    """The same questions do find the word for a party: the test above can fail."""
    with app.app_context():
        person = db.session.get_one(Person, company.people["c.coord"])
    sign_in(client, person)
    number = secret["agreement_id"][0]
    own = f"/agreements/{number}"
    for address in (own, "/agreements", f"/agreements?q={SECRET.lower()}", "/agreements/export.xlsx", f"/api/v1{own}"):
        with client.get(address) as answer:
            assert TITLE in words(answer), address
    with client.post(f"{own}/evidence.zip") as answer:
        assert TITLE in words(answer)
    model = secret["model_id"][0]
    for address in (f"/models/{model}", "/models", f"/api/v1/models/{model}", f"/models/{model}/deviations.xlsx"):
        with client.get(address) as answer:
            assert answer.status_code == 200, address
    with client.get(f"/models/{model}") as answer:
        assert TITLE in words(answer)


def test_a_counterparty_sees_its_own_agreement_and_neither_the_board_nor_the_others(
    app: APIFlask, company: Company, client: FlaskClient
) -> None:
    with app.app_context():
        model = fanouts.a_model(company, title=TITLE)
        keys = ("perm_polytech", "samara_college")
        rows = [Wanted(number, "", company.organisations[key]) for number, key in enumerate(keys, 1)]
        fanouts.a_sending(company, model, rows)
        found = {row.organisation_id: row for row in fanouts.sent(model)}
        own, other = (found[company.organisations[key]].agreement_id for key in keys)
        person = db.session.get_one(Person, company.people["perm.polytech"])
        sent_id = found[company.organisations["perm_polytech"]].id
        known = {"model_id": [model.id], "sent_id": [sent_id], "sending_id": [1], "act_id": [1], "clause": ["c3"]}
        known |= {"number": [1], "agreement_id": [own]}
    sign_in(client, person)
    assert client.get(f"/agreements/{own}").status_code == 200
    assert client.get(f"/agreements/{other}").status_code == 404
    assert client.get("/api/v1/agreements/counts").json == {"counts": {"draft": 1}, "capped": False}
    with client.get("/agreements") as answer:
        assert words(answer).count(TITLE) == 1
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ("fanout", "fanout_api") and rule.arguments & {"model_id", "sent_id"}:
            for address in addresses(app, rule, known):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    assert client.open(address, method=method, json={}).status_code in (404, 422), f"{method} {address}"
