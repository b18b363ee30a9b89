"""Rows of the file read into agreements; everything that is wrong is told by row and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _
from openpyxl.utils import get_column_letter
from sqlalchemy import select

from agreements.forms.entered import a_date, a_number
from agreements.importing.meanings import KINDS, STATES, same
from agreements.importing.sheet import Unsaved
from agreements.models import Agreement, AgreementParty, Journal, RegistrationEntry
from core import clock
from core.accounts.models import Organisation
from core.db import db

LONGEST = {"title": 1000, "number": 60, "city": 200}
MOST_PARTIES = 15
LISTED = {
    "kind": ("соглашение о сотрудничестве", "кластер", "целевое обучение", "практика", "сетевая форма"),
    "state": ("действует", "приостановлен", "исполнен", "истек", "расторгнут"),
}
"""What is offered in place of a word nobody knows."""
BROKEN = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#ССЫЛКА!", "#Н/Д", "#ЗНАЧ!", "#ИМЯ?")
"""What a spreadsheet shows in place of what it could not work out."""
SERIALS = (32874, 73415)
"""Days of 1990 and 2100 as a spreadsheet counts them."""


@dataclass(frozen=True)
class Fault:
    """What cannot be taken: the row's number in the sheet, the column («C: Дата»), the reason in words."""

    row: int
    column: str
    message: str

    def plain(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "message": self.message}


@dataclass
class Entry:
    """One agreement as the file has it."""

    row: int
    title: str = ""
    kind: str = "cooperation"
    number: str = ""
    signed_on: date | None = None
    effective_from: date | None = None
    valid_until: date | None = None
    prolong_years: int = 0
    city: str = ""
    state: str = "registered"
    parties: list[int] = field(default_factory=list)


class Wrong(Exception):
    """A cell that cannot be taken; the text says why."""


@dataclass
class Unknown:
    """An organisation of the file that the directory has not: as it is written, in how many rows, first in which."""

    text: str
    first: int
    rows: int = 0

    def plain(self) -> dict[str, Any]:
        return {"text": self.text, "first": self.first, "rows": self.rows}


class Reader:
    """Reads rows one after another; remembers numbers, so that a repeated one is told.

    `matches` says which organisation is meant by a name the directory has not.
    """

    def __init__(
        self,
        headers: Sequence[str],
        mapping: Mapping[str, str],
        organisation_id: int,
        matches: Mapping[str, int] | None = None,
    ) -> None:
        self.columns = sorted((int(place), name) for place, name in mapping.items())
        self.headers = headers
        self.own = organisation_id
        self.directory = {**directory(), **{same(text): found for text, found in (matches or {}).items()}}
        self.unknown: dict[str, Unknown] = {}
        self.taken = _taken(organisation_id)
        self.known = _known(organisation_id)
        self.rows: dict[tuple[int, str], int] = {}

    def shown(self, place: int) -> str:
        heading = self.headers[place] if place < len(self.headers) else ""
        return f"{get_column_letter(place + 1)}: {heading}"

    def read(self, row: int, cells: Sequence[Any]) -> tuple[Entry, list[Fault]]:
        """One row, and everything that is wrong with it."""
        entry, faults = Entry(row), []
        for place, name in self.columns:
            cell = cells[place] if place < len(cells) else None
            try:
                _whole_cell(cell)
                self._take(entry, name, cell)
            except (Wrong, ValueError) as wrong:
                faults.append(Fault(row, self.shown(place), str(wrong)))
        clean = not faults
        for name, message in self._whole(entry, clean):
            faults.append(Fault(row, self._column(name), message))
        return entry, faults

    def _column(self, name: str) -> str:
        """The first column of a meaning, as the person sees it."""
        return next((self.shown(place) for place, each in self.columns if each == name), str(_("вся строка")))

    def _take(self, entry: Entry, name: str, cell: Any) -> None:
        text = "" if cell is None else str(cell).strip()
        if name == "party":
            if text:
                self._party(entry, text)
        elif name == "parties":
            for each in filter(None, (part.strip() for part in text.replace("\n", ";").split(";"))):
                self._party(entry, each)
        elif name in ("signed_on", "effective_from", "valid_until"):
            setattr(entry, name, _day(cell))
        elif name == "prolong_years":
            entry.prolong_years = _years(cell)
        elif name in ("kind", "state"):
            setattr(entry, name, _word(name, text))
        else:
            if len(text) > LONGEST[name]:
                raise Wrong(_("длиннее %(n)s знаков", n=LONGEST[name]))
            setattr(entry, name, _number_text(cell) if name == "number" else " ".join(text.split()))

    def _party(self, entry: Entry, text: str) -> None:
        found = self.directory.get(same(text)) or self.directory.get(text.split()[-1])
        if found is None:
            self.unknown.setdefault(same(text), Unknown(text[:200], entry.row)).rows += 1
            raise Wrong(_("организации «%(text)s» нет в справочнике", text=text[:80]))
        if found == AMBIGUOUS:
            raise Wrong(_("под именем «%(text)s» несколько организаций: укажите ИНН", text=text[:80]))
        if found in entry.parties:
            raise Wrong(_("сторона названа дважды"))
        if len(entry.parties) == MOST_PARTIES:
            raise Wrong(_("сторон больше %(n)s", n=MOST_PARTIES))
        entry.parties.append(found)

    def _whole(self, entry: Entry, clean: bool) -> Iterator[tuple[str, str]]:
        """What is wrong with the row as a whole; only of rows whose cells could be read, but for what is missing."""
        if not entry.title and clean:
            yield "title", _("не заполнено")
        if not clean:
            return
        party = "parties" if any(name == "parties" for _place, name in self.columns) else "party"
        entry.parties = entry.parties if self.own in entry.parties or party == "parties" else [self.own, *entry.parties]
        if len(entry.parties) < 2:
            yield party, _("названа только одна сторона")
        elif self.own not in entry.parties:
            yield party, _("Вашей организации нет среди сторон")
        start = entry.effective_from or entry.signed_on
        if start and entry.valid_until and entry.valid_until < start:
            yield "valid_until", _("срок кончается раньше, чем начинается")
        if entry.signed_on and entry.signed_on > clock.today():
            yield "signed_on", _("дата подписания ещё не наступила")
        yield from self._number(entry)

    def _number(self, entry: Entry) -> Iterator[tuple[str, str]]:
        if not entry.number:
            return
        key = (year_of(entry), entry.number)
        if key in self.taken:
            yield "number", _("номер %(number)s в журнале %(year)s года уже занят", number=entry.number, year=key[0])
        elif key in self.rows:
            yield "number", _("номер повторяется: он же в строке %(row)s", row=self.rows[key])
        elif entry.signed_on and (entry.number, entry.signed_on) in self.known:
            yield "number", _("документ с этим номером и датой уже есть в реестре")
        else:
            self.rows[key] = entry.row


