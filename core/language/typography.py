"""Russian document language: spaces that do not break, quotes within quotes, dashes in ranges."""

from __future__ import annotations

import re
from collections.abc import Callable

from core.language.cases import checked_text
from core.language.dates import MONTHS

NBSP = "\N{NO-BREAK SPACE}"
NON_BREAKING_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_QUOTES = frozenset('«»„“”"')
_OUTER, _INNER = "«»", "„“"
_BEFORE_OPENING = frozenset(" \t\u00a0([{«„–—-/")

_UNITS = (
    r"г\.|гг\.|руб\.|коп\.|тыс\.|млн|млрд|трлн|чел\.|шт\.|экз\.|мин\.?|ч\.|км|см|мм|м|га|кг|т|"
    r"рубл\w+|копе\w+|тысяч\w*|миллион\w*|миллиард\w*|процент\w*|"
    r"год|года|году|годов|годы|лет|месяц\w*|недел\w+|дн\w+|день|час|часа|часов|минут\w*|сут\w+|"
    r"человек\w*|экземпляр\w*|"
) + "|".join(MONTHS)
_I = r"[А-ЯЁ][а-яё]?\.(?:-[А-ЯЁ]\.)?"  # one initial: С. or Ю. or А.-М.
_SURNAME = r"[А-ЯЁ][а-яё]{1,40}(?:-[А-ЯЁ][а-яё]{1,40}){0,2}"  # bounded: no text may take long
_YEAR = r"(?:19|20)\d\d"
_NOT_A_CODE = rf"(?<![\w.,/№–-])(?<!№{NBSP})"  # № 12-34, 7.0.97-2025
_COUNTED = rf"[ \u00a0](?:{_UNITS}|класс\w*|курс\w*)(?!\w)|[ \u00a0]?%"
_LETTER = r"(?<![А-Яа-яЁёA-Za-z.])"

# Each rule leaves alone what it has made: tidy(tidy(text)) == tidy(text).
_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # № 884, №884, № п/п
    (re.compile(r"№[ \u00a0]*(?=\d)"), f"№{NBSP}"),
    (re.compile(r"№ (?=\S)"), f"№{NBSP}"),
    # ст. 56, п. 2.1, д. 24
    (re.compile(_LETTER + r"((?:ст|п|пп|ч|гл|абз|разд|прил|стр|с|д|кв|корп)\.) (?=\d)", re.IGNORECASE), rf"\1{NBSP}"),
    # г. Москва, ул. Усачёва; but «2026 г. Стороны» is the end of a year
    (re.compile(r"(?<![А-Яа-яЁё.])(?<!\d[ \u00a0])((?:г|ул|пр|пер|обл|им)\.) (?=[А-ЯЁ])"), rf"\1{NBSP}"),
    # С.С. Кравцов, С. С. Кравцов, Кравцов С.С.
    (re.compile(rf"{_LETTER}({_I}) ({_I}) ?(?={_SURNAME}\b)"), rf"\1{NBSP}\2{NBSP}"),
    (re.compile(rf"{_LETTER}({_I}{_I}|{_I}{NBSP}{_I}) ?(?={_SURNAME}\b)"), rf"\1{NBSP}"),
    (re.compile(rf"\b({_SURNAME}) ({_I}) (?={_I})"), rf"\1{NBSP}\2{NBSP}"),
    (re.compile(rf"\b({_SURNAME}) (?={_I}{_I}|{_I}{NBSP}{_I})"), rf"\1{NBSP}"),
    # 100 000 000
    (re.compile(r"(?<![\d.,\u00a0])(\d{1,3}(?:[ \u00a0]\d{3})+)(?![\d])"), lambda m: m[1].replace(" ", NBSP)),
    # 2023-2026, 10-15 дней, I-IV кварталы
    (re.compile(rf"{_NOT_A_CODE}({_YEAR})[-—]({_YEAR})(?![\w/–-]|\.\d)"), r"\1–\2"),
    (re.compile(rf"{_NOT_A_CODE}(\d{{1,3}})[-—](\d{{1,3}})(?={_COUNTED})"), r"\1–\2"),
    (re.compile(r"(?<![\w.])([IVX]+)[-—]([IVX]+)(?=[ \u00a0](?:квартал|кв\.|курс|раздел|этап))"), r"\1–\2"),
    # 10 %, 5 лет, 10 января, 2026 г.
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w)|[%‰₽°])"), NBSP),
    # a hyphen with spaces stands for a dash; one that begins a line is a list's mark, a long dash is as meant
    (re.compile(r"(?<=[^\s–—-]) - (?=[^\s–—-])"), " – "),
)


def tidy(text: str) -> str:
    """The text as a typesetter leaves it: NBSP at №, initials, units and thousands, «ёлочки» with „лапки“ inside,
    an en dash in ranges and for a hyphen with spaces.

    Words, short prepositions, line breaks and doubled spaces stay. Quotes that do not pair in their line
    are left as typed. Doing it twice changes nothing more. Raises NotValid for what is not text.
    """
    if text == "":
        return text
    checked_text(text or None)
    text = "\n".join(_quoted(line) for line in text.split("\n"))
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _quoted(line: str) -> str:
    """The line with «» at the outer level and „“ inside; as typed where the quotes do not pair."""
    depth = 0
    done: list[str] = []
    for index, letter in enumerate(line):
        before, after = (done[-1] if done else " "), line[index + 1 : index + 2] or " "
        if letter not in _QUOTES or (letter == '"' and depth == 0 and before.isdigit()):
            done.append(letter)  # 5" is inches
        elif _opens(letter, before, after, depth):
            done.append((_INNER if depth else _OUTER)[0])
            depth += 1
        elif depth == 0:
            return line
        else:
            depth -= 1
            done.append((_INNER if depth else _OUTER)[1])
    return line if depth else "".join(done)


def _opens(letter: str, before: str, after: str, depth: int) -> bool:
    if letter in "«„":
        return True
    if letter in "»”" or (letter == "“" and depth > 1):
        return False
    # “ closes in Russian and opens in English; \" does both: the neighbours tell.
    return before in _BEFORE_OPENING and not after.isspace()
