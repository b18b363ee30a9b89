"""Pages of people: the list, one person with roles, the administrator's forms."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts import queries, service, signin
from core.accounts.forms import NewPersonForm, PersonForm, RoleForm, SetPasswordForm, number_or_none
from core.accounts.login import me
from core.accounts.models import Person
from core.accounts.roles import ROLES, roles_for
from core.accounts.service.changes import administrator
from core.accounts.service.people import FORMS
from core.accounts.views.blueprint import bp
from core.web.forms import Refused, attempt, differences, options, values_of


@bp.get("/people")
def people() -> Any:
    """People whose organisations are open to me."""
    search = queries.Search(
        q=request.args.get("q", ""),
        role=request.args.get("role", ""),
        organisation_id=number_or_none(request.args.get("organisation")),
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
    )
    return render_template("accounts/people.html", page=queries.people(me(), search), search=search, roles=ROLES)


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> Any:
    """One person."""
    return _page(person_id, RoleForm(formdata=None), SetPasswordForm(formdata=None))


def _page(person_id: int, role: RoleForm, password: SetPasswordForm, status: int = 200) -> Any:
    row = queries.person(me(), person_id)
    role.role.choices = options((fitting.name, fitting.label) for fitting in roles_for(row.organisation.kind))
    held = sorted(row.roles, key=lambda holding: list(ROLES).index(holding.role))
    return render_template(
        "accounts/person.html",
        row=row,
        held=held,
        labels={name: role.label for name, role in ROLES.items()},
        today=clock.today(),
        role_form=role,
        password_form=password,
    ), status


@bp.route("/people/new", methods=["GET", "POST"])
def new_person() -> Any:
    """A new person."""
    administrator(me())
    form = NewPersonForm()
    _offer_organisations(form)
    if request.method == "GET":
        form.organisation_id.data = number_or_none(request.args.get("organisation"))
    if form.is_submitted():
        values = values_of(form)
        done = attempt(form, lambda: service.create_person(me(), values, values["password"] or ""))
        if not isinstance(done, Refused):
            return _shown(done.id, _("Сотрудник добавлен. Назначьте ему роли."))
        return _form(form, None, done.status)
    return _form(form, None)


@bp.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
def edit_person(person_id: int) -> Any:
    """Change a person."""
    actor = me()
    administrator(actor)
    row = queries.person(actor, person_id)
    form = PersonForm(obj=row, **{name: row.forms.get(name, "") for name in (*FORMS, "reviewed")})
    _offer_organisations(form)
    if form.is_submitted():
        done = attempt(form, lambda: service.update_person(actor, person_id, values_of(form), form.expected()))
        if not isinstance(done, Refused):
            return _shown(person_id, _("Сохранено"))
        return _again(form, queries.person(actor, person_id), done.status)
    return _form(form, row)


def _offer_organisations(form: PersonForm) -> None:
    offered = [(row.id, row.short_name) for row in queries.choices()]
    form.organisation_id.choices = options([("", _("выберите")), *offered])


def _form(form: PersonForm, row: Person | None, status: int = 200, stored: Any = ()) -> Any:
    return render_template("accounts/person_form.html", form=form, row=row, stored=stored), status


def _again(form: PersonForm, row: Person, status: int) -> Any:
    """A refused form: what was typed stays; over somebody else's change it can be saved knowingly."""
    stale = form.expected() != row.version
    stored = differences(form, row) if stale else ()
    form.version.data = row.version
    return _form(form, row, status, stored)


def _shown(person_id: int, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("accounts.person", person_id=person_id))


@bp.post("/people/<int:person_id>/roles")
def grant_role(person_id: int) -> Any:
    """Give a role, or change its dates."""
    form = RoleForm()
    row = queries.person(me(), person_id)
    form.role.choices = options((fitting.name, fitting.label) for fitting in roles_for(row.organisation.kind))
    done = attempt(
        form,
        lambda: service.grant_role(me(), person_id, form.role.data, form.valid_from.data, form.valid_to.data),
    )
    if isinstance(done, Refused):
        return _page(person_id, form, SetPasswordForm(formdata=None), done.status)
    return _shown(person_id, _("Роль назначена"))


@bp.post("/people/<int:person_id>/roles/<role>/revoke")
def revoke_role(person_id: int, role: str) -> Any:
    """Take a role away."""
    service.revoke_role(me(), person_id, role)
    return _shown(person_id, _("Роль снята"))


@bp.post("/people/<int:person_id>/password")
def set_password(person_id: int) -> Any:
    """Give a temporary password."""
    form = SetPasswordForm()
    queries.person(me(), person_id)
    done = attempt(form, lambda: signin.set_password(person_id, form.password.data, me(), must_change=True))
    if isinstance(done, Refused):
        return _page(person_id, RoleForm(formdata=None), form, done.status)
    return _shown(person_id, _("Временный пароль назначен"))


@bp.post("/people/<int:person_id>/sessions/end")
def end_sessions_of(person_id: int) -> Any:
    """End every session of a person."""
    queries.person(me(), person_id)
    signin.sign_out_everywhere(person_id, me())
    return _shown(person_id, _("Сеансы завершены"))


@bp.post("/people/<int:person_id>/active")
def set_person_active(person_id: int) -> Any:
    """Close or reopen an account."""
    active = request.form.get("active") == "1"
    service.set_person_active(me(), person_id, active, number_or_none(request.form.get("version")))
    return _shown(person_id, _("Учётная запись снова действует") if active else _("Учётная запись закрыта"))
