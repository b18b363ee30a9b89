"""Documents room, the linter: margins of the sheets and the place of page numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length
from docx.text.paragraph import Paragraph
from flask_babel import gettext as _

from core.documents.linter.effective import Formatting
from core.documents.linter.finding import Finding
from core.documents.profiles import Profile

_TOLERANCE = 0.3


def check_sheets(document: Document, profile: Profile) -> Iterator[Finding]:
    """What departs in margins and page numbers, section by section."""
    formatting = Formatting(document)
    for number, section in enumerate(document.sections, 1):
        where = _("листы, раздел документа %(n)s", n=number)
        yield from _margins(section, profile, where)
        yield from _page_numbers(section, profile, formatting, where, first=number == 1)


def _margins(section: Section, profile: Profile, where: str) -> Iterator[Finding]:
    asked = profile.margins
    sides = (
        (_("левое"), section.left_margin, asked.left),
        (_("правое"), section.right_margin, asked.right),
        (_("верхнее"), section.top_margin, asked.top),
        (_("нижнее"), section.bottom_margin, asked.bottom),
    )
    for side, used, least in sides:
        if _millimetres(used) < least - _TOLERANCE:
            yield Finding(where, _(
                "%(side)s поле %(used)s мм, должно быть не менее %(least)s мм",
                side=side, used=round(_millimetres(used)), least=round(least),
            ))  # fmt: skip


def _page_numbers(
    section: Section, profile: Profile, formatting: Formatting, where: str, first: bool
) -> Iterator[Finding]:
    if not first and section.header.is_linked_to_previous and not section.different_first_page_header_footer:
        return
    numbers = [p for p in _paragraphs(section.header) if _has_number(p)]
    if not numbers:
        below = any(_has_number(p) for p in _paragraphs(section.footer))
        yield Finding(where, _("номер страницы стоит внизу, а не по центру верхнего поля") if below
                      else _("нет номеров страниц по центру верхнего поля"))  # fmt: skip
    elif any(formatting.align(p) != "center" for p in numbers):
        yield Finding(where, _("номер страницы стоит не по центру верхнего поля"))
    elif _millimetres(section.header_distance) < profile.number_from_edge - _TOLERANCE:
        yield Finding(where, _("номер страницы ближе %(n)s мм к краю листа", n=round(profile.number_from_edge)))
    if first and numbers and profile.number_from_page > 1:
        yield from _first_page(section, where)


def _first_page(section: Section, where: str) -> Iterator[Finding]:
    if not section.different_first_page_header_footer:
        yield Finding(where, _("страницы нумеруются с первой, а не со второй: нет особого колонтитула первой страницы"))
    elif any(_has_number(p) for p in _paragraphs(section.first_page_header)):
        yield Finding(where, _("на первой странице стоит номер"))


def _paragraphs(part: Any) -> list[Paragraph]:
    return [Paragraph(element, part) for element in part._element.iter(qn("w:p"))]


def _has_number(paragraph: Paragraph) -> bool:
    codes = [element.text or "" for element in paragraph._p.iter(qn("w:instrText"))]
    codes += [element.get(qn("w:instr")) or "" for element in paragraph._p.iter(qn("w:fldSimple"))]
    return any("PAGE" in code.upper().split() for code in codes)


def _millimetres(length: Length | None) -> float:
    return float(length.mm) if length is not None else 0.0
