"""A table of a file as rows of cells, whatever the file: where its headings stand, what its merged cells mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from roadmap.rows import known, same

Means = Callable[[str], str]
"""The meaning a heading is known by, or ""."""
MOST_ABOVE = 30
"""How many rows of a title may stand above the headings."""
FEWEST_KNOWN = 2
"""A row that names fewer columns we know is no row of headings."""


@dataclass
class Line:
    """A row: its number as the person sees it, its cells by column.

    `down`: columns whose value is written in a merged cell above; `wide`: a column that is merged with those right of
    it → the last of them.
    """

    number: int
    cells: list[Any]
    down: set[int] = field(default_factory=set)
    wide: dict[int, int] = field(default_factory=dict)

    def at(self, place: int) -> Any:
        return self.cells[place] if place < len(self.cells) else None

    @property
    def filled(self) -> list[int]:
        """Columns that hold anything of their own."""
        return [place for place, cell in enumerate(self.cells) if filled(cell)]


@dataclass
class Table:
    """Headings and the rows below them. `letters`: columns are named as a spreadsheet does («C: Срок»)."""

    headers: list[str]
    lines: list[Line]
    letters: bool = True

    def shown(self, place: int) -> str:
        return shown(self.headers, place, letters=self.letters)


def shown(headers: Sequence[str], place: int, *, letters: bool) -> str:
    """A column as the person finds it."""
    name = get_column_letter(place + 1) if letters else str(place + 1)
    heading = headers[place] if place < len(headers) else ""
    return f"{name}: {heading}".rstrip(": ")


def filled(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def heading(cell: Any) -> str:
    return " ".join(str("" if cell is None else cell).split())[:200]


def guess(headers: Sequence[str], means: Means = known) -> dict[str, str]:
    """Number of a column → its meaning, where a heading is known; a meaning is given once."""
    mapping: dict[str, str] = {}
    for place, text in enumerate(headers):
        name = means(text)
        if name and name not in mapping.values():
            mapping[str(place)] = name
    return mapping


def knows(cells: Sequence[Any], means: Means = known) -> int:
    """How many known columns a row names."""
    return len(guess([heading(cell) for cell in cells], means))


def table_of(rows: Sequence[Line], *, letters: bool, means: Means = known) -> Table | None:
    """The table whose headings are the row, among the first ones, that names most columns; None without headings."""
    rows = [row for row in rows if row.filled]
    counted = [knows(row.cells, means) for row in rows[:MOST_ABOVE]]
    if not counted or max(counted) < FEWEST_KNOWN:
        return None
    place = counted.index(max(counted))
    top, below = rows[place], rows[place + 1 :]
    headers = [heading(cell) for cell in top.cells]
    if below and _second_row(top, below[0], means):
        headers = [heading(below[0].at(n)) or text for n, text in enumerate(headers)]
        below = below[1:]
    while headers and not headers[-1]:
        headers.pop()
    lines = [row for row in below if not _counts_columns(row) and not _same_headings(row, headers)]
    return Table(headers, lines, letters)


def _second_row(top: Line, row: Line, means: Means) -> bool:
    """Headings in two rows: «Срок» over «Начало» and «Окончание»."""
    under = [place for first, last in top.wide.items() for place in range(first, last + 1)]
    own = [place for place in row.filled if place not in row.down]
    return bool(under) and bool(own) and set(own) <= set(under) and all(means(heading(row.at(n))) for n in own)


def _counts_columns(row: Line) -> bool:
    """«1 2 3 4 5» under the headings."""
    texts = [heading(row.at(place)).rstrip(".").removesuffix(".0") for place in row.filled]
    return len(texts) > FEWEST_KNOWN and texts == [str(number) for number in range(1, len(texts) + 1)]


def _same_headings(row: Line, headers: Sequence[str]) -> bool:
    """The headings once more, where the table goes on to the next page."""
    own = [same(heading(row.at(place))) for place in row.filled]
    return len(own) >= FEWEST_KNOWN and own == [same(text) for text in headers if text]


def columns_of(mapping: Mapping[str, str]) -> dict[str, int]:
    """Meaning → column."""
    return {name: int(place) for place, name in sorted(mapping.items(), key=lambda pair: int(pair[0]))}
