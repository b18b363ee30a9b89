"""Documents room, authoring: blocks of a source written into a Word document."""

import re
from collections.abc import Iterable

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, Twips
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell
from docx.text.paragraph import Paragraph as WordParagraph

from core.documents.authoring.source import JINJA, TAG, Block, Break, Cell, Grid, Paragraph, SourceError, Table
from core.documents.authoring.typography import bind

CORNER = "Приложение"
_CLAUSES = ("Пункт", "Пункт приказа")
# Styles that never end the walk back from the signatures to the last clause.
_LEAD_ON = ("Раздел", "Подпункт", "Заголовок без номера")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ALIGN = {"c": "center", "l": "left", "r": "right", "j": "both"}


def write_blocks(document: Document, blocks: Iterable[Block], width: int, corner: int) -> None:
    """Append the blocks; ``width`` is the text's, ``corner`` a corner requisite's width, both in twips."""
    on_new_page = False
    for block in blocks:
        if isinstance(block, Paragraph):
            paragraph = _write_paragraph(document, block, on_new_page)
            if block.style == CORNER:
                paragraph.paragraph_format.left_indent = Twips(width - corner)
            on_new_page = False
        elif isinstance(block, Table):
            _write_table(document, block, width)
        elif isinstance(block, Grid):
            _hold_last_clause(document)
            _write_grid(document, block, width)
        elif isinstance(block, Break) and not block.page:
            on_new_page = True
        else:
            raise SourceError(f"блок не на своём месте: {block}")


def _write_paragraph(document: Document, block: Paragraph, on_new_page: bool) -> WordParagraph:
    """A clause that introduces its sub-clauses stays with the first of them."""
    paragraph = document.add_paragraph(style=block.style)
    paragraph.paragraph_format.page_break_before = on_new_page or None
    if block.style in _CLAUSES and block.text.endswith(":"):
        paragraph.paragraph_format.keep_with_next = True
    write_text(paragraph, block.text)
    return paragraph


def write_text(paragraph: WordParagraph, text: str) -> None:
    """Marked-up text as runs: bold between ``**``, real tabs and line breaks, non-breaking spaces."""
    for number, part in enumerate(_BOLD.split(bind(text))):
        if not part:
            continue
        run = paragraph.add_run()
        run.bold = True if number % 2 else None
        for piece in re.split(r"(<tab>|<br>)", part):
            if piece == "<tab>":
                run.add_tab()
            elif piece == "<br>":
                run.add_break()
            elif piece:
                run.add_text(piece)


def _hold_last_clause(document: Document) -> None:
    """Signatures never stand alone on a sheet: the last clause before them, in each of its variants, goes with them."""
    last = ""
    for paragraph in reversed(document.paragraphs):
        style = paragraph.style.name if paragraph.style is not None else ""
        if last and not (last in _CLAUSES and paragraph.text.startswith(("{%p else", "{%p elif"))):
            return
        paragraph.paragraph_format.keep_with_next = True
        last = "" if style in (TAG, *_LEAD_ON) else style


def _new_table(document: Document, style: str, shares: tuple[float, ...], rows: int, width: int) -> WordTable:
    table = document.add_table(rows=rows, cols=len(shares))
    table.style = document.styles[style]
    table.autofit = False
    total = sum(shares)
    widths = [round(width * share / total) for share in shares]
    for column, value in zip(table.columns, widths, strict=True):
        column.width = Twips(value)
        for cell in column.cells:
            cell.width = Twips(value)
    _set_width(table, sum(widths))
    return table


def _set_width(table: WordTable, width: int) -> None:
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblW")) + properties.findall(qn("w:tblLook")):
        properties.remove(old)
    element = OxmlElement("w:tblW")
    element.set(qn("w:w"), str(width))
    element.set(qn("w:type"), "dxa")
    properties.find(qn("w:tblStyle")).addnext(element)


def _whole(row: object) -> None:
    """A row that does not break across pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # type: ignore[attr-defined]


def _write_table(document: Document, block: Table, width: int) -> None:
    table = _new_table(document, "Table Grid", block.widths, len(block.rows), width)
    for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
        head = number < block.head
        _whole(row)
        if head:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        at = 0
        for cell in cells:
            word = row.cells[at]
            if cell.span > 1:
                word = word.merge(row.cells[at + cell.span - 1])
            style = _cell_style(cell, head, cell.span == len(block.widths))
            align = block.align[at] if style == "Ячейка" and cell.span == 1 else ""
            _fill(word, [Paragraph(style, text) for text in cell.texts], block.size, align)
            if cell.continued:
                word.merge(table.cell(number - 1, at))
            at += cell.span


def _cell_style(cell: Cell, head: bool, whole_row: bool) -> str:
    if whole_row and JINJA.fullmatch(cell.texts[0]) and cell.texts[0].startswith("{%"):
        return TAG
    if head:
        return "Шапка таблицы"
    if cell.closing:
        return "Итог раздела"
    return "Раздел таблицы" if whole_row else "Ячейка"


def _fill(cell: WordCell, items: Iterable[Paragraph], size: float = 0, align: str = "") -> None:
    first = True
    for item in items:
        paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
        first = False
        lone_tag = JINJA.fullmatch(item.text) and item.text.startswith("{%p")
        style = TAG if lone_tag else item.style
        paragraph.style = cell.part.document.styles[style]
        write_text(paragraph, item.text)
        if style == TAG:
            continue
        if align and align != "l":
            paragraph._p.get_or_add_pPr().get_or_add_jc().set(qn("w:val"), _ALIGN[align])
        for run in paragraph.runs if size else ():
            run.font.size = Pt(size)


def _write_grid(document: Document, block: Grid, width: int) -> None:
    table = _new_table(document, "Без границ", block.widths, len(block.rows), width)
    for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
        _whole(row)
        for at, cell in enumerate(cells):
            word = row.cells[at]
            if len(cells) < len(block.widths):
                word = word.merge(row.cells[len(block.widths) - 1])
            _fill(word, cell)
            for paragraph in word.paragraphs:
                if block.tie or (block.keep and number < len(block.rows) - 1):
                    paragraph.paragraph_format.keep_with_next = True
                elif not block.keep:  # rows of a list of parties: each whole, none tied to the next
                    paragraph.paragraph_format.keep_with_next = False
