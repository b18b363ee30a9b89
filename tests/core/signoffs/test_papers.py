"""The papers: the sheet with everything that happened, the remarks table, the disagreement protocol; as real files."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.documents.issuing import install_shipped, reproduce
from core.documents.models import IssuedDocument
from core.errors import NotFound
from core.signoffs import documents
from core.signoffs.documents.sheet import sheet_context
from core.signoffs.models import Protocol, Remark
from core.signoffs.queries import sheet
from core.signoffs.service import (
    Away,
    NewRemark,
    OnPaper,
    add_row,
    answer_remark,
    carry,
    confirm_paper,
    consent,
    decide,
    propose,
    record_paper,
    rounds,
    substitute,
)
from core.signoffs.service.protocol import Clause, wording_hash
from core.store import files
from tests.builders import an_organisation
from tests.core.signoffs.scene import KIND, MONDAY, Scene, a_slot, a_stage, begin, slot_of, text_hash

TODAY = date(2026, 3, 2)


@pytest.fixture
def story(scene: Scene) -> Scene:
    """Two rounds: a substitute, remarks, a refusal, a kept visa, an act on paper."""
    documents.register_kinds()
    install_shipped()
    m_stages = [a_stage(a_slot("m_legal", label="Правовая экспертиза"), a_slot("m_finance", label="Финансы"))]
    c_stages = [a_stage(a_slot("c_legal", label="Юристы Корпорации"))]
    legal, profile = scene.people["m_legal"], scene.people["m_profile"]
    with transaction():
        legal.surname, legal.given_name, legal.patronymic, legal.gender = "Рубцова", "Мария", "Кирилловна", "f"
    substitute(Away(legal.id, profile.id, TODAY, TODAY, "512-к", TODAY), scene.actor("m_legal"))
    first = begin(scene, m_stages, c_stages)
    decide(slot_of(first, "Правовая экспертиза").id, "approved", scene.actor("m_profile"))
    decide(
        slot_of(first, "Финансы").id,
        "approved_with_remarks",
        scene.actor("m_finance"),
        remarks=[NewRemark("Указать источник.", "c2", "2.1")],
    )
    decide(slot_of(first, "Юристы Корпорации").id, "rejected", scene.actor("c_legal"), comment="Исключить пункт.")
    blocking = db.session.scalars(select(Remark).where(Remark.blocking)).one()
    answer_remark(blocking.id, "declined", "Пункт обязателен", scene.actor("m_coord"))
    rounds.supersede(KIND, 1, "новая редакция 2")
    second = begin(scene, m_stages, c_stages, text="текст 2", revision=2)
    with transaction():
        carry(second, [slot_of(first, "Правовая экспертиза").id], "исправлена опечатка", scene.actor("m_coord"))
    act = record_paper(
        slot_of(second, "Финансы").id,
        OnPaper(scene.people["m_finance"].id, "approved", TODAY, files().put(b"%PDF-1.4"), "скан.pdf"),
        scene.actor("m_control"),
    )
    confirm_paper(act.id, scene.actor("registrar"))
    return scene


def words_of(document: IssuedDocument) -> str:
    """All the text of the file, tables included."""
    paper = Document(io.BytesIO(files().get(document.sha256)))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in paper.paragraphs] + cells).replace("\xa0", " ")


def context(scene: Scene) -> dict[str, Any]:
    return sheet_context(sheet(KIND, 1, scene.actor("m_coord")), {})


def test_the_sheet_tells_both_sides_and_all_rounds(story: Scene) -> None:
    first, second = context(story)["rounds"]
    assert [side["name"] for side in first["sides"]] == [story.ministry.full_name, story.corporation.full_name]
    assert first["outcome"] == "не согласовано, документ возвращён на доработку 02.03.2026"
    assert (first["hash"], second["hash"]) == (text_hash("текст 1"), text_hash("текст 2"))
    verdicts = [row["verdict"] for side in first["sides"] for row in side["rows"]]
    assert verdicts == ["согласовано", "согласовано с замечаниями", "не согласовано"]
    assert [row["voided"] for row in first["sides"][0]["rows"]] == [True, True]


def test_the_sheet_tells_who_stood_in_what_was_kept_and_what_was_given_on_paper(story: Scene) -> None:
    _first, second = context(story)["rounds"]
    legal, finance = second["sides"][0]["rows"]
    assert legal["substitution"] == "за Рубцову\xa0М.К. (приказ от 02.03.2026 №\xa0512-к)"
    assert legal["carried"].startswith("перенесена из круга 1: исправлена опечатка; решение координатора")
    assert (finance["paper"], finance["means"], finance["decided"]) == (True, "собственноручно", "02.03.2026")
    waiting = second["sides"][1]["rows"][0]
    assert (waiting["verdict"], waiting.get("decided")) == ("ожидает рассмотрения", None)


def test_the_sheet_lists_remarks_with_their_answers(story: Scene) -> None:
    filled = context(story)
    assert filled["rounds"][0]["sides"][0]["rows"][1]["remarks"] == "Замечание №\xa01"
    assert [(row["clause"], row["text"], row["answer"]) for row in filled["remarks"]] == [
        ("пункт 2.1", "Указать источник.", None),
        ("к тексту в целом", "Исключить пункт.", "Отклонено. Пункт обязателен."),
    ]


def test_the_sheet_is_issued_at_any_moment_and_reproduces(story: Scene) -> None:
    issued = documents.issue_sheet(KIND, 1, story.actor("m_coord"))
    text = words_of(issued)
    for expected in ("утратила силу", "на бумаге", "за Рубцову М.К.", text_hash("текст 1"), "ожидает рассмотрения"):
        assert expected in text
    assert reproduce(issued.id)[1:] == (True, True)
    with clock.at(MONDAY + timedelta(hours=1)):
        assert documents.issue_sheet(KIND, 1, story.actor("c_coord")).id != issued.id


def test_the_remarks_table_is_issued_with_both_hashes(story: Scene) -> None:
    text = words_of(documents.issue_remarks(KIND, 1, story.actor("m_coord")))
    for expected in ("Исключить пункт.", "Отклонено", "Препятствует согласованию", text_hash("текст 2")):
        assert expected in text


def test_the_disagreement_protocol_has_both_columns_and_the_agreed_one(story: Scene) -> None:
    with transaction():
        protocol = Protocol(subject_kind=KIND, subject_id=1, document_hash=text_hash("текст 2"), opened_at=clock.now())
        db.session.add(protocol)
    clause = Clause("c4", "4.5", "Исходная редакция.")
    row = add_row(protocol.id, clause, "Редакция Корпорации.", story.actor("c_legal"))
    propose(row.id, "Общая редакция.", "компромисс", story.actor("m_legal"))
    consent(row.id, wording_hash("Общая редакция."), story.actor("c_legal"))
    add_row(protocol.id, Clause("c5", "5", "Пятый пункт."), "Иначе.", story.actor("c_legal"))
    text = words_of(documents.issue_protocol(KIND, 1, story.actor("m_coord")))
    for expected in ("Исходная редакция.", "Редакция Корпорации.", "Общая редакция.", "Не согласована", "«Корпорация»"):
        assert expected in text


def test_a_paper_is_in_russian_for_a_reader_of_english(story: Scene) -> None:
    from flask_babel import force_locale

    with force_locale("en"):
        issued = documents.issue_sheet(KIND, 1, story.actor("m_coord"))
    assert "согласовано с замечаниями" in words_of(issued)


def test_what_was_never_sent_has_no_sheet_and_a_stranger_none_at_all(scene: Scene) -> None:
    with pytest.raises(NotFound):
        documents.issue_sheet(KIND, 9, scene.actor("m_coord"))
    begin(scene, [a_stage(a_slot("m_legal"))])
    scene.add("college", organisation=an_organisation("college"), name="stranger")
    with pytest.raises(NotFound):
        documents.issue_sheet(KIND, 1, scene.actor("stranger"))
