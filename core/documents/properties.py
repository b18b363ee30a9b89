"""Documents room: the document's own properties (title, author …), filled in and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from docxtpl import DocxTemplate
from flask_babel import lazy_gettext as _l
from jinja2 import Template as Code

from core.documents.sandbox import Sandbox, parse
from core.errors import NotValid

FILLED = ("author", "comments", "identifier", "language", "subject", "title")
LONGEST = 255
LABELS = {
    "author": _l("свойство «Автор»"), "comments": _l("свойство «Примечания»"),
    "identifier": _l("свойство «Идентификатор»"), "language": _l("свойство «Язык»"),
    "subject": _l("свойство «Тема»"), "title": _l("свойство «Название»"),
}  # fmt: skip
_MARK = "\u2063{}\u2063"  # an invisible separator: it cannot be met in a property typed in Word


@dataclass(frozen=True)
class Core:
    """docProps/core.xml cut at its filled properties: `pieces[i]`, value of `codes[i]`, `pieces[i + 1]` …

    A code comes with its source and the property's label.
    `place` is its position among the package's files.
    """

    name: str
    place: int
    pieces: tuple[str, ...]
    codes: tuple[tuple[str, Any, Code], ...]

    @property
    def sources(self) -> list[tuple[str, Any]]:
        """Source and label of every filled property."""
        return [(source, label) for source, label, _code in self.codes]


def read(docx: DocxTemplate, env: Sandbox) -> Core:
    """The properties of an opened template; they are text and not XML, so their code does not escape.

    Raises NotValid for a tag that the sandbox refuses.
    """
    plain = env.overlay(autoescape=False)
    assert isinstance(plain, Sandbox)
    own = _has_own(docx)
    properties = docx.docx.core_properties
    if not own:
        _forget_defaults(properties)
    codes: dict[str, tuple[str, Any, Code]] = {}
    for name in FILLED:
        source = getattr(properties, name)
        setattr(properties, name, source)  # docxtpl writes even the empty ones
        if "{" in source:
            tree = parse(plain, source, str(LABELS[name]))
            code = Code.from_code(plain, plain.compile(tree), plain.globals)
            codes[name] = (source, LABELS[name], code)
            setattr(properties, name, _MARK.format(name))
    part = docx.docx.part.package._core_properties_part
    return _cut(part.partname.membername, part.blob.decode("utf-8"), codes)


def _cut(name: str, xml: str, codes: dict[str, tuple[str, Any, Code]]) -> Core:
    order = sorted(codes, key=lambda prop: xml.index(_MARK.format(prop)))
    pieces: list[str] = []
    for prop in order:
        head, xml = xml.split(_MARK.format(prop), 1)
        pieces.append(head)
    return Core(name, -1, (*pieces, xml), tuple(codes[prop] for prop in order))


def _has_own(docx: DocxTemplate) -> bool:
    return any(rel.reltype.endswith("/core-properties") for rel in docx.docx.part.package.rels.values())


def _forget_defaults(properties: Any) -> None:
    """python-docx writes its own name and the current time where the template says nothing."""
    element = properties._element
    for child in list(element):
        element.remove(child)


def values(core: Core, data: dict[str, Any]) -> list[str]:
    """What the tags of the properties print for this data. Raises NotValid for a value over 255 characters."""
    printed = []
    for _source, label, code in core.codes:
        value = "".join(code.root_render_func(code.new_context(data)))
        if len(value) > LONGEST:
            raise NotValid(_l("%(label)s длиннее %(n)s знаков", label=label, n=LONGEST))
        printed.append(value)
    return printed


def written(core: Core, printed: list[str]) -> str:
    """docProps/core.xml with these values in their places."""
    xml = [core.pieces[0]]
    for value, piece in zip(printed, core.pieces[1:], strict=True):
        xml += (escape(value), piece)
    return "".join(xml)
