"""Who does not belong to a plan reaches nothing of it, and who executes one item of it reaches that item only.

Asked of every route whose code stands in the roadmap (pages, API, spreadsheets, documents, counts) and of the common
downloads: the routes are taken from the application, so a new one is asked without anybody thinking of it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core import clock
from core.accounts.models import Person
from core.audit import AuditRecord
from core.db import db
from core.documents.attachments import Upload
from core.documents.models import Attachment, IssuedDocument
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap import feeds, readers, service
from roadmap.models import (
    Dependency,
    InitiativeEvent,
    Item,
    MeetingDecision,
    Occurrence,
)
from roadmap.service import NewChange, NewIndicator, NewValue
from roadmap.service import decisions as decision_service
from roadmap.service import initiatives as initiative_service
from roadmap.service import reports as report_service
from roadmap.service.initiatives import NewEvent, NewInitiative
from tests.builders import sign_in
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, evidence, in_force, occurrence_of
from tests.roadmap.papers import a_draft_decision, a_meeting, signed

SECRET = "Щёлкино"
"""A word of everything the person must not see, and of nothing else."""
OWN = "Усть-Цильма"
"""A word of what the executor of the third organisation may see."""
COMMON = ("documents.document", "documents.attachment", "documents_api.document", "signoffs.inbox")


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def of_roadmap(app: APIFlask) -> list[Rule]:
    """Every route answered by code of the roadmap, and the common ones that hand its files over."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if app.view_functions[rule.endpoint].__module__.startswith("roadmap.") or rule.endpoint in COMMON
    ]


Known = dict[str, list[Any]]


@pytest.fixture
def world(app: APIFlask) -> tuple[Cast, Known]:
    """A plan in force with everything a plan can have, and in it one item and one decision of a college."""
    with app.app_context():
        cast = a_cast()
        return cast, _world(cast)


def _world(cast: Cast) -> Known:
    college = cast.organisations["college"].id
    plan = a_plan(cast, title=f"по сотрудничеству: {OWN}")
    indicator = service.add_indicator(plan.id, NewIndicator("П-1", f"Показатель {OWN}", "ед."), cast.who("m_coord"))
    secret = an_item(cast, plan, title=f"Мероприятие {SECRET}", result=SECRET, indicators=(indicator.id,))
    other = an_item(cast, plan, title=f"Второе {SECRET}", responsible_side="corporation")
    own = an_item(cast, plan, title=f"Мероприятие {OWN}", organisation_id=college, unit="Колледж")
    service.record_value(indicator.id, NewValue("2026", "plan", "5", source="план"), cast.who("m_coord"))
    in_force(cast, plan)
    readers.of_plan(plan)
    db.session.commit()
    service.add_dependency(other.id, secret.id, cast.who("c_coord"), blocking=False)
    file = evidence(occurrence_of(secret), cast.who("executor", "ministry"), name=f"{SECRET}.pdf")
    change = service.draft_change(
        plan.id, NewChange("term", {"due_on": "2027-02-01"}, SECRET, item_id=secret.id), cast.who("m_coord")
    )
    report = report_service.open_report(plan.id, "2026-Q2", cast.who("m_coord"))
    meetings, decisions = _meetings(cast, plan.id)
    initiative, event = _initiative(cast, plan.id)
    feeds.issue_feed(cast.who("m_coord"))
    drain()
    documents = db.session.execute(select(IssuedDocument.id, IssuedDocument.code)).all()
    return {
        "roadmap_id": [plan.id],
        "item_id": [secret.id, other.id],
        "own_item": [own.id],
        "own_decision": [decisions[1]],
        "change_id": [change.id],
        "report_id": [report.id],
        "occurrence_id": [occurrence_of(secret).id],
        "meeting_id": meetings,
        "decision_id": [decisions[0], decisions[2]],
        "initiative_id": [initiative],
        "event_id": [event],
        "attachment_id": [file, *db.session.scalars(select(Attachment.id))],
        "dependency_id": list(db.session.scalars(select(Dependency.id))),
        "indicator_id": [indicator.id],
        "document_id": [row.id for row in documents],
        "code": [row.code for row in documents],
        "number": [1],
        "step": ["ack", "take", "start", "submit"],
        "token": ["not-a-secret"],
    }