def year_of(entry: Entry) -> int:
    """The year of the journal a number stands in."""
    return (entry.signed_on or clock.today()).year


AMBIGUOUS = -1


def directory() -> dict[str, int]:
    """Organisations by ИНН, full and short names; a name of two is AMBIGUOUS."""
    found: dict[str, int] = {}
    columns = (Organisation.id, Organisation.inn, Organisation.full_name, Organisation.short_name)
    for row in db.session.execute(select(*columns)):
        for name in {row.inn, same(row.full_name), same(row.short_name)} - {"", None}:
            found[name] = row.id if found.get(name, row.id) == row.id else AMBIGUOUS
    return found


def _taken(organisation_id: int) -> set[tuple[int, str]]:
    rows = db.session.execute(
        select(Journal.year, RegistrationEntry.number)
        .join(Journal, Journal.id == RegistrationEntry.journal_id)
        .where(Journal.organisation_id == organisation_id)
    )
    return {(row.year, row.number) for row in rows}


def _known(organisation_id: int) -> set[tuple[str, date]]:
    """Numbers and dates of the documents the organisation is a party of, whoever registered them."""
    rows = db.session.execute(
        select(Agreement.number, Agreement.signed_on)
        .join(AgreementParty, AgreementParty.agreement_id == Agreement.id)
        .where(AgreementParty.organisation_id == organisation_id, Agreement.number != "")
        .where(Agreement.signed_on.is_not(None))
    )
    return {(row.number, row.signed_on) for row in rows}


def _whole_cell(cell: Any) -> None:
    """Refuse what only looks like a value."""
    if isinstance(cell, Unsaved):
        raise Wrong(_("формула без сохранённого значения: откройте файл в Excel и сохраните его"))
    if isinstance(cell, str) and cell.strip() in BROKEN:
        raise Wrong(_("в ячейке ошибка Excel: %(text)s", text=cell.strip()))


def _day(cell: Any) -> date | None:
    if cell is None or str(cell).strip() in ("", "-", "—"):
        return None
    if isinstance(cell, int | float) and SERIALS[0] <= cell <= SERIALS[1]:
        meant = date(1899, 12, 30) + timedelta(days=int(cell))
        raise Wrong(
            _("число вместо даты: если это %(day)s, задайте ячейке формат «Дата»", day=meant.strftime("%d.%m.%Y"))
        )
    day = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else a_date(str(cell))
    if not 1990 <= day.year <= 2100:
        raise Wrong(_("год вне пределов 1990–2100"))
    return day


def _years(cell: Any) -> int:
    text = "" if cell is None else str(cell).strip().removesuffix(".0")
    if text.casefold() in ("", "нет", "-", "—"):
        return 0
    years = a_number(text)
    if years > 50:
        raise Wrong(_("больше 50 лет"))
    return years


def _number_text(cell: Any) -> str:
    """A number as it is cited: a whole number of a cell without «.0»."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None else " ".join(str(cell).split()).removeprefix("№").strip()
    if text and not any(letter.isdigit() for letter in text):
        raise Wrong(_("в номере нет ни одной цифры"))
    return text


def _word(name: str, text: str) -> str:
    known = KINDS if name == "kind" else STATES
    if same(text) not in known:
        near = get_close_matches(same(text), [each for each in known if each], n=1, cutoff=0.6)
        asked = near[0] if near else ", ".join(LISTED[name])
        raise Wrong(_("«%(text)s» неизвестно, пишут так: %(known)s", text=text[:60], known=asked))
    return known[same(text)]
