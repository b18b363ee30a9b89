"""Counterparties as people name them: chosen in the directory, pasted as a list of ИНН or names, or rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _
from openpyxl.utils import get_column_letter

from agreements.catalogue import Field, fields_of, get
from agreements.forms import entered
from agreements.importing.meanings import same
from agreements.importing.reading import AMBIGUOUS, directory
from agreements.models import ModelRevision
from core.documents.registers.reading import first_sheet
from core.errors import NotValid

MOST = 1000
"""Counterparties of one sending."""
LONGEST = 20_000
EXCLUDE = ("исключить", "исключен", "исключён", "-", "—")
"""Words of a cell that take a clause out for the counterparty."""


@dataclass
class Wanted:
    """One counterparty: who, and what differs for it. `data` is by path of the catalogue."""

    number: int
    asked: str
    organisation_id: int | None = None
    alias: str = ""
    signatory: str = ""
    """Full name of the signatory, or "" for the primary one."""
    extra: list[int] = field(default_factory=list)
    """Further parties of this agreement alone."""
    data: dict[str, Any] = field(default_factory=dict)
    clauses: list[dict[str, str]] = field(default_factory=list)
    """Its own wording: {"action": "restate" | "exclude" | "add", "clause_id", "text"}."""
    faults: list[dict[str, Any]] = field(default_factory=list)

    def spec(self) -> dict[str, Any]:
        """What the row keeps of it."""
        names = ("alias", "signatory", "extra", "data", "clauses")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def wrong(self, column: str, message: Any) -> None:
        self.faults.append({"column": column, "message": str(message)})


def of_ids(ids: Sequence[int]) -> list[Wanted]:
    """Organisations chosen in a list."""
    return _bounded([Wanted(number, "", each) for number, each in enumerate(dict.fromkeys(ids), 1)])


def of_lines(text: str) -> list[Wanted]:
    """One counterparty a line: an ИНН, a short or a full name. Empty lines are left out."""
    known = directory()
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if asked := " ".join(line.split()):
            row = Wanted(number, asked[:300])
            row.organisation_id = _organisation(asked, known, row, str(_("строка")))
            rows.append(row)
    return _bounded(rows)


def _bounded(rows: list[Wanted]) -> list[Wanted]:
    if not rows:
        raise NotValid(_("Не назван ни один контрагент"), "counterparties")
    if len(rows) > MOST:
        raise NotValid(_("За один раз — не больше %(n)s контрагентов", n=MOST), "counterparties")
    return rows


def _organisation(asked: str, known: Mapping[str, int], row: Wanted, column: str) -> int | None:
    found = known.get(same(asked)) or known.get(asked.split()[-1])
    if found is None:
        row.wrong(column, _("организации «%(text)s» нет в справочнике", text=asked[:80]))
    elif found == AMBIGUOUS:
        row.wrong(column, _("под именем «%(text)s» несколько организаций: укажите ИНН", text=asked[:80]))
    else:
        return found
    return None


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: which kind of thing it is, and which one."""

    place: int
    label: str
    means: str
    """organisation, alias, signatory, extra, data, restate, add."""
    name: str = ""
    field: Field | None = None

    @property
    def shown(self) -> str:
        return f"{get_column_letter(self.place + 1)}: {self.label}"


HEADINGS = {
    "organisation": ("контрагент", "инн", "организация", "инн контрагента", "контрагент (инн или наименование)"),
    "alias": ("наименование в документе",),
    "signatory": ("подписант",),
    "extra": ("ещё стороны", "дополнительные стороны", "ещё стороны (инн через «;»)"),
}


def headings(kind: str) -> list[str]:
    """The columns a sheet may have, as its blank names them; clauses are «Пункт 3.2» and «После пункта 3.2»."""
    plain = [
        str(_("Контрагент (ИНН или наименование)")),
        str(_("Подписант")),
        str(_("Наименование в документе")),
        str(_("Ещё стороны (ИНН через «;»)")),
    ]
    return plain + [each.label for each in _fields(kind)]


def _fields(kind: str) -> list[Field]:
    """Fields one cell can hold."""
    return [each for each in fields_of(kind) if each.kind != "table"]


