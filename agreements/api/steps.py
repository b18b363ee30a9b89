"""Steps: what is open and why not, taking one, signatures, paper copies."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _

from agreements import service
from agreements.api import schemas
from agreements.api.blueprint import bp
from agreements.dossier import dossier, head
from agreements.forms.asked import asked, uploaded
from agreements.forms.signing import read_day
from agreements.signing.asking import asks
from core.accounts.login import me
from core.errors import NotFound
from core.signoffs.given import given
from core.signoffs.service import decide
from core.signoffs.task import task
from core.workflow import Offer


@bp.get("/<int:agreement_id>/steps")
@bp.output(schemas.StepsOut)
def steps(agreement_id: int) -> Any:
    """Шаги из этого состояния: какие возможны, какие нет и почему"""
    found = dossier(agreement_id, me())
    shown = [_offer(offer) for offer in found.offers if not offer.step.hidden]
    return {"version": found.agreement.version, "state": found.agreement.state, "steps": shown}


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "label": str(offer.label),
        "mine": offer.mine,
        "possible": offer.possible,
        "comment": offer.comment,
        "asks": [
            {
                "name": ask.name,
                "label": str(ask.label),
                "kind": ask.kind,
                "required": ask.required,
                "choices": [[value, str(label)] for value, label in ask.choices],
            }
            for ask in offer.asks
        ],
        "reasons": [
            {"code": reason.code, "text": str(reason.text), "who": str(reason.who), "by": str(reason.by)}
            for reason in offer.reasons
        ],
    }


@bp.post("/<int:agreement_id>/steps/<name>")
@bp.input(schemas.StepIn, location="json_or_form")
@bp.output(schemas.TakenOut)
def take(agreement_id: int, name: str, json_or_form_data: dict[str, Any]) -> Any:
    """Сделать шаг: JSON, а с файлами — multipart"""
    actor = me()
    service.get_for(agreement_id, actor)
    version = json_or_form_data.pop("version")
    ask, uploads = asked(name, json_or_form_data, request.files)
    taken = service.take_step(agreement_id, name, actor, ask, uploads=uploads, version=version)
    now = head(agreement_id, actor)
    return {"step": name, "from_state": taken.from_state, "to_state": now.state, "version": now.version}


@bp.post("/<int:agreement_id>/signatures")
@bp.input(schemas.SignatureIn, location="form_and_files")
@bp.output(schemas.SignedOut, status_code=201)
def sign(agreement_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Записать внешнюю электронную подпись; сервис сам не подписывает"""
    actor = me()
    service.get_for(agreement_id, actor)
    slot_id, seen = form_and_files_data["slot_id"], form_and_files_data["seen_hash"] or None
    slot = task(slot_id, actor).slot
    brought = given(asks(slot, "approved"), form_and_files_data, request.files)
    decision = decide(slot_id, "signed", actor, seen_hash=seen, given=brought)
    state = head(agreement_id, actor).state
    return {"decision_id": decision.id, "document_hash": decision.document_hash, "state": state}


@bp.post("/<int:agreement_id>/copies/<int:copy_id>/return")
@bp.input(schemas.ReturnIn, location="form_and_files")
@bp.output(schemas.CopyOut)
def return_copy(agreement_id: int, copy_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Отметить возврат подписанного экземпляра"""
    actor = me()
    found = dossier(agreement_id, actor)
    if copy_id not in {copy.id for copy in found.copies}:
        raise NotFound(_("Экземпляр не найден"))
    scan = uploaded(form_and_files_data.get("scan"))
    return service.return_copy(copy_id, actor, scan, read_day(form_and_files_data["returned_on"], "returned_on"))


@bp.post("/<int:agreement_id>/public")
@bp.output(schemas.AgreementOut)
def declare_public(agreement_id: int) -> Any:
    """Отметить, что сведения не ограничены в доступе"""
    actor = me()
    service.declare_public(agreement_id, actor)
    return head(agreement_id, actor)
