"""What the API of agreements takes and gives."""

from __future__ import annotations

from apiflask import FileSchema, Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range
from marshmallow import INCLUDE

from agreements.catalogue import KINDS
from agreements.documents import ROLE_LABELS
from agreements.forms.draft import TERMS
from agreements.shown import SHORT_KINDS
from agreements.states import agreement_machine
from core.web.api import PageQuery, ReasonOut

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class RegisterQuery(PageQuery):
    q = String(load_default="", metadata={"description": "Слова наименования или номера"})
    state = String(load_default="", validate=OneOf(["", *agreement_machine.states]))
    kind = String(load_default="", validate=OneOf(["", *SHORT_KINDS]))
    organisation = Integer(load_default=None, metadata={"description": "Организация-сторона"})
    party = String(load_default="", metadata={"description": "Слова наименования стороны"})
    expiring = Boolean(load_default=False)
    moving = Boolean(load_default=False, metadata={"description": "Направлены и ещё не действуют"})


class RegisterRow(Schema):
    id = Integer()
    kind = String()
    title = String()
    number = String()
    state = String()
    signed_on = Date(allow_none=True)
    valid_until = Date(allow_none=True)
    first_party = String(allow_none=True)
    second_party = String(allow_none=True)
    parties = Integer(metadata={"description": "Сколько сторон"})
    court = String(allow_none=True, metadata={"description": "У кого документ сейчас"})
    court_days = Integer(allow_none=True, metadata={"description": "Сколько рабочих дней он там"})
    court_due = Date(allow_none=True, metadata={"description": "Срок решения"})
    expires_soon = Boolean()
    sample = Boolean()


class CountsOut(Schema):
    counts = Dict(keys=String(), values=Integer())
    capped = Boolean(metadata={"description": "Посчитаны только новейшие: числа не меньше показанных"})


class PartyIn(Schema):
    organisation_id = Integer(required=True)
    role = String(load_default="", validate=OneOf(["", *ROLE_LABELS]))
    alias = String(load_default="")
    signatory_id = Integer(load_default=None, allow_none=True)


class DraftFields(Schema):
    title = String(required=True, validate=Length(max=1000))
    city = String(load_default="")
    parties = List(Nested(PartyIn), required=True)
    data = Dict(keys=String(), values=Raw(allow_none=True), load_default=dict)
    financial_terms = Boolean(load_default=False)
    public_info = Boolean(load_default=False)
    term_type = String(load_default="open", validate=OneOf(TERMS))
    valid_until = Date(load_default=None, allow_none=True)
    prolong_years = Integer(load_default=0, validate=Range(0, 100))
    notice_days = Integer(load_default=30, validate=Range(0, 3650))


class DraftIn(DraftFields):
    kind = String(required=True, validate=OneOf([*KINDS, "supplementary"]))
    parent_id = Integer(load_default=None, allow_none=True)


class DraftChange(DraftFields):
    version = Integer(required=True)


class ClauseIn(Schema):
    id = String(required=True)
    level = Integer(required=True, validate=Range(1, 3))
    text = String(required=True)


class ClausesIn(Schema):
    version = Integer(required=True)
    clauses = List(Nested(ClauseIn), required=True)


class ChangeIn(Schema):
    action = String(required=True, validate=OneOf(["restate", "add", "exclude"]))
    clause_id = String(required=True)
    number = String(required=True)
    text = String(load_default="")
    new_id = String(load_default=None, allow_none=True)
    level = Integer(
        load_default=None,
        allow_none=True,
        validate=Range(1, 3),
        metadata={"description": "Уровень нового пункта; без него — как у пункта, после которого он стоит"},
    )


class ChangesIn(Schema):
    version = Integer(required=True)
    edition = Integer(load_default=None, allow_none=True, metadata={"description": "Редакция, на которую смотрели"})
    changes = List(Nested(ChangeIn), required=True)


class PartyOut(Schema):
    id = Integer()
    position = Integer()
    organisation_id = Integer()
    organisation = String(attribute="organisation.short_name")
    role = String()
    alias = String()
    signatory_id = Integer(allow_none=True)
    signatory = String(attribute="signatory.full_name", allow_none=True)
    authority = String(attribute="signatory.basis", allow_none=True)
    reg_number = String()
    reg_date = Date(allow_none=True)


class RevisionOut(Schema):
    number = Integer()
    current = Boolean()
    signed = Boolean()
    document_id = Integer()
    document_hash = String()
    note = String()
    created_at = DateTime()
    created_name = String()


class SignatureOut(Schema):
    party_id = Integer()
    name = String()
    position = String()
    basis = String()
    signed_on = Date()
    method = String()
    document_hash = String()
    certificate = String(allow_none=True)
    owner = String(allow_none=True)
    mchd_number = String(allow_none=True)
    voided_at = DateTime(allow_none=True)
    void_note = String()


class CopyOut(Schema):
    id = Integer()
    number = Integer()
    party_id = Integer()
    holder_id = Integer()
    sent_on = Date(allow_none=True)
    returned_on = Date(allow_none=True)
    returned_by = String()


class DocumentOut(Schema):
    id = Integer()
    code = String()
    kind = String()
    rendition = String()
    revision = Integer()
    title = String()
    file_name = String()
    sha256 = String()
    size = Integer()
    issued_at = DateTime()
    author_name = String()


class DocumentsOut(Schema):
    items = List(Nested(DocumentOut))


