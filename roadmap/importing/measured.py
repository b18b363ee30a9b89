"""Indicators a plan's sheet defines beside its items: written by the export, entered by an import where they lack."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.documents.registers.reading import sheet_called
from core.errors import NotValid
from core.reports.sheets import Column, Sheet
from roadmap.measures import AGGREGATION_NAMES, BREAKDOWNS, DIRECTION_NAMES
from roadmap.models import Indicator
from roadmap.rows import Fault, Meaning, headings_of, same
from roadmap.rows.cells import Wrong, decimal_of, listed, text_of
from roadmap.service.indicators import NewIndicator, checked_indicator

SHEET = "Показатели"
"""The sheet's name; the export speaks Russian whatever the page does."""
MOST = 1_000

MEANINGS = (
    Meaning("code", _l("Код"), ("код показателя",), width=10),
    Meaning("name", _l("Показатель"), ("наименование", "наименование показателя"), width=60),
    Meaning("unit", _l("Единица измерения"), ("единица", "ед. изм."), width=16),
    Meaning("direction", _l("Направление"), width=16),
    Meaning("aggregation", _l("Правило сложения"), width=40),
    Meaning("breakdowns", _l("Разрезы"), width=40),
    Meaning("baseline", _l("База"), width=14),
    Meaning("baseline_note", _l("Что за база"), width=30),
    Meaning("source", _l("Источник"), width=40),
)


@dataclass
class Measured:
    """What the sheet defines: codes in lower case, those the plan has not yet, what is wrong."""

    codes: set[str] = field(default_factory=set)
    new: list[NewIndicator] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def sheet_of(indicators: Sequence[Indicator], figure: Callable[[Any], Any]) -> Sheet:
    """The sheet itself. `figure` makes a cell of a number."""
    of: dict[str, Callable[[Indicator], Any]] = {
        "direction": lambda row: DIRECTION_NAMES[row.direction],
        "aggregation": lambda row: AGGREGATION_NAMES[row.aggregation],
        "breakdowns": lambda row: "; ".join(str(BREAKDOWNS[name]) for name in row.breakdowns),
        "baseline": lambda row: figure(row.baseline),
    }
    columns = [Column(one.label, of.get(one.name) or _field(one.name), one.width) for one in MEANINGS]
    return Sheet(SHEET, columns, indicators)


def _field(name: str) -> Callable[[Indicator], Any]:
    return lambda row: getattr(row, name)


def measured_in(content: bytes, known: Collection[str]) -> Measured:
    """What a workbook defines beside what the plan knows; nothing where it has no such sheet. Raises NotValid."""
    rows = sheet_called(content, SHEET)
    found = Measured()
    if not rows:
        return found
    heads = {name: place for place, cell in enumerate(rows[0]) if (name := _headings().get(same(cell or ""), ""))}
    if not {"code", "name", "unit"} <= heads.keys():
        return found
    read = 0
    for number, cells in enumerate(rows[1:], start=2):
        texts = {name: cells[place] for name, place in heads.items() if place < len(cells)}
        if not any(cell is not None and str(cell).strip() for cell in texts.values()):
            continue
        if read == MOST:
            found.faults.append(_fault(number, _("показателей больше %(n)s", n=MOST)))
            break
        _read(found, number, texts, known)
        read += 1
    return found


def _read(found: Measured, number: int, cells: Mapping[str, Any], known: Collection[str]) -> None:
    try:
        new = _indicator({name: text_of(cell) for name, cell in cells.items()})
        checked_indicator(new)
    except Wrong as wrong:
        found.faults.append(_fault(number, str(wrong)))
        return
    except NotValid as refusal:
        found.faults += [_fault(number, str(text)) for text in refusal.fields.values()]
        return
    code = new.code.casefold()
    if code in found.codes:
        found.faults.append(_fault(number, _("показатель %(code)s назван дважды", code=new.code)))
    elif code not in known:
        found.new.append(new)
    found.codes.add(code)


def _indicator(texts: Mapping[str, str]) -> NewIndicator:
    """Raises Wrong."""
    return NewIndicator(
        code=texts.get("code", ""),
        name=texts.get("name", ""),
        unit=texts.get("unit", ""),
        direction=_named(texts.get("direction", ""), DIRECTION_NAMES, "up"),
        aggregation=_named(texts.get("aggregation", ""), AGGREGATION_NAMES, "sum_year"),
        breakdowns=tuple(_named(part, BREAKDOWNS, "") for part in listed(texts.get("breakdowns", ""))),
        baseline=decimal_of(texts.get("baseline", "")),
        baseline_note=texts.get("baseline_note", ""),
        source=texts.get("source", ""),
    )


def _named(text: str, names: Mapping[str, Any], usual: str) -> str:
    """The code of a word of a list; `usual` for nothing. Raises Wrong."""
    if not text:
        return usual
    with force_locale("ru"):
        found = next((code for code, word in names.items() if same(text) in (code, same(str(word)))), "")
    if not found:
        raise Wrong(_("нет такого значения: «%(text)s»", text=text[:60]))
    return found


def _fault(number: int, message: str) -> Fault:
    """At the headings of the plan's own sheet: the faulty row is on another one."""
    return Fault(1, str(_("лист «%(sheet)s»", sheet=SHEET)), _("строка %(row)s: %(told)s", row=number, told=message))


@cache
def _headings() -> Mapping[str, str]:
    return headings_of(MEANINGS)
