"""Models: drawn, edited, approved as revisions."""

from __future__ import annotations

from typing import Any

from agreements.api.drafts import checked
from agreements.fanout import board, drawing
from agreements.fanout.api import schemas
from agreements.fanout.api.blueprint import bp
from agreements.fanout.drawing import ModelInput
from agreements.fanout.places import Places
from agreements.service import PartyInput
from core.accounts.login import me


@bp.get("")
@bp.output(schemas.ModelsOut)
def models() -> Any:
    """Типовые формы своей организации"""
    return {"items": board.models(me())}


@bp.post("")
@bp.input(schemas.ModelIn)
@bp.output(schemas.ModelOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Составить типовую форму"""
    drawing.refuse_others(me())
    return drawing.create(_entered(json_data.pop("kind"), json_data), me())


def _entered(kind: str, sent: dict[str, Any]) -> ModelInput:
    places = {**schemas.PlacesIn().load({}), **sent.pop("places")}
    fixed = tuple(PartyInput(**party) for party in places.pop("fixed"))
    return ModelInput(kind=kind, data=checked(kind, sent.pop("data")), places=Places(**places, fixed=fixed), **sent)


@bp.get("/<int:model_id>")
@bp.output(schemas.ModelOut)
def model(model_id: int) -> Any:
    """Типовая форма"""
    return drawing.model_for(model_id, me())


@bp.put("/<int:model_id>")
@bp.input(schemas.ModelChange)
@bp.output(schemas.ModelOut)
def edit(model_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить типовую форму; разосланное не меняется"""
    actor = me()
    kind, version = drawing.model_for(model_id, actor).kind, json_data.pop("version")
    return drawing.edit(model_id, _entered(kind, json_data), actor, version)


@bp.get("/<int:model_id>/clauses")
@bp.output(schemas.TextOut)
def text(model_id: int) -> Any:
    """Рабочий текст формы по пунктам"""
    return {"clauses": drawing.text_of(drawing.model_for(model_id, me()))}


@bp.put("/<int:model_id>/clauses")
@bp.input(schemas.TextIn)
@bp.output(schemas.ModelOut)
def edit_text(model_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить текст формы; пустой список возвращает текст шаблона"""
    return drawing.edit_clauses(model_id, json_data["clauses"], me(), json_data["version"])


@bp.post("/<int:model_id>/revisions")
@bp.input(schemas.ReleaseIn)
@bp.output(schemas.ModelRevisionOut, status_code=201)
def release(model_id: int, json_data: dict[str, Any]) -> Any:
    """Утвердить редакцию формы: рассылают только её"""
    return drawing.release(model_id, me(), json_data["note"], json_data["version"])


@bp.get("/<int:model_id>/revisions/<int:number>")
@bp.output(schemas.ModelRevisionOut)
def revision(model_id: int, number: int) -> Any:
    """Редакция формы"""
    return drawing.revision_of(drawing.model_for(model_id, me()), number)
