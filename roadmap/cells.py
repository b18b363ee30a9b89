"""The plan as a table of texts: its columns, what a cell shows of a value, and the value a typed text means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from roadmap.models import TERMS
from roadmap.periods import RECURRENCES
from roadmap.rows import AMBIGUOUS, Known, cells, same
from roadmap.rows.cells import Wrong
from roadmap.rows.sides import side_of
from roadmap.wording import FIELDS, SIDE_NAMES, points_of, points_text


@dataclass(frozen=True)
class Column:
    """A column of the table: a field of the terms, how it is typed, and whether it is shown at first."""

    name: str
    kind: str
    """text, long (several lines), date, number, choice, check, points, organisation, item, days, befores."""
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
    Column("after_item_id", "item", shown=False),
    Column("after_days", "days", shown=False),
    Column("depends", "befores", shown=False),
    Column("legal_basis", "long", shown=False),
    Column("target", "number", shown=False),
    Column("target_unit", "text", shown=False),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}

OF_TERMS = (*(column.name for column in COLUMNS if column.name in TERMS), "after_working")
"""Fields of the terms that the columns hold: «30 рабочих» is two of them, and what an item waits for is none."""

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


def value_of(name: str, given: Any, known: Known) -> Any:
    """What a cell means: a word becomes its code, a name its organisation; values already in their type pass.

    Days after are (days, whether working ones) or None; what an item waits for is a list of `Before`. What the terms
    ask beyond that is checked with them. Raises Wrong.
    """
    column = BY_NAME.get(name)
    if column is None:
        raise Wrong(_("нет такого поля"))
    if column.kind == "points" and isinstance(given, list):
        return given
    if isinstance(given, list | dict):
        raise Wrong(_("здесь нужен текст"))
    if column.kind == "date":
        return cells.day_of(given)
    if column.kind == "item" and isinstance(given, int) and not isinstance(given, bool):
        return given
    text = cells.text_of(given)
    if column.kind == "number":
        return cells.decimal_of(text)
    return READERS[column.kind](name, text, known)


def _choice(name: str, text: str, known: Known) -> str:
    if name == "recurrence":
        return cells.recurrence_of(text) if text else "once"
    found = next((side for side, word in SIDES.items() if same(text) in (side, same(word))), "")
    found = found or (side_of(text, known.sides) if text else "both")
    if not found:
        raise Wrong(_("нет такой Стороны: «%(text)s»", text=text[:60]))
    return found


def _organisation(_name: str, text: str, known: Known) -> int | None:
    if cells.is_nothing(text):
        return None
    if text.isdigit() and len(text) < 10 and int(text) in known.organisations.values():
        return int(text)
    found = known.organisations.get(same(text))
    if found is None:
        raise Wrong(_("организация не найдена: «%(text)s»", text=text[:60]))
    if found == AMBIGUOUS:
        raise Wrong(_("так названы две организации: укажите ИНН"))
    return found


def _item(_name: str, text: str, known: Known) -> int | None:
    """An item by its number."""
    if cells.is_nothing(text):
        return None
    section, place = cells.code_of(text)
    found = known.items.get(f"{section}.{place}")
    if found is None:
        raise Wrong(_("мероприятия %(code)s нет в плане", code=f"{section}.{place}"))
    return found


READERS: Mapping[str, Callable[[str, str, Known], Any]] = {
    "text": lambda name, text, _known: cells.bounded(name, text),
    "long": lambda name, text, _known: cells.bounded(name, text),
    "choice": _choice,
    "check": lambda _name, text, _known: cells.flag_of(text),
    "organisation": _organisation,
    "points": lambda _name, text, _known: points_of(text),
    "item": _item,
    "days": lambda _name, text, _known: None if cells.is_nothing(text) else cells.days_after_of(text),
    "befores": lambda _name, text, _known: [] if cells.is_nothing(text) else cells.befores_of(text),
}
