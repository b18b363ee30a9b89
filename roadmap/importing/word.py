"""The plan's table out of a Word file: found by its headings, joined where pages divide it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from core.documents import uploads
from roadmap.importing.grid import FEWEST_KNOWN, Line, Table, filled, heading, knows, table_of
from roadmap.rows import Formula, same

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MOST_COLUMNS = 60
MOST_ROWS = 20_000
_BREAKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}


def table(content: bytes, name: str = "") -> Table | None:
    """None where no table's headings are those of a plan. Rows are counted through the joined tables, headings first.

    Raises NotValid where the file is no Word document we take.
    """
    root = uploads.body(content, name)
    tables = [list(_rows(each)) for each in root.iter(f"{W}tbl") if not _inside(each)]
    counted = [max((knows(row.cells) for row in rows[:5]), default=0) for rows in tables]
    if not counted or max(counted) < FEWEST_KNOWN:
        return None
    place = counted.index(max(counted))
    rows = tables[place]
    for later, count in zip(tables[place + 1 :], counted[place + 1 :], strict=True):
        if not later or not _goes_on(rows[0], later, count):
            break
        rows = rows + later
    for number, row in enumerate(rows, 1):
        row.number = number
    return table_of(rows, letters=False)


def _goes_on(top: Line, rows: Sequence[Line], count: int) -> bool:
    """Whether a further table is the same one on the next page: as wide, with the same headings or none."""
    width = len(top.cells)
    first = [same(heading(cell)) for cell in rows[0].cells]
    if count >= FEWEST_KNOWN:
        return first == [same(heading(cell)) for cell in top.cells]
    return all(len(row.cells) == width for row in rows)


def _inside(table: Any) -> bool:
    """Whether the table stands in a cell of another one."""
    return any(above.tag == f"{W}tc" for above in table.iterancestors())


def _rows(table: Any) -> Iterator[Line]:
    above: list[Any] = []
    for number, row in enumerate(_children(table, "tr")):
        if number >= MOST_ROWS:
            return
        if row.find(f"{W}trPr/{W}del") is not None:
            continue
        line = Line(number + 1, [])
        _before(row, line)
        for cell in _children(row, "tc"):
            _cell(cell, line, above)
        above = line.cells
        yield line


def _before(row: Any, line: Line) -> None:
    for found in row.iterfind(f"{W}trPr/{W}gridBefore"):
        line.cells += [None] * min(int(found.get(f"{W}val") or 0), MOST_COLUMNS)


def _children(node: Any, name: str) -> Iterator[Any]:
    """Rows of a table or cells of a row, those in content controls and insertions among them."""
    for child in node:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"):
            yield from _children(child, name)


def _cell(cell: Any, line: Line, above: Sequence[Any]) -> None:
    place = len(line.cells)
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    width = int(span.get(f"{W}val") or 1) if span is not None else 1
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    value = _value(cell)
    if merge is not None and merge.get(f"{W}val", "continue") == "continue" and place < len(above):
        value = above[place]
        if filled(value):
            line.down.add(place)
    room = max(1, min(width, MOST_COLUMNS - place))
    line.cells += [value, *([None] * (room - 1))]
    if room > 1:
        line.wide[place] = place + room - 1


def _value(cell: Any) -> Any:
    paragraphs = ["".join(_pieces(each)).strip() for each in cell.iter(f"{W}p")]
    computed = [(each.text or "").strip() for each in cell.iter(f"{W}instrText")]
    computed += [(each.get(f"{W}instr") or "").strip() for each in cell.iter(f"{W}fldSimple")]
    if any(each.startswith("=") for each in computed):
        return Formula(next(each for each in computed if each.startswith("=")))
    return "\n".join(each for each in paragraphs if each) or None


def _pieces(paragraph: Any) -> Iterator[str]:
    for node in paragraph.iter(f"{W}t", *_BREAKS):
        if any(above.tag == f"{W}del" for above in node.iterancestors(f"{W}del", f"{W}p")):
            continue
        yield _BREAKS.get(node.tag) or node.text or ""
