"""What the API of accounts takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import Boolean, Date, DateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf

from core.accounts.roles import ORGANISATION_KINDS, ROLES
from core.accounts.service.signatories import BASES
from core.web.api import SearchQuery


class VersionIn(Schema):
    """The version the change was thought of on: a stale one is refused with 409."""

    version = Integer(required=True)


class ActiveIn(VersionIn):
    active = Boolean(required=True)


class OrganisationQuery(SearchQuery):
    kind = String(load_default="", validate=OneOf(["", *ORGANISATION_KINDS]))
    region = String(load_default="")


class OrganisationRow(Schema):
    id = Integer()
    kind = String()
    region_code = String(allow_none=True)
    short_name = String()
    full_name = String()
    parent = String(allow_none=True)
    active = Boolean()


class SignatoryFields(Schema):
    person_id = Integer(allow_none=True)
    full_name = String()
    gender = String(validate=OneOf(["m", "f"]))
    position = String()
    basis_kind = String(validate=OneOf(list(BASES)))
    basis = String()
    basis_number = String()
    basis_date = Date(allow_none=True)
    valid_from = Date(allow_none=True)
    valid_to = Date(allow_none=True)
    full_name_gen = String()
    position_gen = String()
    basis_gen = String()
    reviewed = Boolean()
    primary = Boolean()


class SignatoryChange(SignatoryFields, VersionIn):
    pass


class SignatoryOut(SignatoryFields):
    id = Integer()
    version = Integer()


class OrganisationFields(Schema):
    kind = String(validate=OneOf(list(ORGANISATION_KINDS)))
    parent_id = Integer(allow_none=True)
    region_code = String(allow_none=True)
    full_name = String()
    short_name = String()
    alias = String()
    gender = String(validate=OneOf(["n", "f", "m"]))
    inn = String()
    kpp = String()
    ogrn = String()
    address = String()
    postal_address = String()
    bank_name = String()
    bik = String()
    account = String()
    corr_account = String()
    personal_account = String()
    phone = String()
    email = String()


class OrganisationIn(OrganisationFields):
    full_name_gen = String()
    full_name_dat = String()
    full_name_acc = String()
    full_name_ins = String()
    full_name_pre = String()
    reviewed = Boolean()


class OrganisationChange(OrganisationIn, VersionIn):
    pass


class OrganisationOut(OrganisationFields):
    id = Integer()
    active = Boolean()
    forms = Dict(keys=String(), values=Raw())
    signatories = List(Nested(SignatoryOut))
    version = Integer()


class PersonQuery(SearchQuery):
    organisation = Integer(load_default=None)
    role = String(load_default="", validate=OneOf(["", *ROLES]))


class PersonRow(Schema):
    id = Integer()
    surname = String()
    given_name = String()
    patronymic = String()
    position = String()
    unit = String()
    email = String()
    organisation_id = Integer()
    organisation = String()
    active = Boolean()


class RoleDates(Schema):
    valid_from = Date(allow_none=True, load_default=None)
    valid_to = Date(allow_none=True, load_default=None)


class RoleOut(RoleDates):
    role = String()


class PersonFields(Schema):
    organisation_id = Integer()
    surname = String()
    given_name = String()
    patronymic = String()
    gender = String(validate=OneOf(["m", "f"]))
    position = String()
    unit = String()
    email = String()
    phone = String()
    locale = String(validate=OneOf(["ru", "en"]))


class PersonIn(PersonFields):
    full_name_gen = String()
    full_name_dat = String()
    position_gen = String()
    position_dat = String()
    reviewed = Boolean()


class NewPersonIn(PersonIn):
    password = String(load_default="", metadata={"description": "Временный: сотрудник сменит его при первом входе"})


class PersonChange(PersonIn, VersionIn):
    pass


class PersonOut(PersonFields):
    id = Integer()
    active = Boolean()
    forms = Dict(keys=String(), values=Raw())
    roles = List(Nested(RoleOut))
    version = Integer()


class PasswordIn(Schema):
    password = String(required=True, validate=Length(max=1000))


class ChangePasswordIn(PasswordIn):
    current = String(required=True, validate=Length(max=1000))


class MeOut(Schema):
    id = Integer()
    name = String()
    position = String()
    organisation_id = Integer()
    organisation = String()
    side = String()
    roles = List(String())
    locale = String()


class LocaleIn(Schema):
    locale = String(required=True, validate=OneOf(["ru", "en"]))


class SessionOut(Schema):
    id = Integer()
    created_at = DateTime()
    expires_at = DateTime()
    address = String()
    agent = String()


class TokenIn(Schema):
    name = String(required=True)
    days = Integer(load_default=90)


class TokenOut(Schema):
    id = Integer()
    name = String()
    hint = String()
    created_at = DateTime()
    expires_at = DateTime()


class IssuedOut(Schema):
    token = String(metadata={"description": "Показывается один раз"})


class JournalQuery(SearchQuery):
    kind = String(load_default="")
    subject_id = Integer(load_default=None)
    actor_id = Integer(load_default=None)
    since = Date(load_default=None)
    until = Date(load_default=None)


class RecordOut(Schema):
    id = Integer()
    subject_kind = String()
    subject_id = Integer()
    seq = Integer()
    at = DateTime()
    actor_id = Integer(allow_none=True)
    actor_name = String()
    organisation_name = String()
    step = String()
    from_state = String(allow_none=True)
    to_state = String(allow_none=True)
    comment = String()
    document_hash = String(allow_none=True)
    data = Dict(keys=String(), values=Raw())
    previous_hash = String()
    hash = String()
