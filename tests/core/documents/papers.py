"""Documents room's tests: templates built with python-docx, saying only what matters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docxtpl import DocxTemplate

from core.documents.package import members
from core.documents.sandbox import Sandbox, sandbox
from core.documents.template import Template, compile_template

FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
FOOTNOTES_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def saved(paper: Paper) -> bytes:
    """The bytes of a document."""
    target = io.BytesIO()
    paper.save(target)
    return target.getvalue()


def a_paper(*paragraphs: str, build: Callable[[Paper], None] | None = None) -> bytes:
    """A template of these paragraphs; pieces of one that `|~|` separates are runs of their own."""
    paper = Document()
    for text in paragraphs:
        paragraph = paper.add_paragraph()
        for piece in text.split("|~|"):
            paragraph.add_run(piece)
    if build is not None:
        build(paper)
    return saved(paper)


def add_table(paper: Paper, *rows: tuple[str, ...]) -> Any:
    """A table with these texts in its cells; a row shorter than the first leaves cells empty."""
    table = paper.add_table(0, len(rows[0]))
    for texts in rows:
        for cell, text in zip(table.add_row().cells, texts, strict=False):
            cell.text = text
    return table


def changed(package: bytes, **files: bytes | None) -> bytes:
    """The package with files replaced, added or (None) taken away; `__` in a keyword stands for `/`, `_0_` for `.`."""
    wanted = {name.replace("__", "/").replace("_0_", "."): data for name, data in files.items()}
    kept = {name: data for name, data in members(package) if name not in wanted}
    kept |= {name: data for name, data in wanted.items() if data is not None}
    return zipped(kept)


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def part(package: bytes, name: str = "word/document.xml") -> bytes:
    """One file of a package."""
    return dict(members(package))[name]


def with_footnotes(package: bytes, text: str) -> bytes:
    """The template with a footnote of this text that the first paragraph refers to."""
    notes = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<w:footnotes xmlns:w="{W}"><w:footnote w:id="2">'
        f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    files = dict(members(package))
    files["word/footnotes.xml"] = notes.encode()
    override = f'<Override PartName="/word/footnotes.xml" ContentType="{FOOTNOTES_TYPE}"/></Types>'
    relation = f'<Relationship Id="rId99" Type="{FOOTNOTES_REL}" Target="footnotes.xml"/></Relationships>'
    for name, end, more in (
        ("[Content_Types].xml", b"</Types>", override),
        ("word/_rels/document.xml.rels", b"</Relationships>", relation),
    ):
        files[name] = files[name].replace(end, more.encode())
    return zipped(files)


def a_template(*paragraphs: str, build: Callable[[Paper], None] | None = None) -> Template:
    """A compiled template of these paragraphs, with Jinja's own filters only."""
    return compile_template(a_paper(*paragraphs, build=build), {})


def by_docxtpl(template: bytes, data: dict[str, Any], env: Sandbox | None = None) -> bytes:
    """What plain docxtpl makes of it in the same sandbox; without author's filters unless one is given."""
    document = DocxTemplate(io.BytesIO(template))
    document.render(data, jinja_env=env or sandbox({}))
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def text_of(package: bytes) -> list[str]:
    """The paragraphs of the body."""
    return [paragraph.text for paragraph in Document(io.BytesIO(package)).paragraphs]
