"""Substitutions and routes by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import List, Nested

from core.accounts.login import me
from core.signoffs import service
from core.signoffs.api import schemas
from core.signoffs.service import templates
from core.signoffs.service.substitution import substitutions_of

bp = APIBlueprint("signoff_setup_api", __name__, url_prefix="/api/v1/tasks", tag="Замещение и маршруты")


@bp.get("/substitutions")
@bp.output({"items": List(Nested(schemas.SubstitutionRow))}, schema_name="Substitutions")
def substitutions() -> Any:
    """Кто замещает меня и кого замещаю я"""
    return {"items": substitutions_of(me())}


@bp.post("/substitutions")
@bp.input(schemas.AwayIn)
@bp.output(schemas.SubstitutionOut, status_code=201)
def substitute(json_data: dict[str, Any]) -> Any:
    """Назначить замещение"""
    json_data["principal_id"] = json_data["principal_id"] or me().id
    return service.substitute(service.Away(**json_data), me())


@bp.delete("/substitutions/<int:substitution_id>")
@bp.output({}, status_code=204)
def revoke(substitution_id: int) -> Any:
    """Прекратить замещение"""
    service.revoke(substitution_id, me())
    return ""


@bp.get("/routes")
@bp.output({"items": List(Nested(schemas.RouteRow))}, schema_name="Routes")
def routes() -> Any:
    """Действующие маршруты"""
    me()
    return {"items": templates.routes()}


@bp.get("/routes/<code>")
@bp.output({"items": List(Nested(schemas.RouteRow))}, schema_name="RouteVersions")
def route(code: str) -> Any:
    """Все версии маршрута, новые сверху"""
    me()
    return {"items": templates.versions(code)}


@bp.put("/routes/<code>")
@bp.input(schemas.RouteIn)
@bp.output(schemas.RouteOut)
def save_route(code: str, json_data: dict[str, Any]) -> Any:
    """Новая версия маршрута (администратор)"""
    version = json_data.pop("version")
    return service.save_route(service.RouteInput(code=code, **json_data), me(), version)
