"""Russian document language: words that agree with the gender of a party or of the person who signs."""

from __future__ import annotations

from functools import lru_cache

from flask_babel import lazy_gettext as _l

from core.errors import NotValid
from core.language.analysers import inflected, parses
from core.language.cases import (
    GENDER_GRAMMEMES,
    GRAMMEMES,
    PERSON_GENDERS,
    checked_case,
    checked_gender,
    checked_text,
)


def named(gender: str) -> str:
    """«именуемый», «именуемая», «именуемое» by the gender of the organisation's name."""
    return agreed("именуемый", gender)


def acting(gender: str) -> str:
    """«действующего», «действующей» by the gender of the person who signs («m» or «f»)."""
    return agreed("действующий", checked_gender(gender, PERSON_GENDERS), "gen")


@lru_cache(maxsize=1024)
def agreed(word: str, gender: str, case: str = "nom") -> str:
    """An adjective or participle (masculine nominative) in the gender and the case.

    `agreed("утверждённый", "n", "gen")` → «утверждённого». In the accusative the masculine is that of a thing.
    Raises NotValid for a word that is no adjective and no participle.
    """
    source = checked_text(word)
    checked_case(case)
    for parse in parses(source):
        if parse.tag.POS in ("ADJF", "PRTF") and {"masc", "nomn"} <= parse.tag.grammemes:
            grammemes = [GRAMMEMES[case], "sing", GENDER_GRAMMEMES[checked_gender(gender)]]
            if case == "acc" and gender == "m":
                grammemes.append("inan")
            return inflected(source, parse, *grammemes)
    raise NotValid(_l("«%(word)s» — не прилагательное и не причастие в мужском роде", word=source))
