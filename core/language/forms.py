"""Russian document language: the forms suggested for a person, a position, an organisation, a basis.

A suggestion is made once, read and corrected by a person, and stored by the caller; nothing here remembers it.
"""

from __future__ import annotations

import re

from core.errors import NotValid
from core.language.agreement import acting, named
from core.language.analysers import known
from core.language.basis import basis as basis_in
from core.language.cases import CASES, PERSON_GENDERS, checked_gender
from core.language.initials import initials, initials_last
from core.language.names import fio as fio_in
from core.language.names import gender_of, split_name
from core.language.organisations import gender_of_organisation
from core.language.organisations import organisation as organisation_in
from core.language.positions import position as position_in
from core.language.positions import running
from core.language.surnames import doubtful_surname

Forms = dict[str, str | bool]
OPENING = ("nom", "dat")
"""Cases of a position that open a line."""
_CYRILLIC_WORD = re.compile(r"[А-Яа-яЁё-]{3,}")


def suggest_forms(
    *,
    fio: str | None = None,
    gender: str | None = None,
    position: str | None = None,
    organisation: str | None = None,
    organisation_gender: str | None = None,
    basis: str | None = None,
) -> dict[str, Forms]:
    """Suggested forms of what is given, under the same names: «fio», «position», «organisation», «basis».

    Each is a plain dict of text by case (nom, gen, dat, acc, ins, pre) with «doubtful»: True asks the person who
    confirms to look twice. Raises NotValid for what is not a name, or where a person's gender has to be given.
    """
    forms: dict[str, Forms] = {}
    if fio is not None:
        forms["fio"] = suggest_fio(fio, gender)
    if position is not None:
        forms["position"] = suggest_position(position)
    if organisation is not None:
        forms["organisation"] = suggest_organisation(organisation, organisation_gender)
    if basis is not None:
        forms["basis"] = suggest_basis(basis)
    return forms


def suggest_fio(fio: str, gender: str | None = None) -> Forms:
    """The cases; «gender»; «acting»; «short» and «short_last» with initials, and both in gen, dat and ins."""
    sure = gender_of(fio) if gender is None else checked_gender(gender, PERSON_GENDERS)
    forms: Forms = {case: fio_in(fio, case, sure) for case in CASES}
    forms |= {"gender": sure, "acting": acting(sure), "short": initials(fio), "short_last": initials_last(fio)}
    for case in ("gen", "dat", "ins"):
        forms[f"short_{case}"] = initials(fio, case, sure)
        forms[f"short_last_{case}"] = initials_last(fio, case, sure)
    forms["doubtful"] = doubtful_surname(split_name(fio).surname, sure)
    return forms


def suggest_position(position: str) -> Forms:
    """The cases. Doubtful: a word of the changing part that the dictionary does not know, or nothing that changes.

    The nominative opens a signature and the dative an address: both as written; the others stand inside a sentence.
    """
    forms: Forms = {case: (position_in if case in OPENING else running)(position, case) for case in CASES}
    forms["doubtful"] = _doubtful(position, position_in(position, "gen"))
    return forms


def suggest_organisation(organisation: str, gender: str | None = None) -> Forms:
    """The cases; «gender» and «named» where the name tells (else both are empty, and it is doubtful)."""
    forms: Forms = {case: organisation_in(organisation, case) for case in CASES}
    try:
        sure = gender_of_organisation(organisation) if gender is None else checked_gender(gender)
    except NotValid:
        sure = ""
    forms |= {"gender": sure, "named": named(sure) if sure else ""}
    forms["doubtful"] = not sure or _changes_unknown_words(organisation, str(forms["gen"]))
    return forms


def suggest_basis(basis: str) -> Forms:
    """The cases. Doubtful as a position."""
    forms: Forms = {case: basis_in(basis, case) for case in CASES}
    forms["doubtful"] = _doubtful(basis, str(forms["gen"]))
    return forms


def _doubtful(nominative: str, genitive: str) -> bool:
    return nominative.strip() == genitive or _changes_unknown_words(nominative, genitive)


def _changes_unknown_words(nominative: str, genitive: str) -> bool:
    kept = set(_CYRILLIC_WORD.findall(genitive))
    changed = [word for word in _CYRILLIC_WORD.findall(nominative) if word not in kept]
    return not all(known(part) for word in changed for part in word.split("-") if part)
