"""The board of a model, what is thought of one clause, the deviations of one counterparty, and both as sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from agreements.fanout import board, drawing, renewing
from agreements.fanout.board import Asked, Board
from agreements.fanout.opinions import opinions
from agreements.fanout.pages.acts import recent
from agreements.fanout.pages.blueprint import bp
from agreements.fanout.pages.sendings import labels
from agreements.models import Sending
from agreements.shown import day
from agreements.states import agreement_machine
from core import clock
from core.accounts.login import me
from core.accounts.regions import region_name
from core.db import db
from core.documents.comparison import seen
from core.documents.downloads import given
from core.errors import NotFound
from core.reports.sheets import XLSX, Column, xlsx


def kinds_of_deviation() -> dict[str, str]:
    """Deviations, in words."""
    return {"changed": _("изменён"), "removed": _("исключён"), "added": _("добавлен"), "same": _("как в форме")}


def asked_of(sent: Mapping[str, str]) -> Asked:
    """The filters of a query string; what cannot be read narrows nothing."""
    state, place = sent.get("state", ""), sent.get("place", "")
    return Asked(
        state=state if state in agreement_machine.states else "",
        region=sent.get("region", "")[:2],
        text=sent.get("q", "").strip(),
        deviating=sent.get("deviating", "") if sent.get("deviating") in ("yes", "no") else "",
        clause=sent.get("clause", "")[:40],
        old=bool(sent.get("old")),
        place=place if place in (*renewing.PLACES, "over") else "",
    )


@bp.get("/models/<int:model_id>")
def show(model_id: int) -> Any:
    """The board."""
    actor, asked = me(), asked_of(request.args)
    found = board.board(model_id, actor, asked)
    return render_template(
        "fanout/board.html",
        found=found,
        it=found.model,
        asked=asked,
        tabs=_tabs(found, asked),
        chips=_chips(found, asked),
        states={name: (str(state.label), state.tone) for name, state in agreement_machine.states.items()},
        kinds=kinds_of_deviation(),
        behind={place: len(ids) for place, ids in renewing.behind(found.model).items()},
        sendings=_sendings(model_id),
        acts=recent(model_id),
        sending_states=labels(),
        link=lambda **changed: _link(model_id, asked, **changed),
        day=day,
        group=request.args.get("group") == "region",
    )


def _link(model_id: int, asked: Asked, **changed: Any) -> str:
    """The board with other filters; an empty value takes a filter off."""
    now = {**asked.given(), **changed}
    return url_for("fanout.show", model_id=model_id, **{name: value for name, value in now.items() if value})


def _tabs(found: Board, asked: Asked) -> list[dict[str, Any]]:
    plain: dict[str, str] = {"state": "", "deviating": "", "old": "", "place": ""}
    here = {name: value for name, value in asked.given().items() if name in plain}
    deviating = sum(1 for line in found.all if line.count)
    old = sum(1 for line in found.all if line.model_revision < found.newest)
    wanted: list[tuple[str, int, dict[str, str]]] = [
        (_("Все"), len(found.all), {}),
        (_("С отклонениями"), deviating, {"deviating": "yes"}),
        (_("Дословно по форме"), len(found.all) - deviating, {"deviating": "no"}),
    ]
    if old:
        wanted.append((_("По прежней редакции"), old, {"old": "1"}))
    for name, state in agreement_machine.states.items():
        if count := found.states()[name]:
            wanted.append((str(state.label), count, {"state": name}))
    return [
        {
            "label": label,
            "count": count,
            "active": here == only,
            "url": _link(found.model.id, asked, **{**plain, **only}),
        }
        for label, count, only in wanted
    ]


def _chips(found: Board, asked: Asked) -> list[dict[str, str]]:
    clause = next((heat.number for heat in found.heat if heat.id == asked.clause), asked.clause)
    labels = {
        "q": (_("Слова"), asked.text),
        "region": (_("Регион"), found.regions.get(asked.region, asked.region)),
        "clause": (_("Пункт"), clause),
    }
    return [
        {"label": label, "value": value, "remove_url": _link(found.model.id, asked, **{name: ""})}
        for name, (label, value) in labels.items()
        if asked.given().get(name)
    ]


def _sendings(model_id: int) -> Any:
    statement = db.select(Sending).where(Sending.model_id == model_id).order_by(Sending.id.desc()).limit(10)
    return db.session.scalars(statement).all()


@bp.get("/models/<int:model_id>/clauses/<clause>")
def clause(model_id: int, clause: str) -> Any:
    """What the counterparties think of one clause."""
    actor = me()
    found = board.board(model_id, actor, asked_of({**request.args, "clause": ""}))
    revision = drawing.revision_of(found.model)
    return render_template(
        "fanout/clause.html",
        found=found,
        it=found.model,
        said=opinions(found, revision, clause),
        kinds=kinds_of_deviation(),
        states={name: (str(state.label), state.tone) for name, state in agreement_machine.states.items()},
        others=found.heat,
    )


@bp.get("/models/<int:model_id>/counterparties/<int:sent_id>")
def counterparty(model_id: int, sent_id: int) -> Any:
    """How one counterparty's text departs, clause by clause."""
    found = board.board(model_id, me())
    line = next((each for each in found.all if each.sent_id == sent_id), None)
    if line is None:
        raise NotFound(_("Контрагент не найден"))
    return render_template(
        "fanout/counterparty.html",
        found=found,
        it=found.model,
        line=line,
        segments=seen,
        kinds=kinds_of_deviation(),
        state=agreement_machine.states[line.state],
        place=renewing.place_of(line.state),
    )