def of_sheet(content: bytes, kind: str, revision: ModelRevision) -> list[Wanted]:
    """Rows of the first sheet; what cannot be read is told by row and column. Raises NotValid: no such table."""
    lines = _lines(content)
    header = next(lines, None)
    if header is None:
        raise NotValid(_("В таблице нет строк: нужна строка заголовков и хотя бы одна строка данных"), "file")
    columns = _columns(header[1], kind, revision)
    known = directory()
    return _bounded([_row(number, cells, columns, known) for number, cells in lines])


def _lines(content: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, cells in enumerate(first_sheet(content), 1):
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield number, cells


def _columns(header: Sequence[Any], kind: str, revision: ModelRevision) -> list[_Column]:
    fields = {same(each.label): each for each in _fields(kind)}
    clauses = {str(clause["number"]): str(clause["id"]) for clause in revision.clauses if clause.get("number")}
    found = []
    for place, cell in enumerate(header):
        label = " ".join(str("" if cell is None else cell).split())
        if label:
            found.append(_column(place, label, fields, clauses))
    if not any(column.means == "organisation" for column in found):
        raise NotValid(_("Нет столбца «%(name)s»", name=headings(kind)[0]), "file")
    return found


def _column(place: int, label: str, fields: Mapping[str, Field], clauses: Mapping[str, str]) -> _Column:
    heading = same(label)
    for means, words in HEADINGS.items():
        if heading in {same(word) for word in words}:
            return _Column(place, label, means)
    if heading in fields:
        return _Column(place, label, "data", fields[heading].name, fields[heading])
    for means, prefix in (("add", "после пункта "), ("restate", "пункт ")):
        if heading.startswith(prefix):
            number = heading.removeprefix(prefix).strip().rstrip(".")
            if number not in clauses:
                raise NotValid(_("Столбец «%(label)s»: в форме нет пункта %(n)s", label=label, n=number), "file")
            return _Column(place, label, means, clauses[number])
    near = get_close_matches(heading, fields, 1)
    hint = _(" Похоже на «%(name)s».", name=fields[near[0]].label) if near else ""
    raise NotValid(_("Столбец «%(label)s» неизвестен.%(hint)s", label=label, hint=hint), "file")


def _row(number: int, cells: Sequence[Any], columns: Sequence[_Column], known: Mapping[str, int]) -> Wanted:
    row = Wanted(number, "")
    for column in columns:
        text = _text(cells[column.place] if column.place < len(cells) else None)
        if text:
            _take(row, column, text, known)
    if not row.asked:
        row.wrong(next(c.shown for c in columns if c.means == "organisation"), _("не заполнено"))
    return row


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _take(row: Wanted, column: _Column, text: str, known: Mapping[str, int]) -> None:
    if len(text) > LONGEST:
        row.wrong(column.shown, _("длиннее %(n)s знаков", n=LONGEST))
    elif column.means == "organisation":
        row.asked = " ".join(text.split())[:300]
        row.organisation_id = _organisation(row.asked, known, row, column.shown)
    elif column.means == "extra":
        for each in filter(None, (part.strip() for part in text.replace("\n", ";").split(";"))):
            if (found := _organisation(each, known, row, column.shown)) is not None:
                row.extra.append(found)
    elif column.means in ("alias", "signatory"):
        setattr(row, column.means, " ".join(text.split()))
    elif column.field is not None:
        _data(row, column, column.field, text)
    else:
        _clause(row, column, text)


def _data(row: Wanted, column: _Column, asked: Field, text: str) -> None:
    value: Any = text
    if asked.kind == "bool":
        value = same(text) in ("да", "1", "true", "есть")
    elif asked.kind == "list":
        value = text.replace(";", "\n")
    elif asked.kind == "enum":
        value = next((code for code, label in asked.choices if same(label) == same(text)), text)
    made: dict[str, Any] = {}
    for fault in entered.read([asked], {asked.name: value}, made).values():
        row.wrong(column.shown, fault)
    row.data[asked.name] = get(made, asked.name)


def _clause(row: Wanted, column: _Column, text: str) -> None:
    action = "exclude" if column.means == "restate" and same(text) in {same(word) for word in EXCLUDE} else column.means
    row.clauses.append(
        {"action": action, "clause_id": column.name, "text": "" if action == "exclude" else " ".join(text.split())}
    )
