"""People and their roles by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from core.accounts import queries, service, signin
from core.accounts.api import schemas
from core.accounts.login import me
from core.web.api import as_page, page_of

bp = APIBlueprint("people_api", __name__, url_prefix="/api/v1/people", tag="Люди")


@bp.get("")
@bp.input(schemas.PersonQuery, location="query")
@bp.output(page_of(schemas.PersonRow, "People"))
def people(query_data: dict[str, Any]) -> Any:
    """Люди, которых Вы можете видеть"""
    asked = queries.Search(organisation_id=query_data.pop("organisation"), **query_data)
    return as_page(queries.people(me(), asked), lambda row: row._mapping)


@bp.post("")
@bp.input(schemas.NewPersonIn)
@bp.output(schemas.PersonOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Добавить сотрудника"""
    return service.create_person(me(), json_data, json_data.pop("password"))


@bp.get("/<int:person_id>")
@bp.output(schemas.PersonOut)
def person(person_id: int) -> Any:
    """Сотрудник с ролями"""
    return queries.person(me(), person_id)


@bp.patch("/<int:person_id>")
@bp.input(schemas.PersonChange)
@bp.output(schemas.PersonOut)
def change(person_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить сотрудника"""
    return service.update_person(me(), person_id, json_data, json_data.pop("version"))


@bp.put("/<int:person_id>/roles/<role>")
@bp.input(schemas.RoleDates)
@bp.output(schemas.RoleOut)
def grant(person_id: int, role: str, json_data: dict[str, Any]) -> Any:
    """Назначить роль или изменить её срок"""
    return service.grant_role(me(), person_id, role, **json_data)


@bp.delete("/<int:person_id>/roles/<role>")
@bp.output({}, status_code=204)
def revoke(person_id: int, role: str) -> Any:
    """Снять роль"""
    service.revoke_role(me(), person_id, role)
    return ""


@bp.post("/<int:person_id>/active")
@bp.input(schemas.ActiveIn)
@bp.output(schemas.PersonOut)
def set_active(person_id: int, json_data: dict[str, Any]) -> Any:
    """Закрыть или открыть учётную запись"""
    return service.set_person_active(me(), person_id, json_data["active"], json_data["version"])


@bp.put("/<int:person_id>/password")
@bp.input(schemas.PasswordIn)
@bp.output({}, status_code=204)
def set_password(person_id: int, json_data: dict[str, Any]) -> Any:
    """Назначить временный пароль"""
    queries.person(me(), person_id)
    signin.set_password(person_id, json_data["password"], me(), must_change=True)
    return ""


@bp.delete("/<int:person_id>/sessions")
@bp.output({}, status_code=204)
def end_sessions(person_id: int) -> Any:
    """Завершить все сеансы сотрудника"""
    queries.person(me(), person_id)
    signin.sign_out_everywhere(person_id, me())
    return ""
