"""Documents room: a DOCX template compiled once: patched XML, Jinja code, untouched files kept compressed."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from flask_babel import lazy_gettext as _l
from jinja2 import Template as Code
from jinja2 import nodes
from lxml import etree

from core.documents import properties
from core.documents.package import Member, best, member, members, sha256
from core.documents.sandbox import Filters, Sandbox, parse, sandbox
from core.documents.structure import prove
from core.errors import NotValid

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>\s*")
_BODY_TAG = re.compile(r"\A<w:body[^>]*>")
_SLOT = "<!--body-->"
_OWN_ESCAPES = (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}"))
SPECIAL = re.compile(r"[\x00-\x1f\x7f-\x9f<\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Part:
    """One XML file with tags in it.

    `place` is its position among the package's files. The file is `before`, the rendered code, `after`.
    `statics` are the pieces of the code's output that come from the template and not from data. `fix_tables` and
    `number_drawings` say that docxtpl's own steps must run on every document.
    """

    place: int
    name: str
    label: Any
    source: str
    code: Code
    statics: frozenset[str]
    before: str
    after: str
    balanced: bool
    fix_tables: bool
    number_drawings: bool


@dataclass(frozen=True)
class Template:
    """A compiled template. `sha256` is of the file it came from; `skeleton` is the package without data."""

    sha256: str
    data: bytes
    env: Sandbox
    skeleton: tuple[Member, ...]
    parts: tuple[Part, ...]
    core: properties.Core

    def part(self, name: str) -> Part | None:
        """The part of that file name, None where the file has no tags to fill."""
        return next((part for part in self.parts if part.name == name), None)


def compile_template(data: bytes, filters: Filters | None = None) -> Template:
    """Compiles the bytes of a DOCX template. Raises NotValid with the place of what cannot be taken.

    The file must have passed `uploads.check` before: nothing here bounds the size of archives.
    """
    return _Compiler(data, sandbox(filters)).template()


def open_docx(data: bytes) -> DocxTemplate:
    """The file as docxtpl sees it. Raises NotValid when it is not a Word document."""
    opened = DocxTemplate(io.BytesIO(data))
    try:
        opened.init_docx()
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise NotValid(_l("файл не открывается как документ Word (.docx)")) from error
    if "w" not in opened.docx._element.nsmap or opened.docx._element.body is None:
        raise NotValid(_l("в файле нет текста документа Word"))
    return opened


class _Compiler:
    def __init__(self, data: bytes, env: Sandbox) -> None:
        self.data, self.env = data, env
        self.docx = open_docx(data)
        self.core = properties.read(self.docx, env)

    def template(self) -> Template:
        files = self._skeleton()
        places = {name: place for place, (name, _) in enumerate(files)}
        parts = [self._body(places), *self._headers_and_footers(places), *self._footnotes(places)]
        taken = {part.place for part in parts}
        for place, (name, blob) in enumerate(files):
            if place not in taken and name != self.core.name:
                _no_tags_left(name, blob)
        skeleton = tuple(member(name, blob, best) for name, blob in files)
        core = replace(self.core, place=places[self.core.name])
        return Template(sha256(self.data), self.data, self.env, skeleton, tuple(parts), core)

    def _skeleton(self) -> list[tuple[str, bytes]]:
        saved = io.BytesIO()
        self.docx.docx.save(saved)
        return members(saved.getvalue())

    def _body(self, places: dict[str, int]) -> Part:
        document = self.docx.docx
        name = document.part.partname.membername
        xml = self.docx.get_xml()
        root = etree.fromstring(etree.tostring(document._element))
        body = root.find(f"{_W}body")
        assert body is not None
        root.replace(body, etree.Comment("body"))
        shell = _declared(etree.tostring(root, encoding="unicode"))
        before, after = shell.split(_SLOT, 1)
        return self._part(places[name], name, _l("текст документа"), xml, (before, after))

    def _headers_and_footers(self, places: dict[str, int]) -> list[Part]:
        parts: list[Part] = []
        for uri, label in (
            (self.docx.HEADER_URI, _l("верхний колонтитул")),
            (self.docx.FOOTER_URI, _l("нижний колонтитул")),
        ):
            for _key, part in self.docx.get_headers_footers(uri):
                name = part.partname.membername
                if name not in {done.name for done in parts}:
                    xml = self.docx.get_part_xml(part)
                    parts.append(self._part(places[name], name, label, xml, (_declared(""), "")))
        return parts

    def _footnotes(self, places: dict[str, int]) -> list[Part]:
        parts: list[Part] = []
        for part in self.docx.docx.part.package.parts:
            if part.content_type == FOOTNOTES and len(self.docx.docx.sections):
                xml = _DECLARATION.sub("", part.blob.decode("utf-8"))
                name = part.partname.membername
                parts.append(self._part(places[name], name, _l("сноски"), xml, (_declared(""), "")))
        return parts

    def _part(self, place: int, name: str, label: Any, xml: str, around: tuple[str, str]) -> Part:
        source = self.docx.patch_xml(xml)
        tree = parse(self.env, source, str(label))
        proof = prove(tree)
        is_body = bool(around[1])
        if is_body:
            source = short_body(source)
        if is_body and proof.balanced and proof.drawings and proof.has_drawings:
            source = _numbered(source)
            tree = parse(self.env, source, str(label))
        code = self._code(tree)
        return Part(
            place, name, label, source, code[0], code[1], *around,
            balanced=proof.balanced,
            fix_tables=is_body and not proof.tables,
            number_drawings=is_body and not proof.drawings,
        )  # fmt: skip

    def _code(self, tree: nodes.Template) -> tuple[Code, frozenset[str]]:
        for text in tree.find_all(nodes.TemplateData):
            for written, meant in _OWN_ESCAPES:
                text.data = text.data.replace(written, meant)
        compiled = self.env.compile(tree)
        statics = frozenset(text for text in _constants(compiled) if not SPECIAL.search(text.replace("<", "")))
        return Code.from_code(self.env, compiled, self.env.globals), statics


def _declared(xml: str) -> str:
    return "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n" + xml


def short_body(xml: str) -> str:
    """The body without the namespace declarations that its document already makes."""
    return _BODY_TAG.sub("<w:body>", xml, count=1)


def _numbered(source: str) -> str:
    """Drawings numbered from 1001 in their order, as docxtpl numbers them in every document."""
    count = iter(range(1001, 10**9))
    return re.sub(
        r'(<wp:docPr\b[^>]*?\bid=")[^"]*(")', lambda m: f"{m.group(1)}{next(count)}{m.group(2)}", source
    )  # fmt: skip


def _constants(code: CodeType) -> set[str]:
    found: set[str] = set()
    for constant in code.co_consts:
        if isinstance(constant, str):
            found.add(constant)
        elif isinstance(constant, CodeType):
            found |= _constants(constant)
    return found


def _no_tags_left(name: str, blob: bytes) -> None:
    """Refuses tags in files that nobody fills: they would reach the reader as they are."""
    if name.endswith(".xml") and (b"{{" in blob or b"{%" in blob):
        raise NotValid(_l("теги в файле %(name)s не заполняются: перенесите их в текст документа", name=name))
