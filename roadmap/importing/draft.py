"""The rows of a file as the items of a draft; everything wrong is told by row and column, between rows too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from roadmap.importing.grid import Line, Table, columns_of, filled
from roadmap.importing.sections import Sections, section_text
from roadmap.rows import Fault, Known, Row, read_row
from roadmap.rows.cells import Wrong, text_of
from roadmap.scheduling.network import circles
from roadmap.service.indicators import NewIndicator
from roadmap.wording import FIELDS

MOST_ITEMS = 5_000
MOST_SECTION, MOST_PLACE = 99, 9_999
OWN = ("number", "title")
"""Meanings whose cell belongs to one item: merged over several rows they make none of them clear."""


@dataclass
class Draft:
    """What a file would make: rows in their order, titles of sections, faults and notes by the columns' shown names."""

    rows: list[Row] = field(default_factory=list)
    sections: dict[int, str] = field(default_factory=dict)
    """Those the plan has not yet."""
    indicators: list[NewIndicator] = field(default_factory=list)
    """Indicators the file defines and the plan has not yet."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    @property
    def entries(self) -> Sequence[Row]:
        return self.rows


@dataclass(frozen=True)
class Standing:
    """What stands in the plan already: its sections, its items' numbers, what waits for what."""

    sections: Mapping[int, str] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    """Numbers in use and numbers that were struck: none is given again."""
    items: frozenset[str] = frozenset()
    """Numbers of items one may wait for."""
    after: Mapping[str, Sequence[str]] = field(default_factory=dict)


def draft_of(table: Table, mapping: Mapping[str, str], known: Known, standing: Standing) -> Draft:
    """Every row and every fault. Pure: writes nothing."""
    return _Drafting(table, mapping, known, standing).draft


