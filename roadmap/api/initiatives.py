"""Regulatory initiatives by API: list, propose, read, edit, steps, events, papers."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, DateTime, File, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from core.accounts.login import me
from core.documents.attachments import Upload
from core.workflow import Ask
from roadmap.api import schemas
from roadmap.api.decisions import FileLine
from roadmap.queries import proceedings as reads
from roadmap.service import initiatives as service
from roadmap.service.initiatives import PAPERS, NewEvent, NewInitiative
from roadmap.stages import stages
from roadmap.states.initiatives import regulatory_initiative

bp = APIBlueprint("initiatives_api", __name__, url_prefix="/api/v1", tag="Нормативные инициативы")


class BodySchema(Schema):
    name = String(required=True)
    sent = Date(load_default=None, allow_none=True)
    due = Date(load_default=None, allow_none=True)
    answer = String(load_default="")


class BodyOut(Schema):
    name = String()
    sent = String(allow_none=True)
    due = String(allow_none=True)
    answer = String()


class InitiativeIn(Schema):
    title = String(required=True, validate=Length(1, 8000))
    purpose = String(load_default="")
    acts = List(String(), load_default=list, metadata={"description": "Изменяемые акты"})
    bodies = List(Nested(BodySchema), load_default=list, metadata={"description": "Согласующие ведомства"})
    item_id = Integer(load_default=None, allow_none=True)


class EditInitiativeIn(InitiativeIn):
    version = Integer(load_default=None, allow_none=True)


class InitiativeLine(Schema):
    id = Integer()
    title = String()
    state = String()
    initiator_side = String()
    moved_at = DateTime()


class InitiativesOut(Schema):
    items = List(Nested(InitiativeLine))


class EventIn(Schema):
    happened_on = Date(required=True)
    title = String(required=True, validate=Length(1, 8000))
    body = String(load_default="", metadata={"description": "Чей это акт"})
    number = String(load_default="")
    url = String(load_default="")
    planned = Boolean(load_default=False, metadata={"description": "Предстоящее по опубликованному календарю"})
    month_only = Boolean(load_default=False, metadata={"description": "Известен только месяц"})


class SettleIn(EventIn):
    title = String(load_default="")


class EventOut(EventIn):
    id = Integer()
    step = String()
    settled_by_id = Integer(allow_none=True, metadata={"description": "Событие, которым предстоящее наступило"})


class StageOut(Schema):
    name = String()
    standing = String(metadata={"description": "done, now, skipped, next"})
    on = Date(allow_none=True)
    aside = Boolean()


class InitiativeOut(InitiativeLine):
    roadmap_id = Integer()
    purpose = String()
    acts = List(String())
    bodies = List(Nested(BodyOut))
    item_id = Integer(allow_none=True)
    effective_on = Date(allow_none=True)
    version = Integer()
    events = List(Nested(EventOut))
    stages = List(Nested(StageOut))
    files = List(Nested(FileLine))
    steps = List(Nested(schemas.StepOut))


class PaperIn(Schema):
    file = File(required=True)
    purpose = String(load_default="other", validate=OneOf(PAPERS))


@bp.get("/roadmaps/<int:roadmap_id>/initiatives")
@bp.output(InitiativesOut)
def initiatives(roadmap_id: int) -> Any:
    """Нормативные инициативы плана"""
    reads.plan(me(), roadmap_id)
    return {"items": reads.initiatives(me(), roadmap_id)}


@bp.post("/roadmaps/<int:roadmap_id>/initiatives")
@bp.input(InitiativeIn)
@bp.output(InitiativeOut, status_code=201)
def propose(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Предложить инициативу"""
    return out(service.propose(roadmap_id, NewInitiative(**json_data), me()).id)


def out(initiative_id: int) -> dict[str, Any]:
    """An initiative as the API tells it: its way, events, papers, the person's own steps with reasons."""
    row = reads.initiative(me(), initiative_id)
    return {
        **{name: getattr(row, name) for name in InitiativeOut._declared_fields if hasattr(row, name)},
        "stages": stages(row, reads.history(service.KIND, row.id)),
        "files": reads.files(service.KIND, row.id),
        "steps": [
            schemas.step_out(offer)
            for offer in regulatory_initiative.offers(row, me())
            if offer.mine and not offer.step.hidden
        ],
    }


@bp.get("/initiatives/<int:initiative_id>")
@bp.output(InitiativeOut)
def initiative(initiative_id: int) -> Any:
    """Инициатива: путь, события, документы, шаги с причинами"""
    return out(initiative_id)


@bp.put("/initiatives/<int:initiative_id>")
@bp.input(EditInitiativeIn)
@bp.output(InitiativeOut)
def edit(initiative_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить сведения об инициативе"""
    version = json_data.pop("version")
    service.edit_initiative(initiative_id, NewInitiative(**json_data), me(), version)
    return out(initiative_id)


@bp.post("/initiatives/<int:initiative_id>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(InitiativeOut)
def take_step(initiative_id: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг инициативы"""
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_initiative_step(initiative_id, step, me(), ask, version=json_data["version"])
    return out(initiative_id)


@bp.post("/initiatives/<int:initiative_id>/events")
@bp.input(EventIn)
@bp.output(EventOut, status_code=201)
def record_event(initiative_id: int, json_data: dict[str, Any]) -> Any:
    """Записать событие с его реквизитами"""
    return service.record_event(initiative_id, NewEvent(**json_data), me())


@bp.post("/initiatives/<int:initiative_id>/events/<int:event_id>/settle")
@bp.input(SettleIn)
@bp.output(EventOut, status_code=201)
def settle_event(initiative_id: int, event_id: int, json_data: dict[str, Any]) -> Any:
    """Записать, что предстоящее произошло"""
    reads.event(me(), initiative_id, event_id)
    return service.settle_event(event_id, NewEvent(**json_data), me())


@bp.post("/initiatives/<int:initiative_id>/papers")
@bp.input(PaperIn, location="form_and_files")
@bp.output({"id": Integer()}, status_code=201, schema_name="NewPaper")
def attach(initiative_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Приложить документ"""
    file = form_and_files_data["file"]
    upload = Upload(file.filename or "", file.read())
    return {"id": service.attach_to_initiative(initiative_id, upload, me(), form_and_files_data["purpose"])}
