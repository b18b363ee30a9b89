"""Documents room: a compiled template and data make a document: what changes is written, the rest is copied."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml import etree

from core.documents.diagnosis import BROKEN, Diagnosis, diagnose, without_value
from core.documents.filling import Filling
from core.documents.package import ISAL, ZLIB, Deflater, assemble, content_sha256, member, sha256
from core.documents.parts import through_docxtpl
from core.documents.template import Part, Template, short_body
from core.documents.values import Data, NeedsParts

__all__ = ["ISAL", "ZLIB", "Rendered", "engine", "render"]

REVISION = 1


@dataclass(frozen=True)
class Rendered:
    """A document's bytes, the way they were made (`compiled`, `tree` or `docxtpl`) and the engine that made them."""

    data: bytes
    tier: str
    engine: str
    template_sha256: str

    @cached_property
    def sha256(self) -> str:
        """Of the bytes as stored."""
        return sha256(self.data)

    @cached_property
    def content_sha256(self) -> str:
        """Of names and uncompressed bytes: equal wherever the same template and data are rendered again."""
        return content_sha256(self.data)


@cache
def engine(deflater: Deflater) -> str:
    """The versions that decide the bytes: this engine, docxtpl, Jinja, the compressor's build."""
    parts = (f"documents-{REVISION}", f"docxtpl-{version('docxtpl')}", f"jinja2-{version('jinja2')}", deflater.build)
    return " ".join(parts)


def render(template: Template, data: Data, deflater: Deflater = ZLIB, required: Iterable[str] = ()) -> Rendered:
    """Fills the template: for the same template, data and engine always the same bytes.

    `data`: text, numbers, dates, lists, mappings and dataclasses, docxtpl's RichText and Listing, the values of
    core.documents.values. `required`: paths (`a.full_name`, `rows[].name`) that must have a value even where the
    template happens not to print them.

    Raises NotValid naming every field that has no value (absent or None), every field with control characters, or
    what the template cannot do with this data.
    """
    if absent := without_value(data, required):
        raise Diagnosis(missing=absent).refusal()
    context = dict(data)
    try:
        return _compiled(template, context, deflater)
    except NeedsParts:
        return _with_parts(template, context, deflater)
    except (TemplateError, *BROKEN) as error:
        raise diagnose(template, context).refusal(error) from error


def _compiled(template: Template, data: dict[str, object], deflater: Deflater) -> Rendered:
    filling = Filling(template, data)
    members = list(template.skeleton)
    tier = "compiled"
    for part in template.parts:
        text = filling.part(part)
        if part.fix_tables or part.number_drawings:
            tier, text = "tree", _through_tree(part, text)
        members[part.place] = member(part.name, (part.before + text + part.after).encode(), deflater.compress)
    if (core := filling.properties()) is not None:
        members[template.core.place] = member(template.core.name, core.encode(), deflater.compress)
    return Rendered(assemble(members), tier, engine(deflater), template.sha256)


def _with_parts(template: Template, data: dict[str, object], deflater: Deflater) -> Rendered:
    try:
        files = through_docxtpl(template, data)
    except (TemplateError, OpcError, zipfile.BadZipFile, etree.XMLSyntaxError, *BROKEN) as error:
        raise diagnose(template, data).refusal(error) from error
    made = assemble([member(name, blob, deflater.compress) for name, blob in files])
    return Rendered(made, "docxtpl", engine(deflater), template.sha256)


def _through_tree(part: Part, text: str) -> str:
    """docxtpl's own repair of tables and numbering of drawings."""
    shell = etree.fromstring((part.before + "<w:body/>" + part.after).encode())
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in shell.nsmap.items() if prefix)
    tool = DocxTemplate(None)
    tool.docx_ids_index = 1000
    tree = tool.fix_tables(text.replace("<w:body>", f"<w:body {declared}>", 1))
    tool.fix_docpr_ids(tree)
    return short_body(etree.tostring(tree, encoding="unicode"))
