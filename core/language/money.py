"""Russian document language: sums of money as agreements write them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.errors import NotValid
from core.language.numbers import NBSP, count, exact, things


def money(value: object, case: str = "nom") -> str:
    """«100 000 000 (сто миллионов) рублей 00 копеек»: rubles in words, kopecks in two digits.

    `value` is rubles: an int, a Decimal, a float or text with at most two decimals. `case` is that of the whole sum.
    Raises NotValid for a negative sum or a part of a kopeck: nothing is rounded.
    """
    sum_ = exact(value)
    kopecks = sum_ * 100
    if sum_ < 0 or kopecks != kopecks.to_integral_value():
        raise NotValid(_l("Сумма в рублях — с точностью до копейки и не меньше нуля: «%(value)s»", value=str(value)))
    rubles, rest = divmod(int(kopecks), 100)
    return f"{count(rubles, 'рубль', case)} {rest:02}{NBSP}{things(rest, 'копейка', case)}"
