"""Documents room, authoring: the light markup of a template's source, read into blocks.

A source is a header of ``key: value`` lines closed by ``---``, then paragraphs parted by blank lines.
``# ``, ``## ``, ``### `` are section, clause and sub-clause; ``[Стиль] `` names any other style;
``**bold**``, ``<tab>`` and ``<br>`` work inside a paragraph; a line holding one ``{%p … %}`` tag is a
paragraph of its own; ``%%`` opens a comment. ``@table … @end`` holds rows of ``|``-parted cells: ``//`` parts
paragraphs, ``^^`` continues the cell above, ``<>`` is empty, ``=3 `` spans three columns, ``= `` the whole row,
``=! `` too where it closes what stands above. ``@grid … @end`` is a borderless table whose cells (``||``) and rows
(``--``) hold paragraphs. ``@pagebreak``, ``@portrait`` and ``@landscape`` open a new sheet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.documents.authoring.snippets import expand

MARKS = {
    "# ": "Раздел",
    "## ": "Пункт",
    "### ": "Подпункт",
    "^ ": "Title",
    "^^ ": "Subtitle",
    "- ": "Перечень",
}
BODY = "Body Text"
TAG = "Тег шаблона"
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG_LINE = re.compile(r"^\{%p .*?%\}$")
_ROW_TAG = re.compile(r"^\{%tr .*?%\}$")
_STYLED = re.compile(r"^\[([^\]]+)\]\s*(.*)$", re.DOTALL)


class SourceError(ValueError):
    """The source breaks its own markup; the message names the line."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: the name of its Word style and its marked-up text."""

    style: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its paragraphs' texts, how many columns it spans, whether it continues the one above; a closing
    one does not hold the row after it.
    """

    texts: tuple[str, ...]
    span: int = 1
    continued: bool = False
    closing: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: column shares, alignments (c, l, r, j), how many rows are its head, its rows."""

    widths: tuple[float, ...]
    align: tuple[str, ...]
    head: int
    size: float
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A borderless table: rows of cells of paragraphs; ``keep`` holds all of it on one page, ``tie`` holds what
    follows there too.
    """

    widths: tuple[float, ...]
    keep: bool
    tie: bool
    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A new page; ``page`` «portrait» or «landscape» also opens a new section of that orientation."""

    page: str = ""


Block = Paragraph | Table | Grid | Break


@dataclass(slots=True)
class Source:
    """A template's source: its header values and its blocks in order."""

    meta: dict[str, str]
    blocks: list[Block] = field(default_factory=list)

    @property
    def landscape(self) -> bool:
        """Whether the first section lies on its side."""
        return self.meta.get("page", "portrait") == "landscape"


def parse(text: str) -> Source:
    """Read a source. Raises SourceError where a line can't be understood."""
    header, found, body = text.partition("\n---\n")
    if not found:
        raise SourceError("нет заголовка, закрытого строкой «---»")
    meta = {}
    for line in filter(None, header.splitlines()):
        key, colon, value = line.partition(":")
        if not colon:
            raise SourceError(f"строка заголовка без двоеточия: {line}")
        meta[key.strip()] = value.strip()
    return Source(meta, list(_blocks(expand(_uncommented(body)))))


def split_cells(line: str, mark: str = "|") -> list[str]:
    """Cut at ``mark``, but never inside a Jinja tag, where the same sign is a filter."""
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    hidden = JINJA.sub(hide, line)
    return [re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], part).strip() for part in hidden.split(mark)]


def _uncommented(body: str) -> list[str]:
    return [line.rstrip() for line in body.splitlines() if not line.startswith("%%")]


def _blocks(lines: list[str]) -> Iterator[Block]:
    position = 0
    while position < len(lines):
        if lines[position].startswith("@"):
            command = lines[position]
            end = position
            if command.startswith(("@table", "@grid")):
                end = _end_of(lines, position)
            yield _command(command, lines[position + 1 : end])
            position = end + 1
            continue
        stop = position
        while stop < len(lines) and not lines[stop].startswith("@"):
            stop += 1
        yield from paragraphs(lines[position:stop])
        position = stop


