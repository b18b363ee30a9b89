"""Russian document language: names of organisations in the cases, and their gender."""

from __future__ import annotations

import re
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from core.errors import NotValid
from core.language.analysers import known, parses
from core.language.cases import checked_case, checked_text
from core.language.exceptions import ABBREVIATIONS
from core.language.phrases import Head, decline, head_of, is_abbreviation, segments

_FIRST_WORD = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁа-яё]+)*")
# A name of an unknown word in a hard consonant (Ростех, Роствертол): the second declension.
_NAME_ENDINGS = {"gen": "а", "dat": "у", "acc": "", "ins": "ом", "pre": "е"}
_HARD = "бвгдзклмнпрстфх"


@lru_cache(maxsize=4096)
def organisation(name: str, case: str) -> str:
    """The name (nominative) in `case`: «Министерство просвещения …» → «Министерства просвещения …».

    Names in quotes and abbreviations (АО, ФГБОУ) never change.
    Raises NotValid for an empty name or an unknown case.
    """
    text = checked_text(name)
    if checked_case(case) == "nom":
        return text
    coined = _coined(text)
    if coined:
        return coined + _NAME_ENDINGS[case] + text[len(coined) :]
    return decline(text, case, animate=False, follows=_second_name)


def _second_name(separator: str, head: Head, first: Head) -> bool:
    # «колледж – Межрегиональный центр» changes on both sides, «филиал – Авиастар» does not.
    is_a_name = not head.parse.is_known or "Orgn" in head.parse.tag
    return separator.strip() in ("–", "—", "-") and not is_a_name


def _coined(text: str) -> str:
    """The first word, if it is a coined name that declines like «завод»; else nothing."""
    match = _FIRST_WORD.match(text)
    if not match:
        return ""
    word = match[0]
    if known(word) or word[-1] not in _HARD or "-" in word:
        return ""
    adjective = any("ADJF" in parse.tag for parse in parses(word))
    return "" if adjective else word


@lru_cache(maxsize=4096)
def gender_of_organisation(name: str) -> str:
    """«n», «f» or «m»: the gender of the head noun, of the word behind the abbreviation, or of a coined name.

    Raises NotValid where the name does not tell («Заря» in quotes alone).
    """
    text = checked_text(name)
    first = text.split()[0]
    if first in ABBREVIATIONS:
        return ABBREVIATIONS[first]
    if first.startswith("Мин") and not known(first) and first[-1] not in _HARD:
        return "n"  # Минпросвещения, Минобрнауки: министерство
    if _coined(text):
        return "m"
    head = None if is_abbreviation(first) else head_of(next(segments(text)).tokens, animate=False)
    if head is None:
        raise NotValid(_l("По наименованию «%(name)s» род не определить: укажите его", name=name))
    return head.gender
