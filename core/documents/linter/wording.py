"""Documents room, the linter: quotes, dashes, non-breaking spaces and leftovers of a template in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.documents.linter.finding import Finding
from core.documents.linter.places import Place

_INITIALS = r"[А-ЯЁ]\.[ \u00a0]?[А-ЯЁ]\."
_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_RULES = (
    (re.compile(r"\{\{|\}\}|\{%|%\}|\{#"), _l("остался незаполненный тег шаблона")),
    (re.compile(r"«\s*»"), _l("пустые кавычки «»")),
    (re.compile(r"\bNone\b|\bUndefined\b"), _l("вместо значения напечатано служебное слово")),
    (re.compile(r'"'), _l("прямые кавычки вместо «ёлочек»")),
    (re.compile(r"(?<=\S)[ \u00a0]-[ \u00a0](?=\S)"), _l("дефис вместо тире")),
    (re.compile(r"(?<![\w/–-])(?:19|20)\d\d-(?:19|20)\d\d(?![\w/-])"), _l("дефис вместо тире между годами")),
    (re.compile(r"№(?: |(?=\d)).{0,20}"), _l("нет неразрывного пробела после знака №")),
    (re.compile(rf"\b{_INITIALS} [А-ЯЁ][а-яё]+"), _l("нет неразрывного пробела между инициалами и фамилией")),
    (re.compile(rf"\b[А-ЯЁ][а-яё]+ {_INITIALS}"), _l("нет неразрывного пробела между фамилией и инициалами")),
    (re.compile(rf"\d (?:г\.|{_MONTHS})"), _l("нет неразрывного пробела в дате")),
    (re.compile(r"\S[ \u00a0]{2,}\S"), _l("лишние пробелы")),
    (re.compile(r"\S[ \u00a0][,;:.](?![\d.])"), _l("пробел перед знаком препинания")),
    (re.compile(r"(?<![.…])\.\.(?!\.)"), _l("две точки подряд")),
)


def check_wording(place: Place) -> Iterator[Finding]:
    """What departs in the characters of one paragraph; each kind of trouble once, with the first case."""
    for pattern, what in _RULES:
        found = pattern.search(place.text)
        if found:
            shown = place.text[max(found.start() - 15, 0) : found.end() + 15].strip()
            yield Finding(place.where, _("%(what)s: …%(shown)s…", what=what, shown=shown))
