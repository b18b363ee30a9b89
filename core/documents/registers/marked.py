"""The users' own file given back with every faulty cell marked and explained: mended there, it is brought again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

MOST_CELLS = 400_000
"""A larger sheet is not opened whole: its faults are only listed."""
FILL = PatternFill("solid", start_color="FFC7CE", end_color="FFC7CE")
WIDTHS = {"A": 10, "B": 40, "C": 90}

Faults = Sequence[dict[str, Any]]


def marked(content: bytes, faults: Faults) -> bytes:
    """The workbook with its faulty cells coloured, a note on each, and one more sheet that lists and links them."""
    book = _opened(content)
    sheet = book.worksheets[0]
    whole = sheet.max_row > 1
    for fault in faults if whole else ():
        _mark(sheet, fault)
    listed: Worksheet = book.create_sheet(_free_name(book.sheetnames))
    _list(listed, faults, sheet.title if whole else "")
    if not whole:
        book.remove(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _opened(content: bytes) -> Workbook:
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    sheet = book.worksheets[0]
    size = (sheet.max_row or 0) * (sheet.max_column or 0)
    book.close()
    return Workbook() if size > MOST_CELLS else load_workbook(io.BytesIO(content), keep_links=False)


def _mark(sheet: Worksheet, fault: dict[str, Any]) -> None:
    cell = _cell(sheet, place_of(fault))
    cell.fill = FILL
    said = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(f"{said}{fault['message']}"[:1000], "", width=320, height=120)


def place_of(fault: dict[str, Any]) -> str:
    """«C17»: the cell of a fault; of a fault of the whole row, its first cell."""
    letters = str(fault["column"]).partition(":")[0]
    known = letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= 3
    return f"{letters if known else 'A'}{fault['row']}"


def _cell(sheet: Worksheet, place: str) -> Cell:
    """The cell itself, or the one a merged area shows in its stead."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if place in area)
        cell = sheet.cell(area.min_row, area.min_col)
    assert isinstance(cell, Cell)
    return cell


def _free_name(taken: Sequence[str]) -> str:
    name = _("Ошибки")
    return name if name not in taken else f"{name} {len(taken) + 1}"


def _list(sheet: Worksheet, faults: Faults, about: str) -> None:
    sheet.append([_("Строка"), _("Столбец"), _("Что не так")])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    for number, fault in enumerate(faults, start=2):
        sheet.append([fault["row"]])
        for column, name in ((2, "column"), (3, "message")):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = str(fault[name]), "s"
        if about:
            sheet.cell(number, 1).hyperlink = f"#'{about.replace(chr(39), chr(39) * 2)}'!{place_of(fault)}"