class IssuedOut(DocumentOut):
    """A class of its own: a schema that answers alone and inside another is named twice."""


class FileOut(Schema):
    id = Integer()
    purpose = String()
    name = String()
    size = Integer()
    sha256 = String()
    at = DateTime()
    author_name = String()


class ChildOut(Schema):
    id = Integer()
    title = String()
    number = String()
    state = String()
    seq = Integer(allow_none=True)


class RecordOut(Schema):
    seq = Integer()
    at = DateTime()
    actor_name = String()
    organisation_name = String()
    step = String()
    from_state = String(allow_none=True)
    to_state = String(allow_none=True)
    comment = String()
    document_hash = String(allow_none=True)


class EditionOut(Schema):
    edition = Integer()
    source_id = Integer(allow_none=True)
    effective_from = Date()


class AgreementOut(Schema):
    id = Integer()
    version = Integer()
    kind = String()
    title = String()
    state = String()
    number = String()
    parent_id = Integer(allow_none=True)
    seq = Integer(allow_none=True)
    initiator_id = Integer()
    city = String()
    data = Dict(keys=String(), values=Raw(allow_none=True))
    financial_terms = Boolean()
    public_info = Boolean()
    term_type = String()
    valid_until = Date(allow_none=True)
    prolong_years = Integer()
    notice_days = Integer()
    signing_method = String()
    sign_by = Date(allow_none=True)
    signed_on = Date(allow_none=True)
    registered_on = Date(allow_none=True)
    effective_from = Date(allow_none=True)
    terminates_on = Date(allow_none=True)
    ended_on = Date(allow_none=True)
    edition = Integer()
    revision_number = Integer()
    parent_edition = Integer(allow_none=True)
    sample = Boolean()
    parties = List(Nested(PartyOut))


class LackingOut(Schema):
    name = String()
    label = String()


class ProtocolRef(Schema):
    id = Integer()
    number = Integer()
    state = String(metadata={"description": "open, closed или abandoned"})


class AgreementFull(AgreementOut):
    lacking = List(Nested(LackingOut), metadata={"description": "Чего не хватает до направления на согласование"})
    revisions = List(Nested(RevisionOut))
    signatures = List(Nested(SignatureOut))
    copies = List(Nested(CopyOut))
    children = List(Nested(ChildOut))
    protocols = List(Nested(ProtocolRef), metadata={"description": "Последний протокол разногласий"})
    editions = List(Nested(EditionOut))
    attachments = List(Nested(FileOut))
    history = List(Nested(RecordOut))


class AskOut(Schema):
    name = String()
    label = String()
    kind = String()
    required = Boolean()
    choices = List(List(String()))


class OfferOut(Schema):
    name = String()
    label = String()
    mine = Boolean(metadata={"description": "Этот шаг делаете Вы, если не сейчас, то позже"})
    possible = Boolean()
    comment = Boolean(metadata={"description": "Нужна причина"})
    asks = List(Nested(AskOut))
    reasons = List(Nested(ReasonOut))


class StepsOut(Schema):
    version = Integer()
    state = String()
    steps = List(Nested(OfferOut))


class StepIn(Schema):
    """The version, the comment, and whatever the step asks for by name; files go as multipart."""

    class Meta:
        unknown = INCLUDE

    version = Integer(load_default=None, allow_none=True)
    comment = String(load_default="")


class TakenOut(Schema):
    step = String()
    from_state = String()
    to_state = String()
    version = Integer()


class SignatureIn(Schema):
    slot_id = Integer(required=True)
    how = String(load_default="electronic", metadata={"description": "electronic, paper: где кто как"})
    certificate = String(load_default="")
    owner = String(load_default="")
    valid_from = String(load_default="", metadata={"format": "date"})
    valid_to = String(load_default="", metadata={"format": "date"})
    mchd_number = String(load_default="")
    mchd_valid_to = String(load_default="", metadata={"format": "date"})
    seen_hash = String(load_default="", metadata={"description": "SHA-256 текста, под которым подпись"})
    signed_on = String(load_default="", metadata={"format": "date", "description": "Дата подписи на бумаге"})
    signature = File()


class SignedOut(Schema):
    decision_id = Integer()
    document_hash = String()
    state = String()


class ReturnIn(Schema):
    returned_on = String(load_default="", metadata={"format": "date"})
    scan = File()


class DayQuery(Schema):
    day = Date(load_default=None, allow_none=True)


class ClauseOut(Schema):
    id = String()
    level = Integer()
    number = String()
    text = String()


class ConsolidatedOut(Schema):
    edition = Integer()
    effective_from = Date()
    source_id = Integer(allow_none=True)
    clauses = List(Nested(ClauseOut))


class AgainstQuery(Schema):
    against = Integer(
        load_default=None, allow_none=True, metadata={"description": "С какой редакцией сравнить; пусто – с прежней"}
    )


class ChangedOut(Schema):
    kind = String(metadata={"description": "insert, delete, change"})
    id = String()
    number = String()
    was = String()
    now = String()


class RevisionText(Schema):
    number = Integer()
    against = Integer(allow_none=True, metadata={"description": "С какой редакцией сравнено; null – это первая"})
    document_hash = String()
    clauses = List(Nested(ClauseOut))
    changes = List(Nested(ChangedOut))


class DocxOut(FileSchema):
    """The bytes of a file."""
