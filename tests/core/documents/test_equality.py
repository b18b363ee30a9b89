"""The compiled way and docxtpl itself say the same, whatever the data."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Paper
from docxtpl import Listing, RichText
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.documents.cache import compiled
from core.documents.canonical import differences
from core.documents.package import ISAL, ZLIB
from core.documents.render import render
from core.documents.sandbox import sandbox
from core.documents.template import compile_template
from tests.core.documents import papers

SHIPPED = sorted((Path(__file__).parents[3] / "templates" / "documents").glob("*/*.docx"))
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

words = st.text(
    st.one_of(
        st.sampled_from(list("&<>\"'{}%#«»—№ \u00a0\u2011\t\n😀👩‍🔧ёЪ")),
        st.characters(exclude_categories=["Cs", "Cc", "Cn"]),
    ),
    max_size=40,
).filter(lambda text: not any(mark in text for mark in ("{_{", "}_}", "{_%", "%_}")))
values = st.one_of(words, words, st.integers(), st.floats(allow_nan=False), st.just("я<&" * 3334))
plain_words = words.map(lambda text: "".join(c for c in text if c not in "{}%#\n\t"))


def prose(paper: Paper) -> None:
    paper.add_paragraph("Договор № {{ number }} от {{ a.date }}, {{ a['city'] }}{{ b or '—' }}")
    split = paper.add_paragraph("Стороны: {")
    for piece in ("{ a.", "name", " }", "} и «{", "{ b }}»"):
        split.add_run(piece).bold = True
    paper.add_paragraph("{%p if flag %}")
    paper.add_paragraph("Да: {{ number }}")
    paper.add_paragraph("{%p if rows %}")
    paper.add_paragraph("строк {{ rows|length }}, {% for r in rows %}{{ loop.index }}:{{ r.x }}; {% endfor %}")
    paper.add_paragraph("{%p else %}")
    paper.add_paragraph("строк нет")
    paper.add_paragraph("{%p endif %}")
    paper.add_paragraph("{%p elif rows %}")
    paper.add_paragraph("Нет, но {% if b %}{{ b|upper }}{% else %}пусто{% endif %}")
    paper.add_paragraph("{%p else %}")
    paper.add_paragraph("Ничего")
    paper.add_paragraph("{%p endif %}")


def table(paper: Paper) -> None:
    papers.add_table(
        paper,
        ("№", "Имя", "Сумма"),
        ("{%tr for r in rows %}", "", ""),
        ("{{ loop.index }}", "{{ r.x }}", "{{ r.y }}"),
        ("{%tr endfor %}", "", ""),
    )


def table_without_head(paper: Paper) -> None:
    papers.add_table(paper, ("{%tr for r in rows %}", ""), ("{{ r.x }}", "{{ r.y }}"), ("{%tr endfor %}", ""))


def columns(paper: Paper) -> None:
    papers.add_table(paper, ("{%tc for r in rows %}", "{{ r.x }}", "{%tc endfor %}"), ("а", "б", "в"))


def merged(paper: Paper) -> None:
    papers.add_table(
        paper,
        ("Заголовок{% colspan 1 + 1 %}", "б"),
        ("{% cellbg b %}{{ b }}", "{{ number }}"),
        ("{%tr for r in rows %}", ""),
        ("{% vm %}{{ r.x }}", "{{ r.y }}"),
        ("{%tr endfor %}", ""),
    )


def nested_tables(paper: Paper) -> None:
    outer = papers.add_table(paper, ("{{ number }}", "{%p for r in rows %}"))
    cell = outer.rows[0].cells[1]
    inner = cell.add_table(1, 2)
    inner.rows[0].cells[0].text = "{{ r.x }}"
    cell.add_paragraph("{%p endfor %}")


def around(paper: Paper) -> None:
    section = paper.sections[0]
    section.header.paragraphs[0].text = "{{ number }} {% if flag %}черновик{% endif %}"
    section.different_first_page_header_footer = True
    section.first_page_footer.paragraphs[0].text = "{{ a.name }}"
    section.footer.paragraphs[0].text = "{% for r in rows %}{{ r.x }} {% endfor %}"
    second = paper.add_section()
    second.header.is_linked_to_previous = False
    second.header.paragraphs[0].text = "Приложение {{ b }}"
    paper.add_paragraph("{{ number }}")


def whitespace(paper: Paper) -> None:
    paper.add_paragraph("перед {%- if flag %} да {% endif -%} после")
    paper.add_paragraph("{{ b }}")
    paper.add_paragraph("строка\nразрыв\tтаб {{ a.name }}")
    paper.add_paragraph("{# примечание #}конец {{ '{' }}{_{ как есть }_}")
    paper.add_paragraph("{{r number }}")


SHAPES = (prose, table, table_without_head, columns, merged, nested_tables, around, whitespace)
TEMPLATES = {shape.__name__: papers.a_paper(build=shape) for shape in SHAPES}
TEMPLATES["footnotes"] = papers.with_footnotes(papers.a_paper("{{ number }}"), "Сноска {{ a.name }} {{ b }}")
COMPILED = {name: compile_template(source, {}) for name, source in TEMPLATES.items()}


@st.composite
def contexts(draw: st.DrawFn, text: st.SearchStrategy[Any] = values) -> dict[str, Any]:
    few = st.lists(st.fixed_dictionaries({"x": text, "y": text}), max_size=4)
    many = st.just([{"x": number, "y": "&"} for number in range(1000)])
    party = st.fixed_dictionaries({"date": text, "city": text, "name": text})
    return {
        "number": draw(text),
        "a": draw(party),
        "b": draw(text),
        "flag": draw(st.booleans()),
        "rows": draw(st.one_of(few, few, few, many)),
    }


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in ("columns", "merged", "whitespace")])
@SETTINGS
@given(data=contexts())
def test_compiled_documents_equal_those_of_docxtpl(name: str, data: dict[str, Any]) -> None:
    ours = render(COMPILED[name], data, ZLIB).data
    assert differences(ours, papers.by_docxtpl(TEMPLATES[name], data)) == []


@pytest.mark.parametrize("name", ["columns", "merged", "whitespace"])
@SETTINGS
@given(data=contexts(plain_words))
def test_odd_templates_equal_those_of_docxtpl(name: str, data: dict[str, Any]) -> None:
    data["rows"] = data["rows"][:5]
    ours = render(COMPILED[name], data, ISAL).data
    assert differences(ours, papers.by_docxtpl(TEMPLATES[name], data)) == []


@SETTINGS
@given(title=words.filter(lambda text: not set(text) & set("&<>\"'")), number=st.integers())
def test_properties_equal_those_of_docxtpl(title: str, number: int) -> None:
    def named(paper: Paper) -> None:
        paper.core_properties.title = "Договор {{ t }}"
        paper.core_properties.author = "{% if n > 0 %}{{ n }}{% endif %}"

    source = papers.a_paper("текст", build=named)
    data = {"t": title, "n": number}
    assert differences(render(compile_template(source, {}), data).data, papers.by_docxtpl(source, data)) == []


def test_properties_hold_the_value_itself_where_docxtpl_escapes_it_twice() -> None:
    def named(paper: Paper) -> None:
        paper.core_properties.title = "{{ t }}"

    made = render(papers.a_template("текст", build=named), {"t": 'АО "Заря" & <К>'})
    assert Document(io.BytesIO(made.data)).core_properties.title == 'АО "Заря" & <К>'


@pytest.mark.parametrize(
    "value",
    [
        Listing("один\nдва\aабзац\tтаб & <знак>\fстраница"),
        "строка\nвторая",
        "таб\tтаб\aабзац",
        pytest.param(RichText("жирно & <b>", bold=True), id="rich"),
    ],
)
def test_docxtpl_values_and_breaks_equal_those_of_docxtpl(value: Any) -> None:
    source = papers.a_paper("{{r v }}" if isinstance(value, RichText) else "Текст {{ v }}.", "после")
    made = render(compile_template(source, {}), {"v": value})
    assert made.tier == "compiled"
    assert differences(made.data, papers.by_docxtpl(source, {"v": value})) == []


def test_plain_tables_need_no_repair_and_column_loops_do() -> None:
    tiers = {name: render(template, DATA).tier for name, template in COMPILED.items()}
    expected = dict.fromkeys(COMPILED, "compiled")
    expected |= dict.fromkeys(("table_without_head", "columns", "merged"), "tree")
    assert tiers == expected


DATA: dict[str, Any] = {
    "number": "1", "a": {"date": "д", "city": "г", "name": "и"}, "b": "FF0000", "flag": True,
    "rows": [{"x": 1, "y": 2}],
}  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_templates_that_ship_give_the_same_document_both_ways(path: Path) -> None:
    source, data = path.read_bytes(), json.loads(path.with_suffix(".sample.json").read_text("utf-8"))
    assert differences(render(compiled(source), data).data, papers.by_docxtpl(source, data, sandbox())) == []


def test_form_line_ends_are_one_line_break() -> None:
    made = render(papers.a_template("{{ v }}"), {"v": "один\r\nдва\rтри"})
    assert papers.text_of(made.data) == ["один\nдва\nтри"]


def test_data_that_looks_like_an_escaped_tag_stays_as_it_is() -> None:
    made = render(papers.a_template("{{ v }}"), {"v": "{_{ x }_} {{ y }} {% if %}"})
    assert papers.text_of(made.data) == ["{_{ x }_} {{ y }} {% if %}"]


def test_tags_in_data_are_not_read_as_tags_in_footnotes_of_two_sections() -> None:
    source = papers.with_footnotes(papers.a_paper("a", build=lambda paper: paper.add_section()), "{{ v }}")
    made = render(compile_template(source, {}), {"v": "{{ 7 * 7 }}"})
    assert b"{{ 7 * 7 }}" in papers.part(made.data, "word/footnotes.xml")
