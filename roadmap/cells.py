"""The plan as a table of texts: its columns, what a cell shows of a value, and the value a typed text means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from core.errors import NotValid
from roadmap.periods import RECURRENCES
from roadmap.wording import FIELDS, SIDE_NAMES, points_of, points_text


@dataclass(frozen=True)
class Column:
    """A column of the table: a field of the terms, how it is typed, and whether it is shown at first."""

    name: str
    kind: str
    """text, long (several lines), date, number, choice, check, points, organisation."""
    shown: bool = True
    choices: Mapping[str, Any] = field(default_factory=dict)
    """Value → word, where the kind is a choice."""

    @property
    def label(self) -> Any:
        return FIELDS[self.name]


SIDES = {name: SIDE_NAMES[name] for name in ("ministry", "corporation", "both")}

COLUMNS = (
    Column("title", "long"),
    Column("term_text", "text"),
    Column("starts_on", "date"),
    Column("due_on", "date"),
    Column("recurrence", "choice", choices=RECURRENCES),
    Column("responsible_side", "choice", choices=SIDES),
    Column("unit", "text"),
    Column("co_executors", "long"),
    Column("result", "long"),
    Column("document_kind", "text"),
    Column("until_on", "date", shown=False),
    Column("for_previous", "check", shown=False),
    Column("organisation_id", "organisation", shown=False),
    Column("control_points", "points", shown=False),
    Column("legal_basis", "long", shown=False),
    Column("target", "number", shown=False),
    Column("target_unit", "text", shown=False),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}

Names = Mapping[int, str]
"""Short names of organisations by id."""


def text_of(name: str, value: Any, names: Names) -> str:
    """A value of the terms as its cell shows it and as it may be typed back."""
    kind = BY_NAME[name].kind
    if value in (None, "", [], False):
        return ""
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if kind == "choice":
        return str(BY_NAME[name].choices.get(value, value))
    if kind == "check":
        return str(_("да"))
    if kind == "organisation":
        return names.get(value, str(value))
    return points_text(value) if kind == "points" else str(value)


def value_of(name: str, given: Any, names: Names) -> Any:
    """What a cell means: a word becomes its code, a name its organisation; values already in their type pass.

    Dates, numbers and lengths are checked with the rest of the terms. Raises NotValid for a word nobody knows.
    """
    column = BY_NAME.get(name)
    if column is None:
        raise NotValid(_("Нет такого поля"))
    if column.kind == "points":
        return _points(given)
    if isinstance(given, (list, dict)):
        raise NotValid(_("Здесь нужен текст"))
    if column.kind == "choice":
        return _choice(column, given)
    if column.kind == "check":
        return _check(given)
    return _organisation(given, names) if column.kind == "organisation" else given


def _choice(column: Column, given: Any) -> str:
    """The code itself, or its word in the language of the page or in Russian, in any case of letters."""
    text = _plain(given)
    if not text:
        return ""
    for code, word in column.choices.items():
        if text in (code, _plain(word), _plain(_russian(word))):
            return code
    words = ", ".join(str(word) for word in column.choices.values())
    raise NotValid(_("Нужно одно из: %(words)s", words=words))


def _russian(word: Any) -> str:
    from core.web.kept import russian

    return russian(word)


def _plain(text: Any) -> str:
    return " ".join(str(text if text is not None else "").casefold().replace("ё", "е").split())


def _check(given: Any) -> bool:
    text = _plain(given)
    if text in ("", "нет", "no", "0", "false", "-", "–", "—"):
        return False
    if text in ("да", "yes", "1", "true", "+", "x", "х"):
        return True
    raise NotValid(_("Нужно «да» или «нет»"))


def _organisation(given: Any, names: Names) -> int | None:
    text = _plain(given)
    if not text:
        return None
    found = [key for key, name in names.items() if text in (str(key), _plain(name))]
    if len(found) != 1:
        raise NotValid(_("Организация не найдена"))
    return found[0]


def _points(given: Any) -> list[dict[str, Any]]:
    if isinstance(given, list):
        return given
    if isinstance(given, dict):
        raise NotValid(_("Здесь нужен текст"))
    return points_of(str(given or ""))
