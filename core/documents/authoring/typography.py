"""Documents room, authoring: non-breaking spaces in a template's own text, around its tags."""

import re

NBSP = "\u00a0"

# Each pattern ends or begins at a place where a line must not break.
_BINDINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"([№§]) (?=\S)"), rf"\1{NBSP}"),
    (re.compile(r" (?=[–—] )"), NBSP),
    (re.compile(r"\b([А-ЯЁ]\.) ?([А-ЯЁ]\.) (?=[А-ЯЁ])"), rf"\1\2{NBSP}"),
    (re.compile(r"\b(г|ст|п|пп|ч|абз|ул|д|стр|руб|р/с|к/с|л/с|тел)\. (?=[\dА-ЯЁ«{])"), rf"\1.{NBSP}"),
    (re.compile(r"(?<=\d) (?=г\.|год|руб|%|\()"), NBSP),
    (re.compile(r"(?<=\d) (?=(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\b)"), NBSP),
    (re.compile(r"(?<=» )?(?<=_») (?=_)"), NBSP),
    (re.compile(r"(?<=20__) (?=г\.)"), NBSP),
)


def bind(text: str) -> str:
    """The text with non-breaking spaces where Russian typesetting asks for them; tags stay as they are."""
    parts = re.split(r"(\{\{.*?\}\}|\{%.*?%\})", text)
    for pattern, replacement in _BINDINGS:
        parts = [part if number % 2 else pattern.sub(replacement, part) for number, part in enumerate(parts)]
    for number in range(0, len(parts) - 2, 2):
        parts[number] = re.sub(r"(№|(?<![А-Яа-яё])(?:ст|п)\.) $", rf"\1{NBSP}", parts[number])
    for number in range(2, len(parts), 2):
        parts[number] = re.sub(r"^ (?=[–—] |г\.|%)", NBSP, parts[number])
    return "".join(parts)
