"""How often the first suggestion is right: by the library alone, by the rules, by the rules with the exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from pytrovich.enums import Case, Gender, NamePart

from core.errors import NotValid
from core.language import basis, names, organisations, positions, surnames
from core.language.analysers import name_maker, parses
from core.language.cases import GRAMMEMES
from tests.core.language.declension_tables import Row, rows

OBLIQUE = ("gen", "dat", "ins")
TABLES = (
    "names_regression",
    "names",
    "names_control",
    "positions",
    "positions_control",
    "organisations",
    "organisations_control",
    "basis",
    "basis_control",
)
Suggest = Callable[[Row, str], str]


@dataclass(frozen=True)
class Failure:
    """One wrong suggestion."""

    table: str
    case: str
    nominative: str
    suggested: str
    right: str


def suggest(table: str) -> Suggest:
    """What the service suggests for a row of the table."""
    if table.startswith("names"):
        return lambda row, case: names.fio(row.nom, case, row.gender)
    function = {
        "positions": positions.position,
        "organisations": organisations.organisation,
        "basis": basis.basis,
    }[table.removesuffix("_control")]
    return lambda row, case: function(row.nom, case)


def library(table: str) -> Suggest:
    """What the libraries give alone: pytrovich part by part; pymorphy3's first reading up to the first noun."""
    return _library_name if table.startswith("names") else _library_phrase


def failures(table: str, by: Suggest) -> list[Failure]:
    """Every wrong form of the table. ё and е are one letter here: «Ильёй» and «Ильей» are both right."""
    found = []
    for row in rows(table):
        for case in OBLIQUE:
            given, right = by(row, case), row.forms[case]
            if given.replace("ё", "е") != right.replace("ё", "е"):
                found.append(Failure(table, case, row.nom, given, right))
    return found


def gender_failures(table: str) -> list[str]:
    """The rows whose gender is guessed wrong or not at all."""
    guess = names.gender_of if table.startswith("names") else organisations.gender_of_organisation
    return [row.nom for row in rows(table) if _answer(guess, row.nom) != row.gender]


def _answer(guess: Callable[[str], str], text: str) -> str:
    try:
        return guess(text)
    except NotValid:
        return ""


@contextmanager
def no_exceptions() -> Iterator[None]:
    """The rules without the tables of exceptions."""
    emptied: tuple[tuple[object, str, object], ...] = (
        (surnames, "SURNAMES", {}),
        (surnames, "FROZEN_SURNAME_PARTS", frozenset()),
        (basis, "BASES", frozenset()),
        (organisations, "ABBREVIATIONS", {}),
    )
    with ExitStack() as stack:
        for module, name, empty in emptied:
            stack.enter_context(patch.object(module, name, empty))
        stack.callback(_forget)
        _forget()
        yield


def _forget() -> None:
    cached = (names.declined, positions.position, organisations.organisation, basis.basis)
    for function in (*cached, organisations.gender_of_organisation):
        function.cache_clear()


_CASES = {"gen": Case.GENITIVE, "dat": Case.DATIVE, "ins": Case.INSTRUMENTAL}
_PARTS = (NamePart.LASTNAME, NamePart.FIRSTNAME, NamePart.MIDDLENAME)


def _library_name(row: Row, case: str) -> str:
    words = row.nom.split(" ", 2)
    gender = Gender.MALE if row.gender == "m" else Gender.FEMALE
    return " ".join(
        str(name_maker().make(part, gender, _CASES[case], word)) for part, word in zip(_PARTS, words, strict=False)
    )


def _library_phrase(row: Row, case: str) -> str:
    words, done, met_noun = row.nom.split(" "), [], False
    for word in words:
        reading = parses(word)[0]
        form = None if met_noun else reading.inflect({GRAMMEMES[case]})
        done.append(form.word.capitalize() if form and word[0].isupper() else form.word if form else word)
        met_noun = met_noun or "NOUN" in reading.tag
    return " ".join(done)
