"""Inspection: what is wrong with a template is said in words, with the place and the right name."""

from __future__ import annotations

import pytest
from docx.document import Document as Paper

from core.documents.inspect import Finding, Report, inspect
from core.documents.places import W
from core.errors import NotValid
from tests.core.documents import papers

CATALOGUE = (
    "number", "date", "city", "a.full_name", "a.signer_fio_gen", "a.requisites[].label", "a.requisites[].value",
    "b.full_name", "rows[].name", "rows[].sum", "parties[].full_name", "flag",
)  # fmt: skip


def report(*paragraphs: str, **options: object) -> Report:
    return inspect(papers.a_paper(*paragraphs, **options), CATALOGUE, {})  # type: ignore[arg-type]


def only(found: Report) -> Finding:
    assert len(found.findings) == 1, [str(each.message) for each in found.findings]
    return found.findings[0]


def test_fields_are_listed_with_their_places_through_loops_and_nesting() -> None:
    def build(paper: Paper) -> None:
        rows = ("{%tr for r in rows %}", ""), ("{{ r.name }}", "{{ r.sum|round }}"), ("{%tr endfor %}", "")
        papers.add_table(paper, *rows)
        paper.sections[0].footer.paragraphs[0].text = "{{ number }}"
        paper.core_properties.title = "{{ city }}"

    found = report(
        "№ {{ number }}", "{%p for p in parties %}", "{{ p.full_name }} {{ loop.index }}", "{%p endfor %}",
        "{% if flag and date is defined %}{{ a['full_name'] }}{% endif %} {% set first = rows[0] %}{{ first.name }}",
        "{% for q in a.requisites|sort(attribute='label') %}{{ q.label }}{% endfor %}", build=build,
    )  # fmt: skip
    assert {use.path for use in found.fields} == {
        "city", "number", "parties", "parties[].full_name", "flag", "date", "a.full_name", "rows[]", "rows[].name",
        "a.requisites", "a.requisites[].label", "rows", "rows[].sum",
    }  # fmt: skip
    assert found.usable
    assert found.findings == []
    number = next(use for use in found.fields if use.path == "number")
    assert [str(place) for place in number.places] == ["текст документа, абзац 1", "нижний колонтитул, абзац 1"]
    sums = next(use for use in found.fields if use.path == "rows[].sum")
    assert [str(place) for place in sums.places] == ["текст документа, абзац 10 (таблица 1, строка 2, ячейка 2)"]


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("a.ful_name", "a.full_name"), ("a_full_name", "a.full_name"), ("a.fullname", "a.full_name"),
        ("Number", "number"), ("full_name", "a.full_name"), ("nomber", "number"), ("а.full_name", "a.full_name"),
        ("сity", "city"), ("dаtе", "date"), ("совсем_другое", ""),
    ],
)  # fmt: skip
def test_an_unknown_field_gets_the_nearest_right_name(typed: str, right: str) -> None:
    found = only(report("первый", f"Поле {{{{ {typed} }}}}"))
    assert (found.code, found.severity, found.suggestion) == ("unknown_field", "error", right)
    assert str(found.place) == "текст документа, абзац 2"
    assert found.excerpt == f"{{{{ {typed} }}}}"


def test_lookalike_letters_are_named() -> None:
    assert "кириллические буквы «с»" in str(only(report("{{ сity }}")).message)


def test_loop_fields_are_checked_under_their_list() -> None:
    found = only(report("{% for r in rows %}{{ r.nаme }}{% endfor %}"))
    assert found.suggestion == "rows[].name"


def test_without_a_catalogue_nothing_is_unknown() -> None:
    assert inspect(papers.a_paper("{{ что_угодно }}"), None, {}).findings == []


@pytest.mark.parametrize(
    ("paragraphs", "code", "words"),
    [
        (("{number}",), "single_brace", "одинарных"),
        (("{{ number }",), "half_tag", "пары"),
        (("{{ number", "}}"), "half_tag", "пары"),
        (("Договор {%p if flag %}", "{%p endif %}"), "text_beside_paragraph_tag", "пропадёт"),
        (("{%p if flag %}{{ number }}", "{%p endif %}"), "text_beside_paragraph_tag", "пропадёт"),
        (("{%p if flag %}{%p endif %}",), "two_paragraph_tags", "два тега"),
        (("{% if flag %}а", "б{% endif %}"), "paragraphs_without_p", "пустые абзацы"),
        (("{%p if flag %}", "а{% endif %}"), "prefixes_differ", "одного рода"),
        (("{% if flag %}",), "not_closed", "endif"),
        (("{% endfor %}",), "stray", "ничего не закрывает"),
        (("{% else %}",), "stray", "вне условия"),
        (("{% if flag %}{% for r in rows %}{% endif %}{% endfor %}",), "crossed", "перекрещены"),
        (("{{ ''.__class__ }}",), "refused", "служебному"),
        (("{{ number|nofilter }}",), "refused", "фильтра"),
        (("{{ number ! }}",), "syntax", "не разобран"),
        (("{% fi flag %}",), "syntax", "не разобран"),
    ],
)  # fmt: skip
def test_wrong_tags_are_explained(paragraphs: tuple[str, ...], code: str, words: str) -> None:
    found = report(*paragraphs)
    assert code in {each.code for each in found.findings}
    finding = next(each for each in found.findings if each.code == code)
    assert words in str(finding.message)
    assert finding.place is not None
    assert found.usable == (code == "paragraphs_without_p")


