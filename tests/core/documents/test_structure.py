"""Proofs about structure are never given where data could break the XML or change a table's grid."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from core.documents.canonical import canonical, differences
from core.documents.structure import Proof, prove
from tests.core.documents import papers

P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def proof(inside: str) -> Proof:
    return prove(Environment().parse(f"<w:body>{inside}</w:body>"))


def a_table(rows: str, columns: int = 2) -> str:
    grid = '<w:gridCol w:w="1"/>' * columns
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def a_row(cells: int = 2, inside: str = "") -> str:
    return "<w:tr>" + f"<w:tc>{inside}<w:p/></w:tc>" * cells + "</w:tr>"


@pytest.mark.parametrize(
    "source",
    [
        P.format("{{ a }}"),
        "{% if a %}" + P.format("1") + "{% elif b %}" + P.format("{{ b }}") + "{% else %}{% endif %}",
        "{% for a in b %}" + P.format("{{ a }}") + "{% else %}" + P.format("") + "{% endfor %}",
        "<w:p><w:t>{% if a %}1</w:t></w:p><w:p><w:t>2{% endif %}</w:t></w:p>",
        '<w:p w:x="{{ a }}"/>',
        '<w:p w:x="{% if a %}1{% else %}2{% endif %}"/>',
        "<w:p w:x='a>b'/>text > text",
        "{% if a %}<w:p>{% else %}<w:p w:x='1'>{% endif %}</w:p>",
    ],
)
def test_what_is_balanced_in_every_branch_is_proven(source: str) -> None:
    assert proof(source).balanced


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}<w:p>{% endif %}</w:p>",
        "{% for a in b %}<w:p>{% endfor %}</w:p>",
        "{% if a %}<w:p></w:p>{% else %}</w:p>{% endif %}",
        "<w:p {{ a }}/>",
        "<{{ a }}/>",
        "<w:p w:x={{ a }}/>",
        "<w:p></w:r></w:p>",
        "<w:p>",
        "text < text <w:p/>",
        "<!-- {{ a }} -->",
        "<![CDATA[{{ a }}]]>",
        '{% if a %}<w:p w:x="{% else %}<w:p w:y="{% endif %}"/>',
    ],
)
def test_what_data_could_break_is_not_proven(source: str) -> None:
    found = proof(source)
    assert not found.balanced
    assert not found.tables


@pytest.mark.parametrize(
    "rows",
    [
        a_row(),
        a_row() + "{% for a in b %}" + a_row() + "{% endfor %}",
        a_row(1, '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'),
        a_row() + "{% if a %}" + a_row(1) + "{% endif %}",
    ],
)
def test_tables_whose_grid_no_data_can_change_are_proven(rows: str) -> None:
    assert proof(a_table(rows)).tables


@pytest.mark.parametrize(
    "table",
    [
        a_table("{% for a in b %}" + a_row() + "{% endfor %}"),
        a_table(a_row(3)),
        a_table(a_row(1)),
        a_table("<w:tr>{% for a in b %}<w:tc/>{% endfor %}</w:tr>" + a_row()),
        a_table(a_row(1, '<w:tcPr><w:gridSpan w:val="{{ a }}"/></w:tcPr>') + a_row()),
        "<w:tbl>" + a_row() + "</w:tbl>",
        a_table(a_row().replace("<w:p/>", a_table(a_row(3), 3), 1)),
    ],
)
def test_tables_that_docxtpl_might_repair_are_not_proven(table: str) -> None:
    assert proof(table).balanced
    assert not proof(table).tables


def test_drawings_in_loops_have_no_number_beforehand() -> None:
    assert proof('<wp:docPr id="1"/>').drawings
    assert not proof('{% if a %}<wp:docPr id="1"/>{% endif %}').drawings


def test_canonical_xml_ignores_what_means_nothing_and_sees_what_does() -> None:
    assert canonical(b"<a xmlns:x='urn:u' b='1' c='&#34;'/>") == canonical(b'<a c="&quot;" b="1"></a>')
    assert canonical(b"<a>1</a>") != canonical(b"<a>1 </a>")
    one, other = papers.a_paper("один"), papers.a_paper("два")
    assert differences(one, one) == []
    assert differences(one, other) == ["word/document.xml"]
    assert differences(one, papers.changed(one, word__styles_0_xml=None)) == ["word/styles.xml"]
