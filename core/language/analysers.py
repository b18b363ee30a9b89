"""Russian document language: the dictionaries, loaded once and only when first asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pymorphy3 import MorphAnalyzer
from pytrovich.detector import PetrovichGenderDetector
from pytrovich.maker import PetrovichDeclinationMaker

Parse = Any  # pymorphy3 ships no types: .word, .tag, .is_known, .inflect(grammemes)


@lru_cache(maxsize=1)
def _morph() -> Any:
    return MorphAnalyzer(lang="ru")


@lru_cache(maxsize=1)
def name_maker() -> PetrovichDeclinationMaker:
    """The decliner of personal names."""
    return PetrovichDeclinationMaker()


@lru_cache(maxsize=1)
def gender_detector() -> PetrovichGenderDetector:
    """The guesser of a person's gender by the parts of the name."""
    return PetrovichGenderDetector()


@lru_cache(maxsize=8192)
def parses(word: str) -> tuple[Parse, ...]:
    """Every reading of one word, likeliest first."""
    return tuple(_morph().parse(word))


def known(word: str) -> bool:
    """Whether the dictionary holds the word; if not, its forms are a guess by the ending."""
    return any(parse.is_known for parse in parses(word))


def inflected(source: str, parse: Parse, *grammemes: str) -> str:
    """`source`, read as `parse`, in the form asked for, with the capitals and the ё of `source`.

    A word that has no such form comes back as it was.
    """
    form = parse.inflect(frozenset(grammemes))
    if form is None:
        return source
    word = str(form.word)
    # The dictionary spells ё; whoever typed «утвержденное» gets «утвержденного» back.
    if str(parse.word).count("ё") > source.lower().count("ё"):
        word = word.replace("ё", "е")
    return as_in(source, word)


def as_in(pattern: str, word: str) -> str:
    """`word` with the capitals of `pattern`, part by part where both are hyphenated alike.

    >>> as_in("Улан-Удэнский", "улан-удэнского")
    'Улан-Удэнского'
    """
    patterns, parts = pattern.split("-"), word.split("-")
    if len(patterns) != len(parts):
        return _part_as_in(pattern, word)
    return "-".join(_part_as_in(*pair) for pair in zip(patterns, parts, strict=True))


def _part_as_in(pattern: str, word: str) -> str:
    if len(pattern) > 1 and pattern.isupper():
        return word.upper()
    if pattern[:1].isupper():
        return word[:1].upper() + word[1:]
    return word
