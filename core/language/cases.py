"""Russian document language: the six cases and the genders, as every module of the room names them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from core.errors import NotValid

CASES = ("nom", "gen", "dat", "acc", "ins", "pre")
GENDERS = ("m", "f", "n")
PERSON_GENDERS = ("m", "f")

# The same case in the vocabulary of pymorphy3 (OpenCorpora) and of num2words.
GRAMMEMES = {"nom": "nomn", "gen": "gent", "dat": "datv", "acc": "accs", "ins": "ablt", "pre": "loct"}
NUMERAL_CASES = {"nom": "n", "gen": "g", "dat": "d", "acc": "a", "ins": "i", "pre": "p"}
GENDER_GRAMMEMES = {"m": "masc", "f": "femn", "n": "neut"}


def checked_case(case: str) -> str:
    """The same case; raises NotValid when it is none of the six."""
    if case not in CASES:
        raise NotValid(_l("Неизвестный падеж «%(case)s»: бывает nom, gen, dat, acc, ins, pre", case=str(case)))
    return case


def checked_gender(gender: str, allowed: tuple[str, ...] = GENDERS) -> str:
    """The same gender; raises NotValid when it is none of `allowed`."""
    if gender not in allowed:
        raise NotValid(
            _l(
                "Неизвестный род «%(gender)s»: бывает %(allowed)s",
                gender=str(gender),
                allowed=", ".join(allowed),
            )
        )
    return gender


def checked_text(value: object) -> str:
    """The value as text without spaces at its ends; raises NotValid when it is not text or is empty.

    An undefined template variable raises its own error here, because its text is asked for.
    """
    if not isinstance(value, str):
        raise NotValid(_l("Ожидалась строка, получено: «%(value)s»", value=str(value)))
    text = value.strip()
    if not text:
        raise NotValid(_l("Пустая строка вместо текста"))
    return text