def _meetings(cast: Cast, plan_id: int) -> tuple[list[int], list[int]]:
    """Signed minutes with a decision of the ministry and one of the college; another meeting still a draft."""
    meeting = a_meeting(cast, plan_id, title=f"Заседание {SECRET}")
    theirs = a_draft_decision(cast, meeting, text=f"Поручение {SECRET}")
    executor = cast.who("executor", "college")
    own = a_draft_decision(cast, meeting, text=f"Поручение {OWN}", executor_id=executor.id)
    signed(cast, meeting)
    decision_service.take_decision_step(theirs.id, "ack", cast.who("executor", "ministry"), Ask())
    draft = a_meeting(cast, plan_id, title=f"Новое заседание {SECRET}")
    drafted = a_draft_decision(cast, draft, text=f"Проект {SECRET}", executor_id=executor.id)
    return [meeting.id, draft.id], [theirs.id, own.id, drafted.id]


def _initiative(cast: Cast, plan_id: int) -> tuple[int, int]:
    lawyer = cast.who("c_legal")
    row = initiative_service.propose(plan_id, NewInitiative(f"Инициатива {SECRET}"), lawyer)
    event = NewEvent(date(2026, 7, 1), f"Событие {SECRET}", planned=True)
    initiative_service.record_event(row.id, event, lawyer)
    initiative_service.attach_to_initiative(row.id, Upload(f"{SECRET}.pdf", PDF), lawyer, "note")
    found = db.session.scalar(select(InitiativeEvent.id).where(InitiativeEvent.initiative_id == row.id))
    return row.id, found or 0


QUERIES = (f"q={SECRET.lower()}", "format=csv", "by=person", "day=2026-06-15", "which=done", "all=1")
BODIES: tuple[dict[str, Any], ...] = (
    {"data": {"comment": "x", "title": "x", "text": "x", "version": "1", "held_on": "2026-06-10"}},
    {"json": {"comment": "x", "title": "x", "text": "x", "happened_on": "2026-06-01", "section": 1, "absent": []}},
)


def addresses(app: APIFlask, rule: Rule, known: Known) -> Iterator[str]:
    """The rule with ids of the secret; an argument nobody thought of here is 1: the tables were empty before."""
    for turn in range(max(len(known.get(name, ())) for name in rule.arguments) if rule.arguments else 1):
        values = {}
        for name in rule.arguments:
            options = known.get(name) or [1 if "Integer" in type(rule._converters[name]).__name__ else "x"]
            values[name] = options[turn % len(options)]
        with app.test_request_context():
            address = str(app.url_for(rule.endpoint, **values))
        yield address
        if turn == 0:
            yield from (f"{address}?{query}" for query in QUERIES)


def asked(client: FlaskClient, app: APIFlask, known: Known) -> Iterator[tuple[str, Rule, TestResponse]]:
    for rule in of_roadmap(app):
        for address in addresses(app, rule, known):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if method != "GET" and "?" in address:
                    continue
                for body in BODIES if method != "GET" else ({},):
                    yield f"{method} {address}", rule, client.open(address, method=method, **body)


def words(answer: TestResponse) -> str:
    """Everything an answer says, its headers too; an office file or a ZIP unpacked."""
    content = answer.data
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    text = content.decode("utf-8", "replace") + str(answer.headers)
    return text + (json.dumps(answer.json, ensure_ascii=False) if answer.is_json and answer.data else "")


