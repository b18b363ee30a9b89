"""The first sheet of a workbook as a table. Formulas are never worked out: they stand as what they are."""

from __future__ import annotations

from flask_babel import gettext as _

from core.documents.registers.markup import formulas, markup_of, merged
from core.documents.registers.reading import first_sheet
from core.errors import NotValid
from roadmap.importing.grid import Line, Means, Table, filled, table_of
from roadmap.rows import Formula, known


def table(content: bytes, means: Means = known) -> Table | None:
    """None where no row of headings is found. Raises NotValid where the file is no spreadsheet we take."""
    rows = [Line(number, list(cells)) for number, cells in enumerate(first_sheet(content), 1)]
    markup = markup_of(content)
    computed = formulas(markup)
    if computed == {(0, 0)}:
        raise NotValid(_("В таблице есть формулы: вставьте их значения («Специальная вставка» – «Значения»)"), "file")
    for row, column in computed:
        if row <= len(rows) and column <= len(rows[row - 1].cells):
            rows[row - 1].cells[column - 1] = Formula("=")
    _spread(rows, markup)
    return table_of(rows, letters=True, means=means)


def _spread(rows: list[Line], markup: bytes) -> None:
    """What is written once over several rows stands in each of them, and is marked as not their own."""
    for left, top, right, bottom in merged(markup):
        if top > len(rows):
            continue
        written = rows[top - 1].at(left - 1)
        for number in range(top, min(bottom, len(rows)) + 1):
            line = rows[number - 1]
            if right > left:
                line.wide[left - 1] = right - 1
                for hidden in range(left, min(right, len(line.cells))):
                    line.cells[hidden] = None
            if number > top and filled(written) and left <= len(line.cells):
                line.cells[left - 1] = written
                line.down.add(left - 1)
