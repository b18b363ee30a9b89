"""Sections of a plan as its table names them: a row of its own, a column, or the first part of a number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask_babel import gettext as _

from roadmap.importing.grid import Line, heading
from roadmap.rows import same
from roadmap.rows.cells import Wrong

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11,
          "xii": 12}  # fmt: skip
_N = r"(\d{1,2}|[ivx]{1,4})"
_NAMED = re.compile(rf"(?:раздел\s+{_N}\s*[.):–—-]*\s*|{_N}\s*[.):–—-]+\s*)(?!\d)(\S.*)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"раздел\s+(\d{1,2}|[ivx]{1,4})\.?", re.IGNORECASE)
LONGEST = 500


@dataclass
class Sections:
    """Titles by number: those the plan has and those the file brings."""

    had: dict[int, str] = field(default_factory=dict)
    found: dict[int, str] = field(default_factory=dict)

    def named(self, text: str) -> int:
        """The number of the section a text names: «2. Кластеры», «Раздел II», «Кластеры». Raises Wrong."""
        text = " ".join(text.split())
        if len(text) > LONGEST:
            raise Wrong(_("название раздела длиннее %(n)s знаков", n=LONGEST))
        number, title = parts(text)
        if number is None:
            number = self._by_title(title) or self._next()
        self._take(number, title)
        return number

    def _take(self, number: int, title: str) -> None:
        before = self.found.get(number) or self.had.get(number)
        if title and before and same(before) != same(title):
            raise Wrong(
                _("раздел %(number)s уже назван иначе: «%(title)s»", number=number, title=before[:80]),
            )
        if title and not before:
            self.found[number] = title

    def of_number(self, number: int) -> bool:
        """Whether a section known only by the numbers of its items has a title; it is given a plain one otherwise."""
        if number in self.found or number in self.had:
            return True
        self.found[number] = str(_("Раздел %(number)s", number=number))
        return False

    def _by_title(self, title: str) -> int | None:
        known = {**self.had, **self.found}
        return next((number for number, each in known.items() if same(each) == same(title)), None)

    def _next(self) -> int:
        return max([0, *self.had, *self.found]) + 1


def parts(text: str) -> tuple[int | None, str]:
    """«2. Кластеры» → (2, «Кластеры»); «Раздел II» → (2, ""); «Кластеры» → (None, «Кластеры»)."""
    if found := _WORD.fullmatch(text):
        return _figure(found[1]), ""
    if re.fullmatch(r"\d{1,2}\.?", text):
        return int(text.rstrip(".")), ""
    found = _NAMED.fullmatch(text)
    number = _figure(found[1] or found[2]) if found else None
    return (number, found[3].strip()) if found and number else (None, text)


def _figure(text: str) -> int | None:
    return (int(text) or None) if text.isdigit() else _ROMAN.get(text.casefold())


def section_text(line: Line, number: int | None) -> str:
    """The text of a row that names a section, or "": one cell over the whole width, or the first one alone.

    A number beside it («2» in «№ п/п», «Кластеры» merged over the rest) belongs to it.
    """
    own = [place for place in line.filled if place not in line.down]
    texts = [heading(line.at(place)) for place in own]
    if len(own) == 2 and own[0] == number and re.fullmatch(r"(?:\d{1,2}|[IVX]{1,4})\.?", texts[0]):
        return f"{texts[0].rstrip('.')}. {texts[1]}" if own[1] in line.wide else ""
    if len(own) != 1 or not texts[0]:
        return ""
    over = line.wide.get(own[0], own[0]) > own[0]
    named = bool(_WORD.match(texts[0])) or parts(texts[0])[0] is not None
    return texts[0] if over or named or (own[0] == 0 and own[0] != number) else ""
