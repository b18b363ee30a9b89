"""Redlines: accepting every change gives the new text, rejecting every change the old one."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as Paper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from core.documents.comparison import block, seen, segments
from core.documents.paragraphs import Package, W, document_text
from core.documents.redline import compare, compare_clauses, redline
from tests.core.documents import papers

WHEN = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def settled(package: bytes, accept: bool) -> list[str]:
    """The paragraphs after accepting or rejecting every tracked change, as Word does it."""
    tree = Package(package).body
    gone = "del" if accept else "ins"
    for row in list(tree.iter(f"{W}tr")):
        if row.find(f"{W}trPr/{W}{gone}") is not None:
            row.getparent().remove(row)
    for table in list(tree.iter(f"{W}tbl")):
        if table.find(f"{W}tr") is None:
            table.getparent().remove(table)
    texts = []
    for paragraph in tree.iter(f"{W}p"):
        if paragraph.find(f"{W}pPr/{W}rPr/{W}{gone}") is None:
            texts.append(_text(paragraph, gone))
    return texts


def _text(paragraph: Any, gone: str) -> str:
    text = ""
    for node in paragraph.iter():
        if any(parent.tag in (f"{W}{gone}", f"{W}pPr") for parent in node.iterancestors()):
            continue
        text += {f"{W}t": node.text, f"{W}delText": node.text, f"{W}br": "\n", f"{W}tab": "\t"}.get(node.tag) or ""
    return text


def both_ways(old: bytes, new: bytes) -> bytes:
    made = redline(old, new, "Иванова А.П.", WHEN)
    assert "\n".join(settled(made, accept=True)) == document_text(new)
    assert "\n".join(settled(made, accept=False)) == document_text(old)
    return made


words = st.sampled_from(["срок", "работы", "10", "дней,", "оплата", "Сторона.", "обязана\tуведомить\nписьменно"])
lines = st.lists(st.lists(words, max_size=8).map(" ".join), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(old=lines, new=lines)
def test_accepting_gives_the_new_text_and_rejecting_the_old_one(old: list[str], new: list[str]) -> None:
    both_ways(papers.a_paper(*old), papers.a_paper(*new))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(old=st.lists(st.tuples(*[st.sampled_from(["", "а", "б в", "г д е"])] * 2), min_size=1, max_size=5),
       new=st.lists(st.tuples(*[st.sampled_from(["", "а", "б в", "г д ж"])] * 2), min_size=1, max_size=5))  # fmt: skip
def test_tables_are_settled_both_ways(old: Any, new: Any) -> None:
    sides = [papers.a_paper("до", build=lambda p, rows=rows: (papers.add_table(p, *rows), p.add_paragraph("после")))
             for rows in (old, new)]  # fmt: skip
    both_ways(*sides)


@given(old=st.text(max_size=60), new=st.text(max_size=60))
def test_segments_hold_both_texts(old: str, new: str) -> None:
    found = segments(old, new)
    assert "".join(s.text for s in found if s.kind != "insert") == old
    assert "".join(s.text for s in found if s.kind != "delete") == new


def test_to_a_reader_another_space_is_no_change() -> None:
    old, new = "Закон № 273-ФЗ, взаимности.", "Закон №\u00a0273-ФЗ и взаимности."
    assert [(s.kind, s.text) for s in seen(old, new)] == [
        ("equal", "Закон №\u00a0273-ФЗ "), ("delete", ", "), ("insert", "и "), ("equal", "взаимности."),
    ]  # fmt: skip
    assert block("статья 5", "статья\u00a05").kind == "equal"
    assert block("статья 5", "статья 6").kind == "change"


def test_a_changed_word_is_the_only_thing_marked() -> None:
    old, new = "Оплата в течение 10 рабочих дней.", "Оплата в течение 15 рабочих дней."
    assert [(s.kind, s.text) for s in segments(old, new)] == [
        ("equal", "Оплата в течение "), ("delete", "10 "), ("insert", "15 "), ("equal", "рабочих дней."),
    ]  # fmt: skip
    made = both_ways(papers.a_paper("Начало", old), papers.a_paper("Начало", new))
    body = Package(made).body
    assert [node.text for node in body.iter(f"{W}delText")] == ["10 "]
    inserted = [text.text for node in body.iter(f"{W}ins") for text in node.iter(f"{W}t")]
    assert inserted == ["15 "]
    mark = next(body.iter(f"{W}ins"))
    assert mark.get(f"{W}author") == "Иванова А.П."
    assert mark.get(f"{W}date") == "2026-01-10T12:00:00Z"


def test_equal_documents_have_no_marks() -> None:
    source = papers.a_paper("один", "два", build=lambda paper: papers.add_table(paper, ("а", "б")))
    xml = papers.part(redline(source, source, "а", WHEN))
    assert b"w:ins" not in xml
    assert b"w:del" not in xml


def test_form_of_runs_is_kept_on_both_sides() -> None:
    def paper(*runs: tuple[str, bool]) -> bytes:
        def build(document: Paper) -> None:
            paragraph = document.add_paragraph()
            for text, bold in runs:
                paragraph.add_run(text).bold = bold or None

        return papers.a_paper(build=build)

    old, new = paper(("Срок: ", True), ("один год", False)), paper(("Срок: ", True), ("два года", False))
    made = Package(both_ways(old, new)).body
    bold = ["".join(run.itertext()) for run in made.iter(f"{W}r") if run.find(f"{W}rPr/{W}b") is not None]
    assert bold == ["Срок: "]


def test_pictures_and_fields_are_not_torn() -> None:
    def with_field(text: str) -> bytes:
        source = papers.a_paper(f"Страница {text}")
        field = '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
        xml = papers.part(source).decode().replace("</w:p>", field, 1)
        return papers.changed(source, word__document_0_xml=xml.encode())

    made = both_ways(with_field("старая"), with_field("новая"))
    assert len(list(Package(made).body.iter(f"{W}fldSimple"))) == 1


def test_change_ids_are_unique_and_the_file_opens() -> None:
    made = both_ways(papers.a_paper(*"абвгд"), papers.a_paper("а", "ж з", "г", "е", "и"))
    tree = etree.fromstring(papers.part(made))
    ids = [node.get(f"{W}id") for node in tree.iter(f"{W}ins", f"{W}del")]
    assert len(ids) == len(set(ids)) > 0
    assert Document(io.BytesIO(made)).paragraphs


def test_blocks_for_a_page() -> None:
    blocks = compare(
        papers.a_paper("Предмет", "Срок один год и день", "Лишний абзац"),
        papers.a_paper("Предмет", "Срок два года и день"),
    )
    assert [block.kind for block in blocks] == ["equal", "change", "delete"]


def test_clauses_with_one_id_are_one_clause_and_others_pair_by_likeness() -> None:
    old = [
        {"id": "c1", "number": "1.1", "text": "Совсем старый текст"},
        {"id": "c2", "number": "1.2", "text": "Срок один год и день"},
    ]
    new = [{"id": "c1", "number": "1.1", "text": "Другое"}, {"id": "n", "number": "1.2", "text": "Вставка"},
           {"id": "c9", "number": "1.3", "text": "Срок два года и день"}]  # fmt: skip
    found = compare_clauses(old, new)
    assert [(b.kind, b.id, b.number) for b in found] == [
        ("change", "c1", "1.1"),
        ("insert", "n", "1.2"),
        ("change", "c9", "1.3"),
    ]


def test_a_rewritten_text_of_thousands_of_paragraphs_is_compared_in_bounded_time() -> None:
    old = [{"id": "", "text": f"старый {number}"} for number in range(1500)]
    new = [{"id": "", "text": f"новый {number}"} for number in range(1500)]
    assert len(compare_clauses(old, new)) == 1500
