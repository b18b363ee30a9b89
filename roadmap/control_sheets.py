"""«Выполнение протокольных поручений» as a spreadsheet: the rows, and the matrix of executors by decisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.reports.sheets import Column
from roadmap.control import RESULTS
from roadmap.queries.decisions import Line, Row
from roadmap.states.meetings import meeting_decision

COLUMNS = (
    Column(_l("Протокол №"), lambda row: row.meeting, 11),
    Column(_l("от"), lambda row: row.held_on, 12),
    Column(_l("Пункт"), lambda row: row.code, 8),
    Column(_l("Поручение"), lambda row: row.text, 70),
    Column(_l("Организация"), lambda row: row.organisation, 28),
    Column(_l("Исполнитель"), lambda row: row.executor_name, 22),
    Column(_l("Соисполнители"), lambda row: row.co_executors, 30),
    Column(_l("Первоначальный срок"), lambda row: row.first_due_on, 14),
    Column(_l("Срок"), lambda row: row.due_on, 12),
    Column(_l("Фактическая дата"), lambda row: row.fact_on, 14),
    Column(_l("Состояние"), lambda row: str(meeting_decision.states[row.state].label), 24),
    Column(_l("Итог"), lambda row: row.result_label, 26),
    Column(_l("Доклад"), lambda row: row.answer, 50),
)


def sheet_columns(lines: Iterable[Line]) -> list[Column]:
    """The columns of the matrix: the executor, each decision, the totals."""

    def cell(line: Line) -> Column:
        heading = _("Протокол № %(n)s от %(day)s, п. %(code)s", n=line.meeting, day=f"{line.held_on:%d.%m.%Y}",
                    code=line.code)  # fmt: skip
        return Column(f"{heading}\n{line.text}\n{_('срок')} {line.due_on:%d.%m.%Y}", lambda row: told(row, line), 26)

    def total(name: str, label: Any) -> Column:
        return Column(label, lambda row: row.totals[name], 12)

    return [
        Column(_("Исполнитель"), lambda row: row.name, 34),
        *(cell(line) for line in lines),
        total("total", _("Всего")),
        *(total(name, label) for name, (label, _tone) in RESULTS.items()),
    ]


def told(row: Row, line: Line) -> str:
    """The cell in words: «исполнено в срок, 12.11.2026»; a co-executor's is told apart."""
    if line.id not in row.cells:
        return ""
    found, responsible = row.cells[line.id]
    words = found.result_label
    if found.fact_on:
        words = f"{words}, {found.fact_on:%d.%m.%Y}"
    return words if responsible else f"{_('соисполнитель')}: {words}"
