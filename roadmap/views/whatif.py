"""«Что, если перенести срок»: what follows a moved day, before anybody is asked; drafts of the requests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core import clock
from core.accounts.login import me
from core.errors import NotValid
from roadmap import gantt, queries, service
from roadmap.queries import spans, whatif
from roadmap.queries.plans import ItemSearch, PlanHead
from roadmap.queries.whatif import Answer, Asked
from roadmap.rules.people import COORDINATORS
from roadmap.service.moves import Moved
from roadmap.views.blueprint import bp, number
from roadmap.views.chart import filled
from roadmap.views.plans import words

LINES = 100
"""Lines of the picture; what follows beyond stands in the table."""


@bp.get("/roadmaps/<int:roadmap_id>/what-if")
def what_if(roadmap_id: int) -> Any:
    """The question is in the address: it can be sent to a colleague. Nothing is written."""
    head = queries.plan_head(me(), roadmap_id)
    lines = whatif.forecasts(me(), head) if request.args.get("forecasts") else None
    try:
        asked = lines if lines is not None else _asked()
        answer = whatif.ask(me(), head, asked)
    except NotValid as refusal:
        return _page(head, Answer(), faults=refusal.fields or {"code-0": refusal.message}), 422
    return _page(head, answer, lines=lines)


def _sent() -> MultiDict[str, str]:
    """The question: in the address, or in the form that drafts the requests."""
    return request.form if request.method == "POST" else request.args


def _typed() -> list[dict[str, str]]:
    """The lines of the form as typed: what is refused comes back as it was."""
    names = ("code", "due", "days", "unit")
    columns = [_sent().getlist(name) for name in names]
    count = max(map(len, columns), default=0)
    cells = [column + [""] * (count - len(column)) for column in columns]
    lines = [dict(zip(names, (cell.strip() for cell in line), strict=True)) for line in zip(*cells, strict=True)]
    return [line for line in lines if line["code"] or line["due"] or line["days"]]


def _asked() -> list[Asked]:
    """Raises NotValid naming the lines at fault."""
    found: list[Asked] = []
    faults: dict[str, Any] = {}
    for index, line in enumerate(_typed()):
        try:
            found.append(_one(line, index))
        except NotValid as refusal:
            faults |= refusal.fields
    if faults:
        raise NotValid(_("Посчитать нельзя"), fields=faults)
    return [one for one in found if "unit" in _sent() or one.due_on or one.days is not None]


def _one(line: dict[str, str], index: int) -> Asked:
    try:
        due = date.fromisoformat(line["due"]) if line["due"] else None
    except ValueError as error:
        raise NotValid(_("Нужна дата"), fields={f"due-{index}": _("Нужна дата")}) from error
    try:
        days = int(line["days"]) if line["days"] else None
    except ValueError as error:
        raise NotValid(_("Нужно целое число"), fields={f"days-{index}": _("Нужно целое число")}) from error
    return Asked(line["code"].rstrip("."), due, days, line["unit"] == "working")


def _page(
    head: PlanHead,
    answer: Answer,
    *,
    lines: list[Asked] | None = None,
    faults: dict[str, Any] | None = None,
    reason: str = "",
) -> str:
    typed = _typed()
    if lines is not None:
        typed = [{"code": one.code, "due": str(one.due_on), "days": "", "unit": ""} for one in lines]
    return render_template(
        "roadmap/what_if.html",
        head=head,
        lines=[*typed, {"code": "", "due": "", "days": "", "unit": ""}],
        answer=answer,
        counted="unit" in _sent() and bool(typed) and not faults,
        drawn=_picture(head, answer) if answer.followers else None,
        shown=LINES,
        may={one.row.id for one in answer.followers if _may(one.row)},
        faults=faults or {},
        reason=reason,
        **words(),
    )


def _may(row: Any) -> bool:
    """Whether the person may ask for this item's change: a coordinator, or the executor at work on it.

    In a draft nothing is asked for: its terms are changed by whoever writes them.
    """
    return row.state != "draft" and (me().has(*COORDINATORS) or row.executor_id == me().id)


def _picture(head: PlanHead, answer: Answer) -> gantt.Drawn:
    """Where each item would stand, over where it stands now."""
    ids = [one.row.id for one in answer.followers][:LINES]
    rows = spans.chart_items(me(), head, ItemSearch(size=LINES), None, ids).items
    days = [day for one in answer.followers for day in (one.shift.was_due, one.shift.due, one.shift.was_start) if day]
    start, end = min([*days, clock.today()]) - timedelta(days=14), max([*days, clock.today()]) + timedelta(days=31)
    plain = filled(gantt.Chart(start, end, "fit", clock.today(), rows, ()), rows, head, head.edition)
    bars, ghosts = [], {}
    current = {row.current_id for row in rows}
    for bar in plain.bars:
        shift = answer.shifts[bar.item_id] if bar.id in current else None
        bars.append(bar if shift is None else _moved_bar(bar, shift))
        if shift is not None and shift.was_due:
            ghosts[bar.id] = (shift.was_start, shift.was_due)
    return gantt.draw(replace(plain, bars=bars, ghosts=ghosts, ghost_words=_("сейчас в плане")))


def _moved_bar(bar: Any, shift: Any) -> Any:
    kept = ("id", "item_id", "period", "state", "fact_on", "percent", "forecast_on")
    same = {name: getattr(bar, name) for name in kept}
    return SimpleNamespace(**same, starts_on=shift.start, due_on=shift.due)


@bp.post("/roadmaps/<int:roadmap_id>/what-if")
def draft_moves(roadmap_id: int) -> Any:
    """Draft a change request for each chosen item, with one reason."""
    head = queries.plan_head(me(), roadmap_id)
    reason = request.form.get("reason", "")
    chosen = {number(one) for one in request.form.getlist("chosen")}
    try:
        answer = whatif.ask(me(), head, _asked())
        moves = [Moved.of(one.row.id, one.shift) for one in answer.followers if one.row.id in chosen and one.shift.due]
    except NotValid as refusal:
        return _page(head, Answer(), faults=refusal.fields, reason=reason), 422
    try:
        made = service.draft_moves(roadmap_id, moves, reason, me())
    except NotValid as refusal:
        return _page(head, answer, faults=refusal.fields or {"reason": refusal.message}, reason=reason), 422
    flash(_("Подготовлено запросов: %(n)s", n=len(made)), "success")
    return redirect(url_for("roadmap.changes", roadmap_id=roadmap_id, state="draft"))
