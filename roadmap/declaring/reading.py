"""Rows of a sheet as values to declare, beside what stands; everything wrong is told by row and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import Actor
from core.errors import NotAllowed, NotValid
from roadmap.importing.grid import Line, Table, columns_of
from roadmap.models import Indicator, IndicatorValue, Roadmap
from roadmap.rows import AMBIGUOUS, Fault, same
from roadmap.rows.cells import Wrong, bounded, day_of, decimal_of, flag_of, is_nothing, period_key, text_of
from roadmap.service.indicators import NewValue, check_value

KINDS = {"план": "plan", "заявлено": "declared", "подтверждено": "verified", "": "declared"}
SILENT = ("сведения не предоставлены", "не предоставлено", "не предоставлены")
COLUMN_OF = {"region_code": "region", "organisation_id": "organisation"}
"""A field of a value → the column it came from, where they differ."""
PARTS = Decimal("0.001")
"""Values are kept to three places."""

Key = tuple[int, str, int | None, str, str]
"""(indicator, period, organisation, region, speciality): what a value is about."""


@dataclass(frozen=True)
class Standing:
    """What a file is read against: the plan, its indicators by code, the directory, the newest value of every kind."""

    plan: Roadmap
    indicators: Mapping[str, Indicator]
    organisations: Mapping[str, int]
    values: Mapping[tuple[Key, str], IndicatorValue]


@dataclass(frozen=True)
class Entry:
    """A row as read. `state`: new, changed, same (stands already), kept (a plan or verified value, left alone)."""

    row: int
    indicator: Indicator
    new: NewValue
    state: str
    was: IndicatorValue | None = None
    verified: IndicatorValue | None = None

    @property
    def key(self) -> Key:
        new = self.new
        return self.indicator.id, new.period, new.organisation_id, new.region_code, new.speciality


@dataclass
class Found:
    """Every row of a file, and everything wrong with them by the columns' shown names."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: int = 0


class Reader:
    """Reads rows one after another; what two rows say of the same is told at the second."""

    def __init__(self, table: Table, mapping: Mapping[str, str], standing: Standing, actor: Actor) -> None:
        self.table, self.standing, self.actor = table, standing, actor
        self.columns = columns_of(mapping)
        self.seen: dict[tuple[Key, str], int] = {}

    def read(self, line: Line) -> tuple[Entry | None, list[Fault]]:
        """The entry of a row (None where it says nothing or cannot be taken) and what is wrong with it."""
        row = _Row(line, self.columns)
        if not any(text for text in row.texts.values()) and not row.faults:
            return None, []
        indicator, new = self._values(row)
        if indicator is None or row.faults:
            return None, self._shown(row.faults)
        entry = self._against(row, indicator, new)
        return (None if row.faults else entry), self._shown(row.faults)

    def _values(self, row: _Row) -> tuple[Indicator | None, NewValue]:
        indicator = row.cell("code", self._indicator)
        silent, value = _figure(row)
        new = NewValue(
            period=row.cell("period", _period) or "",
            kind=row.cell("kind", _kind) or "declared",
            value=value,
            not_provided=silent,
            organisation_id=row.cell("organisation", self._organisation),
            region_code=row.cell("region", lambda text: text.zfill(2) if text.isdigit() else text) or "",
            speciality=row.cell("speciality", row.code) or "",
            source=row.cell("source", lambda text: bounded("source", text)) or "",
            as_of=row.day("as_of"),
        )
        return indicator, new

    def _indicator(self, text: str) -> Indicator:
        if not text:
            raise Wrong(_("не заполнено"))
        found = self.standing.indicators.get(text.casefold())
        if found is None:
            raise Wrong(_("показателя нет в плане: %(codes)s", codes=text[:60]))
        return found

    def _organisation(self, text: str) -> int | None:
        if is_nothing(text):
            return None
        found = self.standing.organisations.get(same(text))
        if found is None:
            raise Wrong(_("организации «%(text)s» нет в справочнике", text=text[:80]))
        if found == AMBIGUOUS:
            raise Wrong(_("под именем «%(text)s» несколько организаций: укажите ИНН", text=text[:80]))
        return found

    def _against(self, row: _Row, indicator: Indicator, new: NewValue) -> Entry | None:
        """The row beside what stands: may it be declared, does it change anything, was it said before."""
        entry = Entry(row.number, indicator, new, "new")
        about = entry.key
        was = self.standing.values.get((about, new.kind))
        before = self.seen.setdefault((about, new.kind), row.number)
        if before != row.number:
            row.fault("code", _("это значение уже названо в строке %(row)s", row=before))
        elif new.kind != "declared":
            if was is None or not _same_figure(was, new):
                row.fault("value", _("загрузкой только заявляют: это значение меняют на странице показателя"))
            return Entry(row.number, indicator, new, "kept", was)
        else:
            row.checked(lambda: check_value(self.standing.plan, indicator, new, self.actor))
        state = "new" if was is None else "same" if _same(was, new) else "changed"
        return Entry(row.number, indicator, new, state, was, self.standing.values.get((about, "verified")))

    def _shown(self, faults: Sequence[Fault]) -> list[Fault]:
        """Columns as the person sees them."""
        return [Fault(one.row, self._column(one.column), one.message) for one in faults]

    def _column(self, name: str) -> str:
        place = self.columns.get(name)
        return self.table.shown(place) if place is not None else str(_("вся строка"))


