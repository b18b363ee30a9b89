"""Lines of the chart, headings of sections among them, and how they are laid out over sheets of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from roadmap.gantt.chart import HEAD, ONE_PAGE, PAPER, ROW


@dataclass(frozen=True)
class Line:
    """One line: a heading of a section (`row` is None) or an item; `y` is its top in pixels."""

    y: int
    title: str
    row: Any = None

    @property
    def bottom(self) -> int:
        return self.y + ROW


def lines(rows: Sequence[Any]) -> list[Line]:
    """The rows from top to bottom, before each section its heading."""
    found: list[Line] = []
    section = None
    for row in rows:
        if row.section != section:
            section = row.section
            found.append(Line(len(found) * ROW, f"{row.section}. {row.section_title}"))
        found.append(Line(len(found) * ROW, f"{row.code} {row.title}", row))
    return found


def sheets(found: Sequence[Line], percent: int) -> list[Sequence[Line]]:
    """The lines cut into sheets of A3 when printed at this scale; no heading ends one. At least one, be it empty.

    What is made to fit one page stays whole.
    """
    most = max(int((PAPER[1] * 100 / percent - HEAD) / ROW), 2) if len(found) > ONE_PAGE else len(found)
    cut, at = [], 0
    while at < len(found):
        end = min(at + most, len(found))
        if end < len(found) and found[end - 1].row is None:
            end -= 1
        cut.append(found[at:end])
        at = end
    return cut or [[]]
