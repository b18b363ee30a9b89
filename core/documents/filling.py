"""Documents room: one part filled with data: every printed value is looked at, nothing else is."""

from __future__ import annotations

import re
from typing import Any

from docxtpl import DocxTemplate
from flask_babel import lazy_gettext as _l
from lxml import etree

from core.documents import properties
from core.documents.diagnosis import diagnose
from core.documents.template import SPECIAL, Part, Template
from core.errors import NotValid, Refusal

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BREAKS = re.compile(r"[\n\t\a\f\r]")
_ALLOWED = frozenset("\n\t\a\f\r<")
_FOREIGN = re.compile(r"\br:(?:id|embed|link|pict|dm|lo|qs|cs)=")
_STRICT = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_NBSP = "\u00a0"


class Filling:
    """One template being filled with one set of data. `foreign`: may values refer to parts of the package?"""

    def __init__(self, template: Template, data: dict[str, Any], foreign: bool = False) -> None:
        self.template, self.data, self.foreign = template, data, foreign
        self._asked_for_none = False

    def part(self, part: Part) -> str:
        """The text between `part.before` and `part.after`: well-formed there, or NotValid."""
        chunks = self._chunks(part)
        statics = part.statics
        breaks, markup = self._look("".join([chunk for chunk in chunks if chunk not in statics]))
        text = "".join(chunks)
        if breaks:
            text = DocxTemplate(None).resolve_listing(text.replace("\r\n", "\n").replace("\r", "\n"))
        if markup or not part.balanced:
            _well_formed(part, text)
        return text

    def _chunks(self, part: Part) -> list[str]:
        try:
            return list(part.code.root_render_func(part.code.new_context(self.data)))
        except Refusal as error:  # a filter refused a value: say which field's
            raise diagnose(self.template, self.data).refusal(error) from error

    def properties(self) -> str | None:
        """The XML of the document's properties, None where the template leaves them to themselves."""
        core = self.template.core
        if not core.codes:
            return None
        values = properties.values(core, self.data)
        self._look("".join(values).replace("<", "").replace("&", ""))
        return properties.written(core, values)

    def _look(self, printed: str) -> tuple[bool, bool]:
        """Whether what data printed holds breaks or tabs, and whether markup. Raises NotValid."""
        if "None" in printed and not self._asked_for_none:
            self._asked_for_none = True  # a person may be called that: ask the fields themselves
            diagnose(self.template, self.data).raise_if_any()
        ampersands = printed.count("&")
        markup = "<" in printed or (ampersands > 0 and len(_ENTITY.findall(printed)) != ampersands)
        if markup and not self.foreign and _FOREIGN.search(printed):
            raise NotValid(_l("значение ссылается на часть другого файла: передайте картинку или ссылку как есть"))
        if printed.replace(_NBSP, "").isprintable():
            return False, markup
        found = set(SPECIAL.findall(printed)) - _ALLOWED
        if found:
            raise diagnose(self.template, self.data).refusal(ValueError(repr(sorted(found))))
        return _BREAKS.search(printed) is not None, markup


def _well_formed(part: Part, text: str) -> None:
    try:
        etree.fromstring((part.before + text + part.after).encode(), _STRICT)
    except etree.XMLSyntaxError as error:
        raise NotValid(_l(
            "%(where)s: теги шаблона разрывают разметку, часть текста пропала бы (%(detail)s)",
            where=part.label, detail=error.msg,
        )) from error  # fmt: skip