def state() -> list[Any]:
    """What must not have moved: everything a step or an edit leaves a trace in, the person's own calendar apart."""
    occurrences = select(Occurrence.id, Occurrence.state, Occurrence.version).order_by(Occurrence.id)
    decisions = select(MeetingDecision.id, MeetingDecision.state, MeetingDecision.version).order_by(MeetingDecision.id)
    acts = select(func.count()).select_from(AuditRecord).where(AuditRecord.subject_kind != "person")
    ties = select(Dependency.id).order_by(Dependency.id)
    return [db.session.execute(each).all() for each in (occurrences, decisions, acts, ties)]


def person_of(app: APIFlask, cast: Cast, role: str, side: str) -> Person:
    with app.app_context():
        return db.session.get_one(Person, cast.who(role, side).id)


def test_a_person_of_another_organisation_reaches_nothing(app: APIFlask, world: tuple[Cast, Known]) -> None:
    cast, known = world
    client = sign_in(app.test_client(), person_of(app, cast, "operator", "operator"))
    with app.app_context():
        before = state()
    leaks, count = [], 0
    for what, rule, answer in asked(client, app, known):
        count += 1
        with answer:
            reached = bool(rule.arguments) and answer.status_code < 400
            if reached or answer.status_code >= 500 or SECRET in words(answer) or OWN in words(answer):
                leaks.append(f"{what} → {answer.status_code}")
    assert count > 300
    assert not leaks, "\n".join(sorted(set(leaks)))
    with app.app_context():
        assert state() == before


OTHERS = {"item_id", "change_id", "meeting_id", "decision_id", "initiative_id", "event_id", "occurrence_id",
          "attachment_id", "document_id"}  # fmt: skip
"""What an address of somebody else's names. The plan's own pages an executor sees, with his items alone in them."""


def test_an_executor_of_a_third_organisation_reaches_his_own_only(app: APIFlask, world: tuple[Cast, Known]) -> None:
    cast, known = world
    client = sign_in(app.test_client(), person_of(app, cast, "executor", "college"))
    with app.app_context():
        before = state()
    leaks = []
    for what, rule, answer in asked(client, app, known):
        with answer:
            reached = bool(OTHERS & rule.arguments) and answer.status_code < 400
            if reached or answer.status_code >= 500 or SECRET in words(answer):
                leaks.append(f"{what} → {answer.status_code}")
    assert not leaks, "\n".join(sorted(set(leaks)))
    with app.app_context():
        assert state() == before
    item, decision = known["own_item"][0], known["own_decision"][0]
    for address in (f"/items/{item}", f"/decisions/{decision}", "/decisions/mine", f"/api/v1/decisions/{decision}"):
        with client.get(address) as answer:
            assert answer.status_code == 200, address
            told = words(answer)
            assert OWN in told, address
            assert SECRET not in told, address


def test_whoever_belongs_there_does_reach_it(app: APIFlask, world: tuple[Cast, Known]) -> None:
    """The same word is found by a party: the tests above can fail."""
    cast, known = world
    client = sign_in(app.test_client(), person_of(app, cast, "m_coord", "ministry"))
    plan = known["roadmap_id"][0]
    paths = [f"/roadmaps/{plan}", f"/roadmaps/{plan}/meetings", f"/roadmaps/{plan}/decisions",
             f"/roadmaps/{plan}/decisions/matrix", f"/roadmaps/{plan}/decisions/matrix.xlsx",
             f"/roadmaps/{plan}/initiatives", f"/meetings/{known['meeting_id'][0]}",
             f"/meetings/{known['meeting_id'][0]}/minutes.docx", f"/decisions/{known['decision_id'][0]}",
             f"/initiatives/{known['initiative_id'][0]}", f"/changes/{known['change_id'][0]}",
             f"/items/{known['item_id'][0]}", f"/reports/{known['report_id'][0]}",
             f"/api/v1/roadmaps/{plan}/decisions/matrix"]  # fmt: skip
    for path in paths:
        with client.get(path) as answer:
            assert SECRET in words(answer), path
    with app.app_context():
        assert db.session.scalar(select(Item.id).where(Item.id == known["item_id"][0]))
