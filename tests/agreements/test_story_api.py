"""The whole life of a cluster agreement of seven by API: dispute, signatures, registration, amendment, end."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from agreements.demo import scenes
from agreements.demo.load import Company
from agreements.models import Agreement, PaperCopy
from core import clock
from core.db import db
from core.documents.clauses import read_clauses
from core.workflow.jobs import drain
from roadmap.models import ItemLink
from tests.agreements import cluster
from tests.agreements.pages import PDF
from tests.agreements.test_api_agreements import Program
from tests.agreements.test_clock_work import linked_item

TASKS = "/api/v1/tasks"
EFFECTIVE = timedelta(days=1)
"""The amendment is in force from tomorrow: today's edition and tomorrow's differ."""


@dataclass
class Story:
    """The agreement, and everybody's program."""

    app: APIFlask
    company: Company
    programs: dict[str, Program]
    id: int = 0

    def ask(self, login: str, method: str, path: str, status: int = 200, **sent: Any) -> Any:
        """Ask as somebody; the answer must have the status."""
        if login not in self.programs:
            self.programs[login] = Program(self.app, self.company, login)
        program = self.programs[login]
        answer = program.client.open(path, method=method, headers=program.headers, **sent)
        assert answer.status_code == status, (login, method, path, answer.get_data(as_text=True)[:2000])
        return answer.get_json() if answer.mimetype.endswith("json") else answer

    def get(self, login: str, path: str = "", status: int = 200) -> Any:
        return self.ask(login, "GET", f"/api/v1/agreements/{self.id}{path}", status)

    def step(self, login: str, name: str, status: int = 200, **sent: Any) -> Any:
        return self.ask(login, "POST", f"/api/v1/agreements/{self.id}/steps/{name}", status, **sent)

    def state(self) -> str:
        return str(self.get("c.coord")["state"])

    def task(self, login: str, kind: str) -> dict[str, Any]:
        """The one task of the kind on somebody's desk, read whole."""
        rows = self.ask(login, "GET", f"{TASKS}?kind={kind}")["items"]
        slot = next(row["slot_id"] for row in rows if row["subject_id"] == self.id)
        found: dict[str, Any] = self.ask(login, "GET", f"{TASKS}/{slot}")
        return found

    def visa(self, *logins: str) -> None:
        for login in logins:
            task = self.task(login, "visa")
            said = {"verdict": "approved", "seen_hash": task["document_hash"]}
            self.ask(login, "POST", f"{TASKS}/{task['id']}/verdict", 201, json=said)

    def sign(self, login: str, status: int = 201, **given: Any) -> Any:
        task = self.task(login, "signature")
        asked = {one["name"]: one["value"] for one in task["asks"]["approve"]}
        if "owner" in asked and given.get("how") != "paper":
            file = (io.BytesIO(scenes.DETACHED), f"{login}.sig")
            given = {**cluster.certificate(asked["owner"]), "signature": file, **given}
        said = {"verdict": "signed", "seen_hash": task["document_hash"], **given}
        return self.ask(login, "POST", f"{TASKS}/{task['id']}/verdict", status, data=said)

    def register(self, login: str, number: str = "") -> None:
        task = self.task(login, "registration")
        said = {"verdict": "registered", "seen_hash": task["document_hash"], "number": number}
        self.ask(login, "POST", f"{TASKS}/{task['id']}/verdict", 201, json=said)


@pytest.fixture
def story(app: APIFlask, company: Company) -> Story:
    told = Story(app, company, {})
    told.id = told.ask("c.coord", "POST", "/api/v1/agreements", 201, json=cluster.body(company))["id"]
    return told


def test_the_whole_life_of_a_cluster_agreement(story: Story) -> None:
    story.step("c.coord", "submit", json={})
    a_dispute_over_two_clauses(story)
    the_new_text_is_agreed(story)
    one_signs_on_paper_and_six_electronically(story)
    every_party_gives_its_number(story)
    amendment = an_amendment_changes_the_terms(story)
    the_text_is_given_for_both_days(story)
    the_end_takes_what_rests_on_it(story, amendment)


