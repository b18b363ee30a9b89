"""Documents room, the linter: sizes, typefaces, spacing, indents and alignment of paragraphs."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from core.documents.linter.effective import Formatting
from core.documents.linter.finding import Finding
from core.documents.linter.places import BODY, CELL, Place
from core.documents.profiles import Profile

RUNNING_TEXT = 150
"""Characters from which a line of the body is running text and not a line of its own; a break begins another."""
_SMALLEST_IN_MARGINS = 8
_CORNER_FROM = 7.0
_TOLERANCE = 0.06


def check_paragraph(place: Place, formatting: Formatting, profile: Profile) -> Iterator[Finding]:
    """What departs in the look of one paragraph."""
    yield from _sizes(place, formatting, profile)
    yield from _typefaces(place, formatting, profile)
    if place.kind == BODY:
        yield from _spacing(place, formatting, profile)
        if _is_running(place, formatting):
            yield from _shape(place, formatting, profile)


def _sizes(place: Place, formatting: Formatting, profile: Profile) -> Iterator[Finding]:
    used = {formatting.size(run, place.paragraph) for run in place.paragraph.runs if run.text.strip()}
    largest = max(profile.sizes)
    smallest = {BODY: min(profile.sizes), CELL: profile.smallest_in_tables}.get(place.kind, _SMALLEST_IN_MARGINS)
    allowed = [size for size in used if size in profile.sizes] if place.kind == BODY else used
    wrong = sorted(size for size in used if size not in allowed or not smallest <= size <= largest)
    if wrong:
        yield Finding(place.where, _(
            "размер шрифта %(used)s пт, допускается %(allowed)s",
            used=", ".join(map(_number, wrong)),
            allowed=", ".join(map(_number, profile.sizes)) if place.kind == BODY
            else _("от %(least)s до %(most)s", least=_number(smallest), most=_number(largest)),
        ))  # fmt: skip


def _typefaces(place: Place, formatting: Formatting, profile: Profile) -> Iterator[Finding]:
    if not profile.typefaces:
        return
    used = {formatting.typeface(run, place.paragraph) for run in place.paragraph.runs if run.text.strip()}
    wrong = sorted(name or _("не указан") for name in used if name not in profile.typefaces)
    if wrong:
        yield Finding(place.where, _(
            "шрифт %(used)s, предписан %(allowed)s",
            used=", ".join(wrong), allowed=", ".join(profile.typefaces),
        ))  # fmt: skip


def _spacing(place: Place, formatting: Formatting, profile: Profile) -> Iterator[Finding]:
    line = formatting.line(place.paragraph)
    least, most = profile.line_spacing
    if line is not None and not least - _TOLERANCE <= line <= most + _TOLERANCE:
        yield Finding(place.where, _(
            "межстрочный интервал %(used)s, допускается от %(least)s до %(most)s",
            used=_number(line), least=_number(least), most=_number(most),
        ))  # fmt: skip


def _is_running(place: Place, formatting: Formatting) -> bool:
    centred = formatting.align(place.paragraph) in ("center", "right")
    cornered = formatting.indent(place.paragraph, "left") >= _CORNER_FROM
    longest = max(map(len, place.text.split("\n")))
    return longest > RUNNING_TEXT and not (centred or cornered or formatting.is_heading(place.paragraph))


def _shape(place: Place, formatting: Formatting, profile: Profile) -> Iterator[Finding]:
    if profile.justified and formatting.align(place.paragraph) != "both":
        yield Finding(place.where, _("текст не выровнен по ширине"))
    indent = formatting.indent(place.paragraph)
    if not formatting.is_listed(place.paragraph) and abs(indent - profile.indent_cm) > _TOLERANCE:
        yield Finding(place.where, _(
            "абзацный отступ %(used)s см, предписан %(asked)s см",
            used=_number(indent), asked=_number(profile.indent_cm),
        ))  # fmt: skip


def _number(value: float) -> str:
    """As Russians write it: 1,25 and 12."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
