"""Russian document language: numbers in digits and in words, and what they count."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from num2words import num2words

from core.errors import NotValid
from core.language.cases import GENDERS, NUMERAL_CASES, checked_case, checked_gender
from core.language.counted import Counted, counted

NBSP = "\N{NO-BREAK SPACE}"
LIMIT = 10**15
_COLLECTIVE = {2: "двое", 3: "трое", 4: "четверо"}
_ONE_OF_PLURAL_ONLY = {
    "nom": "одни",
    "gen": "одних",
    "dat": "одним",
    "acc": "одни",
    "ins": "одними",
    "pre": "одних",
}
_SPACES = re.compile(r"\s")


def exact(value: object) -> Decimal:
    """The number without loss: an int, a Decimal, a float by its shortest text, or «1 234,50» typed by a person.

    Raises NotValid for anything else and for 10^15 and more.
    """
    text = _SPACES.sub("", str(value)).replace(",", ".")
    try:
        number = Decimal(text) if isinstance(value, (int, float, Decimal, str)) else None
    except InvalidOperation:
        number = None
    if number is None or isinstance(value, bool) or not number.is_finite() or abs(number) >= LIMIT:
        raise NotValid(_l("Это не число или слишком большое число: «%(value)s»", value=text))
    return number


def whole(value: object) -> int:
    """The number of things: `exact`, whole and not negative. Raises NotValid."""
    number = exact(value)
    if number < 0 or number != number.to_integral_value():
        raise NotValid(_l("Нужно целое неотрицательное число, получено: «%(value)s»", value=str(value)))
    return int(number)


def digits(value: object) -> str:
    """100 000 000 with non-breaking spaces between the thousands; a comma before the fraction."""
    text = f"{exact(value):,f}".replace(",", NBSP).replace(".", ",")
    return text.replace("-", "\N{MINUS SIGN}")


@lru_cache(maxsize=4096)
def cardinal(number: int, case: str = "nom", gender: str = "m", animate: bool = False) -> str:
    """The number in words: `cardinal(10, "gen")` → «десяти». `animate` matters in the accusative only."""
    checked_case(case)
    checked_gender(gender, GENDERS)
    number = whole(number)
    # The library lends the gender to the millions too («одна миллион»), so they are asked for apart.
    thousands, rest = number - number % 1000, number % 1000
    parts = [_words(thousands, case, "m", animate=False)] if thousands else []
    if rest or not parts:
        # In the accusative only the last word of a compound number may look animate, and only «один».
        parts.append(_words(rest, case, gender, animate and (number < 5 or rest % 10 == 1)))
    return " ".join(parts)


def _words(number: int, case: str, gender: str, animate: bool) -> str:
    return str(num2words(number, lang="ru", case=NUMERAL_CASES[case], gender=gender, animate=animate))


def plural(number: object, one: str, few: str, many: str) -> str:
    """The one of the three words that goes with the number: день, дня, дней."""
    value = abs(exact(number))
    if value != value.to_integral_value():
        return few  # 1,5 дня
    last = int(value) % 100
    if 10 < last < 20 or last % 10 in (0, 5, 6, 7, 8, 9):
        return many
    return one if last % 10 == 1 else few


def count(number: object, thing: str, case: str = "nom") -> str:
    """«10 (десяти) рабочих дней»: the number, the number in words, the things, all in `case`.

    `thing` is a noun phrase in the nominative singular («рабочий день»; «сутки» in its only number).
    Raises NotValid for a number that is not whole or for a phrase without a noun.
    """
    amount = whole(number)
    words = _count_words(amount, counted(thing), checked_case(case))
    return f"{digits(amount)} ({words}) {things(amount, thing, case)}"


def things(number: object, thing: str, case: str = "nom") -> str:
    """The form of the things beside the number, without the number: «рабочих дней».

    The noun is governed after 2–4, after 5 and more, and after тысяча and миллион in every case.
    """
    amount, phrase = whole(number), counted(thing)
    kind = _kind(amount)
    if amount % 1000 == 0:
        return phrase.form("gen", plural=True)
    if kind == "one":
        return phrase.form(case, plural=phrase.plural_only)
    if checked_case(case) not in ("nom", "acc"):
        return phrase.form(case, plural=True)
    if kind == "many" or phrase.plural_only or (case == "acc" and phrase.animate and amount < 5):
        return phrase.form("gen", plural=True)
    return phrase.after_two()


def _kind(amount: int) -> str:
    return plural(amount, "one", "few", "many")


def _count_words(amount: int, phrase: Counted, case: str) -> str:
    if not phrase.plural_only or _kind(amount) == "many":
        return cardinal(amount, case, phrase.gender, phrase.animate)
    if _kind(amount) == "one":
        before = f"{cardinal(amount - 1, case)} " if amount > 1 else ""
        return before + _ONE_OF_PLURAL_ONLY[case]
    if case not in ("nom", "acc"):
        return cardinal(amount, case)
    if amount not in _COLLECTIVE:
        raise NotValid(_l("С числом %(amount)s слово «%(thing)s» не сочетается", amount=amount, thing=phrase.text))
    return _COLLECTIVE[amount]
