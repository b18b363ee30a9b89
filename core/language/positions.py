"""Russian document language: positions in the cases."""

from __future__ import annotations

import re
from functools import lru_cache

from core.language.cases import checked_case, checked_text
from core.language.exceptions import INVARIABLE_POSITION_PREFIXES
from core.language.phrases import Head, decline

_INVARIABLE = re.compile("(?:" + "|".join(INVARIABLE_POSITION_PREFIXES) + r")(?=\s|\Z)", re.IGNORECASE)

_HIGHEST = re.compile(
    r"""
    Министр\b
    | Президент \s (?:Российской\s+Федерации|России|Республики|(?:[А-ЯЁ]\S*(?:ой|ей)\s+)+Республики)
    | Вице-президент \s Республики
    | Председатель \s (?:Правительства|Государственной\s+Думы|Совета\s+Федерации
        |(?:Конституционного|Верховного)\s+Суда|Счётной\s+палаты)
    | Генеральный \s прокурор \s Российской
    | Руководитель \s Администрации \s Президента
    | Губернатор\b
    | Глава \s (?:[А-ЯЁ]\S*(?:ой|ей)\s+)*Республики
    | Мэр \s Москвы
    """,
    re.VERBOSE,
)  # the posts that acts write with a capital inside a sentence
_CAPITAL = re.compile(r"[А-ЯЁ](?=[а-яё]+(?![А-ЯЁа-яё])|\.\s?[а-яё])")  # not of ДИРЕКТОР, ВрИО, HR-директор

_NUMBERED = re.compile(r"(\d+)-й\s+(.+)", re.DOTALL)  # 1-й заместитель
_NUMBER_ENDINGS = {"gen": "го", "dat": "му", "acc": "го", "ins": "м", "pre": "м"}


@lru_cache(maxsize=4096)
def position(title: str, case: str) -> str:
    """The position (nominative) in `case`: «Первый заместитель Министра» → «Первого заместителя Министра».

    What leads to the head changes, what depends on it stays; after a dash, a comma or «и» a second position
    changes too. «и.о.» and «врио» never change. Raises NotValid for an empty text or an unknown case.
    """
    text = checked_text(title)
    if checked_case(case) == "nom" or _INVARIABLE.match(text):
        return text
    numbered = _NUMBERED.match(text)
    if numbered:
        return f"{numbered[1]}-{_NUMBER_ENDINGS[case]} {position(numbered[2], case)}"
    return decline(text, case, animate=True, follows=_second_position)


def _second_position(separator: str, head: Head, first: Head) -> bool:
    if separator.strip() in ("–", "—", "-"):
        return head.noun is None or "anim" in head.parse.tag
    # After a comma or «и» only a person's noun is surely nominative: «науки и технологии» is not.
    return head.noun is not None and "anim" in head.parse.tag and not head.plural


def running(title: str, case: str) -> str:
    """The position (nominative) in `case` as it stands inside a sentence: «Директор» → «директора».

    The highest posts of the state keep their capital («Министра просвещения …»), their deputies do not
    («заместителя Министра …»), as in published acts; a word all in capitals and an abbreviation stay as written.
    Raises as `position` does.
    """
    declined = position(title, case)
    if _HIGHEST.match(title.strip()):
        return declined
    return _CAPITAL.sub(lambda first: first[0].lower(), declined, count=1) if _CAPITAL.match(declined) else declined
