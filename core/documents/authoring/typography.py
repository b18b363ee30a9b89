"""Documents room, authoring: typesetting of a template's own text, around its tags."""

import re

from core.documents.authoring.source import JINJA
from core.language.typography import NBSP, tidy

# What `tidy` leaves to its caller: a dash does not begin a line, «10 (десять)» and blanks for a date do
# not fall apart.
_BINDINGS = (
    (re.compile(r"(?<=\S) (?=[–—] )"), NBSP),
    (re.compile(r"(?<=_») (?=_)|(?<=_) (?=20_)|(?<=20___) (?=г\.)"), NBSP),
    (re.compile(r"(?<=\d) (?=\([а-яё])"), NBSP),
)


def bind(text: str) -> str:
    """The text with non-breaking spaces and ёлочки where Russian typesetting asks for them; tags stay as they are."""
    tags: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tags.append(match.group())
        return chr(0xE000 + len(tags) - 1)

    bound = tidy(JINJA.sub(hide, text)) if text.strip() else text
    for pattern, replacement in _BINDINGS:
        bound = pattern.sub(replacement, bound)
    return re.sub(r"[\ue000-\uf8ff]", lambda match: tags[ord(match.group()) - 0xE000], bound)
