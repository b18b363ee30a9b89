"""Clauses are read out of a document and put back; what nobody touched stays as it was."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Paper
from docx.enum.style import WD_STYLE_TYPE

from core.documents.clauses import document_text, put_clauses, read_clauses
from core.errors import NotValid
from tests.core.documents import papers


def an_agreement(*clauses: tuple[str, str], typed: bool = False) -> bytes:
    paper = Document()
    for name in ("Раздел", "Пункт", "Подпункт"):
        paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    paper.add_paragraph("СОГЛАШЕНИЕ")
    for style, text in clauses:
        if style == "таблица":
            paper.add_table(1, 1).rows[0].cells[0].text = text
        else:
            paper.add_paragraph(text, style=None if typed else style)
    paper.add_paragraph("Подписи Сторон")
    paper.add_table(1, 1).rows[0].cells[0].text = "М.П."
    return papers.saved(paper)


SAMPLE = (
    ("Раздел", "Предмет"), ("Пункт", "Первый"), ("Пункт", "Второй"), ("таблица", "под вторым"),
    ("Раздел", "Порядок"), ("Пункт", "Третий"), ("Подпункт", "Деталь"), ("Подпункт", "Ещё деталь"),
    ("Пункт", "Четвёртый"),
)  # fmt: skip


def lines(package: bytes) -> list[str]:
    return document_text(package).split("\n")


def test_numbers_follow_the_levels() -> None:
    read = read_clauses(an_agreement(*SAMPLE))
    assert [(c["number"], c["level"], c["text"]) for c in read] == [
        ("1", 1, "Предмет"), ("1.1", 2, "Первый"), ("1.2", 2, "Второй"), ("2", 1, "Порядок"), ("2.1", 2, "Третий"),
        ("2.1.1", 3, "Деталь"), ("2.1.2", 3, "Ещё деталь"), ("2.2", 2, "Четвёртый"),
    ]  # fmt: skip
    assert [c["id"] for c in read] == [f"c{number}" for number in range(1, 9)]


def test_typed_numbers_are_read_where_there_are_no_styles() -> None:
    source = an_agreement(
        ("", "1. Предмет"),
        ("", "1.1. Первый"),
        ("", "2.1.3) Деталь"),
        ("", "10 января 2026 г."),
        ("", "10.01.2026 подписано"),
        typed=True,
    )
    assert [(c["number"], c["level"], c["text"]) for c in read_clauses(source)] == [
        ("1", 1, "Предмет"), ("1.1", 2, "Первый"), ("2.1.3", 3, "Деталь"),
    ]  # fmt: skip


def test_typed_numbers_are_typed_anew() -> None:
    source = an_agreement(("", "1. Предмет"), ("", "1.1. Первый"), typed=True)
    clauses = read_clauses(source)
    clauses.insert(1, {"id": "new", "level": 2, "number": "1.1", "text": "Новый"})
    clauses[2]["number"] = "1.2"
    assert lines(put_clauses(source, clauses))[1:4] == ["1. Предмет", "1.1. Новый", "1.2. Первый"]


def test_an_unchanged_list_changes_no_text() -> None:
    source = an_agreement(*SAMPLE)
    made = put_clauses(source, read_clauses(source))
    assert lines(made) == lines(source)
    assert read_clauses(made) == read_clauses(source)
    assert put_clauses(source, read_clauses(source)) == made


def test_changed_added_removed_and_moved_clauses_are_put_back_in_their_form() -> None:
    source = an_agreement(*SAMPLE)
    clauses: list[dict[str, Any]] = read_clauses(source)
    clauses[1]["text"] = "Первый, изменённый"
    del clauses[4]
    clauses.insert(2, {"id": "x1", "level": 2, "number": "", "text": "Вставленный\nс новой строки"})
    clauses.append(clauses.pop(3 + 1))
    made = put_clauses(source, clauses)
    read = read_clauses(made)
    assert [(c["id"], c["level"], c["text"]) for c in read] == [(c["id"], c["level"], c["text"]) for c in clauses]
    styles = [
        p.style.name for p in Document(io.BytesIO(made)).paragraphs if p.style.name in ("Раздел", "Пункт", "Подпункт")
    ]
    assert styles == [["Раздел", "Пункт", "Подпункт"][c["level"] - 1] for c in clauses]
    assert lines(made)[-2:] == ["Подписи Сторон", "М.П."]


def test_a_table_stays_under_its_clause() -> None:
    source = an_agreement(*SAMPLE)
    clauses = read_clauses(source)
    clauses[1], clauses[2] = clauses[2], clauses[1]
    made = lines(put_clauses(source, clauses))
    assert made.index("под вторым") == made.index("Второй") + 1
    del clauses[1]
    assert "под вторым" in lines(put_clauses(source, clauses))


def test_the_form_of_an_unchanged_clause_is_kept_to_the_run() -> None:
    def build(paper: Paper) -> None:
        paper.styles.add_style("Пункт", WD_STYLE_TYPE.PARAGRAPH)
        paragraph = paper.add_paragraph(style="Пункт")
        paragraph.add_run("Срок.").bold = True
        paragraph.add_run(" Год.").italic = True
        paper.add_paragraph("Другой", style="Пункт")

    source = papers.a_paper(build=build)
    clauses = read_clauses(source)
    clauses[1]["text"] = "Третий"
    runs = Document(io.BytesIO(put_clauses(source, clauses))).paragraphs[0].runs
    assert [(run.text, run.bold, run.italic) for run in runs] == [("Срок.", True, None), (" Год.", None, True)]


def test_ids_survive_an_edit_in_word() -> None:
    source = an_agreement(*SAMPLE)
    clauses = read_clauses(source)
    clauses[2]["id"] = "a7f3"
    paper = Document(io.BytesIO(put_clauses(source, clauses)))
    edited = next(p for p in paper.paragraphs if p.text == "Второй")
    edited.runs[0].text = "Второй, переписанный контрагентом"
    paper.paragraphs[1]._p.addprevious(paper.add_paragraph("Новый", style="Раздел")._p)
    read = {c["text"]: c["id"] for c in read_clauses(papers.saved(paper))}
    assert read["Второй, переписанный контрагентом"] == "a7f3"
    assert len(set(read.values())) == 9


def test_equal_texts_do_not_swallow_one_another() -> None:
    source = an_agreement(("Раздел", "Разное"), ("Пункт", "То же"), ("Пункт", "То же"), ("Пункт", "То же"))
    clauses = read_clauses(source)
    assert [c["text"] for c in read_clauses(put_clauses(source, clauses[:3]))] == ["Разное", "То же", "То же"]


def test_a_document_without_clauses_takes_none() -> None:
    source = papers.a_paper("Просто письмо")
    assert read_clauses(source) == []
    assert put_clauses(source, []) == source
    with pytest.raises(NotValid, match="Пункт"):
        put_clauses(source, [{"id": "c1", "level": 2, "text": "x"}])


def test_deleted_text_of_tracked_changes_is_not_read() -> None:
    xml = papers.part(an_agreement(("Пункт", "Срок")))
    gone = '<w:del w:id="1" w:author="a"><w:r><w:delText>старый </w:delText></w:r></w:del>'
    source = papers.changed(an_agreement(("Пункт", "Срок")), word__document_0_xml=xml.replace(
        "<w:r><w:t>Срок".encode(), f"{gone}<w:r><w:t>Срок".encode()))  # fmt: skip
    assert [c["text"] for c in read_clauses(source)] == ["Срок"]


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(NotValid, match="Word"):
        read_clauses(b"not a zip")
