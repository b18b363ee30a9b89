"""A draft's table by API: read whole, saved whole or not at all, terms in words understood."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, DateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, Range
from flask import Response, json

from core.accounts.login import me
from core.web.api import ProblemOut
from core.web.refusals import problem
from roadmap import queries, service
from roadmap.queries.table import Row, rows_of, table
from roadmap.queries.wordings import proposals
from roadmap.service.table import MOST, RowEdit, TableRefused

bp = APIBlueprint("plan_table_api", __name__, url_prefix="/api/v1/roadmaps", tag="Дорожная карта")

ID = Range(1, 2**31 - 1)


class TableRowOut(Schema):
    key = String(metadata={"description": "Имя строки, данное отправителем"})
    item_id = Integer()
    code = String()
    section = Integer()
    version = Integer()
    struck = Boolean(metadata={"description": "Вычеркнуто: номер остаётся занят"})
    values = Dict(keys=String(), values=Raw(allow_none=True))
    texts = Dict(keys=String(), values=String(), metadata={"description": "То же, как в ячейках таблицы"})


class TableOut(Schema):
    items = List(Nested(TableRowOut))


class RowIn(Schema):
    key = String(required=True, validate=Length(1, 60), metadata={"description": "Имя строки: по нему названы ошибки"})
    item_id = Integer(load_default=None, allow_none=True, validate=ID, metadata={"description": "Нет – новая строка"})
    version = Integer(load_default=None, allow_none=True, validate=ID)
    section = Integer(load_default=None, allow_none=True, validate=Range(1, 99))
    strike = Boolean(load_default=False)
    values = Dict(
        keys=String(),
        values=Raw(allow_none=True),
        load_default=dict,
        metadata={"description": "Поля мероприятия: значения или слова, как в таблице («ежегодно», «15.12.2026»)"},
    )


class TableIn(Schema):
    rows = List(Nested(RowIn), required=True, validate=Length(1, MOST))


class FaultOut(Schema):
    key = String()
    field = String()
    message = String()


class ConflictOut(Schema):
    key = String()
    who = String()
    at = DateTime(allow_none=True)
    fields = List(String())
    struck = Boolean()
    now = Nested(TableRowOut, allow_none=True, metadata={"description": "Строка, как она записана сейчас"})


class TableProblemOut(ProblemOut):
    """A refused table: faults by row and cell, rows that somebody else changed."""

    faults = List(Nested(FaultOut))
    conflicts = List(Nested(ConflictOut))


class WordsIn(Schema):
    key = String(required=True, validate=Length(1, 60))
    term_text = String(required=True, validate=Length(0, 500))


class TermsAskedIn(Schema):
    rows = List(Nested(WordsIn), required=True, validate=Length(1, MOST))


class ProposalOut(Schema):
    key = String()
    texts = Dict(keys=String(), values=String(), metadata={"description": "Начало, срок, повторяемость для ячеек"})
    note = String(metadata={"description": "Чего слова не говорят"})
    fault = String(metadata={"description": "Чего быть не может: несуществующая дата"})


@bp.get("/<int:roadmap_id>/editions/<int:number>/table")
@bp.output(TableOut)
def read(roadmap_id: int, number: int) -> Any:
    """Проект плана таблицей: все строки с версиями"""
    return {"items": [_out(row) for row in table(me(), roadmap_id, number).rows]}


@bp.patch("/<int:roadmap_id>/editions/<int:number>/table")
@bp.input(TableIn)
@bp.output(TableOut)
@bp.doc(
    responses={409: {"description": "Conflict", "content": {"application/problem+json": {"schema": TableProblemOut}}}}
)
def save(roadmap_id: int, number: int, json_data: dict[str, Any]) -> Any:
    """Сохранить строки проекта плана: все или ни одной"""
    edition = queries.edition_by_number(me(), roadmap_id, number)
    try:
        saved = service.save_table(edition.id, [RowEdit(**row) for row in json_data["rows"]], me())
    except TableRefused as refusal:
        return _refused(roadmap_id, number, refusal)
    now = {row.item_id: row for row in rows_of(edition, [one.item_id for one in saved])}
    return {"items": [_out(now[one.item_id], one.key) if one.item_id in now else _gone(one) for one in saved]}


def _out(row: Row, key: str = "") -> dict[str, Any]:
    return {**vars(row), "key": key, "struck": False}


def _gone(saved: service.Saved) -> dict[str, Any]:
    return {"key": saved.key, "item_id": saved.item_id, "struck": True, "values": {}, "texts": {}}


def _refused(roadmap_id: int, number: int, refusal: TableRefused) -> Response:
    edition = queries.edition_by_number(me(), roadmap_id, number)
    now = {row.item_id: row for row in rows_of(edition, [one.item_id for one in refusal.conflicts])}
    conflicts = [
        {**vars(one), "now": _out(now[one.item_id], one.key) if one.item_id in now else None}
        for one in refusal.conflicts
    ]
    faults = [vars(fault) for fault in refusal.faults]
    answer = problem(refusal.status, str(refusal), fields={name: str(text) for name, text in refusal.fields.items()})
    body = TableProblemOut().dump({**answer.get_json(force=True), "faults": faults, "conflicts": conflicts})
    answer.set_data(json.dumps(body, ensure_ascii=False))
    return answer


@bp.post("/<int:roadmap_id>/editions/<int:number>/table/terms")
@bp.input(TermsAskedIn)
@bp.output({"items": List(Nested(ProposalOut))}, schema_name="TermProposals")
def understand(roadmap_id: int, number: int, json_data: dict[str, Any]) -> Any:
    """Понять сроки, написанные словами; ничего не сохраняется"""
    edition = queries.edition_by_number(me(), roadmap_id, number)
    words = {row["key"]: row["term_text"] for row in json_data["rows"]}
    return {"items": proposals(edition.roadmap, words)}
