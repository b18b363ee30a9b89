"""Documents room, registers: the blank of a kind's register: columns to fill, common data, the list of fields."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from xlsxwriter import Workbook

from core.documents import catalogue
from core.documents.catalogue import ROWS, Field
from core.documents.kinds import Kind
from core.documents.registers.reading import COMMON, NAME


def blank(kind: Kind) -> bytes:
    """An empty register as XLSX: what differs from row to row on the first sheet, what is common on the second.

    A field may be moved from one to the other: both know all of them. The third sheet tells how to fill each in.
    """
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    asked = catalogue.asked(kind)
    _register(book, head, [each for each in asked if not _is_common(each)], kind)
    _common(book, head, wrap, [each for each in asked if _is_common(each)], kind)
    _fields(book, head, wrap, asked, kind)
    book.close()
    return out.getvalue()


def _is_common(field: Field) -> bool:
    """Parties are usually the same in all rows; what depends on a signature is not asked beforehand."""
    return "." in field.path or field.type in ROWS


def _label(field: Field, kind: Kind) -> str:
    return f"{field.label} *" if catalogue.is_required(field, kind) else field.label


def _register(book: Workbook, head: Any, asked: Sequence[Field], kind: Kind) -> None:
    sheet = book.add_worksheet(_("Реестр"))
    sheet.freeze_panes(1, 0)
    for place, label in enumerate([NAME, *(_label(each, kind) for each in asked)]):
        sheet.set_column(place, place, 24)
        sheet.write_string(0, place, label, head)


def _common(book: Workbook, head: Any, wrap: Any, asked: Sequence[Field], kind: Kind) -> None:
    sheet = book.add_worksheet(COMMON)
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 1, 70)
    sheet.write_row(0, 0, [_("Поле"), _("Значение для всех строк")], head)
    for number, each in enumerate(asked, 1):
        sheet.write_string(number, 0, _label(each, kind), wrap)


def _fields(book: Workbook, head: Any, wrap: Any, asked: Sequence[Field], kind: Kind) -> None:
    sheet = book.add_worksheet(_("Поля"))
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 4, 34)
    sheet.write_row(0, 0, [_("Поле"), _("Имя"), _("Вид"), _("Как заполнить"), _("Пример")], head)
    for number, each in enumerate(asked, 1):
        row = [_label(each, kind), each.path, str(each.type_label), how(each), example(each)]
        for place, text in enumerate(row):
            sheet.write_string(number, place, text, wrap)


def how(field: Field) -> str:
    """How a cell of this field is filled in, in words."""
    told = [field.hint] if field.hint else []
    if field.type == "enum":
        told.append(_("одно из: %(all)s", all="; ".join(label for _value, label in field.choices)))
    elif field.type in ROWS:
        names = " | ".join(each.label for each in field.columns if "." not in each.path)
        told.append(_("каждая строка с новой строки ячейки (Alt+Enter): %(names)s", names=names))
    elif field.type == "list":
        told.append(_("каждый пункт с новой строки ячейки (Alt+Enter)"))
    elif field.type == "date":
        told.append(_("дата, например 01.09.2026"))
    elif field.type == "bool":
        told.append(_("да или нет"))
    return "; ".join(told)


def example(field: Field) -> str:
    """The catalogue's example as it would stand in a cell."""
    if field.type in ROWS:
        cells = [str(each.example or "…") for each in field.columns if "." not in each.path]
        return " | ".join(cells)
    if isinstance(field.example, list):
        return "\n".join(map(str, field.example))
    if isinstance(field.example, bool):
        return str(_("да") if field.example else _("нет"))
    return "" if field.example is None else str(field.example)
