"""Documents room: two revisions compared, as data for a page and as a DOCX whose changes Word shows as tracked."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from core.documents.comparison import Block, Segment, aligned, block, compare_clauses, segments
from core.documents.paragraphs import Element, Package, W, a_run, pieces, style_names, text

__all__ = ["Block", "Segment", "compare", "compare_clauses", "redline"]

_PLAIN = frozenset(
    f"{W}{name}"
    for name in ("pPr", "r", "proofErr", "bookmarkStart", "bookmarkEnd", "rPr", "t", "tab", "br", "cr",
                 "noBreakHyphen", "lastRenderedPageBreak")
)  # fmt: skip
_LAST_IN_PPR = (f"{W}sectPr", f"{W}pPrChange")


def compare(old: bytes, new: bytes) -> list[Block]:
    """The paragraphs of two documents, tables included, as blocks in reading order. Raises NotValid."""
    sides = [[text(p) for p in Package(data).body.iter(f"{W}p") if text(p).strip()] for data in (old, new)]
    return [block(one, other) for one, other in aligned(sides[0], sides[1], str)]


def redline(old: bytes, new: bytes, author: str, when: datetime) -> bytes:
    """The new document with everything that differs from the old one as tracked changes of `author` at `when`.

    Accepting all gives the new text, rejecting all the old one. Body and tables are compared; headers, footers and
    footnotes are those of the new document. Raises NotValid.
    """
    before, after = Package(old), Package(new)
    _Tracker(after, author, when).container(before.body, after.body)
    return after.saved()


class _Tracker:
    def __init__(self, package: Package, author: str, when: datetime) -> None:
        self.styles = style_names(package)
        numbering = package.tree("word/numbering.xml")
        self.lists = set() if numbering is None else {n.get(f"{W}numId") for n in numbering.iter(f"{W}num")}
        stamp = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.mark = {f"{W}author": author, f"{W}date": stamp}
        self.next = 900_000  # above what Word numbers its own marks with

    def container(self, old: Element, new: Element) -> None:
        """The paragraphs and tables of two bodies or cells."""
        anchor: Element | None = None
        first = next(_blocks(new), None)
        for one, other in aligned(list(_blocks(old)), list(_blocks(new)), _key):
            if other is None:
                gone = self._deleted(one)
                _after(anchor, gone, first, new)
                anchor = gone
                continue
            if one is None:
                self._inserted(other)
            elif one.tag != other.tag:
                gone = self._deleted(one)
                other.addprevious(gone)
                self._inserted(other)
            elif other.tag == f"{W}tbl":
                self._table(one, other)
            else:
                self._paragraph(one, other)
            anchor = other

    def _table(self, old: Element, new: Element) -> None:
        anchor: Element | None = None
        first = new.find(f"{W}tr")
        for one, other in aligned(old.findall(f"{W}tr"), new.findall(f"{W}tr"), _key):
            if other is None:
                gone = self._row(copy.deepcopy(one), "del")
                _after(anchor, gone, first, new)
                anchor = gone
                continue
            if one is None:
                self._row(other, "ins")
            else:
                self._cells(one, other)
            anchor = other

    def _cells(self, old: Element, new: Element) -> None:
        before, after = old.findall(f"{W}tc"), new.findall(f"{W}tc")
        if len(before) == len(after):
            for one, other in zip(before, after, strict=True):
                self.container(one, other)
        elif _key(old) != _key(new):
            new.addprevious(self._row(copy.deepcopy(old), "del"))
            self._row(new, "ins")

    def _row(self, row: Element, kind: str) -> Element:
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = etree.Element(f"{W}trPr")
            exceptions = row.find(f"{W}tblPrEx")
            row.insert(0 if exceptions is None else row.index(exceptions) + 1, properties)
        properties.append(self._change(kind))
        for paragraph in list(row.iter(f"{W}p")):
            if kind == "ins":
                self._inserted_paragraph(paragraph)
            else:
                paragraph.getparent().replace(paragraph, self._deleted_paragraph(paragraph))
        return row

    def _change(self, kind: str) -> Element:
        self.next += 1
        return etree.Element(f"{W}{kind}", {f"{W}id": str(self.next), **self.mark})

    def _inserted(self, element: Element) -> None:
        if element.tag == f"{W}tbl":
            for row in element.findall(f"{W}tr"):
                self._row(row, "ins")
        else:
            self._inserted_paragraph(element)

    def _deleted(self, element: Element) -> Element:
        if element.tag == f"{W}p":
            return self._deleted_paragraph(element)
        table = copy.deepcopy(element)
        for row in table.findall(f"{W}tr"):
            self._row(row, "del")
        return table

    def _inserted_paragraph(self, paragraph: Element) -> None:
        self._mark_end(paragraph, "ins")
        for run in [r for r in paragraph.iter(f"{W}r") if r.getparent().tag not in (f"{W}ins", f"{W}del")]:
            wrapper = self._change("ins")
            run.getparent().replace(run, wrapper)
            wrapper.append(run)

    def _deleted_paragraph(self, old: Element) -> Element:
        """Text and form of the old paragraph; pictures and links stay behind, for their files are not here."""
        paragraph = etree.Element(f"{W}p")
        properties = old.find(f"{W}pPr")
        if properties is not None:
            paragraph.append(self._usable(copy.deepcopy(properties)))
        self._mark_end(paragraph, "del")
        for piece, run in pieces(old):
            self._put(paragraph, "del", piece, run.find(f"{W}rPr"))
        return paragraph

    def _usable(self, properties: Element) -> Element:
        for child in list(properties):
            style = child.tag == f"{W}pStyle" and child.get(f"{W}val") not in self.styles
            number = child.find(f"{W}numId") if child.tag == f"{W}numPr" else None
            lost = number is not None and number.get(f"{W}val") not in self.lists
            if style or lost or child.tag in _LAST_IN_PPR:
                properties.remove(child)
        return properties

    def _mark_end(self, paragraph: Element, kind: str) -> None:
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            properties = etree.Element(f"{W}pPr")
            paragraph.insert(0, properties)
        form = properties.find(f"{W}rPr")
        if form is None:
            form = etree.Element(f"{W}rPr")
            last = next((child for child in properties if child.tag in _LAST_IN_PPR), None)
            properties.append(form) if last is None else last.addprevious(form)
        form.insert(0, self._change(kind))

    def _paragraph(self, old: Element, new: Element) -> None:
        if text(old) == text(new):
            return
        if any(node.tag not in _PLAIN for node in new.iterdescendants() if not _inside_properties(node)):
            new.addprevious(self._deleted_paragraph(old))
            self._inserted_paragraph(new)
            return
        before, after = _Letters(old), _Letters(new)
        changes = segments(text(old), text(new))
        for child in list(new):
            if child.tag == f"{W}r":
                new.remove(child)
        for change in changes:
            if change.kind == "delete":
                self._spread(new, "del", before.take(len(change.text)))
            else:
                if change.kind == "equal":
                    before.take(len(change.text))
                self._spread(new, "ins" if change.kind == "insert" else "", after.take(len(change.text)))

    def _spread(self, paragraph: Element, kind: str, parts: list[tuple[str, Element | None]]) -> None:
        for content, form in parts:
            self._put(paragraph, kind, content, form)

    def _put(self, paragraph: Element, kind: str, content: str, form: Element | None) -> None:
        if not content:
            return
        target = paragraph
        if kind:
            target = self._change(kind)
            paragraph.append(target)
        target.append(a_run(content, form, deleted=kind == "del"))


class _Letters:
    """A paragraph's letters taken in order, each stretch with the form of its run."""

    def __init__(self, paragraph: Element) -> None:
        self.left = [(piece, run.find(f"{W}rPr")) for piece, run in pieces(paragraph)]

    def take(self, count: int) -> list[tuple[str, Element | None]]:
        taken: list[tuple[str, Element | None]] = []
        while count and self.left:
            piece, form = self.left.pop(0)
            taken.append((piece[:count], form))
            if piece[count:]:
                self.left.insert(0, (piece[count:], form))
            count -= len(taken[-1][0])
        return taken


def _blocks(container: Element) -> Iterator[Element]:
    return (child for child in container if child.tag in (f"{W}p", f"{W}tbl"))


def _key(element: Element) -> str:
    if element.tag == f"{W}p":
        return text(element)
    return f"\0{etree.QName(element).localname}\0" + "\n".join(text(p) for p in element.iter(f"{W}p"))


def _inside_properties(node: Element) -> bool:
    return any(parent.tag in (f"{W}pPr", f"{W}rPr") for parent in node.iterancestors())


def _after(anchor: Element | None, element: Element, first: Element | None, container: Element) -> None:
    if anchor is not None:
        anchor.addnext(element)
    elif first is not None:
        first.addprevious(element)
    else:
        container.insert(0, element)
