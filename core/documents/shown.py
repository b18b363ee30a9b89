"""Documents room: a DOCX as blocks for a page: headings, numbered clauses, paragraphs, tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.documents.clauses import LEVELS, read_clauses
from core.documents.paragraphs import Element, Package, W, style_names, style_of, text

PLAIN = "text"
KINDS = {"Title": "title", "Subtitle": "subtitle", "По центру": "centre", "Место и дата": "where"}
CLAUSES = {1: "section", 2: "clause", 3: "subclause"}


@dataclass(frozen=True)
class Shown:
    """A block in reading order. `kind`: title, subtitle, centre, where, section, clause, subclause, text, table."""

    kind: str
    text: str = ""
    number: str = ""
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def ends(self) -> list[str]:
        """The parts of a line that a tab drives to its two edges."""
        return self.text.split("\t")


def shown(data: bytes) -> list[Shown]:
    """The body of a document as a page shows it; empty paragraphs are left out. Raises NotValid."""
    package = Package(data)
    names = style_names(package)
    clauses = iter(read_clauses(data))
    styled = any(names.get(style_of(p) or "") in LEVELS for p in package.body.findall(f"{W}p"))
    found: list[Shown] = []
    for block in package.body:
        if block.tag == f"{W}tbl":
            found.append(Shown("table", rows=tuple(_rows(block))))
        elif block.tag == f"{W}p" and text(block).strip():
            name = names.get(style_of(block) or "", "")
            if styled and name in LEVELS:
                clause = next(clauses)
                found.append(Shown(CLAUSES[clause["level"]], clause["text"], clause["number"]))
            else:
                found.append(Shown(KINDS.get(name, PLAIN), text(block)))
    return found


def _rows(table: Element) -> Iterator[tuple[str, ...]]:
    for row in table.findall(f"{W}tr"):
        cells = tuple("\n".join(filter(None, map(text, cell.findall(f"{W}p")))) for cell in row.findall(f"{W}tc"))
        if any(cell.strip() for cell in cells):
            yield cells
