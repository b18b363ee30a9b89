"""What people type into the fields of a catalogue, and what it becomes: dates, numbers, lists, rows of tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from agreements.catalogue import Data, Field, get, put

Typed = dict[str, Any]
"""Field → what stands in its input: text, a flag, or for a table a list of rows."""
Errors = dict[str, str]
PREFIX = "data."
MOST_ROWS = 200


def typed(fields: Sequence[Field], form: MultiDict[str, str]) -> Typed:
    """What was typed, as it was typed."""
    return {field.name: _typed(field, form) for field in fields}


def _typed(field: Field, form: MultiDict[str, str]) -> Any:
    name = PREFIX + field.name
    if field.kind == "bool":
        return name in form
    if field.kind != "table":
        return form.get(name, "").replace("\r\n", "\n").strip()
    columns = {column.name: column for column in field.columns}
    rows: dict[int, Typed] = {}
    pattern = re.compile(re.escape(name) + r"\.(\d{1,3})\.([\w.]+)\Z")
    for key in form:
        if (match := pattern.match(key)) and match[2] in columns:
            flag = columns[match[2]].kind == "bool"
            rows.setdefault(int(match[1]), {})[match[2]] = True if flag else form[key].strip()
    filled = [rows[number] for number in sorted(rows) if any(v for v in rows[number].values())]
    return filled[:MOST_ROWS]


def stored(fields: Sequence[Field], data: Mapping[str, Any]) -> Typed:
    """What is kept, as the inputs show it."""
    return {field.name: _shown(field, get(data, field.name)) for field in fields}


def _shown(field: Field, value: Any) -> Any:
    if field.kind == "bool":
        return bool(value)
    if field.kind == "table":
        return [{column.name: _shown(column, row.get(column.name)) for column in field.columns} for row in value or ()]
    if field.kind == "list":
        return "\n".join(str(item) for item in value or ())
    return "" if value is None else str(value)


def read(fields: Sequence[Field], values: Typed, data: Data) -> Errors:
    """Put into `data` what `values` say; answers the faults in words by the input's name."""
    errors: Errors = {}
    for field in fields:
        name = PREFIX + field.name
        if field.kind != "table":
            put(data, field.name, _value(field, values.get(field.name), name, errors))
            continue
        rows = []
        for number, row in enumerate(values.get(field.name) or ()):
            where = f"{name}.{number}"
            rows.append({c.name: _value(c, row.get(c.name), f"{where}.{c.name}", errors) for c in field.columns})
        put(data, field.name, rows)
    return errors


def _value(field: Field, value: Any, name: str, errors: Errors) -> Any:
    if field.kind == "bool":
        return bool(value)
    text = str(value or "").strip()
    if field.kind == "list":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if not text:
        return None
    try:
        return _READERS.get(field.kind, _text)(field, text)
    except ValueError as fault:
        errors[name] = _("%(field)s: %(fault)s", field=field.label, fault=str(fault))
        return None


def a_date(text: str) -> date:
    """A date as a browser sends it or as a person types it. Raises ValueError in words."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue
        if 1900 <= day.year <= 2200:
            return day
    raise ValueError(_("дата не распознана, нужна в виде 31.12.2026"))


def a_number(text: str) -> int:
    """A whole number, not negative; spaces between digits are allowed. Raises ValueError in words."""
    digits = re.sub(r"\s", "", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise ValueError(_("нужно целое число, цифрами"))
    return int(digits)


def _date(_field: Field, text: str) -> str:
    return a_date(text).isoformat()


def _int(_field: Field, text: str) -> int:
    return a_number(text)


def _money(_field: Field, text: str) -> Any:
    try:
        amount = Decimal(re.sub(r"[\s₽]", "", text).replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(_("нужна сумма в рублях, например 1 500 000,00")) from error
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 15 or amount != round(amount, 2):
        raise ValueError(_("нужна сумма в рублях, не меньше нуля, с точностью до копейки"))
    return int(amount) if amount == int(amount) else f"{amount:.2f}"


def _choice(field: Field, text: str) -> str:
    if text not in dict(field.choices):
        raise ValueError(_("выберите из списка"))
    return text


def _text(_field: Field, text: str) -> str:
    if any(not letter.isprintable() and letter not in "\n\t" for letter in text.replace("\u00a0", " ")):
        raise ValueError(_("есть недопустимые знаки: сотрите и наберите заново"))
    return text


_READERS = {
    "date": _date,
    "int": _int,
    "money": _money,
    "enum": _choice,
}


def day_or_fault(text: str, name: str, errors: dict[str, str]) -> date | None:
    """A day as it was typed, or None with the fault told under the field's name."""
    try:
        return a_date(text) if text else None
    except ValueError as fault:
        errors[name] = str(fault)
        return None


def number_or_fault(text: str, name: str, errors: dict[str, str], default: int) -> int:
    """A whole number as it was typed, or the default with the fault told under the field's name."""
    try:
        return a_number(text) if text else default
    except ValueError as fault:
        errors[name] = str(fault)
        return default
