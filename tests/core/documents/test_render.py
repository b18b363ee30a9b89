"""Rendering: refusals name every field, bytes are always the same, parts go through docxtpl."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Paper
from docxtpl import DocxTemplate, InlineImage

from core.documents import cache
from core.documents.package import ISAL, ZLIB, content_sha256, members
from core.documents.render import render
from core.documents.template import compile_template
from core.documents.values import Image, Link, Subdocument
from core.errors import NotValid
from tests.core.documents import papers


def a_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (2).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0\0" * 2)) + chunk(b"IEND", b"")
    )


def refused(template: Any, data: dict[str, Any], **options: Any) -> NotValid:
    with pytest.raises(NotValid) as caught:
        render(template, data, **options)
    return caught.value


def test_every_missing_field_is_named_at_once() -> None:
    def build(paper: Paper) -> None:
        paper.sections[0].footer.paragraphs[0].text = "{{ revision }}"
        paper.core_properties.title = "{{ title }}"
        papers.add_table(
            paper, ("{%tr for row in rows %}", ""), ("{{ row.name }}", "{{ row.sum }}"), ("{%tr endfor %}",)
        )

    template = papers.a_template("{{ number }} {{ a.full_name|upper }} {{ b ~ '!' }}", build=build)
    error = refused(template, {"a": {}, "b": None, "rows": [{"name": "x"}]})
    assert set(error.fields) == {"number", "a.full_name", "b", "rows[].sum", "revision", "title"}
    assert all(name in str(error) for name in error.fields)


def test_none_is_never_printed() -> None:
    assert set(refused(papers.a_template("{{ v }}"), {"v": None}).fields) == {"v"}
    assert set(refused(papers.a_template("{{ v|join(', ') }}"), {"v": ["a", None]}).fields) == {"v[]"}
    assert set(refused(papers.a_template("{{ v|upper }}"), {"v": None}).fields) == {"v"}
    assert set(refused(papers.a_template("{% set w = v %}{{ w }}"), {"v": None}).fields) == {"v"}


def test_a_person_called_none_is_printed() -> None:
    assert papers.text_of(render(papers.a_template("{{ v }}"), {"v": "Noneman"}).data) == ["Noneman"]


def test_a_field_in_a_branch_not_taken_is_not_missed() -> None:
    template = papers.a_template(
        "{% if flag %}{{ absent }}{% endif %}{{ x|default('нет') }}{% if y is defined %}!{% endif %}"
    )
    assert papers.text_of(render(template, {"flag": False}).data) == ["нет"]


def test_required_fields_are_asked_for_even_where_not_printed() -> None:
    error = refused(papers.a_template("текст"), {"a": {"n": " "}, "r": [{"x": ""}]}, required=("a.n", "r[].x", "q"))
    assert list(error.fields) == ["a.n", "r[].x", "q"]
    assert render(papers.a_template("текст"), {"a": {"n": "1"}}, required=("a.n",)).data


@pytest.mark.parametrize("sign", ["\0", "\x01", "\x0b", "\x1f", "\x7f", "\x85", "\ud800", "\ufffe", "\uffff"])
def test_control_characters_are_refused_with_the_path_of_the_field(sign: str) -> None:
    template = papers.a_template("{{ a.name }} {% for r in rows %}{{ r.x }}{% endfor %}")
    error = refused(template, {"a": {"name": "я" + sign}, "rows": [{"x": "b"}, {"x": sign}]})
    assert {"a.name", "rows[].x", "rows[1].x"} <= set(error.fields)


def test_a_refusing_filter_is_named_with_its_field() -> None:
    def strict(value: object) -> str:
        raise NotValid("не дата")

    template = compile_template(papers.a_paper("{{ due|date_long }}"), {"date_long": strict})
    error = refused(template, {"due": "завтра"})
    assert "due" in str(error)
    assert "date_long" in str(error)
    assert "не дата" in str(error)


def test_a_wrong_type_is_a_refusal_and_not_a_crash() -> None:
    for source in ("{% for x in n %}{% endfor %}", "{{ n + 'x' }}", "{{ n / 0 }}", "{{ n|first }}", "{{ n.x.y }}"):
        assert str(refused(papers.a_template(source), {"n": 5}))


def test_fields_of_dataclasses_are_read() -> None:
    @dataclass
    class Party:
        name: str

    assert papers.text_of(render(papers.a_template("{{ p.name }}"), {"p": Party("АО")}).data) == ["АО"]


def test_a_field_may_be_called_like_a_method_of_dict() -> None:
    made = render(papers.a_template("{{ p.items }} {{ p.count }}"), {"p": {"items": "а", "count": "б"}})
    assert papers.text_of(made.data) == ["а б"]


def test_properties_over_255_characters_are_refused() -> None:
    def build(paper: Paper) -> None:
        paper.core_properties.subject = "{{ v }}"

    assert "255" in str(refused(papers.a_template("т", build=build), {"v": "я" * 256}))


def test_tags_that_tear_the_markup_are_refused_and_nothing_is_lost() -> None:
    template = papers.a_template("{%p if flag %}", "середина", "{% endif %}конец")
    error = refused(template, {"flag": False})
    assert "текст документа" in str(error)
    assert "разрывают разметку" in str(error)


def test_a_condition_that_opens_in_one_paragraph_and_closes_in_another_loses_nothing() -> None:
    template = papers.a_template("{% if flag %}начало", "середина", "конец{% endif %}")
    assert papers.text_of(render(template, {"flag": True}).data) == ["начало", "середина", "конец"]
    assert papers.text_of(render(template, {"flag": False}).data) == [""]


@pytest.mark.parametrize("deflater", [ZLIB, ISAL], ids=lambda d: d.name)
def test_the_same_data_give_the_same_bytes(deflater: Any) -> None:
    source = papers.a_paper("{{ v }}")
    made = [render(compile_template(source, {}), {"v": "ёлка"}, deflater) for _ in range(2)]
    assert made[0].data == made[1].data
    assert made[0].sha256 == made[1].sha256
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(made[0].data)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_content_hash_does_not_depend_on_the_compressor() -> None:
    template = papers.a_template("{{ v }}")
    one, other = (render(template, {"v": "ёлка"}, deflater) for deflater in (ZLIB, ISAL))
    assert one.content_sha256 == other.content_sha256
    assert one.sha256 != other.sha256
    assert one.content_sha256 != render(template, {"v": "елка"}).content_sha256
    assert "zlib-" in one.engine
    assert "isal-" in other.engine


def test_a_template_without_properties_gets_ours_and_no_clock() -> None:
    files = dict(members(papers.a_paper("{{ v }}")))
    del files["docProps/core.xml"]
    files["_rels/.rels"] = re.sub(rb"<Relationship [^>]*core-properties[^>]*/>", b"", files["_rels/.rels"])
    made = render(compile_template(papers.zipped(files), {}), {"v": "1"})
    core = papers.part(made.data, "docProps/core.xml")
    assert b"python-docx" not in core
    assert b"modified" not in core


def test_every_member_can_be_read_back() -> None:
    made = render(papers.a_template("{{ v }}"), {"v": "я" * 100_000})
    assert zipfile.ZipFile(io.BytesIO(made.data)).testzip() is None
    assert content_sha256(made.data) == made.content_sha256


def test_pictures_links_and_subdocuments_go_through_docxtpl_the_same_way_twice() -> None:
    template = papers.a_template("QR: {{ qr }}", "{{r link }}", "{{p sub }}", "{{ name }}")
    data = {
        "qr": Image(a_png(), 20), "link": Link("сайт & реестр", "https://example.org/a?b=1&c=2"),
        "sub": Subdocument(papers.a_paper("внутри")), "name": "А & <Б>",
    }  # fmt: skip
    made = [render(template, data) for _ in range(2)]
    assert made[0].tier == "docxtpl"
    assert made[0].data == made[1].data
    names = [name for name, _ in members(made[0].data)]
    assert any(name.startswith("word/media/") for name in names)
    texts = papers.text_of(made[0].data)
    assert "внутри" in texts
    assert "А & <Б>" in texts
    assert "https://example.org/a?b=1&amp;c=2" in papers.part(made[0].data, "word/_rels/document.xml.rels").decode()


def test_the_docxtpl_way_refuses_missing_fields_and_unsafe_links_too() -> None:
    template = papers.a_template("{{ qr }} {{ absent }} {{ nothing }}")
    assert set(refused(template, {"qr": Image(a_png()), "nothing": None}).fields) == {"absent", "nothing"}
    assert "javascript" in str(refused(papers.a_template("{{r link }}"), {"link": Link("x", "javascript:alert(1)")}))
    assert "PNG" in str(refused(papers.a_template("{{ qr }}"), {"qr": Image(b"GIF89a")}))


@pytest.mark.parametrize("broken", [b"no zip", papers.zipped({"a.txt": b"x"})])
def test_a_subdocument_that_is_no_document_is_a_refusal(broken: bytes) -> None:
    assert str(refused(papers.a_template("{{p sub }}"), {"sub": Subdocument(broken)}))


def test_the_docxtpl_way_fills_headers_footnotes_and_properties_once() -> None:
    def build(paper: Paper) -> None:
        paper.sections[0].header.paragraphs[0].text = "{{ qr }}{{ v }}"
        paper.add_section()
        paper.core_properties.title = "{{ v }}"

    source = papers.with_footnotes(papers.a_paper("{{ v }}", build=build), "{{ v }}")
    made = render(compile_template(source, {}), {"qr": Image(a_png()), "v": "{{ 7*7 }} & <x>"})
    for name in ("word/document.xml", "word/footnotes.xml", "word/header1.xml", "docProps/core.xml"):
        assert "{{ 7*7 }} &amp; &lt;x&gt;" in papers.part(made.data, name).decode()
    assert Document(io.BytesIO(made.data)).core_properties.title == "{{ 7*7 }} & <x>"


def test_a_picture_of_another_template_is_refused() -> None:
    source = papers.a_paper("{{ v }}")
    other = DocxTemplate(io.BytesIO(source))
    other.render_init()
    other.current_rendering_part = other.docx._part
    assert "часть другого файла" in str(
        refused(compile_template(source, {}), {"v": InlineImage(other, io.BytesIO(a_png()))})
    )


def test_drawings_in_the_template_are_numbered_as_docxtpl_numbers_them() -> None:
    def build(paper: Paper) -> None:
        paper.add_picture(io.BytesIO(a_png()))
        paper.add_picture(io.BytesIO(a_png()))

    source = papers.a_paper("{{ v }}", build=build)
    made = render(compile_template(source, {}), {"v": 1})
    assert made.tier == "compiled"
    assert papers.part(made.data) == papers.part(papers.by_docxtpl(source, {"v": 1}))


def test_the_cache_keeps_a_bounded_number_of_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_TEMPLATES", 2)
    monkeypatch.setattr(cache, "_kept", type(cache._kept)())
    sources = [papers.a_paper(f"текст {number}") for number in range(3)]
    first = cache.compiled(sources[0])
    assert cache.compiled(sources[0]) is first
    for source in sources:
        cache.compiled(source)
    assert len(cache._kept) == 2
    assert cache.compiled(sources[0]) is not first


@pytest.mark.parametrize("broken", [b"", b"PK\3\4", b"no zip", papers.zipped({"a.txt": b"x"})])
def test_a_file_that_is_not_a_document_is_refused(broken: bytes) -> None:
    with pytest.raises(NotValid, match="Word"):
        compile_template(broken, {})


def test_tags_where_nobody_fills_them_are_refused() -> None:
    source = papers.changed(papers.a_paper("т"), docProps__custom_0_xml=b"<x>{{ a }}</x>")
    files = dict(members(source))
    files["[Content_Types].xml"] = files["[Content_Types].xml"].replace(
        b"</Types>", b'<Override PartName="/docProps/custom.xml" ContentType="application/xml"/></Types>'
    )
    files["_rels/.rels"] = files["_rels/.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId77" Type="http://x/custom" Target="docProps/custom.xml"/></Relationships>',
    )
    with pytest.raises(NotValid, match="custom"):
        compile_template(papers.zipped(files), {})