class _Row:
    """A line of the sheet by meanings; faults of its cells gather here."""

    def __init__(self, line: Line, columns: Mapping[str, int]) -> None:
        self.number = line.number
        self.faults: list[Fault] = []
        self.cells = {name: line.at(place) for name, place in columns.items()}
        self.texts: dict[str, str] = {}
        for name, cell in self.cells.items():
            try:
                text = text_of(cell)
                self.texts[name] = "" if is_nothing(text) else text
            except Wrong as wrong:
                self.fault(name, str(wrong))
            if line.wide.get(columns[name], columns[name]) > columns[name] or columns[name] in line.down:
                self.fault(name, _("ячейка объединена с соседней: разъедините"))

    def fault(self, name: str, message: str) -> None:
        self.faults.append(Fault(self.number, name, message))

    def cell(self, name: str, read: Callable[[str], Any]) -> Any:
        """What a cell gives; None where it is at fault."""
        if name in self.cells and name not in self.texts:
            return None
        try:
            return read(self.texts.get(name, ""))
        except Wrong as wrong:
            self.fault(name, str(wrong))
            return None

    def code(self, text: str) -> str:
        if isinstance(self.cells.get("speciality"), date):
            raise Wrong(_("Excel принял код за дату: задайте столбцу формат «Текстовый» и введите заново"))
        return text

    def day(self, name: str) -> date | None:
        cell = self.cells.get(name)
        found: date | None = self.cell(name, lambda _text: day_of(cell))
        return found

    def checked(self, check: Callable[[], None]) -> None:
        """What the service would refuse, at the column it speaks of."""
        try:
            check()
        except NotValid as refusal:
            for name in refusal.fields or {"value": ""}:
                self.fault(COLUMN_OF.get(name, name), str(refusal))
        except NotAllowed as refusal:
            self.fault("organisation", str(refusal))


def _figure(row: _Row) -> tuple[bool, Decimal | None]:
    """(сведения не предоставлены, the value): one of the two, never both; a zero is a value."""
    silent = bool(row.cell("not_provided", flag_of))
    if same(row.texts.get("value", "")) in SILENT:
        return True, None
    cell = row.cells.get("value")
    if isinstance(cell, date | datetime):
        row.fault("value", _("нужно число, а в ячейке дата"))
        return silent, None
    value = row.cell("value", lambda _text: decimal_of(cell))
    if silent and value is not None:
        row.fault("not_provided", _("и значение, и «сведения не предоставлены»: оставьте что-то одно"))
    if not silent and value is None and "value" in row.texts and not row.texts["value"]:
        row.fault("value", _("введите значение или отметьте, что сведения не предоставлены"))
    return silent, value


def _period(text: str) -> str:
    """«2026», «III квартал 2026 г.», «2026-Q3» → the period's key. Raises Wrong."""
    if not text:
        raise Wrong(_("не заполнено"))
    return period_key(text) or text.upper()


def _kind(text: str) -> str:
    found = KINDS.get(same(text))
    if found is None:
        raise Wrong(_("вид значения – «заявлено», «план» или «подтверждено»: «%(text)s»", text=text[:40]))
    return found


def _same_figure(was: IndicatorValue, new: NewValue) -> bool:
    if was.not_provided or new.not_provided:
        return was.not_provided and new.not_provided
    return was.value is not None and was.value.quantize(PARTS) == Decimal(new.value).quantize(PARTS)


def _same(was: IndicatorValue, new: NewValue) -> bool:
    """Whether a row says no more than what stands: an empty cell says nothing of the day and the source."""
    return (
        _same_figure(was, new)
        and new.as_of in (None, was.as_of)
        and (not new.source or new.source.strip() == was.source)
    )