def _clauses_of(line: Any) -> str:
    kinds = kinds_of_deviation()
    return "; ".join(f"{each['number']} {kinds[each['kind']]}" for each in line.deviations)


BOARD = (
    Column(_l("Контрагент"), lambda line: line.organisation, 44),
    Column(_l("ИНН"), lambda line: line.inn, 14),
    Column(_l("Регион"), lambda line: region_name(line.region), 26),
    Column(_l("Состояние"), lambda line: str(agreement_machine.states[line.state].label), 28),
    Column(_l("На чьей стороне"), lambda line: line.court, 34),
    Column(_l("Рабочих дней"), lambda line: line.held if line.court else None, 10),
    Column(_l("Срок"), lambda line: line.due_at, 12),
    Column(_l("Редакция"), lambda line: line.revision, 10),
    Column(_l("Редакция формы"), lambda line: line.model_revision, 10),
    Column(_l("Номер"), lambda line: line.number, 18),
    Column(_l("Подписан"), lambda line: line.signed_on, 12),
    Column(_l("Отклонений"), lambda line: line.count, 11),
    Column(_l("Пункты"), _clauses_of, 50),
)


@bp.get("/models/<int:model_id>/board.xlsx")
def board_xlsx(model_id: int) -> Any:
    """What is filtered, a row a counterparty."""
    found = board.board(model_id, me(), asked_of(request.args))
    return _sheet(BOARD, found.lines, _("Рассылка"), found)


@bp.get("/models/<int:model_id>/deviations.xlsx")
def deviations_xlsx(model_id: int) -> Any:
    """Every deviation of what is filtered, a row each."""
    found = board.board(model_id, me(), asked_of(request.args))
    kinds = kinds_of_deviation()
    columns = (
        Column(_("Контрагент"), lambda row: row[0].organisation, 44),
        Column(_("Регион"), lambda row: region_name(row[0].region), 26),
        Column(_("Пункт"), lambda row: row[1]["number"], 10),
        Column(_("Отклонение"), lambda row: kinds[row[1]["kind"]], 12),
        Column(_("В форме"), lambda row: row[1]["before"], 70),
        Column(_("У контрагента"), lambda row: row[1]["after"], 70),
        Column(_("Чья редакция"), lambda row: found.names.get(row[1]["organisation_id"], ""), 34),
        Column(_("С редакции"), lambda row: row[1]["revision"], 10),
        Column(_("Протокол разногласий"), lambda row: row[1]["protocol"] or None, 12),
    )
    return _sheet(columns, [(line, each) for line in found.lines for each in line.deviations], _("Отклонения"), found)


def _sheet(columns: Any, rows: Any, title: str, found: Board) -> Any:
    name = f"{title} – {found.model.title[:80]} {clock.today():%d.%m.%Y}.xlsx"
    return given(xlsx(columns, rows, title), name, XLSX)
