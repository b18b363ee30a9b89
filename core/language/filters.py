"""Russian document language: what the authors of templates write after «|»."""

from __future__ import annotations

from collections.abc import Callable

from core.language import agreement, basis, dates, initials, money, names, numbers, organisations, positions
from core.language.cases import checked_text
from core.language.typography import NBSP, NON_BREAKING_HYPHEN, tidy


def fio(value: object, case: str = "nom", gender: str | None = None) -> str:
    """{{ "Кравцов Сергей Сергеевич"|fio("gen") }} → Кравцова Сергея Сергеевича"""
    return names.fio(checked_text(value), case, gender)


def position(value: object, case: str = "nom") -> str:
    """{{ "Генеральный директор"|position("gen") }} → Генерального директора"""
    return positions.position(checked_text(value), case)


def organisation(value: object, case: str = "nom") -> str:
    """{{ "Министерство просвещения"|organisation("dat") }} → Министерству просвещения"""
    return organisations.organisation(checked_text(value), case)


def basis_in(value: object, case: str = "gen") -> str:
    """{{ "Устав"|basis("gen") }} → Устава"""
    return basis.basis(checked_text(value), case)


def initials_first(value: object, case: str = "nom", gender: str | None = None) -> str:
    """{{ "Кравцов Сергей Сергеевич"|initials }} → С.С. Кравцов"""
    return initials.initials(checked_text(value), case, gender)


def initials_last(value: object, case: str = "nom", gender: str | None = None) -> str:
    """{{ "Кравцов Сергей Сергеевич"|initials_last }} → Кравцов С.С."""
    return initials.initials_last(checked_text(value), case, gender)


def named(value: object) -> str:
    """{{ "f"|named }} → именуемая"""
    return agreement.named(checked_text(value))


def acting(value: object) -> str:
    """{{ "f"|acting }} → действующей"""
    return agreement.acting(checked_text(value))


def tidied(value: object) -> str:
    """{{ "АО \\"Заря\\", № 5"|tidy }} → АО «Заря», № 5 with a non-breaking space"""
    return tidy(str(value) if value == "" else checked_text(value))


def lower_first(value: object) -> str:
    """{{ "Генеральный директор"|lower_first }} → генеральный директор"""
    text = checked_text(value)
    return text[0].lower() + text[1:]


def upper_first(value: object) -> str:
    """{{ "министр"|upper_first }} → Министр"""
    text = checked_text(value)
    return text[0].upper() + text[1:]


def unbroken(value: object) -> str:
    """{{ "А.К. Белова-Петровская"|unbroken }} → the same with a space and a hyphen that do not break: what does not fit
    beside the line of a signature stands below it whole.
    """
    return checked_text(value).replace(" ", NBSP).replace("-", NON_BREAKING_HYPHEN)


FILTERS: dict[str, Callable[..., str]] = {
    "date_long": dates.date_long,
    "date_words": dates.date_words,
    "date_short": dates.date_short,
    "money": money.money,
    "digits": numbers.digits,
    "count": numbers.count,
    "plural": numbers.plural,
    "initials": initials_first,
    "initials_last": initials_last,
    "fio": fio,
    "position": position,
    "organisation": organisation,
    "basis": basis_in,
    "named": named,
    "acting": acting,
    "tidy": tidied,
    "unbroken": unbroken,
    "lower_first": lower_first,
    "upper_first": upper_first,
}
