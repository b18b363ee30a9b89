"""Rows as a spreadsheet: XLSX and CSV that open in office programs and run nothing when they do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from core.clock import in_moscow

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A cell of a CSV that begins with one of these is a formula to a spreadsheet."""
A4, A3 = 9, 8
"""Sheets of paper, as a workbook numbers them."""
UPRIGHT, ON_A4 = 95, 220
"""Letters of all columns together that are still read on A4 upright, and on A4 on its side; more goes on A3."""
LONGEST = 32_000
"""Letters of a cell; a spreadsheet takes 32 767."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, what it takes of a row, its width in letters; a longer text goes on in the next line."""

    label: Any
    of: Callable[[Any], Any]
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, its columns, its rows."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]


def xlsx(columns: Sequence[Column], rows: Iterable[Any], title: str) -> bytes:
    """A workbook of one sheet with a fixed heading. Text is only ever text: no formula, no link."""
    return workbook([Sheet(title, columns, rows)])


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The same of several sheets, in their order; names must differ."""
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy",
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = _formats(book)
        for one in sheets:
            _fill(book.add_worksheet(_sheet_name(one.title)), one, heading, formats)
    return buffer.getvalue()


def _fill(sheet: Any, one: Sheet, heading: Any, formats: Sequence[Any]) -> None:
    _on_paper(sheet, one)
    for index, column in enumerate(one.columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, str(column.label), heading)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(one.rows, start=1):
        for index, column in enumerate(one.columns):
            _write(sheet, number, index, column.of(row), *formats)


def _on_paper(sheet: Any, one: Sheet) -> None:
    """Printed at the width of one page, its heading on each, pages numbered at the foot."""
    letters = sum(column.width for column in one.columns)
    sheet.set_paper(A4 if letters <= ON_A4 else A3)
    if letters > UPRIGHT:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.7)
    title = "".join(letter if letter != "&" else "&&" for letter in one.title)[:120]
    sheet.set_footer(f"&L&8{title}&R&8{_('Стр. %(page)s из %(pages)s', page='&P', pages='&N')}")


def _formats(book: Any) -> tuple[Any, Any, Any]:
    """The formats of a text or a number, of a day and of a moment."""
    day = book.add_format({"valign": "top", "align": "left", "num_format": "dd.mm.yyyy"})
    moment = book.add_format({"valign": "top", "align": "left", "num_format": "dd.mm.yyyy hh:mm"})
    return book.add_format({"valign": "top", "text_wrap": True}), day, moment


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "1"


def _write(sheet: Any, row: int, column: int, value: Any, plain: Any, day: Any, moment: Any) -> None:
    if isinstance(value, datetime):
        value = in_moscow(value).replace(tzinfo=None)
    if isinstance(value, bool) or value is None:
        value = "" if not value else _("да")
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, moment if isinstance(value, datetime) else day)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, plain)
    elif str(value):
        sheet.write_string(row, column, str(value)[:LONGEST], plain)


def as_csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """UTF-8 with its mark and semicolons, as Russian spreadsheets expect; cells that look like formulas are quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([str(column.label) for column in columns])
    for row in rows:
        writer.writerow([_plain(column.of(row)) for column in columns])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{in_moscow(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, bool) or value is None:
        return _("да") if value else ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RISKY) else text
