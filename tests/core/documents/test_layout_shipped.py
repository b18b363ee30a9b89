"""How the papers that ship are set: what stands together on a sheet, what repeats, what never breaks."""

from __future__ import annotations

import copy
import io
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from core.documents.authoring.build import build
from core.documents.render import render
from tests.core.documents.test_templates_shipped import EVERY, ROOT, sample, template

NBSP, HYPHEN = "\u00a0", "\u2011"
LONG = f"А.-А.К.{NBSP}Преображенская-Вознесенская"


def paper(kind: str, data: dict[str, Any]) -> Any:
    return docx.Document(io.BytesIO(render(template(kind), data).data))


def set_in(paragraph: Paragraph, name: str) -> bool:
    """Whether keep_with_next (keep_together) is on, by the paragraph itself or by its style."""
    value = getattr(paragraph.paragraph_format, name)
    style: Any = paragraph.style
    while value is None and style is not None:
        value, style = getattr(style.paragraph_format, name), style.base_style
    return bool(value)


def styled(document: Any, *styles: str) -> list[Paragraph]:
    return [paragraph for paragraph in document.paragraphs if paragraph.style.name in styles]


def parties(count: int) -> list[dict[str, Any]]:
    five = sample("agreements/partnership")["parties"]
    return [copy.deepcopy(five[n % 5]) | {"alias": f"Участник-{n + 1}"} for n in range(count)]


def signs(document: Any) -> list[Table]:
    """The borderless tables in which parties sign, from top to bottom."""
    found = [table for table in document.tables if table.style.name == "Без границ"]
    return [table for table in found if any("____" in cell.text for row in table.rows for cell in row.cells)]


@pytest.mark.parametrize("kind", EVERY)
def test_heads_of_tables_repeat_and_no_row_breaks(kind: str) -> None:
    for table in docx.Document(ROOT / f"{kind}.docx").tables:
        rows = [row._tr.trPr for row in table.rows]
        assert all(row is not None and row.find(qn("w:cantSplit")) is not None for row in rows)
        heads = [row.find(qn("w:tblHeader")) is not None for row in rows]
        head = [number for number, row in enumerate(table.rows) if row.cells[0].text.startswith("№")]
        assert heads == sorted(heads, reverse=True)
        assert all(heads[number] for number in head)


def test_a_decision_stands_with_who_does_it_by_when() -> None:
    document = paper("roadmap/minutes", sample("roadmap/minutes"))
    decided = styled(document, "Решение")
    assert [p.text for p in decided if p.text == "РЕШИЛИ:"] == ["РЕШИЛИ:"] * 2
    assert all(set_in(p, "keep_with_next") for p in decided)
    told = styled(document, "Поручение", "Последнее поручение")
    assert len(told) == len(sample("roadmap/minutes")["decisions"])
    assert all(set_in(p, "keep_together") for p in told)
    assert {p.style.name: p.style.base_style.name for p in told[-1:]} == {"Последнее поручение": "Поручение"}
    assert document.styles["Поручение"].paragraph_format.alignment == 0
    lines = told[1].text.replace(NBSP, " ").split("\n")
    assert [line.split(":")[0] for line in lines] == [
        "Ответственный исполнитель", "Соисполнители", "Срок", "Форма отчёта",
    ]  # fmt: skip


def test_the_last_instruction_is_held_with_the_signatures_and_no_other() -> None:
    told = styled(paper("roadmap/minutes", sample("roadmap/minutes")), "Поручение", "Последнее поручение")
    assert [set_in(p, "keep_with_next") for p in told] == [False, False, True]


