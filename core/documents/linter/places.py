"""Documents room, the linter: a document's paragraphs, each with its place in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from flask_babel import gettext as _

BODY, CELL, MARGIN = "body", "cell", "margin"
_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A paragraph, its text, where it stands in words, and whether that is the body, a table cell or a margin."""

    paragraph: Paragraph
    text: str
    where: str
    kind: str


def places(document: Document) -> Iterator[Place]:
    """Every paragraph with text: the body in its order, then headers and footers, each part once."""
    numbers = {"paragraph": 0, "table": 0}
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            numbers["table"] += 1
            yield from _cells(block, _("таблица %(n)s", n=numbers["table"]))
        else:
            numbers["paragraph"] += 1
            yield from _place(block, _("абзац %(n)s", n=numbers["paragraph"]), BODY)
    yield from _margins(document)


def _place(paragraph: Paragraph, where: str, kind: str) -> Iterator[Place]:
    text = "".join(_piece(element) for element in paragraph._p.iter())
    if text.strip():
        shown = text.strip() if len(text.strip()) <= _QUOTED else text.strip()[:_QUOTED] + "…"
        yield Place(paragraph, text, f"{where} («{shown}»)", kind)


def _piece(element: object) -> str:
    tag = getattr(element, "tag", "")
    if tag == qn("w:t"):
        return getattr(element, "text", "") or ""
    return {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}.get(str(tag), "")


def _cells(table: Table, where: str) -> Iterator[Place]:
    """The cells' paragraphs; a merged cell once, nested tables with their outer cell's place."""
    for row_number, row in enumerate(table._tbl.tr_lst, 1):
        for column, cell in enumerate(row.tc_lst, 1):
            place = _("%(table)s, строка %(row)s, столбец %(column)s", table=where, row=row_number, column=column)
            for element in cell.iter(qn("w:p")):
                yield from _place(Paragraph(element, table), place, CELL)


def _margins(document: Document) -> Iterator[Place]:
    seen: set[str] = set()
    for section in document.sections:
        parts = (
            (section.header, _("верхний колонтитул")),
            (section.first_page_header, _("верхний колонтитул первой страницы")),
            (section.footer, _("нижний колонтитул")),
            (section.first_page_footer, _("нижний колонтитул первой страницы")),
        )
        for part, where in parts:
            if part.is_linked_to_previous or part.part.partname in seen:
                continue
            seen.add(part.part.partname)
            for element in part._element.iter(qn("w:p")):
                yield from _place(Paragraph(element, part), where, MARGIN)
