"""What the API of documents takes and gives."""

from __future__ import annotations

from apiflask import FileSchema, Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, File, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Regexp

from core.documents.profiles import PROFILES
from core.web.api import PageQuery

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class FileOut(FileSchema):
    """The bytes of a file."""


class DocumentQuery(PageQuery):
    subject_kind = String(load_default="", metadata={"description": "Вид предмета, например agreement"})
    subject_id = Integer(load_default=None, allow_none=True)


class DocumentRow(Schema):
    id = Integer()
    code = String()
    kind = String()
    subject_kind = String()
    subject_id = Integer()
    revision = Integer()
    rendition = String()
    title = String()
    file_name = String()
    sha256 = String(metadata={"description": "Контрольная сумма хранимых байтов"})
    content_sha256 = String()
    size = Integer()
    engine = String()
    author_name = String()
    issued_at = DateTime()


class PdfOut(Schema):
    state = String(metadata={"description": "none, waiting, ready, failed, unavailable"})
    reason = String()
    size = Integer()
    sha256 = String()


class DocumentOut(DocumentRow):
    fingerprint = String(metadata={"description": "SHA-256 файла, каким он выдаётся; пусто, если данные уничтожены"})
    verify_url = String()
    pdf = Nested(PdfOut)


class VerifyQuery(Schema):
    code = String(load_default="", validate=Length(max=300))
    sha256 = String(load_default="", validate=Regexp(r"([0-9a-fA-F]{64})?\Z"))


class VerifyFileIn(Schema):
    file = File(required=True)


class StandingOut(Schema):
    state = String()
    label = String()
    note = String()


class FactsOut(Schema):
    code = String()
    kind = String()
    kind_label = String()
    revision = Integer()
    rendition = String()
    rendition_label = String()
    issued_at = DateTime()
    standing = Nested(StandingOut)
    erased = Boolean()


class AnswerOut(Schema):
    result = String(metadata={"description": "code, file, pdf, changed, unknown"})
    genuine = Boolean()
    facts = Nested(FactsOut, allow_none=True)


class ReasonIn(Schema):
    reason = String(required=True, validate=Length(1, 500))


class TemplateQuery(Schema):
    kind = String(required=True)


class TemplateOut(Schema):
    id = Integer()
    kind = String()
    version = Integer()
    title = String()
    sha256 = String()
    profile = String()
    shipped = Boolean()
    state = String()
    valid_from = Date(allow_none=True)
    valid_to = Date(allow_none=True)
    note = String()
    uploaded_name = String()
    created_at = DateTime()
    activated_name = String()
    activated_at = DateTime(allow_none=True)


class TemplatesOut(Schema):
    items = List(Nested(TemplateOut))


class KindOut(Schema):
    name = String()
    label = String()
    personal = Boolean()
    active_version = Integer(allow_none=True)
    versions = Integer()
    waiting = Integer()


class KindsOut(Schema):
    items = List(Nested(KindOut))


class FieldOut(Schema):
    path = String()
    label = String()
    type = String()
    required = Boolean()
    personal = Boolean()
    hint = String()
    example = Raw(allow_none=True)
    tag = String()


class FieldsOut(Schema):
    items = List(Nested(FieldOut))


class UsedOut(Schema):
    path = String()
    label = String()
    known = Boolean()
    places = List(String())
    suggestion = String()


class ProblemOut(Schema):
    code = String()
    severity = String()
    message = String()
    place = String()
    excerpt = String()
    suggestion = String()


class ReportOut(Schema):
    usable = Boolean()
    fields_used = List(Nested(UsedOut), attribute="fields")
    problems = List(Nested(ProblemOut))
    unused = List(List(String()), metadata={"description": "Обязательные поля, которых нет в тексте: имя, название"})
    form = List(List(String()), metadata={"description": "Отступления от профиля: где, что"})


class UploadIn(Schema):
    kind = String(required=True)
    file = File(required=True)
    profile = String(load_default="gost-2025", validate=OneOf(list(PROFILES)))
    note = String(load_default="", validate=Length(max=2000))
    valid_from = Date(load_default=None, allow_none=True)
    valid_to = Date(load_default=None, allow_none=True)


class DatesIn(Schema):
    valid_from = Date(load_default=None, allow_none=True)
    valid_to = Date(load_default=None, allow_none=True)


class PagesOut(Schema):
    state = String(metadata={"description": "waiting, ready, failed; пусто – никто не просил"})
    reason = String()
    pages = Integer()


class RunRow(Schema):
    id = Integer()
    kind = String()
    title = String()
    state = String()
    total = Integer()
    author_name = String()
    created_at = DateTime()
    finished_at = DateTime(allow_none=True)


class FaultOut(Schema):
    column = String()
    message = String()


class FailedOut(Schema):
    number = Integer()
    name = String()
    reason = String()
    faults = List(Nested(FaultOut))


class RunOut(RunRow):
    done = Integer()
    failed = Integer()
    waiting = Integer()
    failed_rows = List(Nested(FailedOut))


class RowIn(Schema):
    name = String(load_default="", validate=Length(max=200), metadata={"description": "Имя файла"})
    data = Dict(keys=String(), values=Raw(allow_none=True), required=True)


class RunIn(Schema):
    kind = String(required=True)
    title = String(load_default="", validate=Length(max=200))
    rows = List(Nested(RowIn), required=True, validate=Length(1, 20_000))


class RegisterIn(Schema):
    kind = String(required=True)
    title = String(load_default="", validate=Length(max=200))
    file = File(required=True)
