"""Documents room: every paragraph of a template with the words for where it is, and the tags in it with their runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l
from lxml import etree

from core.documents.package import members
from core.documents.paragraphs import PARSER, Element, W

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PREFIX = re.compile(r"(?:tr|tc|p|r)(?=\s)")
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}
_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml\Z")
_TEXTUAL = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml\Z")
_LABELS = {
    "document": _l("текст документа"), "header": _l("верхний колонтитул"), "footer": _l("нижний колонтитул"),
    "footnotes": _l("сноски"), "endnotes": _l("концевые сноски"), "comments": _l("примечания"),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where in the file: the part in words, the paragraph's number in it, the cell if it is in a table; from one.

    `row_id` and `cell_id` tell rows and cells apart.
    """

    part: Any
    paragraph: int
    table: int = 0
    row: int = 0
    cell: int = 0
    row_id: int = 0
    cell_id: int = 0

    def __str__(self) -> str:
        if self.table:
            return str(_l(
                "%(part)s, абзац %(paragraph)s (таблица %(table)s, строка %(row)s, ячейка %(cell)s)",
                part=self.part, paragraph=self.paragraph, table=self.table, row=self.row, cell=self.cell,
            ))  # fmt: skip
        return str(_l("%(part)s, абзац %(paragraph)s", part=self.part, paragraph=self.paragraph))


@dataclass(frozen=True)
class Tag:
    """A tag as typed: `{{r x|money }}` has the prefix r and the inside x|money; `pieces` is in how many runs it is.

    `torn`: the name of what it is torn by (a line break, a link, a tracked change), empty where it is whole.
    """

    raw: str
    kind: str
    prefix: str
    inside: str
    pieces: int
    torn: str
    looks: int
    place: Place

    @property
    def word(self) -> str:
        """The statement: if, for, endif …; empty for a value."""
        return (self.inside.split(None, 1) or [""])[0] if self.kind == "{%" else ""


@dataclass(frozen=True)
class _Letter:
    sign: str
    run: int
    parent: int
    look: bytes
    text: bool


@dataclass
class Paragraph:
    """A paragraph's text and tags. `filled`: whether anybody fills tags in this part."""

    place: Place
    filled: bool
    letters: list[_Letter] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        return "".join(letter.sign for letter in self.letters)

    @cached_property
    def tags(self) -> list[Tag]:
        return [self._tag(match) for match in TAG.finditer(self.text)]

    @property
    def rest(self) -> str:
        """The text beside the tags."""
        return TAG.sub("", self.text)

    @property
    def excerpt(self) -> str:
        return " ".join(self.text.split())[:120]

    def _tag(self, match: re.Match[str]) -> Tag:
        raw = match.group()
        inside = raw[2:-2].lstrip("-+").rstrip("-+")
        prefix = _PREFIX.match(inside)
        letters = self.letters[match.start() : match.end()]
        return Tag(
            raw, raw[:2], prefix.group() if prefix else "", inside[prefix.end() if prefix else 0 :].strip(),
            len({letter.run for letter in letters}), _torn(letters), len({letter.look for letter in letters}),
            self.place,
        )  # fmt: skip


def _torn(letters: list[_Letter]) -> str:
    if any(not letter.text for letter in letters):
        return str(_l("перенос строки или табуляция"))
    if len({letter.parent for letter in letters}) > 1:
        return str(_l("граница ссылки, поля или исправления"))
    return ""


def paragraphs(template: bytes) -> Iterator[Paragraph]:
    """The paragraphs of all parts with text, in reading order within a part. The file must have passed the gate."""
    for name, data in members(template):
        if match := _TEXTUAL.match(name):
            label = _LABELS[match.group(1).rstrip("0123456789")]
            yield from _of_part(etree.fromstring(data, PARSER), label, _FILLED.match(name) is not None)


def _of_part(root: Element, label: Any, filled: bool) -> Iterator[Paragraph]:
    keep = list(root.iter(f"{W}tbl", f"{W}tr", f"{W}tc"))  # lxml makes proxies anew: hold them while ids are compared
    tables = {id(table): number for number, table in enumerate(root.iter(f"{W}tbl"), 1)}
    for number, element in enumerate(root.iter(f"{W}p"), 1):
        paragraph = Paragraph(_place(element, label, number, tables), filled)
        _letters(element, paragraph.letters)
        yield paragraph
    del keep


def _place(element: Element, label: Any, number: int, tables: dict[int, int]) -> Place:
    cell = next(element.iterancestors(f"{W}tc"), None)
    if cell is None:
        return Place(label, number)
    row = next(cell.iterancestors(f"{W}tr"))
    table = next(row.iterancestors(f"{W}tbl"))
    return Place(
        label, number, tables[id(table)], table.findall(f"{W}tr").index(row) + 1, row.findall(f"{W}tc").index(cell) + 1,
        id(row), id(cell),
    )  # fmt: skip


def _letters(element: Element, found: list[_Letter]) -> None:
    for child in element:
        if child.tag == f"{W}p" or child.tag in (f"{W}pPr", f"{W}del"):
            continue
        if child.tag == f"{W}r":
            _run(child, id(element), found)
        else:
            _letters(child, found)


def _run(run: Element, parent: int, found: list[_Letter]) -> None:
    properties = run.find(f"{W}rPr")
    look = b"" if properties is None else etree.tostring(properties)
    number = found[-1].run + 1 if found else 1
    for child in run:
        if child.tag == f"{W}t":
            found += [_Letter(sign, number, parent, look, True) for sign in child.text or ""]
        elif child.tag in _SIGNS:
            found.append(_Letter(_SIGNS[child.tag], number, parent, look, False))
