"""Pages of «Выполнение протокольных поручений»: the rows, the matrix, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core import clock
from core.accounts.login import me
from core.accounts.roles import SIDES
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import XLSX, Column, xlsx
from roadmap import queries
from roadmap.control import RESULTS
from roadmap.effects.items import day
from roadmap.queries import decisions as reads
from roadmap.queries import proceedings
from roadmap.queries.decisions import Line, Row, Search
from roadmap.states.meetings import meeting_decision
from roadmap.views.blueprint import bp, number

WIDEST = 40
"""Columns of the matrix on a page; the totals and the spreadsheet have all."""
BY = ("organisation", "person")

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


def asked() -> Search:
    """What the address asks for. A day that is none asks nothing."""
    args = request.args
    return Search(
        meeting_id=number(args.get("meeting")),
        since=_day(args.get("since")),
        until=_day(args.get("until")),
        side=args.get("side", ""),
        organisation_id=number(args.get("organisation")),
        person_id=number(args.get("person")),
        state=args.get("state", "") if args.get("state") in meeting_decision.states else "",
        result=args.get("result", "") if args.get("result") in RESULTS else "",
        day=_day(args.get("day")),
    )


def _day(text: str | None) -> date | None:
    try:
        return day(text, "day") if text else None
    except NotValid:
        return None


def _kept() -> dict[str, str]:
    """What stands in the address, to be carried on."""
    names = ("meeting", "since", "until", "side", "organisation", "person", "state", "result", "day", "by")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _page(template: str, roadmap_id: int, search: Search, lines: list[Line], **more: Any) -> str:
    return render_template(
        template,
        head=queries.plan_head(me(), roadmap_id),
        search=search,
        lines=lines,
        day=search.day or clock.today(),
        kept=_kept(),
        totals=reads.counted(lines),
        results=RESULTS,
        states=meeting_decision.states,
        meetings=proceedings.meetings(me(), roadmap_id),
        sides=SIDES,
        link=lambda endpoint="roadmap.decisions", **changes: url_for(
            endpoint, roadmap_id=roadmap_id, **{**_kept(), **changes}
        ),
        **more,
    )


@bp.get("/roadmaps/<int:roadmap_id>/decisions")
def decisions(roadmap_id: int) -> Any:
    """The rows behind every figure of the matrix."""
    search = asked()
    return _page("roadmap/decisions.html", roadmap_id, search, reads.decisions(me(), roadmap_id, search))


@bp.get("/roadmaps/<int:roadmap_id>/decisions/matrix")
def matrix(roadmap_id: int) -> Any:
    """Executors by decisions, the result as of a day in the cell."""
    search, by = asked(), _by()
    lines = reads.decisions(me(), roadmap_id, search)
    return _page(
        "roadmap/matrix.html",
        roadmap_id,
        search,
        lines,
        by=by,
        columns=lines[:WIDEST],
        widest=WIDEST,
        rows=reads.matrix(lines, by),
    )


def _by() -> str:
    by = request.args.get("by", "")
    return by if by in BY else BY[0]


@bp.get("/roadmaps/<int:roadmap_id>/decisions/matrix.xlsx")
def matrix_sheet(roadmap_id: int) -> Response:
    """The matrix as a spreadsheet: a row for each executor, a column for each decision, the totals at the end."""
    queries.plan_head(me(), roadmap_id)
    search, by = asked(), _by()
    lines = reads.decisions(me(), roadmap_id, search)
    content = xlsx(sheet_columns(lines), reads.matrix(lines, by), _("Выполнение поручений"))
    return given(content, _file_name(search, "xlsx"), XLSX)


@bp.get("/roadmaps/<int:roadmap_id>/decisions.xlsx")
def decisions_sheet(roadmap_id: int) -> Response:
    """The rows as a spreadsheet."""
    queries.plan_head(me(), roadmap_id)
    search = asked()
    content = xlsx(COLUMNS, reads.decisions(me(), roadmap_id, search), _("Поручения"))
    return given(content, _file_name(search, "xlsx"), XLSX)


def _file_name(search: Search, ending: str) -> str:
    name = _("Выполнение протокольных поручений на %(day)s", day=f"{search.day or clock.today():%d.%m.%Y}")
    return f"{name}.{ending}"


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
