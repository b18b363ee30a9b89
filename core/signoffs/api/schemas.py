"""What the API of sign-offs takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf
from marshmallow import INCLUDE

from core.signoffs.queries import SECTIONS
from core.signoffs.service.decide import POSITIVE_OF_KIND, STEP_OF
from core.web.api import PageQuery, ReasonOut

HASH = Length(equal=64)
VERDICT = OneOf(list(STEP_OF))


class InboxQuery(PageQuery):
    section = String(load_default="", validate=OneOf(list(SECTIONS)))
    subject_kind = String(load_default="")
    kind = String(load_default="", validate=OneOf(["", *POSITIVE_OF_KIND]))


class EntryOut(Schema):
    slot_id = Integer()
    title = String()
    kind = String()
    label = String()
    subject_kind = String()
    subject_id = Integer()
    round_number = Integer()
    revision = Integer()
    document_hash = String()
    initiator = String()
    initiator_side = String()
    organisation_id = Integer()
    assigned_at = DateTime()
    due_at = DateTime()
    term = String(metadata={"description": "overdue, soon или пусто"})
    principal = String(metadata={"description": "За кого, если это замещение"})
    mark = String()
    paper_waits = Boolean()
    stands = Boolean(metadata={"description": "Круг стоит: стороны урегулируют разногласия"})


class CountsOut(Schema):
    all = Integer()
    signature = Integer()
    overdue = Integer()
    soon = Integer()


class DeskLineOut(Schema):
    title = String()
    url = String(metadata={"description": "Страница"})
    note = String()
    state = String()
    due = String(metadata={"description": "День словами: 17.11.2026"})
    term = String(metadata={"description": "На сколько рабочих дней просрочено или сколько осталось"})
    tone = String(metadata={"description": "late, soon или пусто"})
    court = String(metadata={"description": "У кого"})
    side = String()
    remind = String(metadata={"description": "Куда отправить напоминание: этот путь после /api/v1; пусто – не Вам"})


class DeskSectionOut(Schema):
    name = String()
    title = String()
    hint = String()
    size = Integer(data_key="total", metadata={"description": "Сколько всего; показаны самые срочные"})
    url = String()
    lines = List(Nested(DeskLineOut))


class DeskOut(Schema):
    counts = Nested(CountsOut)
    tasks = List(Nested(EntryOut))
    sections = List(Nested(DeskSectionOut))


class OfferOut(Schema):
    name = String()
    label = String()
    possible = Boolean()
    reasons = List(Nested(ReasonOut))


class RemarkOut(Schema):
    id = Integer()
    round_id = Integer()
    clause_id = String()
    clause_number = String()
    text = String()
    blocking = Boolean()
    editorial = Boolean()
    author_name = String()
    author_position = String()
    created_at = DateTime()
    answer = String()
    justification = String()
    answered_name = String()
    answered_at = DateTime(allow_none=True)
    version = Integer()


class RemarkRow(RemarkOut):
    """A remark among others."""


class PlaceOut(Schema):
    """A place of the route."""

    id = Integer()
    role = String()
    holder = String()
    position = String()
    verdict = String()
    time = String()
    due = String()
    late = Boolean()
    hash = String()
    remark = String()
    substitution = String()
    paper = String()
    carried = String()
    voided = String()


class StageOut(Schema):
    party = String()
    side = String()
    number = Integer()
    title = String()
    rule = String()
    state = String(metadata={"description": "done, now, next или stop"})
    due = String()
    slots = List(Nested(PlaceOut))


class PaperOut(Schema):
    id = Integer()
    state = String()
    verdict = String()
    comment = String()
    signer_id = Integer()
    signed_on = Date()
    scan_sha256 = String()
    scan_name = String()
    recorded_name = String()
    recorded_at = DateTime()


class PaperOfTask(PaperOut):
    """The act on paper that waits in a task."""


class AskOfVerdict(Schema):
    """Something a verdict asks for."""

    name = String()
    label = String()
    kind = String()
    required = Boolean()
    hint = String()
    value = Raw()
    only = String(metadata={"description": "Спрашивают, только если how имеет это значение"})
    choices = List(List(String()))


class FactOfTask(Schema):
    label = String()
    value = String()


class FileOfTask(Schema):
    title = String()
    sha = String(data_key="sha256")
    note = String()
    download_url = String()


class BroughtOut(Schema):
    facts = List(Nested(FactOfTask))
    note = String(metadata={"description": "Пояснение того, кто представил"})
    files = List(Nested(FileOfTask))


class TaskOut(Schema):
    id = Integer()
    state = String()
    kind = String()
    label = String()
    title = String()
    subject_kind = String()
    subject_id = Integer()
    round_number = Integer()
    revision = Integer()
    document_hash = String()
    previous_hash = String()
    assigned_at = DateTime(allow_none=True)
    due_at = DateTime(allow_none=True)
    days = Integer()
    stands = Boolean(metadata={"description": "Круг стоит: стороны урегулируют разногласия"})
    holders = List(Dict())
    acting_for = String(metadata={"description": "За кого Вы решаете, если замещаете"})
    offers = List(Nested(OfferOut))
    asks = Dict(
        keys=String(),
        values=List(Nested(AskOfVerdict)),
        metadata={"description": "Что прилагают к решению: approve, reject"},
    )
    remarks = List(Nested(RemarkRow))
    route = List(Nested(StageOut))
    paper = Nested(PaperOfTask, allow_none=True)
    brought = Nested(BroughtOut, metadata={"description": "Что представлено: результат мероприятия и его файлы"})


class NewRemarkIn(Schema):
    text = String(required=True, validate=Length(1, 20_000))
    clause_id = String(load_default="", validate=Length(max=64))
    clause_number = String(load_default="", validate=Length(max=64))
    editorial = Boolean(load_default=False)


class RemarkOfVerdict(NewRemarkIn):
    """A remark given with a verdict."""


class VerdictIn(Schema):
    """The verdict, and whatever it asks for by name (`asks` of the task); files go as multipart."""

    verdict = String(required=True, validate=VERDICT)
    comment = String(load_default="", validate=Length(max=20_000))
    seen_hash = String(required=True, validate=HASH, metadata={"description": "SHA-256 текста, на который решают"})
    remarks = List(Nested(RemarkOfVerdict), load_default=list)

    class Meta:
        unknown = INCLUDE


class DecisionOut(Schema):
    id = Integer()
    slot_id = Integer()
    verdict = String()
    comment = String()
    document_hash = String()
    at = DateTime()
    name = String()
    position = String()
    mark = String()
    principal_name = String()


class ChosenIn(Schema):
    slot_id = Integer(required=True)
    seen_hash = String(required=True, validate=HASH)


class VerdictsIn(Schema):
    tasks = List(Nested(ChosenIn), required=True, validate=Length(1, 200))
    verdict = String(required=True, validate=VERDICT)
    comment = String(load_default="", validate=Length(max=20_000))


class OutcomeOut(Schema):
    slot_id = Integer()
    title = String()
    done = Boolean()
    text = String()
    reasons = List(Nested(ReasonOut))


class AnswerIn(Schema):
    answer = String(required=True, validate=OneOf(["accepted", "declined"]))
    justification = String(load_default="", validate=Length(max=20_000))
    version = Integer(required=True)


class PaperIn(Schema):
    """multipart/form-data"""

    signer_id = Integer(required=True)
    verdict = String(required=True, validate=VERDICT)
    signed_on = Date(required=True)
    comment = String(load_default="")
    scan = File(required=True)


class ReasonIn(Schema):
    reason = String(required=True, validate=Length(1, 20_000))


class HandingIn(Schema):
    substitute_id = Integer(required=True)
    basis_kind = String(load_default="order", validate=OneOf(["order", "mchd"]))
    basis_number = String(required=True)
    basis_date = Date(required=True)
    until = Date(load_default=None, allow_none=True)
    mark = String(load_default="за", validate=OneOf(["за", "и.о."]))
    powers = String(load_default="")
    comment = String(required=True)


class ReassignIn(ReasonIn):
    person_id = Integer(required=True)


class AddIn(ReasonIn):
    """A place for people of one's own organisation in a stage that is not over."""

    person_ids = List(Integer(), required=True, validate=Length(1, 20))
    label = String(required=True, validate=Length(1, 200))
    phase = String(required=True, validate=OneOf(["own", "counterparty"]))
    stage = Integer(required=True)
    kind = String(load_default="visa", validate=OneOf(["visa", "acknowledgement"]))
    days = Integer(load_default=3)
    mandatory = Boolean(load_default=True)


class AddedOut(Schema):
    slot_id = Integer(attribute="id")


class TasksIn(Schema):
    slot_ids = List(Integer(), required=True, validate=Length(1, 200))


class AwayIn(Schema):
    principal_id = Integer(load_default=None, allow_none=True, metadata={"description": "Пусто: Вы сами"})
    substitute_id = Integer(required=True)
    starts_on = Date(required=True)
    ends_on = Date(required=True)
    basis_kind = String(load_default="order", validate=OneOf(["order", "mchd"]))
    basis_number = String(required=True)
    basis_date = Date(required=True)
    basis_expires_on = Date(load_default=None, allow_none=True)
    powers = String(load_default="")
    mark = String(load_default="за", validate=OneOf(["за", "и.о."]))
    scope = List(String(), load_default=list)


class SubstitutionOut(Schema):
    id = Integer()
    principal_id = Integer()
    substitute_id = Integer()
    starts_on = Date()
    ends_on = Date()
    scope = List(String())
    slot_id = Integer(allow_none=True)
    mark = String()
    basis_kind = String()
    basis_number = String()
    basis_date = Date()
    basis_expires_on = Date(allow_none=True)
    powers = String()
    revoked_at = DateTime(allow_none=True)


class SubstitutionRow(SubstitutionOut):
    """A substitution among others."""


