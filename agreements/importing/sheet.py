"""The rows of somebody's own spreadsheet: where the headings stand, what merged cells and unsaved formulas mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agreements.importing import meanings
from core.documents.registers.markup import areas, markup_of, merged
from core.documents.registers.reading import first_sheet

MOST_ABOVE = 10
"""How many rows of a title may stand above the headings."""
_UNSAVED = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"(?![^>]*t="str")[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)

Line = tuple[int, Sequence[Any]]


class Unsaved:
    """Stands in a cell whose formula was never worked out by the program that wrote the file."""

    def __str__(self) -> str:
        return "="


@dataclass(frozen=True)
class Table:
    """The headings, and the rows below them that hold anything, with their numbers in the sheet."""

    headers: list[str]
    lines: list[Line]


def table(content: bytes) -> Table | None:
    """The first sheet as a table; None where it has no row under its headings. Raises NotValid (no spreadsheet).

    The headings are the row, among the first ones, that names most columns we know: a title may stand above them.
    """
    rows = [list(cells) for cells in first_sheet(content)]
    _mend(rows, content)
    lines: list[Line] = [
        (number, cells) for number, cells in enumerate(rows, 1) if any(_filled(cell) for cell in cells)
    ]
    if len(lines) < 2:
        return None
    known = [len(meanings.guess(headings(cells))) for _number, cells in lines[:MOST_ABOVE]]
    place = known.index(max(known))
    return Table(headings(lines[place][1]), lines[place + 1 :]) if lines[place + 1 :] else None


def headings(cells: Sequence[Any]) -> list[str]:
    """Headings in one line each; empty ones past the last are dropped."""
    found = [" ".join(str("" if cell is None else cell).split())[:200] for cell in cells]
    while found and not found[-1]:
        found.pop()
    return found


def _filled(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def _mend(rows: list[list[Any]], content: bytes) -> None:
    """What is written once over several rows stands in each of them; a formula without a value is no empty cell."""
    markup = markup_of(content)
    for left, top, _right, bottom in merged(markup):
        if bottom > top and _at(rows, top, left) is not None:
            for row in range(top + 1, min(bottom, len(rows)) + 1):
                _put(rows[row - 1], left, rows[top - 1][left - 1])
    for left, top, _right, _bottom in areas(_UNSAVED, markup):
        if top <= len(rows):
            _put(rows[top - 1], left, Unsaved())


def _at(rows: Sequence[Sequence[Any]], row: int, column: int) -> Any:
    cells = rows[row - 1] if row <= len(rows) else ()
    return cells[column - 1] if column <= len(cells) else None


def _put(cells: list[Any], column: int, value: Any) -> None:
    if column <= len(cells):
        cells[column - 1] = value