def _end_of(lines: list[str], start: int) -> int:
    for number in range(start, len(lines)):
        if lines[number] == "@end":
            return number
    raise SourceError(f"не закрыт блок: {lines[start]}")


def paragraphs(lines: list[str]) -> Iterator[Paragraph]:
    """Gather lines into paragraphs; tag lines and marked lines open their own."""
    gathered: list[str] = []
    for line in lines:
        alone = bool(_TAG_LINE.match(line))
        opens = alone or not line or line.startswith(tuple(MARKS)) or _STYLED.match(line)
        if gathered and opens:
            yield _paragraph(" ".join(gathered))
            gathered = []
        if alone:
            yield Paragraph(TAG, line)
        elif line:
            gathered.append(line.strip())
    if gathered:
        yield _paragraph(" ".join(gathered))


def _paragraph(text: str) -> Paragraph:
    for mark, style in MARKS.items():
        if text.startswith(mark):
            return Paragraph(style, text[len(mark) :].strip())
    styled = _STYLED.match(text)
    if styled:
        return Paragraph(styled[1], styled[2].strip())
    return Paragraph(BODY, text)


def _command(line: str, content: list[str]) -> Block:
    name, *words = line[1:].split()
    options = {key: value or "1" for key, _, value in (word.partition("=") for word in words)}
    if name == "table":
        return _table(options, content)
    if name == "grid":
        return _grid(options, content)
    if name in ("portrait", "landscape"):
        return Break(name)
    if name == "pagebreak":
        return Break()
    raise SourceError(f"неизвестная команда: {line}")


def _widths(options: dict[str, str]) -> tuple[float, ...]:
    return tuple(float(share) for share in options["widths"].split(","))


def _table(options: dict[str, str], content: list[str]) -> Table:
    widths = _widths(options)
    align = tuple(options.get("align", ",".join("l" * len(widths))).split(","))
    rows = tuple(_row(line, len(widths)) for line in _joined(content))
    return Table(widths, align, int(options.get("head", "1")), float(options.get("size", "11")), rows)


def _joined(content: list[str]) -> Iterator[str]:
    """Rows; a line that ends with ``|`` or ``//`` goes on in the next one."""
    pending = ""
    for line in filter(None, content):
        pending = f"{pending} {line.strip()}".strip()
        if not pending.endswith(("|", "//")):
            yield pending
            pending = ""
    if pending:
        yield pending.removesuffix("|")


def _row(line: str, columns: int) -> tuple[Cell, ...]:
    if _ROW_TAG.match(line):
        return (Cell((line,), columns),)
    if line.startswith(("= ", "=! ")):
        mark, text = line.split(" ", 1)
        return (Cell((text,), columns, closing=mark == "=!"),)
    cells = tuple(_cell(text) for text in split_cells(line))
    if sum(cell.span for cell in cells) != columns:
        raise SourceError(f"столбцов не {columns}: {line}")
    return cells


def _cell(text: str) -> Cell:
    if text in ("^^", "<>"):
        return Cell(("",), continued=text == "^^")
    spanned = re.match(r"=(\d+) (.*)$", text, re.DOTALL)
    body, span = (spanned[2], int(spanned[1])) if spanned else (text, 1)
    return Cell(tuple(part.strip() for part in split_cells(body, " // ")), span)


def _grid(options: dict[str, str], content: list[str]) -> Grid:
    widths = _widths(options)
    rows = tuple(_grid_row(lines, len(widths)) for lines in _cut(content, "--"))
    return Grid(widths, "keep" in options, "tie" in options, rows)


def _grid_row(lines: list[str], columns: int) -> tuple[tuple[Paragraph, ...], ...]:
    written = [line for line in lines if line]
    if len(written) == 1 and _ROW_TAG.match(written[0]):
        return ((Paragraph(TAG, written[0]),),)
    cells = tuple(tuple(paragraphs(cell)) for cell in _cut(lines, "||"))
    if len(cells) != columns:
        raise SourceError(f"в строке сетки не {columns} ячеек: {written[:1]}")
    return cells


def _cut(lines: list[str], mark: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == mark:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts
