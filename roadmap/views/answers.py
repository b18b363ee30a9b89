"""«Запрошены сведения»: an executor answers all of his rows on one page, which keeps what is being typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.clock import in_moscow
from core.errors import NotValid
from roadmap import requested, rounds
from roadmap.effects.items import day, whole
from roadmap.queries import report_people as reads
from roadmap.queries.indicators import declared_of, figure
from roadmap.queries.report_rows import TONES, ReportRow
from roadmap.service import reports as service
from roadmap.service.answers import Faults
from roadmap.service.reports import Answer
from roadmap.views.blueprint import bp, number

FIELDS = ("text", "reasons", "measures", "forecast_on", "evidence", "percent")


@bp.get("/requests")
def requests() -> Any:
    """Reporting rounds that ask something of the person."""
    return render_template("roadmap/requests.html", rows=reads.requests(me()), named=rounds.named, tone=requested.tone)


@bp.get("/reports/<int:report_id>/mine")
def my_answers(report_id: int) -> Any:
    """All rows of the person in one form, filled with what is known already."""
    return _page(report_id)


def _page(report_id: int, status: int = 200, refused: Mapping[int, Faults] | None = None) -> Any:
    report, rows = reads.mine(me(), report_id)
    before = reads.previous_answers(report)
    begin = request.args.get("start") == "previous"
    return render_template(
        "roadmap/answers.html",
        row=report,
        rows=rows,
        name=rounds.named(report.period),
        values={row.occurrence_id: _values(row, before.get(row.item_id) if begin else None) for row in rows},
        before=before,
        declared=declared_of([row.occurrence_id for row in rows]),
        figure=figure,
        tones=TONES,
        tone=requested.tone(report.due_on),
        done=sum(row.answered for row in rows),
        refused=refused or {},
        faults=_named(rows, refused or {}),
        in_moscow=in_moscow,
        today=clock.today(),
    ), status


def _named(rows: list[ReportRow], refused: Mapping[int, Faults]) -> dict[str, str]:
    """The faults for the summary on top, each with the item's number: a page has up to fifty rows."""
    codes = {row.occurrence_id: row.code for row in rows}
    return {
        f"{field}-{key}": f"{codes[key]}. {text}" for key, found in refused.items() for field, text in found.items()
    }


def _values(row: ReportRow, before: Any) -> dict[str, Any]:
    """What stands in the fields: what was just sent, else typed, else known (or told last time)."""
    if request.method == "POST":
        return {name: request.form.get(f"{name}-{row.occurrence_id}", "") for name in FIELDS}
    line = row.line
    if line is not None and (line.text or line.reasons or line.measures or line.answered_at):
        return {name: _shown(getattr(line, name)) for name in FIELDS} | {"percent": line.percent or row.percent or ""}
    known = {"text": row.info, "forecast_on": _shown(row.forecast_on), "percent": row.percent or ""}
    if before is not None:
        known |= {name: _shown(getattr(before, name)) for name in ("text", "reasons", "measures")}
    return {name: known.get(name, "") for name in FIELDS}


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value


@bp.post("/reports/<int:report_id>/mine")
def send_answers(report_id: int) -> Any:
    """Take every row that is complete; the rest stays in the form with what is missing."""
    report, rows = reads.mine(me(), report_id)
    sent, broken = _sent([row.occurrence_id for row in rows])
    refused = broken | service.answer_many(report.id, sent, me())
    if refused:
        return _page(report_id, 422, refused)
    left = sum(not row.answered for row in reads.mine(me(), report_id)[1])
    if left:
        flash(_("Сведения приняты. Осталось пунктов: %(num)d", num=left))
        return redirect(url_for("roadmap.my_answers", report_id=report_id))
    flash(_("Сведения по всем Вашим пунктам приняты"), "success")
    return redirect(url_for("roadmap.my_answers", report_id=report_id))


def _sent(wanted: list[int]) -> tuple[dict[int, Answer], dict[int, Faults]]:
    """The rows of the form, and those that cannot even be read."""
    sent: dict[int, Answer] = {}
    broken: dict[int, Faults] = {}
    for key in wanted:
        if f"text-{key}" not in request.form:
            continue
        try:
            sent[key] = _answer(key)
        except NotValid as refusal:
            broken[key] = {name: str(text) for name, text in refusal.fields.items()}
    return sent, broken


def _answer(key: int) -> Answer:
    told = {name: request.form.get(f"{name}-{key}", "").strip() for name in (*FIELDS, "version")}
    return Answer(
        text=told["text"],
        reasons=told["reasons"],
        measures=told["measures"],
        forecast_on=day(told["forecast_on"], "forecast_on") if told["forecast_on"] else None,
        evidence=told["evidence"],
        percent=whole(told["percent"], "percent", 0, 100) if told["percent"] else None,
        version=number(told["version"]),
    )


@bp.post("/reports/<int:report_id>/mine/drafts")
def keep_answers(report_id: int) -> Any:
    """Keep what is being typed; answers with the rows' new versions."""
    report, rows = reads.mine(me(), report_id)
    sent, _broken = _sent([row.occurrence_id for row in rows if not row.answered])
    kept = service.keep_drafts(report.id, sent, me())
    at = in_moscow(clock.now()).strftime("%H:%M")
    message = _("Черновик сохранён в %(time)s", time=at) if kept else ""
    return jsonify(versions={str(key): version for key, version in kept.items()}, message=message)