class WordingOut(Schema):
    party = String()
    side = String()
    mine = Boolean()
    text = String()
    withdrawn = Boolean(metadata={"description": "Сторона сняла свою редакцию"})
    name = String()
    at = String()


class ConsentOut(Schema):
    party = String()
    name = String()
    at = String()


class ProtocolRowOut(Schema):
    id = Integer()
    version = Integer()
    clause_id = String()
    withdrawn = Boolean(metadata={"description": "Разногласие снято: пункт остаётся в редакции проекта"})
    number = String()
    original = String()
    agreed = String()
    justification = String()
    agreed_hash = String()
    agreed_by_all = Boolean()
    wordings = List(Nested(WordingOut))
    consents = List(Nested(ConsentOut))


class ProtocolOut(Schema):
    id = Integer()
    number = Integer()
    state = String()
    subject_kind = String()
    subject_id = Integer()
    document_hash = String()
    rows = List(Nested(ProtocolRowOut))
    reasons = List(Nested(ReasonOut))


class ClauseIn(Schema):
    clause_id = String(required=True)
    text = String(required=True, validate=Length(1, 100_000))


class WordingIn(Schema):
    text = String(required=True, validate=Length(1, 100_000))
    version = Integer(required=True)


class WithdrawIn(Schema):
    version = Integer(required=True)


class AgreedIn(WordingIn):
    justification = String(load_default="")


class ConsentIn(Schema):
    agreed_hash = String(required=True, validate=HASH)


class SheetOut(Schema):
    doc_title = String()
    round = Integer()
    hash = String()
    printed_at = String()
    rounds = List(Dict())
    remarks = List(Dict())


class RouteOut(Schema):
    code = String()
    version = Integer()
    name = String()
    stages = List(Dict())
    same_person = Boolean()
    active = Boolean()
    created_at = DateTime()
    created_by = String()
    note = String()


class RouteRow(RouteOut):
    """A route among others."""


class RouteIn(Schema):
    name = String(required=True)
    stages = List(Dict(), required=True)
    same_person = Boolean(load_default=False)
    note = String(load_default="")
    version = Integer(load_default=None, allow_none=True, metadata={"description": "Версия, которую Вы правили"})
