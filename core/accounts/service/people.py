"""People: creating, changing, roles with dates, closing an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update

from core import audit, clock
from core.accounts import signin
from core.accounts.actor import Actor
from core.accounts.models import ApiToken, AuthSession, Organisation, Person, RoleHolding
from core.accounts.roles import roles_for
from core.accounts.service.changes import administrator, record, refuse, require, take_forms, take_over, unique
from core.db import db, expect_version, locked, transaction
from core.errors import NotFound, NotNow, NotValid
from core.language.forms import suggest_forms
from core.web.language import LOCALES

FIELDS = (
    "organisation_id",
    "surname",
    "given_name",
    "patronymic",
    "gender",
    "position",
    "unit",
    "email",
    "phone",
    "locale",
)
FORMS = ("full_name_gen", "full_name_dat", "position_gen", "position_dat")
NAME = {"surname", "given_name", "patronymic", "gender", "position"}
REQUIRED = {"surname": _l("фамилия"), "given_name": _l("имя"), "email": _l("электронная почта")}


def create_person(actor: Actor, values: Mapping[str, Any], password: str = "", roles: tuple[str, ...] = ()) -> Person:
    """A new person of an organisation, with a password to be changed at first sign-in when one is given."""
    administrator(actor)
    if password:
        signin.check_strength(password)
    with transaction():
        row = Person(surname="", given_name="", patronymic="", gender="m", position="", unit="", email="", phone="")
        row.locale, row.forms = "ru", {}
        with db.session.no_autoflush:
            take_over(row, values, FIELDS)
            _check(row)
        _take_forms(row, values, renamed=True)
        with unique("email", _("Этот адрес уже занят")):
            db.session.add(row)
        record(actor, "person", row.id, "create", {"organisation": row.organisation_id})
        for role in roles:
            grant_role(actor, row.id, role)
        if password:
            signin.set_password(row.id, password, actor, must_change=not actor.is_system)
    return row


def update_person(actor: Actor, person_id: int, values: Mapping[str, Any], version: int | None = None) -> Person:
    """Change what `values` names. The journal keeps which fields changed, not the personal data in them."""
    administrator(actor)
    with transaction():
        row = _found(person_id)
        expect_version(row, version)
        with db.session.no_autoflush:
            changed = take_over(row, values, FIELDS)
            _check(row)
        if _take_forms(row, values, renamed=bool(NAME & set(changed))):
            changed["forms"] = []
        with unique("email", _("Этот адрес уже занят")):
            db.session.add(row)
        if "organisation_id" in changed:
            _drop_roles_of_other_sides(actor, row)
        if changed:
            record(actor, "person", row.id, "update", {"fields": sorted(changed)})
    return row


def grant_role(
    actor: Actor, person_id: int, role: str, valid_from: date | None = None, valid_to: date | None = None
) -> RoleHolding:
    """Give a role from a day to a day (both included, empty is open); given again, the dates are replaced."""
    administrator(actor)
    with transaction():
        person = _found(person_id)
        organisation = db.session.get_one(Organisation, person.organisation_id)
        if role not in {fitting.name for fitting in roles_for(organisation.kind)}:
            raise NotValid(_("Такая роль не подходит организации этого вида"), "role")
        if valid_from and valid_to and valid_to < valid_from:
            raise NotValid(_("Окончание раньше начала"), "valid_to")
        holding = next((held for held in person.roles if held.role == role), None)
        if holding is None:
            holding = RoleHolding(role=role)
            person.roles.append(holding)
        holding.valid_from, holding.valid_to = valid_from, valid_to
        _keep_an_administrator(role)
        data = {"role": role, "from": valid_from and str(valid_from), "to": valid_to and str(valid_to)}
        record(actor, "person", person_id, "grant_role", data)
    return holding


def revoke_role(actor: Actor, person_id: int, role: str) -> None:
    """Take a role away at once; the journal keeps that it was held. Raises NotNow for the last administrator."""
    administrator(actor)
    with transaction():
        person = _found(person_id)
        holding = next((held for held in person.roles if held.role == role), None)
        if holding is None:
            raise NotFound(_("Такой роли у сотрудника нет"))
        person.roles.remove(holding)
        _keep_an_administrator(role)
        record(actor, "person", person_id, "revoke_role", {"role": role})


def set_person_active(actor: Actor, person_id: int, active: bool, version: int | None = None) -> Person:
    """Close an account (sessions end, tokens are revoked) or open it again."""
    administrator(actor)
    with transaction():
        row = _found(person_id)
        expect_version(row, version)
        if row.active != active:
            row.active = active
            if not active:
                _keep_an_administrator("admin" if any(held.role == "admin" for held in row.roles) else "")
                _shut_out(person_id)
            record(actor, "person", person_id, "activate" if active else "deactivate", {})
    return row


def set_locale(actor: Actor, locale: str) -> None:
    """The language the person reads. Raises NotValid."""
    if locale not in LOCALES:
        raise NotValid(_("Такого языка нет"), "locale")
    if actor.id is None or actor.locale == locale:
        return
    with transaction():
        row = _found(actor.id)
        row.locale = locale
        audit.append(actor.who(), audit.Act("person", actor.id, "set_locale", data={"locale": locale}))


def _found(person_id: int) -> Person:
    row = locked(Person, person_id)
    if row is None:
        raise NotFound(_("Сотрудник не найден"))
    return row


def _check(row: Person) -> None:
    faults = require(row, REQUIRED)
    if row.organisation_id is None or db.session.get(Organisation, row.organisation_id) is None:
        faults["organisation_id"] = _("Выберите организацию")
    if row.gender not in ("m", "f"):
        faults["gender"] = _("Укажите пол: от него зависят падежи")
    if row.locale not in LOCALES:
        faults["locale"] = _("Такого языка нет")
    if row.email:
        try:
            row.email = validate_email(row.email, check_deliverability=False, test_environment=True).normalized.lower()
        except EmailNotValidError:
            faults["email"] = _("Адрес электронной почты записан неверно")
        taken = select(Person.id).where(Person.email == row.email)
        if db.session.scalar(taken if row.id is None else taken.where(Person.id != row.id)):
            faults["email"] = _("Этот адрес уже занят")
    refuse(faults)


def _take_forms(row: Person, values: Mapping[str, Any], *, renamed: bool) -> bool:
    """The cases of the name and of the position."""
    try:
        forms = suggest_forms(fio=row.full_name, gender=row.gender, position=row.position or None)
    except NotValid as fault:
        raise NotValid(str(fault), "surname") from fault
    position = forms.get("position", {})
    suggested = {
        "full_name_gen": forms["fio"]["gen"],
        "full_name_dat": forms["fio"]["dat"],
        "position_gen": position.get("gen", ""),
        "position_dat": position.get("dat", ""),
    }
    before = row.forms
    row.forms = take_forms(before, suggested, values, renamed=renamed)
    return bool(row.forms != before)


def _drop_roles_of_other_sides(actor: Actor, person: Person) -> None:
    organisation = db.session.get_one(Organisation, person.organisation_id)
    fitting = {role.name for role in roles_for(organisation.kind)}
    for holding in [held for held in person.roles if held.role not in fitting]:
        person.roles.remove(holding)
        record(actor, "person", person.id, "revoke_role", {"role": holding.role, "why": "moved"})


def _keep_an_administrator(role: str) -> None:
    """Somebody must be able to open the doors tomorrow."""
    if role != "admin":
        return
    db.session.flush()
    day = clock.today()
    open_ended = (
        or_(RoleHolding.valid_from.is_(None), RoleHolding.valid_from <= day),
        or_(RoleHolding.valid_to.is_(None), RoleHolding.valid_to >= day),
    )
    held = select(func.count()).select_from(RoleHolding).join(Person)
    if not db.session.scalar(held.where(RoleHolding.role == role, Person.active, *open_ended)):
        raise NotNow(_("Это последний администратор: сначала назначьте другого"))


def _shut_out(person_id: int) -> None:
    now = clock.now()
    for model, column in ((AuthSession, "ended_at"), (ApiToken, "revoked_at")):
        mine = (model.person_id == person_id, getattr(model, column).is_(None))
        db.session.execute(update(model).where(*mine).values({column: now}))