def a_dispute_over_two_clauses(story: Story) -> None:
    """A wording all seven consent to, and one that is given up; the paper names every party."""
    assert story.state() == "counterparty_review"
    story.step("c.legal", "cp_protocol", 403, json={"comment": "расходимся"})
    story.step("perm.motors.law", "cp_protocol", json={"comment": "Расходимся по пунктам 4.3 и 8.3"})
    task = story.task("perm.motors.law", "visa")
    said = {"verdict": "approved", "seen_hash": task["document_hash"]}
    story.ask("perm.motors.law", "POST", f"{TASKS}/{task['id']}/verdict", 409, json=said)
    protocol = story.get("c.coord")["protocols"][0]
    path = f"{TASKS}/protocols/{protocol['id']}"
    text = story.ask("c.coord", "GET", f"{TASKS}/{task['id']}/document").data
    ids = {clause["number"]: clause["id"] for clause in read_clauses(text)}
    for login, number in (("perm.motors.law", cluster.DISPUTED[0]), ("perm.instruments.law", cluster.DISPUTED[1])):
        row = {"clause_id": ids[number], "text": f"Пункт {number} в редакции работодателя."}
        story.ask(login, "POST", f"{path}/rows", 201, json=row)
    restated, given_up = story.ask("c.coord", "GET", path)["rows"]
    proposal = {"text": cluster.AGREED, "version": restated["version"], "justification": "Редакция согласована"}
    restated = story.ask("c.coord", "PUT", f"{TASKS}/protocols/rows/{restated['id']}/agreed", json=proposal)["rows"][0]
    story.ask("c.coord", "POST", f"{path}/close", 409)
    for login in (*cluster.LAWYERS, cluster.AUTHORITY):
        seen = {"agreed_hash": restated["agreed_hash"]}
        story.ask(login, "POST", f"{TASKS}/protocols/rows/{restated['id']}/consent", json=seen)
    withdrawal = {"version": given_up["version"]}
    rows = story.ask(
        "perm.instruments.law", "POST", f"{TASKS}/protocols/rows/{given_up['id']}/withdraw", json=withdrawal
    )["rows"]
    assert [row["withdrawn"] for row in rows] == [False, True]
    assert story.ask("perm.motors.law", "POST", f"{path}/close")["state"] == "closed"
    paper = words_of(story.ask("c.coord", "POST", f"{path}/docx"))
    numbered = [paper.index(f"в дальнейшем «{alias}»") for alias in aliases(story)]
    assert numbered == sorted(numbered)
    for said_of in (*(f"«{alias}»" for alias in aliases(story)), cluster.AGREED, "Редакция проекта", "(снята)"):
        assert said_of in paper, said_of


def aliases(story: Story) -> list[str]:
    with story.app.app_context():
        agreement = db.session.get_one(Agreement, story.id)
        return [party.organisation.alias for party in agreement.parties]


def words_of(answer: Any) -> str:
    from docx import Document

    opened = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in opened.paragraphs] + cells).replace("\u00a0", " ")


def the_new_text_is_agreed(story: Story) -> None:
    """The changed clause makes a new revision, and everybody is asked anew."""
    refused = story.step("c.deputy", "protocol_done", 409, data={"protocol": (io.BytesIO(PDF), "протокол.pdf")})
    assert "text_unchanged_by_protocol" in {reason["code"] for reason in refused["reasons"]}
    assert story.step("c.coord", "protocol_rework", json={})["to_state"] == "revision"
    story.step("c.coord", "resubmit", json={"mode": "all"})
    story.visa(*cluster.LAWYERS, cluster.AUTHORITY)
    assert story.state() == "agreed"
    whole = story.get("c.coord")
    assert [(row["number"], row["current"]) for row in whole["revisions"]] == [(2, True), (1, False)]


def one_signs_on_paper_and_six_electronically(story: Story) -> None:
    story.step("c.coord", "to_sign", json={"method": "mixed"})
    story.sign("c.signer", how="paper", signed_on=clock.today().isoformat())
    others = [login for key, login in cluster.SIGNERS.items() if key != "corporation"]
    stranger = story.sign("samara", 422, owner="Иной Пётр Петрович")
    assert list(stranger["fields"]) == ["mchd_number", "mchd_valid_to"]
    until = clock.today() + timedelta(days=200)
    for login in others:
        power = {"owner": "Иной Пётр Петрович", "mchd_number": "МЧД-77", "mchd_valid_to": until.isoformat()}
        story.sign(login, **(power if login == "samara" else {}))
    assert story.state() == "signed"
    signatures = story.get("c.coord")["signatures"]
    assert [row["method"] for row in signatures] == ["paper", *["electronic"] * 6]
    assert {row["document_hash"] for row in signatures} == {story.get("c.coord")["revisions"][0]["document_hash"]}
    assert [row["mchd_number"] for row in signatures if row["mchd_number"]] == ["МЧД-77"]


def every_party_gives_its_number(story: Story) -> None:
    waits = story.step("c.control", "register", 409, json={})
    assert waits["reasons"][0]["code"] == "all_copies_returned"
    with story.app.app_context():
        copy_id = db.session.scalars(select(PaperCopy.id).where(PaperCopy.agreement_id == story.id)).one()
    scan = {"scan": (io.BytesIO(PDF), "экземпляр.pdf")}
    story.ask("c.control", "POST", f"/api/v1/agreements/{story.id}/copies/{copy_id}/return", data=scan)
    story.register("c.control", "К-2026/1")
    for key, login in cluster.REGISTRARS.items():
        if key != "corporation":
            story.register(login)
    whole = story.get("c.coord")
    assert (whole["state"], whole["number"]) == ("registered", "К-2026/1")
    assert all(party["reg_number"] for party in whole["parties"])
    with story.app.app_context():
        drain()
    kinds = {row["rendition"] for row in story.get("samara", "/documents")["items"]}
    assert {"submitted", "registered"} <= kinds


