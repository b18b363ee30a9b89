"""Russian document language: a name with initials, in both orders the standard knows."""

from __future__ import annotations

from core.language.names import INITIALS, declined, split_name

NBSP = "\N{NO-BREAK SPACE}"


def initials(name: str, case: str = "nom", gender: str | None = None) -> str:
    """«С.С. Кравцов», for signatures, visas and approval blocks; the space does not break.

    `case` declines the surname («С.С. Кравцова»). Raises NotValid for a name that is none.
    """
    letters, surname = _letters_and_surname(name, case, gender)
    return f"{letters}{NBSP}{surname}" if letters else surname


def initials_last(name: str, case: str = "nom", gender: str | None = None) -> str:
    """«Кравцов С.С.», for addressees and lists; the space does not break."""
    letters, surname = _letters_and_surname(name, case, gender)
    return f"{surname}{NBSP}{letters}" if letters else surname


def _letters_and_surname(name: str, case: str, gender: str | None) -> tuple[str, str]:
    parts = split_name(name)
    surname = declined(name, case, gender).surname
    return _letters(parts.first) + _letters(parts.patronymic), surname.replace(" ", NBSP)


def _letters(part: str) -> str:
    """А.-М. of Анна-Мария, Р. of Рашид оглы; initials come back as they are."""
    if not part or INITIALS.match(part):
        return part
    return "-".join(f"{piece[0].upper()}." for piece in part.split(" ")[0].split("-") if piece)
