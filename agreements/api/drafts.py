"""Making and changing a draft: its data, its text, its changes of the parent."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from agreements import amending, service
from agreements.api import schemas
from agreements.api.blueprint import bp
from agreements.catalogue import DESCENDING, fields_of
from agreements.dossier import head
from agreements.forms import entered
from agreements.models import Agreement
from agreements.service import AgreementInput, PartyInput
from core.accounts.login import me
from core.errors import NotValid


@bp.post("")
@bp.input(schemas.DraftIn)
@bp.output(schemas.AgreementOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Составить проект; неполный тоже сохраняется"""
    made = service.create(_entered(json_data), me())
    return head(made.id, me())


@bp.put("/<int:agreement_id>")
@bp.input(schemas.DraftChange)
@bp.output(schemas.AgreementOut)
def edit(agreement_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить проект или текст на доработке"""
    actor = me()
    kept = head(agreement_id, actor)
    version = json_data.pop("version")
    service.edit(agreement_id, _entered(json_data, kept), actor, version)
    return head(agreement_id, actor)


def _entered(sent: dict[str, Any], kept: Agreement | None = None) -> AgreementInput:
    """The service's input. Raises NotValid where a value is not what the catalogue says."""
    kind = kept.kind if kept else sent.pop("kind")
    if kept is None and (fault := _misplaced(kind, sent.get("parent_id"))):
        raise NotValid(fault, "kind")
    parties = [PartyInput(**party) for party in sent.pop("parties")]
    data = checked(kind, sent.pop("data"))
    if kept is not None and "changes" in kept.data:
        data["changes"] = kept.data["changes"]
    return AgreementInput(kind=kind, parties=parties, data=data, **sent)


def _misplaced(kind: str, parent_id: int | None) -> str:
    """Why a document of this kind cannot have, or lack, a parent; "" where it may."""
    if kind == "supplementary" and parent_id is None:
        return str(_("Дополнительное соглашение составляют к основному документу"))
    if parent_id is not None and kind not in ("supplementary", *DESCENDING):
        return str(_("Документ этого вида заключают сам по себе, не на основе другого"))
    return ""


def checked(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The fields of the catalogue out of `data`, each of its type; what the catalogue does not know is refused."""
    fields = fields_of(kind)
    known = {field.name.split(".")[0] for field in fields}
    faults = {f"data.{name}": _("Нет такого поля") for name in data if name not in known}
    made: dict[str, Any] = {}
    faults |= entered.read(fields, entered.stored(fields, _shaped(fields, data, faults)), made)
    if faults:
        raise NotValid(_("Данные составлены неверно"), fields=faults)
    return made


def _shaped(fields: Any, data: dict[str, Any], faults: dict[str, str]) -> dict[str, Any]:
    """Lists where lists are due, tables of objects where tables are."""
    good = dict(data)
    for field in fields:
        value = good.get(field.name)
        rows = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        wrong = (field.kind == "list" and not isinstance(value, list)) or (field.kind == "table" and not rows)
        if value is not None and wrong:
            faults[f"data.{field.name}"] = _("Нужен список")
            good[field.name] = None
    return good


@bp.put("/<int:agreement_id>/clauses")
@bp.input(schemas.ClausesIn)
@bp.output(schemas.AgreementOut)
def edit_clauses(agreement_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить текст по пунктам; пустой список возвращает текст шаблона"""
    actor = me()
    service.edit_clauses(agreement_id, json_data["clauses"], actor, json_data["version"])
    return head(agreement_id, actor)


@bp.put("/<int:agreement_id>/changes")
@bp.input(schemas.ChangesIn)
@bp.output(schemas.AgreementOut)
def put_changes(agreement_id: int, json_data: dict[str, Any]) -> Any:
    """Задать изменения основного документа («было → стало»)"""
    actor = me()
    amending.put_changes(
        agreement_id, json_data["changes"], actor, version=json_data["version"], edition=json_data["edition"]
    )
    return head(agreement_id, actor)


@bp.get("/<int:agreement_id>/base")
@bp.output(schemas.ConsolidatedOut)
def base(agreement_id: int) -> Any:
    """Действующий текст основного документа, к которому составляют изменения"""
    agreement = head(agreement_id, me())
    present = amending.base(agreement)
    return {"edition": present.edition, "clauses": present.clauses}
