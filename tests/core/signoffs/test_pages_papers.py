"""Pages of the remarks register, the disagreement protocol and the approval sheet, and their Word documents."""

from __future__ import annotations

import html
import io
import re

from apiflask import APIFlask
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import clock
from core.accounts.models import Person
from core.db import db, transaction
from core.documents.issuing import install_shipped
from core.signoffs.models import Protocol, Remark
from core.signoffs.service.decide import NewRemark, decide
from core.signoffs.service.remarks import answer_remark
from tests.builders import a_person, an_organisation
from tests.core.signoffs.desk import a_round, browser_of
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, slot_of

VISAS = [a_stage(a_slot("m_legal"))]
REGISTER = f"/remarks/{KIND}/1"
SHEET = f"/tasks/sheets/{KIND}/1"


def rejected(app: APIFlask, office: Scene) -> int:
    """A round stopped with one blocking remark; its id."""
    with app.app_context():
        install_shipped()
        slot = slot_of(a_round(office, VISAS), "m_legal")
        decide(slot.id, "rejected", office.actor("m_legal"), remarks=[NewRemark("Указать сроки", "c2", "1.2")])
        return db.session.query(Remark).one().id


def a_protocol(app: APIFlask, office: Scene) -> int:
    with app.app_context():
        install_shipped()
        current = a_round(office, VISAS)
        with transaction():
            row = Protocol(subject_kind=KIND, subject_id=1, document_hash=current.document_hash, opened_at=clock.now())
            db.session.add(row)
        return row.id


def stranger(app: APIFlask) -> Person:
    with app.app_context():
        return a_person(an_organisation("college"), ["college"])


