"""Pages of «Выполнение протокольных поручений»: the rows, the matrix, its spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.accounts.roles import SIDES
from core.documents.downloads import given
from core.errors import NotValid
from core.reports.sheets import XLSX, xlsx
from roadmap import queries
from roadmap.control import RESULTS
from roadmap.control_sheets import COLUMNS, sheet_columns
from roadmap.effects.items import day
from roadmap.queries import decisions as reads
from roadmap.queries import proceedings
from roadmap.queries.decisions import Line, Search
from roadmap.states.meetings import meeting_decision
from roadmap.views.blueprint import bp, number

WIDEST = 40
"""Columns of the matrix on a page; the totals and the spreadsheet have all."""
BY = ("organisation", "person")


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