def in_table(*rows: tuple[str, ...]) -> Report:
    return report("текст", build=lambda paper: papers.add_table(paper, *rows))


def test_row_loops_without_tr_are_explained_with_the_right_tag() -> None:
    found = only(in_table(("{% for r in rows %}{{ r.name }}", "{{ r.sum }}"), ("а", "{% endfor %}")))
    assert found.code == "rows_without_tr"
    assert found.suggestion == "{%tr for r in rows %}"
    assert str(found.place) == "текст документа, абзац 2 (таблица 1, строка 1, ячейка 1)"


def test_a_loop_across_cells_is_explained() -> None:
    assert only(in_table(("{% for r in rows %}", "{{ r.name }}{% endfor %}"))).code == "cells_without_tc"


def test_row_tags_in_one_row_are_explained() -> None:
    found = in_table(("{%tr for r in rows %}", "{%tr endfor %}"), ("а", "б"))
    assert [each.code for each in found.findings] == ["row_tags_in_one_row"]


def test_text_beside_a_row_tag_is_explained() -> None:
    found = only(in_table(("{%tr for r in rows %}", "Итого"), ("{{ r.name }}", ""), ("{%tr endfor %}", "")))
    assert (found.code, found.excerpt) == ("text_beside_row_tag", "Итого")


def test_right_row_loops_say_nothing() -> None:
    rows = (("№", "Имя"), ("{%tr for r in rows %}", ""), ("{{ loop.index }}", "{{ r.name }}"), ("{%tr endfor %}", ""))
    assert in_table(*rows).findings == []


def test_a_tag_torn_by_a_line_break_or_a_link_is_an_error() -> None:
    assert only(report("{{ num\nber }}")).code == "torn_tag"
    source = papers.a_paper("{{ num|~|ber }}")
    xml = papers.part(source).decode()
    linked = xml.replace("<w:r><w:t>ber }}</w:t></w:r>", "<w:hyperlink><w:r><w:t>ber }}</w:t></w:r></w:hyperlink>")
    assert linked != xml
    found = inspect(papers.changed(source, word__document_0_xml=linked.encode()), CATALOGUE, {})
    assert [each.code for each in found.findings] == ["torn_tag"]
    assert "ссылки" in str(found.findings[0].message)


def test_a_tag_in_runs_of_one_look_is_fine_and_of_two_looks_a_note() -> None:
    assert report("{{ num|~|ber }}").findings == []

    def build(paper: Paper) -> None:
        paragraph = paper.add_paragraph("{{ num")
        paragraph.add_run("ber }}").bold = True

    note = only(report(build=build))
    assert (note.code, note.severity) == ("mixed_tag", "note")


def test_tags_in_parts_that_nobody_fills_are_an_error() -> None:
    inside = '<w:comment w:id="1"><w:p><w:r><w:t>{{ number }}</w:t></w:r></w:p></w:comment>'
    notes = f'<w:comments xmlns:w="{W[1:-1]}">{inside}</w:comments>'
    found = inspect(papers.changed(papers.a_paper("т"), word__comments_0_xml=notes.encode()), CATALOGUE, {})
    assert [(each.code, str(each.place)) for each in found.findings] == [("not_filled", "примечания, абзац 1")]


def test_headers_footnotes_and_properties_are_inspected() -> None:
    def build(paper: Paper) -> None:
        paper.sections[0].header.paragraphs[0].text = "{{ x1 }}"
        paper.core_properties.subject = "{{ x2 }}"

    found = inspect(papers.with_footnotes(papers.a_paper("т", build=build), "{{ x3 }}"), CATALOGUE, {})
    parts = {str(each.place).split(",")[0] for each in found.findings}
    assert parts == {"верхний колонтитул", "сноски", "свойство «Тема»"}


def test_an_error_that_only_the_compiler_sees_is_reported() -> None:
    found = report("{% set x = number ~ city %}{% set y = x ~ x %}{{ y }}")
    assert [each.code for each in found.findings] in (["does_not_compile"], ["refused"])


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(NotValid, match="Word"):
        inspect(b"no", CATALOGUE, {})
