"""Documents room: what a template asks for and where it is wrong, in words for people who know only Word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from jinja2 import TemplateSyntaxError

from core.documents.fields import Scope, is_known, lookalikes, meant
from core.documents.grammar import Refused
from core.documents.nesting import Nesting
from core.documents.places import TAG, Paragraph, Place, Tag, paragraphs
from core.documents.properties import FILLED, LABELS
from core.documents.sandbox import Filters, sandbox
from core.documents.template import compile_template, open_docx
from core.errors import NotValid

Severity = Literal["error", "warning", "note"]
_SINGLE = re.compile(r"(?<![{%#])\{\s*([^\W\d][\w.]*)\s*\}(?![%}#])")
_HALF = re.compile(r"\{\{|\{%|\{#|%\}|\}\}|#\}")


@dataclass(frozen=True)
class Finding:
    """Something to tell the author. `error`: the template cannot be used so. `suggestion` is text to put instead."""

    code: str
    severity: Severity
    message: Any
    place: Place | None = None
    excerpt: str = ""
    suggestion: str = ""


@dataclass(frozen=True)
class Use:
    """A field the template reads, the places where it does, whether the catalogue has it, the name meant if not."""

    path: str
    places: tuple[Place, ...]
    known: bool
    suggestion: str = ""


@dataclass
class Report:
    """Fields in order of first use, findings in order of place."""

    fields: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether the template can be put to use: it has no errors."""
        return not any(finding.severity == "error" for finding in self.findings)


def inspect(template: bytes, catalogue: Iterable[str] | None = None, filters: Filters | None = None) -> Report:
    """Reads a template that has passed `uploads.check`.

    `catalogue`: the paths its kind offers (`number`, `a.full_name`, `rows[].name`); None: nothing is unknown.
    Raises NotValid for a file that is not a Word document.
    """
    inspector = _Inspector(list(catalogue) if catalogue is not None else None, filters)
    inspector.properties(template)
    part: Any = None
    for paragraph in paragraphs(template):
        if paragraph.place.part is not part:
            inspector.end_part()
            part = paragraph.place.part
        inspector.paragraph(paragraph)
    inspector.end_part()
    inspector.whole(template, filters)
    return inspector.report()


class _Inspector:
    def __init__(self, catalogue: list[str] | None, filters: Filters | None) -> None:
        self.env = sandbox(filters)
        self.catalogue = catalogue
        self.findings: list[Finding] = []
        self.used: dict[str, list[Place]] = {}
        self._begin()

    def _begin(self) -> None:
        self.scope = Scope(self.env)
        self.nesting = Nesting(self._tell)

    def _tell(self, code: str, severity: Severity, message: Any, at: Tag | Paragraph, suggestion: str = "") -> None:
        excerpt = at.raw if isinstance(at, Tag) else at.excerpt
        self.findings.append(Finding(code, severity, message, at.place, excerpt, suggestion))

    def properties(self, template: bytes) -> None:
        """Tags in the title, author … of the file."""
        core = open_docx(template).docx.core_properties
        for name in FILLED:
            text = str(getattr(core, name) or "")
            place = Place(LABELS[name], 1)
            for match in TAG.finditer(text):
                self._read(Tag(match.group(), match.group()[:2], "", match.group()[2:-2].strip(), 1, "", 1, place))

    def paragraph(self, paragraph: Paragraph) -> None:
        if not paragraph.filled:
            if paragraph.tags:
                self._tell(
                    "not_filled", "error", _l("теги здесь не заполняются: перенесите их в текст документа"), paragraph
                )
            return
        self._braces(paragraph)
        self.nesting.paragraph(paragraph)
        for tag in paragraph.tags:
            if self._is_whole(tag):
                self._read(tag)

    def end_part(self) -> None:
        self.nesting.end()
        self._begin()

    def _braces(self, paragraph: Paragraph) -> None:
        for match in _SINGLE.finditer(paragraph.rest):
            self._tell(
                "single_brace", "error",
                _l("поле в одинарных скобках %(raw)s так и останется текстом: нужны двойные", raw=match.group()),
                paragraph, f"{{{{ {match.group(1)} }}}}",
            )  # fmt: skip
        for match in _HALF.finditer(paragraph.rest):
            self._tell(
                "half_tag", "error",
                _l("у тега нет пары для %(sign)s: тег начат и закончен должен быть в одном абзаце", sign=match.group()),
                paragraph,
            )  # fmt: skip

    def _is_whole(self, tag: Tag) -> bool:
        if tag.torn:
            self._tell(
                "torn_tag", "error", _l("тег разорван: внутри него %(what)s; наберите тег заново", what=tag.torn), tag
            )
        elif tag.looks > 1:
            self._tell(
                "mixed_tag", "note",
                _l("тег набран разным оформлением (кусков: %(n)s): значение получит оформление первого", n=tag.pieces),
                tag,
            )  # fmt: skip
        return not tag.torn

    def _read(self, tag: Tag) -> None:
        try:
            paths = self.scope.read(tag)
        except Refused as error:
            self._tell("refused", "error", error.reason, tag)
        except TemplateSyntaxError as error:
            self._tell("syntax", "error", _l("тег не разобран: %(detail)s", detail=error.message), tag)
        else:
            for path in paths:
                self._field(path, tag)

    def _field(self, path: str, tag: Tag) -> None:
        places = self.used.setdefault(path, [])
        if tag.place not in places:
            places.append(tag.place)
        if self.catalogue is None or is_known(path, self.catalogue):
            return
        right = meant(path, self.catalogue)
        self._tell("unknown_field", "error", _unknown(path, right), tag, right)

    def whole(self, template: bytes, filters: Filters | None) -> None:
        """What only shows when all is put together; not asked where errors are known already."""
        if any(finding.severity == "error" for finding in self.findings):
            return
        try:
            compile_template(template, filters)
        except NotValid as error:
            self.findings.append(Finding("does_not_compile", "error", str(error)))

    def report(self) -> Report:
        uses = [self._use(path, places) for path, places in self.used.items()]
        return Report(uses, self.findings)

    def _use(self, path: str, places: list[Place]) -> Use:
        known = self.catalogue is None or is_known(path, self.catalogue)
        return Use(path, tuple(places), known, "" if known else meant(path, self.catalogue or []))


def _unknown(path: str, right: str) -> Any:
    if signs := lookalikes(path):
        return _l(
            "поля %(path)s нет: в имени кириллические буквы «%(signs)s» вместо латинских, нужно %(right)s",
            path=path, signs=signs, right=right or "—",
        )  # fmt: skip
    if right:
        return _l("поля %(path)s у этого вида документов нет; вероятно, %(right)s", path=path, right=right)
    return _l("поля %(path)s у этого вида документов нет", path=path)
