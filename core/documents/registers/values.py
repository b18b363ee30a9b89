"""Documents room, registers: what stands in a cell as the value of a field, or the fault in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from core.documents.catalogue import ROWS, Field

LONGEST = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = re.compile(r"[\s\u00a0]+")
_YES = ("да", "есть", "имеется", "истина", "true", "yes", "1", "+")
_NO = ("нет", "не имеется", "ложь", "false", "no", "0", "-", "−")


class Wrong(Exception):
    """The cell cannot be read as its field's value; the message is for the person."""


def value_of(field: Field, cell: Any) -> Any:
    """The value of a cell that is not empty. Raises Wrong."""
    if isinstance(cell, str):
        cell = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
        if _CONTROL.search(cell):
            raise Wrong(_("недопустимый управляющий знак"))
        if len(cell) > LONGEST:
            raise Wrong(_("длиннее %(n)s знаков", n=LONGEST))
        if cell.startswith("#") and cell.rstrip("!?").isupper():
            raise Wrong(_("в ячейке ошибка Excel: %(cell)s", cell=cell))
    reader = _READERS.get(field.type) or _text
    return reader(field, cell)


def _text(_field: Field, cell: Any) -> str:
    if isinstance(cell, bool):
        return str(_("да") if cell else _("нет"))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%d.%m.%Y}"
    return str(cell)


def _date(_field: Field, cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(cell), form).date()  # noqa: DTZ007 (a day has no time zone)
        except ValueError:
            continue
    raise Wrong(_("ожидается дата, например 01.09.2026"))


def _int(_field: Field, cell: Any) -> int:
    number = _number(cell)
    if number != number.to_integral_value():
        raise Wrong(_("ожидается целое число"))
    return int(number)


def _money(_field: Field, cell: Any) -> int | Decimal:
    number = _number(cell)
    if number != number.quantize(Decimal("0.01")):
        raise Wrong(_("в сумме больше двух знаков после запятой"))
    return int(number) if number == number.to_integral_value() else number.quantize(Decimal("0.01"))


def _number(cell: Any) -> Decimal:
    if isinstance(cell, bool | datetime | date):
        raise Wrong(_("ожидается число"))
    text = _SPACES.sub("", str(cell)).replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Wrong(_("ожидается число")) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise Wrong(_("ожидается число"))
    return number


def _enum(field: Field, cell: Any) -> str:
    typed = str(cell).casefold()
    for value, label in field.choices:
        if typed in (value.casefold(), label.casefold()):
            return value
    raise Wrong(_("ожидается одно из: %(all)s", all="; ".join(label for _value, label in field.choices)))


def _bool(_field: Field, cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    typed = _text(_field, cell).casefold()
    if typed in _YES or typed in _NO:
        return typed in _YES
    raise Wrong(_("ожидается «да» или «нет»"))


def _list(_field: Field, cell: Any) -> list[str]:
    return [line.strip() for line in str(cell).split("\n") if line.strip()]


def _rows(field: Field, cell: Any) -> list[dict[str, Any]]:
    """A line of the cell is a row, its columns stand in their order between «|»."""
    columns = [column for column in field.columns if "." not in column.path]
    return [_row(line, columns) for line in _list(field, cell)]


def _row(line: str, columns: list[Field]) -> dict[str, Any]:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) > len(columns):
        raise Wrong(_("в строке «%(line)s» больше %(n)s частей", line=line[:60], n=len(columns)))
    row: dict[str, Any] = {}
    for number, column in enumerate(columns):
        part = parts[number] if number < len(parts) else ""
        if part:
            row[column.path] = value_of(column, part)
        elif column.required:
            names = " | ".join(each.label for each in columns)
            raise Wrong(_("в строке «%(line)s» нет «%(label)s»; порядок: %(names)s",
                          line=line[:60], label=column.label, names=names))  # fmt: skip
    return row


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "date": _date, "int": _int, "money": _money, "enum": _enum, "bool": _bool, "list": _list,
    **dict.fromkeys(ROWS, _rows),
}  # fmt: skip