@pytest.mark.parametrize("count", [3, 7])
def test_parties_of_a_disagreement_sign_alike_where_there_are_more_than_two(count: int) -> None:
    data = sample("signoffs/disagreement")
    some = parties(count)
    data |= {"a": some[0], "b": some[1]}
    data["others"] = [party | {"ordinal_ins": "с иной стороны"} for party in some[2:]]
    for row in data["rows"]:
        row |= {"project": "Как в проекте.", "sides": ["«Участник-3»: иначе."]}
    tables = signs(paper("signoffs/disagreement", data))
    assert [table.cell(0, 0).text for table in tables] == [party["alias"] for party in some]
    assert {(len(table.rows), len(table.columns)) for table in tables} == {(2, 2)}
    for table, party in zip(tables, some, strict=True):
        assert table.cell(1, 0).text == party["signer_position"]
        assert party["signer_short"].replace(" ", NBSP) in table.cell(1, 1).text
        assert all(set_in(p, "keep_with_next") for p in table.cell(0, 0).paragraphs)


def test_two_parties_of_a_disagreement_sign_side_by_side() -> None:
    (table,) = signs(paper("signoffs/disagreement", sample("signoffs/disagreement")))
    assert [cell.text for cell in table.rows[0].cells] == ["Министерство", "Корпорация"]


@pytest.mark.parametrize("count", [2, 3])
def test_parties_of_a_supplementary_agreement_sign_alike(count: int) -> None:
    data = sample("agreements/supplementary")
    some = parties(count)
    data |= {"a": some[0], "b": some[1], "others": some[2:]}
    tables = signs(paper("agreements/supplementary", data))
    assert [len(table.rows) for table in tables] == ([3] if count == 2 else [1, 1, 1])


def test_the_citizen_signs_as_the_others_do() -> None:
    data = sample("agreements/target")
    tables = signs(paper("agreements/target", data))
    names = [table.cell(0, 0).paragraphs[0].text for table in tables[:3]]
    assert names == [data["customer"]["alias"], "Гражданин", data["others"][0]["alias"]]
    del data["others"]
    first = signs(paper("agreements/target", data))[0]
    assert [cell.paragraphs[0].text for cell in first.rows[0].cells] == [data["customer"]["alias"], "Гражданин"]


def test_a_long_name_beside_the_line_does_not_fall_apart() -> None:
    data = sample("agreements/partnership")
    data["parties"][0]["signer_short"] = LONG
    (cell, *_) = [t.cell(0, 1) for t in signs(paper("agreements/partnership", data))]
    assert f"____________________ {LONG.replace('-', HYPHEN)}" in cell.text


def test_coordinators_sign_on_one_sheet_and_never_alone_on_it() -> None:
    document = paper("roadmap/plan", sample("roadmap/plan"))
    tables = signs(document)[1:]
    assert len(tables) == len(sample("roadmap/plan")["coordinators"])
    cells = [cell for table in tables for row in table.rows for cell in row.cells]
    assert all(set_in(p, "keep_with_next") for cell in cells for p in cell.paragraphs)
    assert all(set_in(p, "keep_with_next") for p in styled(document, "Примечание", "Заголовок без номера")[-2:])


def test_the_total_of_a_section_stands_with_its_section() -> None:
    document = paper("roadmap/progress_report", sample("roadmap/progress_report"))
    rows = [row.cells[0].paragraphs[0] for table in document.tables for row in table.rows]
    totals = [p for p in rows if p.text.startswith("Итого по разделу")]
    assert len(totals) == len(sample("roadmap/progress_report")["sections"])
    assert not any(set_in(p, "keep_with_next") for p in totals)
    assert all(set_in(p, "keep_with_next") for p in rows if p.style.name == "Раздел таблицы")


def test_a_change_stands_with_its_table() -> None:
    data = sample("roadmap/plan_changes")
    document = paper("roadmap/plan_changes", data)
    leads = styled(document, "Изменение с таблицей", "Изменение")
    assert [p.text.split(". ")[0] for p in leads] == [str(n + 1) for n in range(len(data["changes"]))]
    assert [set_in(p, "keep_with_next") for p in leads] == [bool(change.get("row")) for change in data["changes"]]


def test_the_last_clause_is_held_with_every_kind_of_signatures() -> None:
    text = "title: Проба\n---\n## Пункт один.\n\n## Пункт два.\n\n@others parties\n"
    document = docx.Document(io.BytesIO(build(text)))
    clauses = styled(document, "Пункт")
    assert [set_in(p, "keep_with_next") for p in clauses] == [False, True]
