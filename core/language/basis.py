"""Russian document language: what a person acts on the basis of, in the cases."""

from __future__ import annotations

from functools import lru_cache

from core.language.cases import checked_case, checked_text
from core.language.exceptions import BASES
from core.language.phrases import Head, decline


@lru_cache(maxsize=2048)
def basis(text: str, case: str) -> str:
    """The basis (nominative) in `case`: «доверенность № 15 от …» → «доверенности № 15 от …».

    A participle after a comma follows its noun («Положение …, утверждённое …»), and a second document after
    «и» changes too. Raises NotValid for an empty text or an unknown case.
    """
    source = checked_text(text)
    if checked_case(case) == "nom":
        return source
    return decline(source, case, animate=False, follows=_belongs)


def _belongs(separator: str, head: Head, first: Head) -> bool:
    if head.noun is not None:
        return head.parse.normal_form in BASES
    return separator.strip() == "," and "PRTF" in head.parse.tag and head.gender == first.gender
