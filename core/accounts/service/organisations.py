"""Organisations: creating, changing with every requisite checked, closing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from core.accounts import access, checks
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.accounts.roles import ORGANISATION_KINDS
from core.accounts.service.changes import administrator, record, refuse, require, take_forms, take_over
from core.db import db, expect_version, locked, transaction
from core.errors import NotFound
from core.language.forms import suggest_forms

FIELDS = (
    "kind",
    "parent_id",
    "region_code",
    "full_name",
    "short_name",
    "alias",
    "gender",
    "inn",
    "kpp",
    "ogrn",
    "address",
    "postal_address",
    "bank_name",
    "bik",
    "account",
    "corr_account",
    "personal_account",
    "phone",
    "email",
    "sample",
)
REQUIRED = {"full_name": _l("полное наименование"), "short_name": _l("краткое наименование")}
REGIONAL = ("authority", "college")
CASES = ("gen", "dat", "acc", "ins", "pre")
FORMS = tuple(f"full_name_{case}" for case in CASES)
"""Cases of the full name, kept in `forms` beside `reviewed`."""
PLACE = {"kind", "parent_id", "region_code"}


def create_organisation(actor: Actor, values: Mapping[str, Any]) -> Organisation:
    """A new organisation out of `values` (FIELDS, and FORMS with "reviewed"). Raises NotAllowed, NotValid."""
    administrator(actor)
    with transaction():
        row = Organisation(forms={}, kind="", full_name="", short_name="")
        for name in FIELDS:
            column = Organisation.__table__.c[name]
            setattr(row, name, column.default.arg if column.default is not None else None)
        changed = take_over(row, {"alias": "", "gender": "n", **values}, FIELDS)
        _take_forms(row, values, renamed=True)
        refuse(_faults(row))
        db.session.add(row)
        db.session.flush()
        if row.kind == "authority":
            access.recompute(_colleges_of({row.region_code}))
        record(actor, "organisation", row.id, "create", {"changed": changed})
    return row


def update_organisation(
    actor: Actor, organisation_id: int, values: Mapping[str, Any], version: int | None = None
) -> Organisation:
    """Change what `values` names. Raises NotAllowed, NotFound, NotNow (somebody else changed it), NotValid."""
    administrator(actor)
    with transaction():
        row = _found(organisation_id)
        expect_version(row, version)
        before = (row.kind, row.region_code)
        changed = take_over(row, values, FIELDS)
        changed |= _take_forms(row, values, renamed="full_name" in changed)
        refuse(_faults(row))
        db.session.flush()
        if PLACE & set(changed):
            access.recompute(_moved(row, *before))
        if changed:
            record(actor, "organisation", row.id, "update", {"changed": changed})
    return row


def set_organisation_active(
    actor: Actor, organisation_id: int, active: bool, version: int | None = None
) -> Organisation:
    """Close an organisation (its people cannot sign in any more) or open it again. Nothing is deleted."""
    administrator(actor)
    with transaction():
        row = _found(organisation_id)
        expect_version(row, version)
        if row.active != active:
            row.active = active
            record(actor, "organisation", row.id, "activate" if active else "deactivate", {})
    return row


def _found(organisation_id: int) -> Organisation:
    row = locked(Organisation, organisation_id)
    if row is None:
        raise NotFound(_("Организация не найдена"))
    return row


def _take_forms(row: Organisation, values: Mapping[str, Any], *, renamed: bool) -> dict[str, list[Any]]:
    """The cases of the full name."""
    if not row.full_name:
        return {}
    suggested = suggest_forms(organisation=row.full_name)["organisation"]
    before = row.forms
    named = {f"full_name_{case}": suggested[case] for case in CASES}
    row.forms = take_forms(before, named, values, renamed=renamed)
    return {} if row.forms == before else {"forms": [before, row.forms]}


def _faults(row: Organisation) -> dict[str, Any]:
    """Every fault of the row: field → message."""
    faults = {**require(row, REQUIRED), **checks.faults(row)}
    if row.kind not in ORGANISATION_KINDS:
        faults["kind"] = _("Выберите вид организации")
    if row.gender not in ("n", "f", "m"):
        faults["gender"] = _("Род наименования: средний, женский или мужской")
    if row.region_code == "":
        row.region_code = None
    if row.region_code and not re.fullmatch(r"[0-9]{2}", row.region_code):
        faults["region_code"] = _("Код региона — две цифры, например 66")
    elif row.kind in REGIONAL and not row.region_code:
        faults["region_code"] = _("Укажите код региона: от него зависит, кто видит документы")
    if fault := _parent_fault(row):
        faults["parent_id"] = fault
    return faults


def _parent_fault(row: Organisation) -> Any:
    """An organisation must not stand above itself."""
    above, seen = row.parent_id, set()
    while above is not None and above not in seen:
        if row.id is not None and above == row.id:
            return _("Организация не может стоять выше самой себя")
        seen.add(above)
        parent = db.session.get(Organisation, above)
        if parent is None:
            return _("Вышестоящая организация не найдена")
        above = parent.parent_id
    return None


def _moved(row: Organisation, kind: str, region: str | None) -> set[int]:
    """Organisations whose subjects other people see now: the row, everything below it, colleges of an authority."""
    below, wave = {row.id}, {row.id}
    while wave:
        wave = set(db.session.scalars(select(Organisation.id).where(Organisation.parent_id.in_(wave)))) - below
        below |= wave
    return below | (_colleges_of({region, row.region_code}) if "authority" in (kind, row.kind) else set())


def _colleges_of(regions: set[str | None]) -> set[int]:
    conditions = [Organisation.region_code == region for region in regions if region]
    if not conditions:
        return set()
    return set(db.session.scalars(select(Organisation.id).where(Organisation.kind == "college", or_(*conditions))))
