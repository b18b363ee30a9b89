"""Signatories: who signs for an organisation, on what basis and for how long, with the genitives a contract needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from core.accounts.actor import Actor
from core.accounts.models import Organisation, Person, Signatory
from core.accounts.service.changes import administrator, dates_in_order, record, refuse, require, take_forms, take_over
from core.db import db, expect_version, locked, transaction
from core.errors import NotFound, NotValid
from core.language.forms import suggest_forms

FIELDS = (
    "person_id",
    "full_name",
    "gender",
    "position",
    "basis_kind",
    "basis",
    "basis_number",
    "basis_date",
    "valid_from",
    "valid_to",
    "primary",
)
BASES = {
    "statute": _l("положение"),
    "charter": _l("устав"),
    "law": _l("закон"),
    "power_of_attorney": _l("доверенность"),
    "mchd": _l("машиночитаемая доверенность (МЧД)"),
}
ATTORNEY = ("power_of_attorney", "mchd")
REQUIRED = {"full_name": _l("фамилия, имя, отчество"), "position": _l("должность"), "basis": _l("основание полномочий")}
GENITIVES = {"full_name_gen": "fio", "position_gen": "position", "basis_gen": "basis"}
NAME = {"full_name", "gender", "position", "basis"}


def add_signatory(actor: Actor, organisation_id: int, values: Mapping[str, Any]) -> Signatory:
    """A new signatory of an organisation. Raises NotAllowed, NotFound, NotValid."""
    administrator(actor)
    with transaction():
        if locked(Organisation, organisation_id) is None:
            raise NotFound(_("Организация не найдена"))
        row = Signatory(organisation_id=organisation_id, full_name="", position="", basis="", gender="m")
        row.basis_kind, row.basis_number, row.primary, row.reviewed = "charter", "", True, False
        row.full_name_gen = row.position_gen = row.basis_gen = ""
        db.session.add(row)
        with db.session.no_autoflush:
            changed = _fill(row, values)
        db.session.flush()
        _only_one_primary(row)
        record(actor, "organisation", organisation_id, "add_signatory", {"signatory": row.id, "changed": changed})
    return row


def update_signatory(
    actor: Actor, signatory_id: int, values: Mapping[str, Any], version: int | None = None
) -> Signatory:
    """Change a signatory; an authority that ended is closed by `valid_to`, never deleted."""
    administrator(actor)
    with transaction():
        row = locked(Signatory, signatory_id)
        if row is None:
            raise NotFound(_("Подписант не найден"))
        expect_version(row, version)
        with db.session.no_autoflush:
            changed = _fill(row, values)
        db.session.flush()
        _only_one_primary(row)
        if changed:
            data = {"signatory": row.id, "changed": changed}
            record(actor, "organisation", row.organisation_id, "update_signatory", data)
    return row


def _fill(row: Signatory, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    changed = take_over(row, values, FIELDS)
    faults = {**require(row, REQUIRED), **dates_in_order(row)}
    if row.basis_kind not in BASES:
        faults["basis_kind"] = _("Выберите вид основания")
    if row.basis_kind in ATTORNEY and not (row.basis_number and row.valid_to):
        faults["basis_number"] = _("У доверенности нужны номер и срок действия")
    if row.person_id is not None and not _works_there(row):
        faults["person_id"] = _("Этот сотрудник — из другой организации")
    refuse(faults)
    changed |= _take_forms(row, values, renamed=bool(NAME & set(changed)))
    return changed


def _works_there(row: Signatory) -> bool:
    person = db.session.get(Person, row.person_id)
    return person is not None and person.organisation_id == row.organisation_id


def _take_forms(row: Signatory, values: Mapping[str, Any], *, renamed: bool) -> dict[str, list[Any]]:
    """The genitives of the name, the position and the basis."""
    try:
        forms = suggest_forms(fio=row.full_name, gender=row.gender, position=row.position, basis=row.basis)
    except NotValid as fault:
        raise NotValid(str(fault), "full_name") from fault
    suggested = {name: forms[word]["gen"] for name, word in GENITIVES.items()}
    before = {name: getattr(row, name) for name in (*GENITIVES, "reviewed")}
    after = take_forms(before, suggested, values, renamed=renamed)
    for name, value in after.items():
        setattr(row, name, value)
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _only_one_primary(row: Signatory) -> None:
    """The one a new document offers first: naming another takes it from the one before."""
    if row.primary:
        others = (Signatory.organisation_id == row.organisation_id, Signatory.id != row.id, Signatory.primary)
        db.session.execute(
            update(Signatory).where(*others).values(primary=False, version=Signatory.version + 1),
            execution_options={"synchronize_session": "fetch"},
        )
