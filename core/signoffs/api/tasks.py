"""The inbox and one task by API: read, verdict, remarks, paper, handing over."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import List, Nested
from flask import Response, request, stream_with_context, url_for

from core.accounts.login import me
from core.documents.attachments import Upload
from core.documents.downloads import disposition, handed
from core.signoffs import bulk, given, queries, service, shown
from core.signoffs.api import schemas
from core.signoffs.desk import desk
from core.signoffs.scans import record_with_scan
from core.signoffs.service.decide import NewRemark
from core.signoffs.subjects import subject
from core.signoffs.task import Task, round_of_slot, task
from core.web.api import as_page, page_of

bp = APIBlueprint("tasks_api", __name__, url_prefix="/api/v1/tasks", tag="Задания")


@bp.get("")
@bp.input(schemas.InboxQuery, location="query")
@bp.output(page_of(schemas.EntryOut, "Tasks"))
def inbox(query_data: dict[str, Any]) -> Any:
    """Мои задачи по сроку"""
    return as_page(queries.inbox(me(), **query_data), lambda entry: entry)


@bp.get("/counts")
@bp.output(schemas.CountsOut)
def counts() -> Any:
    """Сколько у меня заданий; больше 999 не считается"""
    return queries.counts(me())


@bp.get("/desk")
@bp.output(schemas.DeskOut)
def morning() -> Any:
    """Мои задачи как на первой странице: задания по сроку и всё, что ждёт меня или что я должен поторопить"""
    found = desk(me())
    return {"counts": found.counts, "tasks": found.tasks.items, "sections": found.sections}


@bp.get("/<int:slot_id>")
@bp.output(schemas.TaskOut)
def read(slot_id: int) -> Any:
    """Задание: текст, возможные решения с причинами, замечания, маршрут"""
    return _shown(task(slot_id, me()))


def _shown(current: Task) -> dict[str, Any]:
    slot, round_ = current.slot, current.round
    return {
        "id": slot.id,
        "state": slot.state,
        "kind": slot.kind,
        "label": slot.label,
        "title": round_.title,
        "subject_kind": round_.subject_kind,
        "subject_id": round_.subject_id,
        "round_number": round_.number,
        "revision": round_.revision,
        "document_hash": round_.document_hash,
        "previous_hash": current.text.before,
        "assigned_at": slot.assigned_at,
        "due_at": slot.due_at,
        "days": slot.days,
        "stands": round_.stands,
        "holders": [{"person_id": h.person_id, "name": h.name, "position": h.position} for h in slot.holders],
        "acting_for": current.hat.holder.name if current.hat and current.hat.substitution else "",
        "offers": current.offers,
        "asks": {step: given.shown(asked) for step, asked in current.asks.items()},
        "remarks": current.remarks,
        "route": shown.stages(round_, current.names, me().id, _address),
        "paper": current.paper,
        "brought": _brought(current),
    }


def _brought(current: Task) -> dict[str, Any]:
    found = subject(current.round.subject_kind).brought(current.round.subject_id)
    facts = [{"label": str(label), "value": str(value)} for label, value in found.facts]
    return {"facts": facts, "note": found.note, "files": [dict(file) for file in found.files]}


def _address(slot_id: int) -> str:
    return url_for("tasks_api.read", slot_id=slot_id)


@bp.get("/<int:slot_id>/document")
@bp.doc(responses={200: {"content": {"application/octet-stream": {}}, "description": "DOCX"}})
def document(slot_id: int) -> Any:
    """Документ задания: те самые байты, на которые даётся виза"""
    current, _names, text = round_of_slot(slot_id, me())
    return handed(text.sha256, text.file_name or f"{current.title[:120]}.docx")


@bp.post("/<int:slot_id>/verdict")
@bp.input(schemas.VerdictIn, location="json_or_form")
@bp.output(schemas.DecisionOut, status_code=201)
def decide(slot_id: int, json_or_form_data: dict[str, Any]) -> Any:
    """Принять решение по заданию: JSON, а с файлами (подпись, письмо) — multipart"""
    sent, actor = json_or_form_data, me()
    remarks = [NewRemark(**remark) for remark in sent.pop("remarks")]
    verdict, comment, seen = sent.pop("verdict"), sent.pop("comment"), sent.pop("seen_hash")
    asked = task(slot_id, actor).asks.get("reject" if verdict == "rejected" else "approve", given.Asked())
    given.refuse_unasked(asked, {**sent, **request.files})
    brought = given.given(asked, sent, request.files)
    return service.decide(slot_id, verdict, actor, comment=comment, seen_hash=seen, remarks=remarks, given=brought)


@bp.post("/verdicts")
@bp.input(schemas.VerdictsIn)
@bp.output({"items": List(Nested(schemas.OutcomeOut))}, schema_name="Outcomes")
def decide_many(json_data: dict[str, Any]) -> Any:
    """Решить несколько заданий одного вида; каждое проверяется и отвечает отдельно"""
    chosen = [bulk.Chosen(**each) for each in json_data["tasks"]]
    return {"items": bulk.decide_many(chosen, json_data["verdict"], json_data["comment"], me())}


@bp.post("/<int:slot_id>/remarks")
@bp.input(schemas.NewRemarkIn)
@bp.output(schemas.RemarkOut, status_code=201)
def remark(slot_id: int, json_data: dict[str, Any]) -> Any:
    """Записать замечание без решения: оно не препятствует"""
    current = round_of_slot(slot_id, me())[0]
    return service.register_remark(current.id, NewRemark(**json_data), me())


@bp.post("/<int:slot_id>/paper")
@bp.input(schemas.PaperIn, location="form_and_files")
@bp.output(schemas.PaperOut, status_code=201)
def record_paper(slot_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Внести решение, данное на бумаге, со сканом"""
    given = form_and_files_data
    scan = Upload(given["scan"].filename or "", given["scan"].read())
    return record_with_scan(
        slot_id, given["signer_id"], given["verdict"], given["signed_on"], scan, given["comment"], me()
    )


