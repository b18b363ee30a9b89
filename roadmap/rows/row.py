"""One row of a plan's table → an item's number and terms, or what is wrong with it, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from roadmap.periods import MONTHS, shift
from roadmap.rows.cells import (
    Wrong,
    befores_of,
    bounded,
    code_of,
    day_of,
    days_after_of,
    decimal_of,
    flag_of,
    is_nothing,
    listed,
    period_dates_of,
    recurrence_of,
    text_of,
)
from roadmap.rows.meanings import same
from roadmap.rows.shapes import AMBIGUOUS, Fault, Known, Row
from roadmap.rows.sides import only_a_side, side_of
from roadmap.rows.when import When, term_of
from roadmap.terms import DATES
from roadmap.wording import SIDE_NAMES, points_of

TEXTS = (
    "title", "term_text", "unit", "co_executors", "result", "document_kind", "document_template", "legal_basis",
    "target_unit",
)  # fmt: skip


def read_row(cells: Mapping[str, Any], known: Known, number: int = 1) -> Row:
    """Read one row. `cells`: meaning → what stands in the cell (text, day, number, Formula). Pure; never raises.

    Meanings that are not given are not in `terms`, but for what the given ones entail (dates of «Срок словами», the
    side of «Ответственный исполнитель»): so a few cells of a row can be read for themselves.
    """
    return _Reading(cells, known, number).row


class _Reading:
    def __init__(self, cells: Mapping[str, Any], known: Known, number: int) -> None:
        self.cells, self.known = cells, known
        self.row = Row(number)
        self.texts: dict[str, str] = {}
        for name, cell in cells.items():
            self._cell(name, self._text, name, cell)
        for read in (self._numbers, self._values, self._when, self._whose, self._rests_on):
            read()
        self._across()

    def _text(self, name: str, cell: Any) -> None:
        self.texts[name] = bounded(name, text_of(cell))

    def _cell(self, name: str, read: Callable[..., Any], *said: Any) -> Any:
        """What a cell gives; a fault of it is told at its column."""
        try:
            return read(*said)
        except Wrong as wrong:
            self._fault(name, str(wrong))
            return None

    def _fault(self, name: str, message: str) -> None:
        self.row.faults.append(Fault(self.row.number, name, message))

    def _note(self, name: str, message: str) -> None:
        if message:
            self.row.notes.append(Fault(self.row.number, name, message))

    def _said(self, name: str) -> str:
        """The text of a cell; "" where it is empty, a dash, or at fault already."""
        text = self.texts.get(name, "")
        return "" if is_nothing(text) else text

    def _numbers(self) -> None:
        if isinstance(self.cells.get("number"), date):
            self._fault("number", _("Excel принял номер за дату: задайте столбцу формат «Текстовый» и введите заново"))
        elif text := self._said("number"):
            found = self._cell("number", code_of, text)
            if found is not None:
                self.row.section, self.row.place = found
        self.row.section_words = " ".join(self._said("section").split())

    def _values(self) -> None:
        terms = self.row.terms
        for name in TEXTS:
            if name in self.texts:
                terms[name] = self._said(name)
        if "title" in self.texts and not terms["title"]:
            self._fault("title", _("не заполнено"))
        if "target" in self.texts:
            terms["target"] = self._cell("target", decimal_of, self.cells["target"])
        readers: tuple[tuple[str, Callable[..., Any]], ...] = (("excluded", flag_of), ("period_dates", period_dates_of))
        for name, read in readers:
            if name in self.texts:
                terms[name] = self._cell(name, read, self._said(name))
        if "control_points" in self.texts:
            terms["control_points"] = self._cell("control_points", self._points)

    def _points(self) -> list[dict[str, Any]]:
        """«название – срок» a line, or between «;»; its day may stand in brackets: «1 мая (01.05.2026)»."""
        text = self._said("control_points").replace(" — ", " – ").replace(" - ", " – ")
        points = points_of(text if "\n" in text else "\n".join(listed(text)))
        for point in points:
            if found := re.fullmatch(r"(.*\S)? ?\((\d{1,2}\.\d{1,2}\.\d{4})\)", point["term"]):
                point |= {"term": found[1] or found[2], "due": str(day_of(found[2]))}
            elif point["due"] is None and term_of(point["term"], self.known.start, self.known.end).fault:
                raise Wrong(_("нет такой даты: «%(text)s»", text=point["term"]))
        return points

    # When ---------------------------------------------------------------------------------------------------------

    def _when(self) -> None:
        terms = self.row.terms
        given = {name: self._cell(name, day_of, self.cells[name]) for name in DATES
                 if self.texts.get(name)}  # fmt: skip
        recurrence = ""
        if text := self._said("recurrence"):
            recurrence = self._cell("recurrence", recurrence_of, text) or ""
        words = term_of(self._said("term_text"), self.known.start, self.known.end, recurrence)
        if words.fault:
            self._fault("term_text", words.fault)
        if "term_text" in self.texts:
            terms["recurrence"], terms["for_previous"] = words.recurrence, words.for_previous
            terms.update(self._dates(words, given))
        else:
            if "recurrence" in self.texts:
                terms["recurrence"] = words.recurrence
            terms.update({name: given.get(name) for name in DATES if name in self.texts})
        if self.texts.get("for_previous"):
            terms["for_previous"] = self._cell("for_previous", flag_of, self._said("for_previous"))
        self._after(words)

    def _dates(self, words: When, given: Mapping[str, date | None]) -> dict[str, date | None]:
        """Dates of the words, unless the columns of dates say them: what is written wins, a dash among it."""
        if given.get("due_on") is None:
            if "due_on" not in given:
                self._note("term_text", words.note)
            return {name: given.get(name, getattr(words, name)) for name in DATES}
        if words.due_on not in (None, given["due_on"]):
            note = _("словами получается %(words)s, взята дата столбца", words=f"{words.due_on:%d.%m.%Y}")
            self._note("due_on", note)
        return {name: given.get(name) for name in DATES}

    def _after(self, words: When) -> None:
        """«В течение 30 рабочих дней после пункта 1.2», in words or in two columns."""
        terms, row = self.row.terms, self.row
        if words.after_code and not self.texts.get("after_code"):
            row.after_code = words.after_code
            terms["after_days"], terms["after_working"] = words.after_days, words.after_working
        if text := self._said("after_code"):
            found = self._cell("after_code", code_of, text)
            row.after_code = f"{found[0]}.{found[1]}" if found else ""
        if text := self._said("after_days"):
            self._days_after(text)
        elif row.after_code and terms.get("after_days") is None:
            column = "after_days" if "after_days" in self.texts else "after_code"
            self._fault(column, _("не сказано, сколько дней после"))

    def _days_after(self, text: str) -> None:
        found = self._cell("after_days", days_after_of, text)
        if found is None:
            return
        self.row.terms["after_days"], self.row.terms["after_working"] = found
        if not self.row.after_code:
            column = "after_code" if "after_code" in self.texts else "after_days"
            self._fault(column, _("не названо мероприятие, после которого идёт срок"))

    def _across(self) -> None:
        """What is wrong between the dates, and with the plan's period."""
        start, due, until = (self.row.terms.get(name) for name in DATES)
        if start and due and start > due:
            self._fault(self._column("due_on"), _("срок раньше начала"))
        if due and until and until < due:
            self._fault(self._column("until_on"), _("последний срок раньше первого"))
        late = self.known.end
        if self.row.terms.get("for_previous") and (step := MONTHS.get(self.row.terms.get("recurrence", ""))):
            late = shift(late, step)
        for name, day in zip(DATES, (start, due, until), strict=True):
            if day and not self.known.start <= day <= (self.known.end if name == "starts_on" else late):
                self._fault(
                    self._column(name),
                    _(
                        "%(day)s вне периода плана (%(start)s – %(end)s)",
                        day=f"{day:%d.%m.%Y}",
                        start=f"{self.known.start:%d.%m.%Y}",
                        end=f"{self.known.end:%d.%m.%Y}",
                    ),
                )

    def _column(self, name: str) -> str:
        """Where a day came from: its own column, or the words."""
        if self._said(name):
            return name
        return "term_text" if "term_text" in self.texts else next(each for each in DATES if self._said(each))

    # Whose --------------------------------------------------------------------------------------------------------

    def _whose(self) -> None:
        given = {"responsible_side", "unit"} & set(self.texts)
        said = next((name for name in ("responsible_side", "unit") if self._said(name)), "")
        side = side_of(self._said(said), self.known.sides) if said else ""
        if side:
            self.row.terms["responsible_side"] = side
            self._executor(said, side)
        elif said == "responsible_side" or (said and "responsible_side" not in given):
            self._no_side(said, self._said(said))
        elif given:
            column = "responsible_side" if "responsible_side" in given else "unit"
            if column not in {fault.column for fault in self.row.faults}:
                self._fault(column, _("не указано, какая Сторона отвечает"))
        self._organisations()

    def _executor(self, said: str, side: str) -> None:
        """One column for the side and its unit: «Корпорация» alone is the party itself, more words are the unit."""
        if said == "responsible_side" and "unit" in self.texts:
            return
        alone = only_a_side(self._said(said), self.known.sides)
        if alone and said == "responsible_side" and "title" not in self.texts:
            return
        self.row.terms["unit"] = "" if alone else self._said(said)
        if alone and side in self.known.parties:
            self.row.terms["organisation_id"] = self.known.parties[side]

    def _no_side(self, column: str, text: str) -> None:
        names = ", ".join(str(SIDE_NAMES[side]) for side in (*dict.fromkeys(self.known.sides.values()), "both"))
        self._fault(column, _("Сторона «%(text)s» неизвестна: укажите одно из: %(names)s", text=text[:80], names=names))

    def _organisations(self) -> None:
        if "organisation" in self.texts:
            text = self._said("organisation")
            if text or "organisation_id" not in self.row.terms:
                self.row.terms["organisation_id"] = self._cell("organisation", self._organisation, text)
        if "co_organisations" in self.texts:
            found = self._cell(
                "co_organisations",
                lambda: [self._organisation(part) for part in listed(self._said("co_organisations"))],
            )
            self.row.terms["co_organisations"] = list(dict.fromkeys(found or []))

    def _organisation(self, text: str) -> int | None:
        if not text:
            return None
        found = self.known.organisations.get(same(text))
        if found is None:
            raise Wrong(_("организации «%(text)s» нет в справочнике", text=text[:80]))
        if found == AMBIGUOUS:
            raise Wrong(_("под именем «%(text)s» несколько организаций: укажите ИНН", text=text[:80]))
        return found

    # On what ------------------------------------------------------------------------------------------------------

    def _rests_on(self) -> None:
        self.row.depends = self._cell("depends", befores_of, self._said("depends")) or []
        self.row.indicators = self._cell("indicators", self._indicators) or []
        own = self.row.code
        if own and own in (before.code for before in self.row.depends):
            self._fault("depends", _("мероприятие зависит само от себя: %(code)s → %(code)s", code=own))
        if own and own == self.row.after_code:
            column = "after_code" if self._said("after_code") else "term_text"
            self._fault(column, _("срок считается от самого мероприятия: %(code)s", code=own))

    def _indicators(self) -> list[str]:
        codes = [part.strip() for part in re.split(r"[;,\n]", self._said("indicators")) if part.strip()]
        unknown = [code for code in codes if code.casefold() not in self.known.indicators]
        if unknown:
            raise Wrong(_("показателя нет в плане: %(codes)s", codes=", ".join(unknown)[:120]))
        return list(dict.fromkeys(code.casefold() for code in codes))