def text_of(answer: TestResponse) -> str:
    """The words of a Word document that was handed over."""
    document = Document(io.BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_register_shows_what_blocks_and_who_answers(app: APIFlask, office: Scene) -> None:
    remark_id = rejected(app, office)
    coordinator = browser_of(app, office.people["m_coord"])
    page = coordinator.get(REGISTER).text
    for words in ("Указать сроки", "пункт 1.2", "препятствует", "без ответа: 1", "Ответить"):
        assert words in page
    assert "Ответить" not in browser_of(app, office.people["c_coord"]).get(REGISTER).text
    answer = browser_of(app, office.people["c_coord"]).post(f"/remarks/{remark_id}/answer", data={"answer": "accepted"})
    assert answer.status_code == 403
    assert browser_of(app, stranger(app)).get(REGISTER).status_code == 404


def test_declining_needs_a_justification_and_keeps_what_was_typed(app: APIFlask, office: Scene) -> None:
    remark_id = rejected(app, office)
    browser = browser_of(app, office.people["m_coord"])
    answer = browser.post(f"/remarks/{remark_id}/answer", data={"answer": "declined", "version": "1"})
    assert answer.status_code == 422
    assert "напишите обоснование" in answer.text
    data = {"answer": "declined", "justification": "Сроки в плане", "version": "1"}
    page = browser.post(f"/remarks/{remark_id}/answer", data=data, follow_redirects=True).text
    assert "Отклонено" in page
    assert "Сроки в плане" in page
    stale = browser.post(f"/remarks/{remark_id}/answer", data={**data, "justification": "Опоздавшее"})
    assert stale.status_code == 409
    assert "Опоздавшее</textarea>" in stale.text


def test_the_register_is_a_word_document(app: APIFlask, office: Scene) -> None:
    rejected(app, office)
    answer = browser_of(app, office.people["m_coord"]).post(f"{REGISTER}/docx")
    assert "Указать сроки" in text_of(answer)


def post(browser: FlaskClient, address: str, **data: object) -> str:
    return html.unescape(browser.post(address, data=data, follow_redirects=True).text)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found.group(1)


def test_a_clause_is_disputed_proposed_consented_and_the_protocol_closed(app: APIFlask, office: Scene) -> None:
    protocol_id = a_protocol(app, office)
    address = f"/protocols/{protocol_id}"
    ours, theirs = browser_of(app, office.people["m_coord"]), browser_of(app, office.people["c_legal"])
    clause = re.search(r'<option value="(\w+)">1\.2 ', ours.get(address).text)
    assert clause
    page = post(ours, f"{address}/rows", clause=clause.group(1), text="План утверждают министр и директор")
    assert "Пункт добавлен" in page
    assert "Пункт 1.2 не согласован" in page
    row = re.search(r"/protocols/rows/(\d+)/wording", page)
    assert row
    rows = f"/protocols/rows/{row.group(1)}"
    version = hidden(theirs.get(address).text, "version")
    post(theirs, f"{rows}/wording", text="План утверждают заместители", version=version)
    page = post(ours, f"{rows}/agreed", text="План утверждают уполномоченные лица", justification="Компромисс")
    assert "План утверждают заместители" in page
    assert "Согласны с этой редакцией" not in page
    before = theirs.get(address).text
    assert "Согласны с этой редакцией" in before
    page = post(theirs, f"{rows}/consent", agreed_hash=hidden(before, "agreed_hash"))
    assert "согласовано пунктов: 1 из 1" in page
    document = text_of(ours.post(f"{address}/docx"))
    assert "План утверждают уполномоченные лица" in document
    page = post(ours, f"{address}/close")
    assert "Закрыт, все пункты согласованы" in page
    assert "Записать нашу редакцию" not in page


def test_a_party_never_writes_the_other_column(app: APIFlask, office: Scene) -> None:
    protocol_id = a_protocol(app, office)
    address = f"/protocols/{protocol_id}"
    ours = browser_of(app, office.people["m_coord"])
    clause = re.search(r'<option value="(\w+)">1\.1 ', ours.get(address).text)
    assert clause
    page = post(ours, f"{address}/rows", clause=clause.group(1), text="Наша редакция пункта")
    assert page.count("Записать нашу редакцию") == 1
    reader = browser_of(app, office.people["m_profile"])
    assert "Записать нашу редакцию" not in reader.get(address).text
    assert reader.post(f"{address}/close").status_code == 403
    assert browser_of(app, stranger(app)).get(address).status_code == 404


def test_a_refused_wording_comes_back_with_what_was_typed(app: APIFlask, office: Scene) -> None:
    protocol_id = a_protocol(app, office)
    address = f"/protocols/{protocol_id}"
    ours, theirs = browser_of(app, office.people["m_coord"]), browser_of(app, office.people["c_coord"])
    clause = re.search(r'<option value="(\w+)">1\.1 ', ours.get(address).text)
    assert clause
    page = post(ours, f"{address}/rows", clause=clause.group(1), text="Наша")
    row = re.search(r"/protocols/rows/(\d+)/wording", page)
    assert row
    rows, version = f"/protocols/rows/{row.group(1)}", hidden(page, "version")
    post(theirs, f"{rows}/agreed", text="Предложенная", justification="")
    answer = ours.post(f"{rows}/agreed", data={"text": "Опоздавшая редакция", "version": version})
    assert answer.status_code == 409
    assert "Опоздавшая редакция</textarea>" in answer.text


def test_the_sheet_shows_every_round_verdict_and_remark_and_is_a_word_document(app: APIFlask, office: Scene) -> None:
    remark_id = rejected(app, office)
    with app.app_context():
        answer_remark(remark_id, "accepted", "Дополнено", office.actor("m_coord"))
        a_round(office, VISAS, revision=2, clauses=("1. Предмет", "1.1. Новый текст"))
    browser = browser_of(app, office.people["c_coord"])
    page = browser.get(SHEET).text
    for words in ("Круг 1", "Круг 2", "не согласовано", "Замечание №", "Указать сроки"):
        assert words in page
    assert "Указать сроки" in text_of(browser.post(f"{SHEET}/docx"))
    assert browser_of(app, stranger(app)).get(SHEET).status_code == 404
    assert browser.get("/tasks/sheets/nothing/1").status_code == 404