@bp.post("/paper/<int:act_id>/confirm")
@bp.output(schemas.DecisionOut)
def confirm_paper(act_id: int) -> Any:
    """Подтвердить решение на бумаге: второй сотрудник"""
    return service.confirm_paper(act_id, me())


@bp.post("/paper/<int:act_id>/refuse")
@bp.input(schemas.ReasonIn)
@bp.output(schemas.PaperOut)
def refuse_paper(act_id: int, json_data: dict[str, Any]) -> Any:
    """Вернуть запись, не сходящуюся со сканом"""
    return service.refuse_paper(act_id, json_data["reason"], me())


@bp.post("/<int:slot_id>/delegate")
@bp.input(schemas.HandingIn)
@bp.output(schemas.SubstitutionOut, status_code=201)
def delegate(slot_id: int, json_data: dict[str, Any]) -> Any:
    """Передать одно задание замещающему"""
    comment = json_data.pop("comment")
    return service.delegate(slot_id, service.Handing(**json_data), comment, me())


@bp.post("/<int:slot_id>/reassign")
@bp.input(schemas.ReassignIn)
@bp.output(schemas.TaskOut)
def reassign(slot_id: int, json_data: dict[str, Any]) -> Any:
    """Переназначить задание: координатор стороны"""
    service.reassign(slot_id, json_data["person_id"], json_data["reason"], me())
    return _shown(task(slot_id, me()))


@bp.post("/<int:slot_id>/places")
@bp.input(schemas.AddIn)
@bp.output(schemas.AddedOut, status_code=201)
def add(slot_id: int, json_data: dict[str, Any]) -> Any:
    """Добавить место в идущий маршрут: координатор своей стороны"""
    reason = json_data.pop("reason")
    return service.add_slot(task(slot_id, me()).round.id, service.NewSlot(**json_data), reason, me())


@bp.post("/<int:slot_id>/drop")
@bp.input(schemas.ReasonIn)
@bp.output({}, status_code=204)
def drop(slot_id: int, json_data: dict[str, Any]) -> Any:
    """Исключить необязательное место из идущего маршрута: координатор своей стороны"""
    service.drop_slot(slot_id, json_data["reason"], me())
    return ""


@bp.post("/documents.zip")
@bp.input(schemas.TasksIn)
@bp.doc(responses={200: {"content": {"application/zip": {}}, "description": "ZIP"}})
def documents(json_data: dict[str, Any]) -> Any:
    """Документы нескольких заданий одним ZIP с описью SHA-256"""
    answer = Response(stream_with_context(bulk.zip_documents(json_data["slot_ids"], me())), mimetype="application/zip")
    answer.headers["Content-Disposition"] = disposition("tasks.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
