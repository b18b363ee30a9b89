"""Shapes of the roadmap's API."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range
from marshmallow import INCLUDE

from core.web.api import PageQuery, ReasonOut
from core.workflow import Offer
from roadmap.flags import FLAGS
from roadmap.periods import RECURRENCES
from roadmap.service.evidence import PURPOSES


class PlanOut(Schema):
    id = Integer()
    title = String()
    period_start = Date()
    period_end = Date()
    edition_id = Integer()
    edition = Integer()
    state = String(metadata={"description": "Состояние; amending вычисляется"})
    state_label = String()
    register_number = String(allow_none=True)
    approved_on = Date(allow_none=True)
    newer = Integer(allow_none=True, metadata={"description": "Номер готовящейся редакции"})


class PlanIn(Schema):
    title = String(required=True, validate=Length(1, 1000))
    period_start = Date(required=True)
    period_end = Date(required=True)
    parties = List(Integer(), required=True, validate=Length(2, 15))


class SectionIn(Schema):
    number = Integer(required=True)
    title = String(required=True)


class ItemQuery(PageQuery):
    side = String(load_default="", validate=OneOf(["", "ministry", "corporation", "both"]))
    state = String(load_default="")
    section = Integer(load_default=None, allow_none=True)
    flag = String(load_default="", validate=OneOf(["", *FLAGS]))
    q = String(load_default="")
    mine = Boolean(load_default=False)
    unit = String(load_default="", metadata={"description": "Слова из исполнителя или названия его организации"})
    organisation = Integer(load_default=None, allow_none=True, validate=Range(1, 2**31 - 1))
    due_from = Date(load_default=None, allow_none=True)
    due_to = Date(load_default=None, allow_none=True)


class ItemLineOut(Schema):
    id = Integer()
    code = String()
    section = Integer()
    section_title = String()
    title = String()
    term_text = String()
    responsible_side = String()
    excluded = Boolean()
    occurrence_id = Integer()
    period = String()
    state = String()
    due_on = Date(allow_none=True)
    fact_on = Date(allow_none=True)
    percent = Integer()
    flags = List(String())
    late_days = Integer(allow_none=True, metadata={"description": "На сколько рабочих дней просрочено"})


class PointSchema(Schema):
    title = String(required=True)
    term = String(load_default="")
    due = Date(load_default=None, allow_none=True)


class TermsIn(Schema):
    """What an item says; in a change only the fields that change."""

    title = String()
    term_text = String()
    starts_on = Date(allow_none=True)
    due_on = Date(allow_none=True)
    until_on = Date(allow_none=True)
    recurrence = String(validate=OneOf(list(RECURRENCES)))
    for_previous = Boolean()
    responsible_side = String()
    unit = String()
    organisation_id = Integer(allow_none=True)
    co_executors = String()
    co_organisations = List(Integer())
    result = String()
    document_kind = String()
    control_points = List(Nested(PointSchema))
    legal_basis = String()
    after_item_id = Integer(allow_none=True, metadata={"description": "Срок отсчитывается от исполнения этого пункта"})
    after_days = Integer(allow_none=True, metadata={"description": "Через столько дней после него"})
    after_working = Boolean(metadata={"description": "Дни рабочие"})


class NewItemIn(TermsIn):
    section = Integer(required=True)
    title = String(required=True)


class EditItemIn(TermsIn):
    version = Integer(metadata={"description": "Версия, которую Вы видели: устаревшая правка будет отклонена"})


class InputOut(Schema):
    name = String()
    label = String()
    kind = String()
    required = Boolean()


class StepOut(Schema):
    name = String()
    label = String()
    possible = Boolean()
    comment = Boolean(metadata={"description": "Нужна причина"})
    asks = List(Nested(InputOut))
    reasons = List(Nested(ReasonOut))


class StepIn(Schema):
    comment = String(load_default="")
    data = Dict(keys=String(), values=Raw(allow_none=True), load_default=dict)
    version = Integer(load_default=None, allow_none=True)


class FileOut(Schema):
    id = Integer()
    name = String()
    purpose = String()
    sha256 = String()
    size = Integer()
    version = Integer()
    author = String()
    at = DateTime()
    verified_by = String(allow_none=True)


class ActOut(Schema):
    seq = Integer()
    at = DateTime()
    who = String()
    organisation = String()
    step = String()
    to_state = String(allow_none=True)
    comment = String()


class LinkOut(Schema):
    title = String(metadata={"description": "Пусто, если документ Вам не открыт"})
    url = String()
    required = Boolean(metadata={"description": "Мероприятие закроется только после регистрации документа"})
    settled = Boolean(metadata={"description": "Документ зарегистрирован"})


class MovedOut(Schema):
    """An indicator the item moves."""

    id = Integer()
    code = String()
    name = String()
    unit = String()
    declared = String(allow_none=True, metadata={"description": "Заявлено за период; null – сведений нет"})


class ExecutorIn(Schema):
    person_id = Integer(required=True, allow_none=True, metadata={"description": "null снимает исполнителя"})


class StepFilesIn(Schema):
    """multipart/form-data: comment, version, and what the step asks for by name, words or files."""

    class Meta:
        unknown = INCLUDE

    comment = String(load_default="")
    version = Integer(load_default=None, allow_none=True)


class ItemOut(ItemLineOut):
    version = Integer()
    unit = String()
    co_executors = String()
    result = String()
    document_kind = String()
    legal_basis = String()
    starts_on = Date(allow_none=True)
    forecast_on = Date(allow_none=True)
    risk = String()
    executor = String()
    edition = Integer()
    control_points = List(Nested(PointSchema))
    files = List(Nested(FileOut))
    links = List(Nested(LinkOut))
    indicators = List(Nested(MovedOut))
    steps = List(Nested(StepOut))
    history = List(Nested(ActOut))


class EditionOut(Schema):
    id = Integer()
    number = Integer()
    state = String()
    version = Integer()
    register_number = String(allow_none=True)
    approved_on = Date(allow_none=True)
    content_hash = String(allow_none=True)
    steps = List(Nested(StepOut))


class EvidenceIn(Schema):
    file = File(required=True)
    purpose = String(load_default="result", validate=OneOf(PURPOSES))


class NoteIn(Schema):
    note = String(load_default="")


class FactIn(Schema):
    indicator_id = Integer(required=True)
    value = String(load_default="", metadata={"description": "Число; пусто, если сведения не предоставлены"})
    not_provided = Boolean(load_default=False)
    source = String(load_default="")


class DifferenceOut(Schema):
    code = String()
    title = String()
    kind = String()
    fields = List(Dict())


def step_out(offer: Offer) -> dict[str, Any]:
    """An offer as the API tells it, with the reasons why not."""
    return {
        "name": offer.name,
        "label": str(offer.label),
        "possible": offer.possible,
        "comment": offer.comment,
        "asks": [
            {"name": asked.name, "label": str(asked.label), "kind": asked.kind, "required": asked.required}
            for asked in offer.asks
        ],
        "reasons": [
            {"code": reason.code, "text": str(reason.text), "who": str(reason.who), "by": str(reason.by)}
            for reason in offer.reasons
        ],
    }
