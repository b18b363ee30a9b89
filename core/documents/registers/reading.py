"""Documents room, registers: an XLSX file read into rows of data, its faults told by row and column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from core.documents import catalogue
from core.documents.catalogue import Field
from core.documents.kinds import Kind
from core.documents.registers.values import Wrong, value_of
from core.documents.uploads import DEEPEST_PACKING, SMALL
from core.errors import NotValid

MOST_ROWS = 20_000
MOST_COLUMNS = 300
LARGEST_FILE = 20 * 2**20
LARGEST_UNPACKED = 300 * 2**20
OLD = b"\xd0\xcf\x11\xe0"
"""How files of old Office begin, and encrypted ones of the new."""
COMMON = "Общие данные"
NAME = "Имя файла"

Cells = Sequence[Any]


@dataclass(frozen=True)
class Fault:
    """What cannot be taken: the row's number in the sheet, the column as the person sees it («C: Дата»), the reason."""

    row: int
    column: str
    message: str


@dataclass
class RegisterRow:
    """The data of one document; `number` is the row's number in the sheet."""

    number: int
    name: str
    data: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Read:
    """A register as read: its rows, faulty ones among them."""

    rows: list[RegisterRow]

    @property
    def faults(self) -> list[Fault]:
        return [fault for row in self.rows for fault in row.faults]


@dataclass(frozen=True)
class _Column:
    place: int
    label: str
    field: Field | None
    """None: the name of the file."""

    @property
    def shown(self) -> str:
        return f"{get_column_letter(self.place + 1)}: {self.label}"


def read(content: bytes, kind: Kind) -> Read:
    """The rows of the first sheet; what stands in the sheet «Общие данные» holds for every row.

    Columns are known by the field's label or name. Raises NotValid where the file is no register of this kind.
    """
    sheets = _sheets(content)
    fields = catalogue.asked(kind)
    common, faults = _common(sheets.get(COMMON, []), fields)
    if faults:
        raise NotValid("; ".join(faults), "file")
    first = next((rows for name, rows in sheets.items() if name != COMMON), [])
    lines = [(number, cells) for number, cells in enumerate(first, 1) if any(not _empty(cell) for cell in cells)]
    if len(lines) < 2:
        raise NotValid(_("В реестре нет строк: нужна строка заголовков и хотя бы одна строка данных"), "file")
    if len(lines) - 1 > MOST_ROWS:
        raise NotValid(_("В реестре больше %(n)s строк: разделите его", n=MOST_ROWS), "file")
    columns = _columns(lines[0][1], fields)
    reader = _Reader(kind, columns, common)
    return Read([reader.row(number, cells) for number, cells in lines[1:]])


def selection(kind: Kind, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[RegisterRow]:
    """Rows of data that came from elsewhere than a file, numbered from 1; (file name or "", nested data).

    Required fields without a value are faults, as in a register; the filters of templates read dates in ISO form.
    """
    required = [each for each in catalogue.asked(kind) if catalogue.is_required(each, kind)]
    return [_selected(kind, required, number, name, data) for number, (name, data) in enumerate(rows, 1)]


def _selected(kind: Kind, required: Sequence[Field], number: int, name: str, data: Mapping[str, Any]) -> RegisterRow:
    given = f"{name.strip().removesuffix('.docx')}.docx" if name.strip() else f"{kind.label} {number:05d}.docx"
    row = RegisterRow(number, given, dict(data))
    for each in required:
        if _empty(_at(data, each.path)):
            row.faults.append(Fault(number, each.label, _("не заполнено обязательное поле")))
    return row


def _at(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _sheets(content: bytes, also: str = COMMON) -> dict[str, list[Cells]]:
    """The first sheet and the one called `also`, as values."""
    _bounded(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            wanted = [book.sheetnames[0], *(name for name in book.sheetnames[1:] if name == also)]
            return {name: list(_values(book[name])) for name in wanted}
        finally:
            book.close()
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, IndexError, TypeError) as error:
        raise NotValid(_("Файл не открывается как таблица Excel (.xlsx)"), "file") from error


def _values(sheet: Any) -> Iterator[Cells]:
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)):
        if number > MOST_ROWS + 100:
            return
        yield row


