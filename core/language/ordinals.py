"""Russian document language: ordinal numbers in words, and the sides of an agreement."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import lazy_gettext as _l
from num2words import num2words

from core.errors import NotValid
from core.language.cases import NUMERAL_CASES, checked_case, checked_gender


@lru_cache(maxsize=1024)
def ordinal(number: int, gender: str = "m", case: str = "nom") -> str:
    """«первый», `ordinal(15, "f", "gen")` → «пятнадцатой». Raises NotValid outside 1…999."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 1000:
        raise NotValid(_l("Порядковое числительное бывает от 1 до 999: «%(number)s»", number=str(number)))
    numeral_case = NUMERAL_CASES[checked_case(case)]
    gender = checked_gender(gender)
    # In the accusative the masculine is that of a thing: «первый экземпляр».
    return str(num2words(number, lang="ru", to="ordinal", case=numeral_case, gender=gender, animate=False))


def side(number: int) -> str:
    """«с первой стороны», «со второй стороны»: the party's place in an agreement of three and more."""
    word = ordinal(number, "f", "gen")
    return f"{'со' if word.startswith(('вт', 'ст')) else 'с'} {word} стороны"


def sides(parties: int) -> list[str]:
    """What each party is called after in the preamble: two are «с одной» and «с другой стороны», more are numbered."""
    if parties == 2:
        return ["с одной стороны", "с другой стороны"]
    return [side(number) for number in range(1, parties + 1)]
