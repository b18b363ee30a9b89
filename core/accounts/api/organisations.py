"""Organisations and their signatories by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from core.accounts import queries, service
from core.accounts.api import schemas
from core.accounts.login import me
from core.web.api import as_page, page_of

bp = APIBlueprint("organisations_api", __name__, url_prefix="/api/v1/organisations", tag="Организации")


@bp.get("")
@bp.input(schemas.OrganisationQuery, location="query")
@bp.output(page_of(schemas.OrganisationRow, "Organisations"))
def organisations(query_data: dict[str, Any]) -> Any:
    """Справочник организаций"""
    me()
    return as_page(queries.organisations(queries.Search(**query_data)), lambda row: row._mapping)


@bp.post("")
@bp.input(schemas.OrganisationIn)
@bp.output(schemas.OrganisationOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Добавить организацию"""
    return service.create_organisation(me(), json_data)


@bp.get("/<int:organisation_id>")
@bp.output(schemas.OrganisationOut)
def organisation(organisation_id: int) -> Any:
    """Организация с реквизитами и подписантами"""
    return queries.organisation(me(), organisation_id)


@bp.patch("/<int:organisation_id>")
@bp.input(schemas.OrganisationChange)
@bp.output(schemas.OrganisationOut)
def change(organisation_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить организацию"""
    return service.update_organisation(me(), organisation_id, json_data, json_data.pop("version"))


@bp.post("/<int:organisation_id>/active")
@bp.input(schemas.ActiveIn)
@bp.output(schemas.OrganisationOut)
def set_active(organisation_id: int, json_data: dict[str, Any]) -> Any:
    """Закрыть или открыть организацию"""
    return service.set_organisation_active(me(), organisation_id, json_data["active"], json_data["version"])


@bp.post("/<int:organisation_id>/signatories")
@bp.input(schemas.SignatoryFields)
@bp.output(schemas.SignatoryOut, status_code=201)
def add_signatory(organisation_id: int, json_data: dict[str, Any]) -> Any:
    """Добавить подписанта"""
    return service.add_signatory(me(), organisation_id, json_data)


@bp.patch("/<int:organisation_id>/signatories/<int:signatory_id>")
@bp.input(schemas.SignatoryChange)
@bp.output(schemas.SignatoryOut)
def change_signatory(organisation_id: int, signatory_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить подписанта"""
    queries.signatory(me(), organisation_id, signatory_id)
    return service.update_signatory(me(), signatory_id, json_data, json_data.pop("version"))
