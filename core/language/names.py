"""Russian document language: full names of people in the cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from pytrovich.enums import Case, Gender, NamePart

from core.errors import NotValid
from core.language.analysers import as_in, gender_detector, name_maker, parses
from core.language.cases import PERSON_GENDERS, checked_case, checked_gender, checked_text
from core.language.exceptions import NAME_PARTICLES, PATRONYMIC_WORDS
from core.language.surnames import surname

INITIALS = re.compile(r"(?:[А-ЯЁ][а-яё]?\.-?)+\Z")
_NAME_WORD = re.compile(r"(?:[А-Яа-яЁё][А-Яа-яЁё’'`-]*|(?:[А-ЯЁ][а-яё]?\.-?)+)\Z")
_PATRONYMIC = re.compile(r"[а-яё-]+(?:вич|ьич|мич|кич|тич|вна|чна|шна)\Z", re.IGNORECASE)

_CASES = {
    "nom": Case.NOMINATIVE,
    "gen": Case.GENITIVE,
    "dat": Case.DATIVE,
    "acc": Case.ACCUSATIVE,
    "ins": Case.INSTRUMENTAL,
    "pre": Case.PREPOSITIONAL,
}
_GENDERS = {"m": Gender.MALE, "f": Gender.FEMALE}
_SOFT_FEMALE = {"gen": "и", "dat": "и", "acc": "ь", "ins": "ью", "pre": "и"}


@dataclass(frozen=True)
class Name:
    """A full name taken apart; what is absent is empty. `surname_last` keeps the order it was written in."""

    surname: str
    first: str
    patronymic: str = ""
    surname_last: bool = False

    def __str__(self) -> str:
        given = (self.first, self.patronymic)
        parts = (*given, self.surname) if self.surname_last else (self.surname, *given)
        return " ".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def split_name(fio: str) -> Name:
    """The parts of «Фамилия Имя Отчество», of «Имя Отчество Фамилия» and of a surname with initials.

    Raises NotValid for anything that is not a Russian spelling of a name.
    """
    words = checked_text(fio).split()
    if len(words) > 6 or not all(_NAME_WORD.match(word) for word in words):
        raise NotValid(_l("Это не похоже на фамилию, имя и отчество: «%(fio)s»", fio=fio))
    patronymic = _tail_patronymic(words)
    given, rest = _with_surname_last(words)
    if given:
        return Name(" ".join(rest), given[0], " ".join(given[1:]), surname_last=True)
    if patronymic:
        words = words[: -len(patronymic)]
    if len(words) == 1:
        return Name(words[0], "", " ".join(patronymic))
    return Name(" ".join(words[:-1]), words[-1], " ".join(patronymic))


def _tail_patronymic(words: list[str]) -> list[str]:
    if len(words) > 3 and words[-1].lower() in PATRONYMIC_WORDS:
        return words[-2:]
    if len(words) > 2 and (_PATRONYMIC.match(words[-1]) or INITIALS.match(words[-1])):
        return words[-1:]
    # A patronymic in no known form is still the last of three words, unless a particle joins them.
    if len(words) == 3 and not any(word.lower() in NAME_PARTICLES for word in words):
        return words[-1:]
    return []


def _with_surname_last(words: list[str]) -> tuple[list[str], list[str]]:
    """The given names and the surname where the surname is written last; nothing and all words elsewhere."""
    initials = [word for word in words if INITIALS.match(word)]
    if initials and words[: len(initials)] == initials and len(words) > len(initials):
        return initials, words[len(initials) :]
    if len(words) == 3 and _PATRONYMIC.match(words[1]) and not _PATRONYMIC.match(words[2]):
        return words[:2], words[2:]
    return [], words


@lru_cache(maxsize=4096)
def gender_of(fio: str) -> str:
    """«m» or «f» by the patronymic, else by the first name and the surname.

    Raises NotValid where the name does not tell (Ким Саша).
    """
    name = split_name(fio)
    word = name.patronymic.split(" ")[-1].lower()
    if word in PATRONYMIC_WORDS:
        return PATRONYMIC_WORDS[word]
    # Each part is asked for itself: where surname and first name disagree, the first name knows better.
    guesses = (
        _guessed(middlename=name.patronymic),
        _guessed(firstname=name.first),
        _gender_in_dictionary(name.first),
        _guessed(lastname=name.surname),
    )
    for guess in filter(None, guesses):
        return guess
    raise NotValid(_l("По имени «%(fio)s» пол не определить: укажите его", fio=fio))


def _guessed(**part: str) -> str:
    value = next(iter(part.values()))
    if not value or INITIALS.match(value):
        return ""
    found = gender_detector().detect(**part)
    return {Gender.MALE: "m", Gender.FEMALE: "f"}.get(found, "")


def _gender_in_dictionary(first: str) -> str:
    """The gender of a first name that the dictionary knows as the name of one gender only (Эсфирь, Джузеппе)."""
    tags = [parse.tag for parse in parses(first) if parse.is_known and {"Name", "nomn"} <= parse.tag.grammemes]
    genders = {str(tag.gender) for tag in tags}
    return {"masc": "m", "femn": "f"}.get(genders.pop(), "") if len(genders) == 1 else ""


def fio(name: str, case: str, gender: str | None = None) -> str:
    """The full name in `case`, in the order it was written; initials stay as they are.

    `gender` is «m» or «f»; left out, it is guessed. Raises NotValid for a name that is none,
    or where the gender has to be given.
    """
    return str(declined(name, case, gender))


@lru_cache(maxsize=16384)
def declined(name: str, case: str, gender: str | None = None) -> Name:
    """The parts of the full name in `case`; otherwise as `fio`."""
    parts = split_name(name)
    if checked_case(case) == "nom":
        return parts
    known_gender = gender_of(name) if gender is None else checked_gender(gender, PERSON_GENDERS)
    return Name(
        surname(parts.surname, case, known_gender),
        _first(parts.first, case, known_gender),
        _patronymic(parts.patronymic, case, known_gender),
        parts.surname_last,
    )


def _first(first: str, case: str, gender: str) -> str:
    if not first or INITIALS.match(first):
        return first
    if gender == "f" and first.lower().endswith("ь"):
        # Адель, Гузель, Ассоль decline as Любовь does; the rules of names leave them as they are.
        return first[:-1] + as_in(first[-2:], _SOFT_FEMALE[case])
    return str(name_maker().make(NamePart.FIRSTNAME, _GENDERS[gender], _CASES[case], first))


def _patronymic(patronymic: str, case: str, gender: str) -> str:
    if not patronymic or INITIALS.match(patronymic):
        return patronymic
    if patronymic.split(" ")[-1].lower() in PATRONYMIC_WORDS:
        return patronymic
    return str(name_maker().make(NamePart.MIDDLENAME, _GENDERS[gender], _CASES[case], patronymic))
