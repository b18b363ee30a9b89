"""Documents room: documents that take new parts (pictures, links, other documents) go through docxtpl itself."""

from __future__ import annotations

import io
import re
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, RichText
from flask_babel import lazy_gettext as _l

from core.documents.filling import Filling
from core.documents.package import members
from core.documents.template import FOOTNOTES, Template
from core.documents.values import Image, Link, Subdocument, mapped
from core.errors import NotValid

_LINK = re.compile(r"(?:https?|mailto):[^\s\x00-\x1f]+\Z")


class _Docxtpl(DocxTemplate):  # type: ignore[misc]
    """docxtpl with the XML it has patched before and the code compiled from it: nothing is parsed twice."""

    def __init__(self, template: Template, data: dict[str, Any]) -> None:
        super().__init__(io.BytesIO(template.data))
        self.template = template
        self.init_docx()
        self.filling = Filling(template, mapped(data, self._value), foreign=True)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Image):
            return _picture(self, value)
        if isinstance(value, Link):
            if not _LINK.match(value.url):
                raise NotValid(_l("адрес ссылки «%(url)s» не разрешён", url=value.url[:100]))
            return RichText(value.text, url_id=self.build_url_id(value.url))
        return self.new_subdoc(io.BytesIO(value.data)) if isinstance(value, Subdocument) else value

    def patch_xml(self, src_xml: str) -> str:
        return src_xml

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:  # noqa: ARG002
        self.current_rendering_part = part
        ours = self.template.part(part.partname.membername)
        assert ours is not None  # docxtpl fills the same parts that were compiled
        text = self.filling.part(ours)
        opening = re.match(r"<w:body[^>]*>", src_xml)
        return text.replace("<w:body>", opening.group(), 1) if opening else ours.before + text + ours.after

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ARG002
        """Written after saving, from the same pieces as in the compiled way."""
        self.docx.core_properties  # noqa: B018  (python-docx creates the part here)

    def render_footnotes(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ARG002
        """Once, not once a section: a second pass would read the first one's data as tags."""
        for part in self.docx.part.package.parts:
            if part.content_type == FOOTNOTES and self.template.part(part.partname.membername):
                part._blob = self.render_xml_part("", part, context).encode()


def _picture(docx: DocxTemplate, image: Image) -> InlineImage:
    if not image.data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        raise NotValid(_l("картинка не в формате PNG или JPEG"))
    return InlineImage(docx, io.BytesIO(image.data), width=Mm(image.width_mm) if image.width_mm else None)


def through_docxtpl(template: Template, data: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Names and bytes of the files of a document made by docxtpl with our sandbox. Raises NotValid."""
    docx = _Docxtpl(template, data)
    docx.docx_ids_index = 1000
    docx.render({})
    saved = io.BytesIO()
    docx.save(saved)
    core = docx.filling.properties()
    text = "".join(template.core.pieces) if core is None else core
    return [(name, text.encode() if name == template.core.name else blob) for name, blob in members(saved.getvalue())]