def an_amendment_changes_the_terms(story: Story) -> int:
    """Seven parties again: drawn against the terms, clause by clause, agreed, signed, registered."""
    parent_id = story.id
    day = clock.today() + EFFECTIVE
    drawn = {
        **cluster.body(story.company),
        "kind": "supplementary",
        "title": "Дополнительное соглашение № 1",
        "parent_id": parent_id,
        "data": {"effective_from": day.isoformat()},
    }
    story.id = story.ask("c.coord", "POST", "/api/v1/agreements", 201, json=drawn)["id"]
    base = story.get("c.coord", "/base")
    clause = next(one for one in base["clauses"] if one["number"] == cluster.DISPUTED[0])
    assert clause["text"].replace("\u00a0", " ") == cluster.AGREED
    change = {"action": "restate", "clause_id": clause["id"], "number": clause["number"], "text": "Решает совет."}
    version = story.get("c.coord")["version"]
    sent = {"version": version, "edition": base["edition"], "changes": [change]}
    story.ask("c.coord", "PUT", f"/api/v1/agreements/{story.id}/changes", json=sent)
    story.step("c.coord", "submit", json={})
    story.visa(*cluster.OWN_LAWYERS, *cluster.LAWYERS, cluster.AUTHORITY)
    assert story.state() == "agreed"
    story.step("c.coord", "to_sign", json={"method": "electronic"})
    for login in cluster.SIGNERS.values():
        story.sign(login)
    story.register("c.control")
    amendment, story.id = story.id, parent_id
    assert story.get("c.coord")["edition"] == 2
    return amendment


def the_text_is_given_for_both_days(story: Story) -> None:
    """«Редакция на дату»: today the old wording, from tomorrow the new one; both as papers."""
    papers = {}
    for edition, day, said in ((1, clock.today(), cluster.AGREED), (2, clock.today() + EFFECTIVE, "Решает совет.")):
        path = f"/consolidated?day={day.isoformat()}"
        found = story.get("samara", path)
        texts = {clause["number"]: clause["text"].replace("\u00a0", " ") for clause in found["clauses"]}
        assert (found["edition"], texts[cluster.DISPUTED[0]]) == (edition, said)
        document = story.ask("samara", "POST", f"/api/v1/agreements/{story.id}{path}", 201)
        papers[edition] = words_of(story.get("samara", f"/documents/{document['id']}/file"))
        assert said in papers[edition]
        assert story.get("c.coord")["number"] in papers[edition]
    differ = set(papers[1].split("\n")) ^ set(papers[2].split("\n"))
    assert [line for line in differ if "овет" in line and "едакци" not in line]
    before = (clock.today() - timedelta(days=1)).isoformat()
    assert "не действовал" in story.get("samara", f"/consolidated?day={before}", 404)["detail"]


def the_end_takes_what_rests_on_it(story: Story, amendment: int) -> None:
    """A target contract drawn under it, an item of a plan, the amendment: all named before, each as it was said."""
    parties = [{"organisation_id": story.company.organisations[key]} for key in ("perm_motors", "perm_aviation")]
    contract = {"kind": "target", "title": "Договор о целевом обучении", "parent_id": story.id, "parties": parties}
    drawn = story.ask("perm.motors", "POST", "/api/v1/agreements", 201, json=contract)["id"]
    with story.app.app_context():
        item_id = linked_item(db.session.get_one(Agreement, story.id)).id
    shown = story.get("c.signer", "/cascade")
    assert [(one["kind"], one["id"], one["ends"]) for one in shown["consequences"]] == [
        ("supplementary", amendment, True),
        ("descends", drawn, False),
    ]
    sent = {"basis": "соглашение о расторжении от 01.12.2026 № 5", "comment": "по соглашению сторон"}
    for login in cluster.SIGNERS.values():
        if login != "c.signer":
            lacking = story.step("c.signer", "terminate", 409, json={**sent, "cascade": shown["cascade"]})
            assert [one["code"] for one in lacking["reasons"]] == ["termination_basis"]
            story.step(login, "agree_termination", json=sent)
    story.step("c.signer", "terminate", 409, json={**sent, "cascade": "0" * 16})
    story.step("c.signer", "terminate", json={**sent, "cascade": shown["cascade"]})
    assert story.state() == "terminated"
    with story.app.app_context():
        assert db.session.get_one(Agreement, amendment).state == "terminated"
        assert db.session.get_one(Agreement, drawn).state == "draft"
        assert not db.session.scalars(select(ItemLink).where(ItemLink.item_id == item_id)).one().settled