def _bounded(content: bytes) -> None:
    """An archive that would not fit the memory is refused before it is opened."""
    if len(content) > LARGEST_FILE:
        raise NotValid(_("Файл больше %(n)s МБ", n=LARGEST_FILE // 2**20), "file")
    if content.startswith(OLD):
        raise NotValid(
            _("Это файл старого Excel (.xls) или зашифрованный паролем: сохраните его как .xlsx без пароля"), "file"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NotValid(_("Нужна таблица Excel в формате .xlsx"), "file") from error
    names = {info.filename for info in infos}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise NotValid(_("Нужна таблица Excel в формате .xlsx"), "file")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise NotValid(_("Таблица с макросами не принимается"), "file")
    if any(info.flag_bits & 1 for info in infos):
        raise NotValid(_("Таблица зашифрована паролем"), "file")
    if sum(info.file_size for info in infos) > LARGEST_UNPACKED or any(_bomb(info) for info in infos):
        raise NotValid(_("Распакованная таблица слишком велика"), "file")


def _bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > SMALL and info.file_size > DEEPEST_PACKING * max(info.compress_size, 1)


def _empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _same(text: Any) -> str:
    return " ".join(str(text).replace("\u00a0", " ").casefold().replace("ё", "е").rstrip("*").split())


def _known(fields: Sequence[Field]) -> dict[str, Field]:
    """Fields by their names and labels."""
    return {**{_same(each.label): each for each in fields}, **{_same(each.path): each for each in fields}}


def _columns(header: Cells, fields: Sequence[Field]) -> list[_Column]:
    known, taken = _known(fields), set[str]()
    columns: list[_Column] = []
    wrong: list[str] = []
    for place, cell in enumerate(header):
        if _empty(cell):
            continue
        label, found = str(cell).strip(), known.get(_same(cell))
        if _same(cell) in taken:
            wrong.append(_("столбец «%(label)s» повторяется", label=label))
        elif found is None and _same(cell) != _same(NAME):
            wrong.append(_unknown(label, fields))
        taken.add(_same(cell))
        columns.append(_Column(place, label, found))
    if wrong:
        raise NotValid(_("Заголовки реестра: %(all)s", all="; ".join(wrong)), "file")
    return columns


def _unknown(label: str, fields: Sequence[Field]) -> str:
    names = {_same(name): name for each in fields for name in (each.path, each.label)}
    near = get_close_matches(_same(label), names, n=1, cutoff=0.7)
    if near:
        return str(_("поля «%(label)s» нет, вероятно «%(near)s»", label=label, near=names[near[0]]))
    return str(_("поля «%(label)s» у этого вида документов нет", label=label))


def _common(rows: Sequence[Cells], fields: Sequence[Field]) -> tuple[dict[str, Any], list[str]]:
    """Values by path from a sheet of two columns, and what cannot be taken."""
    known = _known(fields)
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for number, row in enumerate(rows, 1):
        label, cell = (*row, None, None)[:2]
        if _empty(label) or _empty(cell) or (number == 1 and _same(label) == _same("Поле")):
            continue
        found = known.get(_same(label))
        try:
            if found is None:
                raise Wrong(_unknown(str(label).strip(), fields))
            values[found.path] = value_of(found, cell)
        except Wrong as error:
            wrong.append(_("лист «%(sheet)s», строка %(row)s: %(why)s", sheet=COMMON, row=number, why=error))
    return values, wrong


class _Reader:
    def __init__(self, kind: Kind, columns: Sequence[_Column], common: Mapping[str, Any]) -> None:
        self.columns, self.common = columns, common
        self.label = str(kind.label)
        self.required = [each for each in catalogue.asked(kind) if catalogue.is_required(each, kind)]
        self.shown = {each.field.path: each.shown for each in columns if each.field is not None}

    def row(self, number: int, cells: Cells) -> RegisterRow:
        """One row: its values, and everything that is wrong with it."""
        found = RegisterRow(number, f"{self.label} {number:05d}.docx", {})
        values = dict(self.common)
        for column in self.columns:
            cell = cells[column.place] if column.place < len(cells) else None
            if _empty(cell):
                continue
            if column.field is None:
                found.name = f"{str(cell).strip().removesuffix('.docx')}.docx"
                continue
            try:
                values[column.field.path] = value_of(column.field, cell)
            except Wrong as error:
                found.faults.append(Fault(number, column.shown, str(error)))
                values[column.field.path] = None
        self._absent(found, values)
        for path, value in values.items():
            _put(found.data, path, value)
        return found

    def _absent(self, found: RegisterRow, values: Mapping[str, Any]) -> None:
        for each in self.required:
            if each.path not in values:
                shown = self.shown.get(each.path, each.label)
                found.faults.append(Fault(found.number, shown, _("не заполнено обязательное поле")))


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        data = data.setdefault(step, {})
    data[last] = value


def sheet_called(content: bytes, name: str) -> list[Cells]:
    """The rows of a further sheet as values; none where there is no such sheet. Raises NotValid."""
    return dict(list(_sheets(content, name).items())[1:]).get(name, [])


def first_sheet(content: bytes) -> list[Cells]:
    """The rows of the first sheet as values, checked as every register is. Raises NotValid."""
    return next(iter(_sheets(content).values()), [])
