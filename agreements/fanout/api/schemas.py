"""What the API of models takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range

from agreements.api.schemas import ClauseIn, PartyIn
from agreements.documents import ROLE_LABELS
from agreements.fanout.acts import KINDS as ACTS
from agreements.fanout.bringing import TAKES
from agreements.fanout.drawing import KINDS
from agreements.fanout.renewing import PLACES
from agreements.forms.draft import TERMS
from agreements.states import agreement_machine


class PlacesIn(Schema):
    own_first = Boolean(load_default=True, metadata={"description": "Своя организация — Сторона 1"})
    own_role = String(load_default="", validate=OneOf(["", *ROLE_LABELS]))
    own_alias = String(load_default="")
    own_signatory = Integer(load_default=None, allow_none=True)
    role = String(load_default="", validate=OneOf(["", *ROLE_LABELS]))
    alias = String(load_default="", metadata={"description": "Наименование контрагента в документе"})
    fixed = List(Nested(PartyIn), load_default=list, metadata={"description": "Стороны каждого соглашения"})
    with_region = Boolean(load_default=False, metadata={"description": "Стороной станет орган региона контрагента"})


class ModelFields(Schema):
    title = String(required=True, validate=Length(max=1000))
    city = String(load_default="")
    data = Dict(keys=String(), values=Raw(allow_none=True), load_default=dict)
    places = Nested(PlacesIn, load_default=dict)
    financial_terms = Boolean(load_default=False)
    public_info = Boolean(load_default=False)
    term_type = String(load_default="open", validate=OneOf(TERMS))
    valid_until = Date(load_default=None, allow_none=True)
    prolong_years = Integer(load_default=0, validate=Range(0, 100))
    notice_days = Integer(load_default=30, validate=Range(0, 3650))


class ModelIn(ModelFields):
    kind = String(required=True, validate=OneOf(KINDS))


class ModelChange(ModelFields):
    version = Integer(required=True)


class ModelRow(Schema):
    id = Integer()
    kind = String()
    title = String()
    revision_number = Integer()
    changed = Boolean(metadata={"description": "Правлена после последней редакции"})
    sent = Integer()


class ModelsOut(Schema):
    items = List(Nested(ModelRow))


class ModelOut(Schema):
    id = Integer()
    kind = String()
    title = String()
    city = String()
    data = Dict(keys=String(), values=Raw(allow_none=True))
    places = Dict(keys=String(), values=Raw(allow_none=True), attribute="parties")
    financial_terms = Boolean()
    public_info = Boolean()
    term_type = String()
    valid_until = Date(allow_none=True)
    prolong_years = Integer()
    notice_days = Integer()
    revision_number = Integer()
    changed = Boolean()
    version = Integer()


class ModelClauseOut(Schema):
    id = String()
    level = Integer()
    number = String()
    text = String()


class TextOut(Schema):
    clauses = List(Nested(ModelClauseOut))


class TextIn(Schema):
    version = Integer(required=True)
    clauses = List(Nested(ClauseIn), required=True)


class ReleaseIn(Schema):
    note = String(load_default="")
    version = Integer(load_default=None, allow_none=True)


class ModelRevisionOut(Schema):
    number = Integer()
    note = String()
    created_at = DateTime()
    created_name = String()
    clauses = List(Nested(ModelClauseOut))


class OwnClauseIn(Schema):
    action = String(required=True, validate=OneOf(["restate", "exclude", "add"]))
    clause_id = String(required=True)
    text = String(load_default="")


class CounterpartyIn(Schema):
    organisation_id = Integer(load_default=None, allow_none=True)
    inn = String(load_default="", metadata={"description": "Вместо номера: ИНН или наименование"})
    alias = String(load_default="")
    signatory = String(load_default="", metadata={"description": "ФИО подписанта; пусто — основной"})
    extra = List(Integer(), load_default=list, metadata={"description": "Ещё стороны этого соглашения"})
    data = Dict(
        keys=String(),
        values=Raw(allow_none=True),
        load_default=dict,
        metadata={"description": "Поле вида по имени → его значение у контрагента"},
    )
    clauses = List(Nested(OwnClauseIn), load_default=list)


class SendingIn(Schema):
    revision = Integer(load_default=None, allow_none=True)
    counterparties = List(Nested(CounterpartyIn), required=True)


class SheetIn(Schema):
    file = File(required=True)
    revision = Integer(load_default=None, metadata={"description": "Редакция формы; пусто – последняя"})


class SendingFaultOut(Schema):
    column = String()
    message = String()


class SendingRowOut(Schema):
    number = Integer()
    asked = String()
    organisation_id = Integer(allow_none=True)
    state = String()
    faults = List(Nested(SendingFaultOut))
    warnings = List(String())
    reason = String()
    agreement_id = Integer(allow_none=True)


class SendingOut(Schema):
    id = Integer()
    model_id = Integer()
    state = String()
    source = String()
    total = Integer()
    counts = Dict(keys=String(), values=Integer())
    version = Integer()
    rows = List(Nested(SendingRowOut))


class LeaveOutIn(Schema):
    rows = List(Integer(), load_default=list, metadata={"description": "Номера строк"})
    faulty = Boolean(load_default=False, metadata={"description": "Все строки с ошибками"})
    version = Integer(load_default=None, allow_none=True)


class VersionIn(Schema):
    version = Integer(load_default=None, allow_none=True)


class BoardQuery(Schema):
    q = String(load_default="")
    state = String(load_default="", validate=OneOf(["", *agreement_machine.states]))
    region = String(load_default="")
    deviating = String(load_default="", validate=OneOf(["", "yes", "no"]))
    clause = String(load_default="")
    old = Boolean(load_default=False)
    place = String(load_default="", validate=OneOf(["", *PLACES, "over"]))


class DeviationOut(Schema):
    kind = String(metadata={"description": "changed, removed, added"})
    id = String()
    number = String()
    level = Integer()
    level_before = Integer()
    before = String()
    after = String()
    place = String(metadata={"description": "Добавленный: после какого пункта текста"})
    anchor = String(metadata={"description": "Добавленный: после какого пункта формы"})
    organisation_id = Integer(metadata={"description": "Чья это редакция пункта"})
    revision = Integer(metadata={"description": "С какой редакции соглашения"})
    protocol = Integer(metadata={"description": "Номер протокола разногласий, которым согласован; 0 — нет"})
    remark = Integer(metadata={"description": "Принятое замечание; 0 — нет"})


class LineOut(Schema):
    sent_id = Integer()
    agreement_id = Integer()
    organisation_id = Integer()
    organisation = String()
    inn = String()
    region = String()
    state = String()
    court = String()
    held = Integer(metadata={"description": "Рабочих дней"})
    due_at = DateTime(allow_none=True)
    revision = Integer()
    drafting = Boolean()
    model_revision = Integer()
    number = String()
    signed_on = Date(allow_none=True)
    deviations = List(Nested(DeviationOut))


class HeatOut(Schema):
    id = String()
    number = String()
    text = String()
    count = Integer()
    added = Boolean()


class BoardOut(Schema):
    lines = List(Nested(LineOut))
    heat = List(Nested(HeatOut), metadata={"description": "Пункты, от которых отступают, и сколько контрагентов"})
    newest = Integer()
    states = Dict(keys=String(), values=Integer())


class WordingOut(Schema):
    kind = String()
    text = String()
    count = Integer()
    sent_ids = List(Integer())


class OpinionsOut(Schema):
    clause = String()
    number = String()
    text = String()
    wordings = List(Nested(WordingOut))


class ActIn(Schema):
    kind = String(required=True, validate=OneOf(ACTS))
    sent_ids = List(Integer(), required=True)
    comment = String(load_default="")


class ZipIn(Schema):
    sent_ids = List(Integer(), required=True)


class ActRowOut(Schema):
    sent_id = Integer()
    agreement_id = Integer()
    organisation = String()
    state = String()
    text = String()
    amendment_id = Integer(allow_none=True)


class ActOut(Schema):
    id = Integer()
    kind = String()
    state = String()
    total = Integer()
    counts = Dict(keys=String(), values=Integer())
    rows = List(Nested(ActRowOut))


class MetOut(Schema):
    id = String()
    number = String()
    kind = String()
    before = String()
    model = String()
    mine = String()
    conflict = String()


class RenewalOut(Schema):
    needed = Boolean()
    revision = Integer()
    version = Integer(metadata={"description": "Версия проекта"})
    meetings = List(Nested(MetOut))


class ChosenIn(Schema):
    take = String(required=True, validate=OneOf(TAKES))
    text = String(load_default="")


class RenewIn(Schema):
    revision = Integer(load_default=None, allow_none=True)
    version = Integer(load_default=None, allow_none=True)
    said = Dict(keys=String(), values=Nested(ChosenIn), load_default=dict)
