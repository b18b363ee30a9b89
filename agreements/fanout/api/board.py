"""The board, opinions of a clause, bulk acts, a new revision met with a draft."""

from __future__ import annotations

from typing import Any

from flask import Response, stream_with_context

from agreements.api.schemas import DocxOut
from agreements.fanout import acts, board, drawing, renewing
from agreements.fanout.api import schemas
from agreements.fanout.api.blueprint import bp
from agreements.fanout.board import Asked
from agreements.fanout.opinions import opinions
from agreements.models import BoardAct
from core.accounts.login import me
from core.documents.downloads import disposition


@bp.get("/<int:model_id>/board")
@bp.input(schemas.BoardQuery, location="query")
@bp.output(schemas.BoardOut)
def lines(model_id: int, query_data: dict[str, Any]) -> Any:
    """Доска: контрагенты, состояния, отклонения от формы"""
    found = board.board(model_id, me(), Asked(text=query_data.pop("q"), **query_data))
    return {"lines": found.lines, "heat": found.heat, "newest": found.newest, "states": dict(found.states())}


@bp.get("/<int:model_id>/opinions/<clause>")
@bp.output(schemas.OpinionsOut)
def of_clause(model_id: int, clause: str) -> Any:
    """Редакции одного пункта у контрагентов; «+id» — добавленное после пункта"""
    found = board.board(model_id, me())
    said = opinions(found, drawing.revision_of(found.model), clause)
    wordings = [
        {"kind": each.kind, "text": each.text, "count": each.count, "sent_ids": [line.sent_id for line in each.lines]}
        for each in said.wordings
    ]
    return {"clause": said.clause, "number": said.number, "text": said.text, "wordings": wordings}


@bp.post("/<int:model_id>/acts")
@bp.input(schemas.ActIn)
@bp.output(schemas.ActOut, status_code=202)
def begin(model_id: int, json_data: dict[str, Any]) -> Any:
    """Направить, напомнить, внести новую редакцию, составить допсоглашения — по отмеченным контрагентам"""
    return _act(acts.begin(model_id, json_data["kind"], json_data["sent_ids"], me(), json_data["comment"]))


@bp.get("/acts/<int:act_id>")
@bp.output(schemas.ActOut)
def act(act_id: int) -> Any:
    """Что вышло по каждому контрагенту"""
    return _act(acts.act_for(act_id, me()))


def _act(found: BoardAct) -> dict[str, Any]:
    names = ("id", "kind", "state", "total")
    return {
        **{name: getattr(found, name) for name in names},
        "counts": acts.counts(found.id),
        "rows": acts.rows(found.id),
    }


@bp.post("/<int:model_id>/documents.zip")
@bp.input(schemas.ZipIn)
@bp.output(DocxOut, content_type="application/zip")
def archive(model_id: int, json_data: dict[str, Any]) -> Any:
    """Документы отмеченных контрагентов одним архивом"""
    pieces = acts.archive(model_id, json_data["sent_ids"], me())
    answer = Response(stream_with_context(pieces), mimetype="application/zip")
    answer.headers["Content-Disposition"] = disposition("documents.zip")
    return answer


@bp.get("/counterparties/<int:sent_id>/renewal")
@bp.output(schemas.RenewalOut)
def renewal(sent_id: int) -> Any:
    """Новая редакция формы рядом с отклонениями проекта"""
    return _renewal(renewing.renewal(sent_id, me()))


def _renewal(found: renewing.Renewal) -> dict[str, Any]:
    return {
        "needed": found.needed,
        "revision": found.revision.number,
        "version": found.agreement.version,
        "meetings": found.brought.meetings,
    }


@bp.post("/counterparties/<int:sent_id>/renewal")
@bp.input(schemas.RenewIn)
@bp.output(schemas.RenewalOut)
def renew(sent_id: int, json_data: dict[str, Any]) -> Any:
    """Внести новую редакцию формы в проект"""
    actor = me()
    renewing.renew(sent_id, actor, json_data["said"], revision=json_data["revision"], version=json_data["version"])
    return _renewal(renewing.renewal(sent_id, actor))