class _Drafting:
    def __init__(self, table: Table, mapping: Mapping[str, str], known: Known, standing: Standing) -> None:
        self.table, self.known, self.standing = table, known, standing
        self.columns = columns_of(mapping)
        self.draft = Draft()
        self.sections = Sections(dict(standing.sections))
        self.section: int | None = None
        self.plain: set[int] = set()
        """Rows whose number is to be given in order."""
        self.titles: dict[int, int] = {}
        for line in table.lines:
            self._line(line)
        if not self.draft.rows and not self.draft.faults:
            self._fault(table.lines[-1].number if table.lines else 1, "", _("в таблице нет ни одного мероприятия"))
        if len(self.draft.rows) > MOST_ITEMS:
            self._fault(self.draft.rows[MOST_ITEMS].number, "", _("мероприятий больше %(n)s", n=MOST_ITEMS))
        else:
            self._between()
        self._named()

    # One row ------------------------------------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        text = section_text(line, self.columns.get("number"))
        if text:
            try:
                self.section = self.sections.named(text)
                self.titles.setdefault(self.section, line.number)
            except Wrong as wrong:
                self._fault(line.number, "", str(wrong))
            return
        if not [place for place in line.filled if place in self.columns.values() and place not in line.down]:
            return
        cells = {name: line.at(place) for name, place in self.columns.items()}
        numbered = self._takes_number(cells)
        row = read_row(cells, self.known, line.number)
        row.faults = self._merged(line) + row.faults
        row.notes += _wanting(row)
        self._place(row, numbered)
        self.draft.rows.append(row)

    def _takes_number(self, cells: dict[str, Any]) -> bool:
        """Whether the number is the row's own; «5» or nothing is no number of an item: it gets the next one."""
        cell = cells.get("number")
        if isinstance(cell, date | datetime):
            return True
        try:
            text = text_of(cell)
        except Wrong:
            return True
        if not re.fullmatch(r"\d{0,4}\.?\)?", text):
            return True
        cells["number"] = None
        return False

    def _merged(self, line: Line) -> list[Fault]:
        """Merged cells that leave it open what belongs to this row or this column."""
        faults = []
        for name, place in self.columns.items():
            last = line.wide.get(place, place)
            over = [other for other, at in self.columns.items() if place < at <= last and not filled(line.at(at))]
            if over:
                names = "; ".join(self.table.shown(self.columns[other]) for other in over)
                faults.append(
                    Fault(line.number, name, _("ячейка объединена с соседними (%(names)s): разъедините", names=names))
                )
            elif place in line.down and name in OWN:
                faults.append(
                    Fault(line.number, name, _("ячейка объединена с верхней: непонятно, одно это мероприятие или два"))
                )
        return faults

    def _place(self, row: Row, numbered: bool) -> None:
        """The section of a row: of its number, of its column, of the last row that named one."""
        named: int | None = self.section
        if row.section_words:
            try:
                named = self.sections.named(row.section_words)
                self.titles.setdefault(named, row.number)
            except Wrong as wrong:
                row.faults.append(Fault(row.number, "section", str(wrong)))
        if row.section is None:
            if not numbered:
                row.section = named or 1
                self.plain.add(row.number)
            return
        if named is not None and row.section != named:
            row.faults.append(
                Fault(
                    row.number,
                    "number",
                    _("номер %(code)s не из раздела %(section)s", code=row.code, section=named),
                )
            )
        if row.section > MOST_SECTION or (row.place or 0) > MOST_PLACE:
            row.faults.append(Fault(row.number, "number", _("номер слишком велик: «%(code)s»", code=row.code)))

    # Between rows -------------------------------------------------------------------------------------------------

    def _between(self) -> None:
        self._duplicates()
        self._give_numbers()
        self._rests_on()
        self._circles()

    def _duplicates(self) -> None:
        seen: dict[str, int] = {}
        for row in self.draft.rows:
            if not row.code:
                continue
            if row.code in seen:
                message = _("номер %(code)s повторяется: он же в строке %(row)s", code=row.code, row=seen[row.code])
                row.faults.append(Fault(row.number, "number", message))
            elif row.code in self.standing.codes:
                message = _("номер %(code)s уже занят в плане", code=row.code)
                row.faults.append(Fault(row.number, "number", message))
            seen.setdefault(row.code, row.number)

    def _give_numbers(self) -> None:
        last: dict[int, int] = {}
        for code in (*self.standing.codes, *(row.code for row in self.draft.rows if row.code)):
            part, _dot, place = code.partition(".")
            last[int(part)] = max(last.get(int(part), 0), int(place))
        for row in self.draft.rows:
            if row.number in self.plain and row.section is not None:
                row.place = last[row.section] = last.get(row.section, 0) + 1
                row.notes.append(Fault(row.number, "number", _("номер дан по порядку: %(code)s", code=row.code)))
        used: dict[int, int] = {}
        for row in self.draft.rows:
            if row.section is not None:
                used.setdefault(row.section, row.number)
        for section, number in sorted(used.items()):
            if not self.sections.of_number(section):
                column = "number" if "number" in self.columns else "section"
                note = _("раздел %(n)s не назван: он будет называться «Раздел %(n)s»", n=section)
                self.draft.notes.append(Fault(number, column, note))
        for empty in set(self.sections.found) - set(used):
            note = _("раздел «%(title)s» без мероприятий не создаётся", title=self.sections.found.pop(empty))
            self.draft.notes.append(Fault(self.titles.get(empty, 1), "section", note))
        self.draft.sections = dict(sorted(self.sections.found.items()))

    def _rests_on(self) -> None:
        there = {row.code for row in self.draft.rows if row.code} | self.standing.items
        for row in self.draft.rows:
            for code, column in self._waits(row):
                if code not in there:
                    message = _("мероприятия %(code)s нет ни в файле, ни в плане", code=code)
                    row.faults.append(Fault(row.number, column, message))

    def _waits(self, row: Row) -> list[tuple[str, str]]:
        """(number, column) of everything a row waits for."""
        found = [(before.code, "depends") for before in row.depends]
        if row.after_code:
            column = "after_code" if "after_code" in self.columns else "term_text"
            found.append((row.after_code, column))
        return found

    def _circles(self) -> None:
        after: dict[str, list[str]] = {code: list(codes) for code, codes in self.standing.after.items()}
        rows = {row.code: row for row in self.draft.rows if row.code}
        for row in rows.values():
            after.setdefault(row.code, []).extend(code for code, _column in self._waits(row) if code != row.code)
        for circle in circles(after):
            on_it = [rows[code] for code in circle if code in rows]
            if not on_it:
                continue
            row = min(on_it, key=lambda each: each.number)
            turn = circle.index(row.code)
            walked = [*circle[turn:-1], *circle[:turn], row.code]
            column = dict(self._waits(row)).get(walked[1], "depends")
            message = _("зависимости замыкаются в круг: %(circle)s", circle=" → ".join(walked))
            row.faults.append(Fault(row.number, column, message))

    # In the person's words ----------------------------------------------------------------------------------------

    def _named(self) -> None:
        """Faults and notes in the order of rows, their columns as the person sees them."""
        draft = self.draft
        draft.faults += [fault for row in draft.rows for fault in row.faults]
        draft.notes += [note for row in draft.rows for note in row.notes]
        draft.faults = [self._shown(fault) for fault in sorted(draft.faults, key=lambda fault: fault.row)]
        draft.notes = [self._shown(note) for note in sorted(draft.notes, key=lambda note: note.row)]

    def _shown(self, fault: Fault) -> Fault:
        place = self.columns.get(fault.column)
        column = self.table.shown(place) if place is not None else str(_("вся строка"))
        return Fault(fault.row, column, fault.message)

    def _fault(self, row: int, column: str, message: str) -> None:
        self.draft.faults.append(Fault(row, column, message))


def _wanting(row: Row) -> list[Fault]:
    """What an item may lack in a draft, but not on its way to approval."""
    terms = row.terms
    if terms.get("excluded"):
        return []
    lacks = {
        "unit": not terms.get("unit") and not terms.get("organisation_id") and bool(terms.get("responsible_side")),
        "term_text": not terms.get("term_text") and not terms.get("due_on"),
        "result": not terms.get("result"),
        "document_kind": not terms.get("document_kind"),
    }
    names = ", ".join(str(FIELDS[name]).casefold() for name, lacking in lacks.items() if lacking)
    if not names or row.faults:
        return []
    note = _("до согласования понадобится: %(names)s", names=names)
    return [Fault(row.number, next(name for name, lacking in lacks.items() if lacking), note)]
