"""Plan against fact: the page and the workbook."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents.downloads import given
from core.reports.sheets import XLSX, Column, xlsx
from roadmap import queries
from roadmap.periods import label
from roadmap.queries.fact import Line, every_line, fact_list
from roadmap.states import change_request, roadmap_item
from roadmap.views.blueprint import bp
from roadmap.views.plans import words
from roadmap.wording import side_name


@bp.get("/roadmaps/<int:roadmap_id>/plan-fact")
def plan_fact(roadmap_id: int) -> Any:
    """What was promised first, what is promised now, what came of it, and why."""
    head = queries.plan_head(me(), roadmap_id)
    args = request.args
    which, side = args.get("which", ""), args.get("side", "")
    page = fact_list(me(), head, which, side, args.get("after", ""), args.get("before", ""))
    return render_template(
        "roadmap/plan_fact.html",
        head=head,
        page=page,
        which=which,
        side=side,
        asked={"which": which, "side": side},
        change_states=change_request.states,
        side_name=side_name,
        **words(),
    )


@bp.get("/roadmaps/<int:roadmap_id>/plan-fact.xlsx")
def plan_fact_xlsx(roadmap_id: int) -> Response:
    """The same as a workbook, every line."""
    head = queries.plan_head(me(), roadmap_id)
    lines = every_line(me(), head, request.args.get("which", ""), request.args.get("side", ""))
    return given(xlsx(columns(), lines, _("План и факт")), "plan-fact.xlsx", XLSX)


def columns() -> list[Column]:
    """Columns of the workbook. Days are calendar days unless said otherwise."""
    states = roadmap_item.states
    return [
        Column("№", lambda line: line.row.code, 8),
        Column(_("Мероприятие"), lambda line: line.row.title, 60),
        Column(_("Период"), lambda line: label(line.row.period), 18),
        Column(_("Сторона"), lambda line: side_name(line.row.responsible_side), 16),
        Column(_("Ответственный исполнитель"), lambda line: line.row.unit, 30),
        Column(_("Состояние"), lambda line: str(states[line.row.state].label), 20),
        Column(_("Срок по первой редакции"), lambda line: line.baseline, 14),
        Column(_("Действующий срок"), lambda line: line.current, 14),
        Column(_("Факт"), lambda line: line.fact, 14),
        Column(_("Прогноз"), lambda line: line.row.forecast_on, 14),
        Column(_("Отклонение от первой редакции, календарных дней"), lambda line: _figure(line.slip), 16),
        Column(_("Отклонение от первой редакции, рабочих дней"), lambda line: _figure(line.working_slip), 16),
        Column(_("Отклонение от действующего срока, календарных дней"), lambda line: _figure(line.against_current), 16),
        Column(_("Кто просил перенести и почему"), _told, 80),
    ]


def _figure(value: int | None) -> int | str:
    """No information is an empty cell, not zero."""
    return "" if value is None else value


def _told(line: Line) -> str:
    return "\n".join(
        _(
            "№ %(number)s, %(side)s, %(who)s: %(why)s (%(where)s)",
            number=one.number,
            side=side_name(one.side),
            who=one.author,
            why=one.reason,
            where=_("редакция %(n)s", n=one.edition) if one.edition else str(change_request.states[one.state].label),
        )
        for one in line.reasons
    )
