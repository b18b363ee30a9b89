"""Documents room: the text of an agreement as an ordered list of clauses, read from a DOCX and put back into it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from flask_babel import lazy_gettext as _l
from lxml import etree

from core.documents.paragraphs import Element, Package, W, document_text, put_text, style_names, style_of, text
from core.errors import NotValid

__all__ = ["LEVELS", "document_text", "put_clauses", "read_clauses"]

LEVELS = {"Раздел": 1, "Пункт": 2, "Подпункт": 3}
_TYPED = re.compile(r"(\d{1,3}(?=[.)])(?:\.\d{1,3}){0,5})[.)]?[\s\u00a0]+(?=\S)")  # «10 января» is no clause
_MARK = "clause_"
_MARKABLE = re.compile(r"\w{1,32}\Z")

Clause = dict[str, Any]


@dataclass
class _Found:
    """A clause in the document: its paragraph, and what follows it that is no clause (a table, a remark)."""

    element: Element
    id: str
    level: int
    number: str
    text: str
    prefix: str = ""
    tail: list[Element] = field(default_factory=list)

    @property
    def key(self) -> tuple[int, str]:
        return self.level, self.text


def read_clauses(data: bytes) -> list[Clause]:
    """The clauses in their order: `id`, `level` (1 section, 2 clause, 3 sub-clause), `number` («1.2»), `text`.

    A clause is a paragraph in the style «Раздел», «Пункт» or «Подпункт», numbered by Word; where a document uses none
    of them, a paragraph that begins with a typed number. The id is the one written into the document by
    `put_clauses`, otherwise the place: «c1», «c2» … A document with neither has no clauses: []. Raises NotValid.
    """
    found = _find(Package(data))
    return [{"id": f.id, "level": f.level, "number": f.number, "text": f.text} for f in found]


def put_clauses(data: bytes, clauses: Sequence[Mapping[str, Any]]) -> bytes:
    """The document with this list in place of its clauses; what has not changed keeps every run as it was.

    A clause whose text is in the document already keeps its paragraph, one with a known id gives its paragraph the
    new text, a new one gets the form of its level. Tables and other paragraphs stay after the clause they followed.
    Numbers are Word's own (typed ones are typed anew from the list). Ids are written in as bookmarks, so that a text
    edited in Word comes back with them. Raises NotValid for a document without clauses.
    """
    package = Package(data)
    found = _find(package)
    if not found:
        if clauses:
            raise NotValid(_l("в документе нет пунктов: абзацев в стилях «Раздел», «Пункт», «Подпункт»"))
        return data
    _Writer(package, found).write(clauses)
    return package.saved()


def _find(package: Package) -> list[_Found]:
    names = style_names(package)
    levels = {style: LEVELS[name] for style, name in names.items() if name in LEVELS}
    blocks = list(package.body)
    found = _styled(blocks, levels) or _typed(blocks)
    _attach_tails(blocks, found)
    _name(found)
    return found


def _styled(blocks: list[Element], levels: dict[str, int]) -> list[_Found]:
    counters = [0, 0, 0]
    found = []
    for block in blocks:
        level = levels.get(style_of(block) or "") if block.tag == f"{W}p" else None
        if level is None:
            continue
        number = ""  # an empty paragraph uses a number up too, as in Word
        if _is_numbered(block):
            counters[level - 1] += 1
            counters[level:] = [0] * (3 - level)
            number = ".".join(str(count) for count in counters[:level])
        if text(block).strip():
            found.append(_Found(block, "", level, number, text(block)))
    return found


def _is_numbered(paragraph: Element) -> bool:
    own = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
    return own is None or own.get(f"{W}val") != "0"


def _typed(blocks: list[Element]) -> list[_Found]:
    found = []
    for block in blocks:
        whole = text(block) if block.tag == f"{W}p" else ""
        if match := _TYPED.match(whole.lstrip()):
            prefix = whole[: len(whole) - len(whole.lstrip())] + match.group()
            level = min(match.group(1).count(".") + 1, 3)
            found.append(_Found(block, "", level, match.group(1), whole[len(prefix) :], prefix))
    return found


def _attach_tails(blocks: list[Element], found: list[_Found]) -> None:
    """The last clause keeps no tail: what follows it are signatures, and they stay at the end."""
    owners = {id(each.element): each for each in found}
    current: _Found | None = None
    for block in blocks:
        current = owners.get(id(block), current)
        if found and current is found[-1]:
            return
        if current is not None and block is not current.element:
            current.tail.append(block)


def _name(found: list[_Found]) -> None:
    taken: set[str] = set()
    for each in found:
        marks = [mark.get(f"{W}name", "") for mark in each.element.iter(f"{W}bookmarkStart")]
        known = next((mark.removeprefix(_MARK) for mark in marks if mark.startswith(_MARK)), "")
        each.id = known if known and known not in taken else ""
        taken.add(each.id)
    place = 0
    for each in found:
        while not each.id:
            place += 1
            each.id = f"c{place}" if f"c{place}" not in taken else ""
        taken.add(each.id)


class _Writer:
    def __init__(self, package: Package, found: list[_Found]) -> None:
        self.package, self.found = package, found
        self.typed = bool(found[0].prefix)
        self.styles = {LEVELS[name]: style for style, name in style_names(package).items() if name in LEVELS}
        self.samples = {each.level: copy.deepcopy(each.element) for each in reversed(found)}
        self._bookmark = max(
            (int(mark.get(f"{W}id", "0")) for mark in package.root.iter(f"{W}bookmarkStart")), default=0
        )  # fmt: skip

    def write(self, clauses: Sequence[Mapping[str, Any]]) -> None:
        kept = _matched(self.found, clauses)
        mark = anchor = _mark_before(self.found[0].element)
        used = {id(each) for each in kept if each is not None}
        order: list[Element] = []
        for clause, each in zip(clauses, kept, strict=True):
            order.append(self._paragraph(clause, each))
            order += each.tail if each is not None else []
        self._keep_orphans(used, order)
        for each in self.found:
            if each.element.getparent() is not None:
                each.element.getparent().remove(each.element)
        for element in order:
            anchor.addnext(element)
            anchor = element
        self.package.body.remove(mark)

    def _keep_orphans(self, used: set[int], order: list[Element]) -> None:
        """What stood under a clause that is gone is not ours to lose: it goes where its neighbour above is."""
        for number, each in enumerate(self.found):
            if id(each) in used or not each.tail:
                continue
            above = [done for done in self.found[:number] if done.element in order]
            place = order.index(above[-1].element) + 1 + len(above[-1].tail) if above else 0
            order[place:place] = each.tail

    def _paragraph(self, clause: Mapping[str, Any], each: _Found | None) -> Element:
        level = int(clause.get("level") or (each.level if each else 2))
        content = str(clause["text"])
        if each is None:
            near = min(self.samples, key=lambda known: abs(known - level))
            element = copy.deepcopy(self.samples[near])
            put_text(element, self._with_number(clause, content))
        else:
            element = each.element
            renumbered = self.typed and each.number != str(clause.get("number") or "")
            if each.text != content or renumbered:
                put_text(element, self._with_number(clause, content))
        self._style(element, level)
        self._remember(element, str(clause.get("id") or ""))
        return element

    def _with_number(self, clause: Mapping[str, Any], content: str) -> str:
        number = str(clause.get("number") or "")
        return f"{number}. {content}" if self.typed and number else content

    def _style(self, element: Element, level: int) -> None:
        style = element.find(f"{W}pPr/{W}pStyle")
        if style is not None and level in self.styles:
            style.set(f"{W}val", self.styles[level])

    def _remember(self, element: Element, clause_id: str) -> None:
        for mark in list(element.iter(f"{W}bookmarkStart")):
            if mark.get(f"{W}name", "").startswith(_MARK):
                ends = [e for e in element.iter(f"{W}bookmarkEnd") if e.get(f"{W}id") == mark.get(f"{W}id")]
                for old in (mark, *ends):
                    old.getparent().remove(old)
        if not _MARKABLE.match(clause_id):
            return
        self._bookmark += 1
        marks = {f"{W}id": str(self._bookmark)}
        start = etree.Element(f"{W}bookmarkStart", {**marks, f"{W}name": _MARK + clause_id})
        properties = element.find(f"{W}pPr")
        element.insert(0 if properties is None else element.index(properties) + 1, start)
        etree.SubElement(element, f"{W}bookmarkEnd", marks)


def _mark_before(element: Element) -> Element:
    """A mark before the first clause, so that there is something to put the list after."""
    mark = etree.Element(f"{W}bookmarkStart", {f"{W}name": "_clauses"})
    element.addprevious(mark)
    return mark


def _matched(found: list[_Found], clauses: Sequence[Mapping[str, Any]]) -> list[_Found | None]:
    """For every clause of the list its paragraph: one with the same text in the same order, else one with its id."""
    keys = [(int(clause.get("level") or 2), str(clause["text"])) for clause in clauses]
    matched: list[_Found | None] = [None] * len(clauses)
    free = {id(each): each for each in found}
    matcher = SequenceMatcher(None, [each.key for each in found], keys, autojunk=False)
    for at_found, at_clause, size in matcher.get_matching_blocks():
        for step in range(size):
            each = found[at_found + step]
            matched[at_clause + step] = free.pop(id(each))
    by_id = {each.id: each for each in free.values()}
    for place, clause in enumerate(clauses):
        wanted = str(clause.get("id") or "")
        if matched[place] is None and wanted in by_id:
            matched[place] = by_id.pop(wanted)
    return matched
