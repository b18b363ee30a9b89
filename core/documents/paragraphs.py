"""Documents room: the paragraphs of a DOCX as text, and text put into them without losing their form."""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from lxml import etree

from core.documents.package import ZLIB, assemble, member, members
from core.errors import NotValid

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NS}}}"
DOCUMENT = "word/document.xml"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_SIGNS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "\u2011"}
_UNSEEN = frozenset(
    f"{W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "drawing", "pict", "object", "instrText")
)

Element = Any


class Package:
    """A DOCX open for changes: its files and the tree of its text."""

    def __init__(self, data: bytes) -> None:
        try:
            self.files = dict(members(data))
            self.root: Element = etree.fromstring(self.files[DOCUMENT], PARSER)
        except (KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
            raise NotValid(_l("файл не открывается как документ Word (.docx)")) from error
        body = self.root.find(f"{W}body")
        if body is None:
            raise NotValid(_l("в файле нет текста документа Word"))
        self.body: Element = body

    def saved(self) -> bytes:
        """The bytes of the changed document; the same changes always give the same bytes."""
        xml = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        self.files[DOCUMENT] = xml
        return assemble([member(name, data, ZLIB.compress) for name, data in self.files.items()])

    def tree(self, name: str) -> Element | None:
        """Another file of the package, parsed; None where it is not there."""
        return etree.fromstring(self.files[name], PARSER) if name in self.files else None


def style_names(package: Package) -> dict[str, str]:
    """Names of styles, as the person sees them in Word, by their ids."""
    tree = package.tree("word/styles.xml")
    names: dict[str, str] = {}
    for style in tree.iter(f"{W}style") if tree is not None else ():
        name = style.find(f"{W}name")
        names[style.get(f"{W}styleId")] = name.get(f"{W}val") if name is not None else ""
    return names


def style_of(paragraph: Element) -> str | None:
    """The id of the paragraph's style."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return None if style is None else style.get(f"{W}val")


def pieces(element: Element) -> Iterator[tuple[str, Element]]:
    """What a reader sees of a paragraph, piece by piece, with the run that holds it; deleted text is not seen."""
    for child in element:
        if child.tag in _UNSEEN:
            continue
        if child.tag == f"{W}t":
            yield child.text or "", element
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag], element
        elif child.tag != f"{W}p":
            yield from pieces(child)


def text(paragraph: Element) -> str:
    """The paragraph's text; line breaks and tabs as signs."""
    return "".join(piece for piece, _run in pieces(paragraph))


def look(paragraph: Element) -> Element | None:
    """The run properties that most of the paragraph's letters have."""
    letters: dict[int, int] = {}
    runs: dict[int, Element] = {}
    for piece, run in pieces(paragraph):
        runs[id(run)] = run
        letters[id(run)] = letters.get(id(run), 0) + len(piece)
    if not letters:
        return None
    return runs[max(letters, key=lambda key: letters[key])].find(f"{W}rPr")


def a_run(content: str, properties: Element | None, deleted: bool = False) -> Element:
    """A run of this text in this form; for deleted text, as tracked changes write it."""
    run = etree.Element(f"{W}r")
    if properties is not None:
        run.append(copy.deepcopy(properties))
    for piece in re.split(r"([\n\t])", content):
        if piece in ("\n", "\t"):
            etree.SubElement(run, f"{W}br" if piece == "\n" else f"{W}tab")
        elif piece:
            node = etree.SubElement(run, f"{W}delText" if deleted else f"{W}t")
            node.text = piece
            node.set(SPACE, "preserve")
    return run


def put_text(paragraph: Element, content: str) -> None:
    """Replaces the paragraph's text, keeping its own form and that of most of its letters."""
    properties = look(paragraph)
    for child in list(paragraph):
        if child.tag != f"{W}pPr":
            paragraph.remove(child)
    if content:
        paragraph.append(a_run(content, properties))


def document_text(data: bytes) -> str:
    """All text of the document's body, tables included, a paragraph a line. Raises NotValid."""
    package = Package(data)
    return "\n".join(text(paragraph) for paragraph in package.body.iter(f"{W}p"))
