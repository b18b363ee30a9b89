"""Pages of organisations: the directory, one organisation with its tree and requisites, the administrator's forms."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts import queries, service
from core.accounts.forms import OrganisationForm, SignatoryForm, number_or_none
from core.accounts.login import me
from core.accounts.models import Organisation
from core.accounts.regions import region_name
from core.accounts.roles import ORGANISATION_KINDS
from core.accounts.service.changes import administrator
from core.accounts.service.organisations import FORMS
from core.accounts.service.signatories import BASES
from core.accounts.views.blueprint import bp
from core.web.forms import Refused, attempt, differences, options, values_of


@bp.get("/organisations")
def organisations() -> Any:
    """The directory."""
    search = queries.Search(
        q=request.args.get("q", ""),
        kind=request.args.get("kind", ""),
        region=request.args.get("region", ""),
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
    )
    found = queries.organisations(search)
    return render_template(
        "accounts/organisations.html",
        page=found,
        search=search,
        kinds=ORGANISATION_KINDS,
        regions=[(code, region_name(code)) for code in queries.regions()],
        region_name=region_name,
    )


@bp.get("/organisations/<int:organisation_id>")
def organisation(organisation_id: int) -> Any:
    """One organisation."""
    actor = me()
    row = queries.organisation(actor, organisation_id)
    above, below = queries.branch(organisation_id)
    return render_template(
        "accounts/organisation.html",
        row=row,
        above=above,
        below=below,
        kind=ORGANISATION_KINDS[row.kind],
        bases=BASES,
        today=clock.today(),
        people=queries.people(actor, queries.Search(organisation_id=organisation_id, size=20)),
        region_name=region_name,
    )


@bp.route("/organisations/new", methods=["GET", "POST"])
def new_organisation() -> Any:
    """A new organisation."""
    administrator(me())
    form = OrganisationForm()
    _offer_parents(form, None)
    if form.is_submitted():
        done = attempt(form, lambda: service.create_organisation(me(), values_of(form)))
        if not isinstance(done, Refused):
            return _shown(done, _("Организация добавлена"))
        return _form(form, None, done.status)
    form.full_name.data = form.short_name.data = request.args.get("full_name", "")
    return _form(form, None)


@bp.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
def edit_organisation(organisation_id: int) -> Any:
    """Change an organisation."""
    actor = me()
    administrator(actor)
    row = queries.organisation(actor, organisation_id)
    form = OrganisationForm(obj=row, **{name: row.forms.get(name, "") for name in (*FORMS, "reviewed")})
    _offer_parents(form, organisation_id)
    if form.is_submitted():
        done = attempt(
            form, lambda: service.update_organisation(actor, organisation_id, values_of(form), form.expected())
        )
        if not isinstance(done, Refused):
            return _shown(done, _("Сохранено"))
        return _again(form, queries.organisation(actor, organisation_id), done.status)
    return _form(form, row)


def _offer_parents(form: OrganisationForm, itself: int | None) -> None:
    others = [(row.id, row.short_name) for row in queries.choices() if row.id != itself]
    form.parent_id.choices = options([("", _("нет")), *others])


def _form(form: OrganisationForm, row: Organisation | None, status: int = 200, stored: Any = ()) -> Any:
    return render_template("accounts/organisation_form.html", form=form, row=row, stored=stored), status


def _again(form: OrganisationForm, row: Organisation, status: int) -> Any:
    """A refused form: what was typed stays; over somebody else's change it can be saved knowingly."""
    stale = form.expected() != row.version
    stored = differences(form, row) if stale else ()
    form.version.data = row.version
    return _form(form, row, status, stored)


def _shown(row: Organisation, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("accounts.organisation", organisation_id=row.id))


@bp.post("/organisations/<int:organisation_id>/active")
def set_organisation_active(organisation_id: int) -> Any:
    """Close or reopen an organisation."""
    active = request.form.get("active") == "1"
    version = number_or_none(request.form.get("version"))
    row = service.set_organisation_active(me(), organisation_id, active, version)
    return _shown(row, _("Организация снова действует") if active else _("Организация закрыта"))


@bp.route("/organisations/<int:organisation_id>/signatories/new", methods=["GET", "POST"])
def new_signatory(organisation_id: int) -> Any:
    """A new signatory."""
    actor = me()
    administrator(actor)
    row = queries.organisation(actor, organisation_id)
    form = SignatoryForm()
    _offer_people(form, organisation_id)
    if form.is_submitted():
        done = attempt(form, lambda: service.add_signatory(actor, organisation_id, values_of(form)))
        if not isinstance(done, Refused):
            return _shown(row, _("Подписант добавлен: проверьте падежи"))
        return _signatory_form(form, organisation_id, done.status)
    return _signatory_form(form, organisation_id)


@bp.route("/organisations/<int:organisation_id>/signatories/<int:signatory_id>", methods=["GET", "POST"])
def edit_signatory(organisation_id: int, signatory_id: int) -> Any:
    """Change a signatory, review the cases, end the authority."""
    actor = me()
    administrator(actor)
    signatory = queries.signatory(actor, organisation_id, signatory_id)
    form = SignatoryForm(obj=signatory)
    _offer_people(form, organisation_id)
    if form.is_submitted():
        done = attempt(form, lambda: service.update_signatory(actor, signatory_id, values_of(form), form.expected()))
        if not isinstance(done, Refused):
            return _shown(queries.organisation(actor, organisation_id), _("Сохранено"))
        now = queries.signatory(actor, organisation_id, signatory_id)
        stored = differences(form, now) if form.expected() != now.version else ()
        form.version.data = now.version
        return _signatory_form(form, organisation_id, done.status, stored)
    return _signatory_form(form, organisation_id)


def _offer_people(form: SignatoryForm, organisation_id: int) -> None:
    search = queries.Search(organisation_id=organisation_id, size=queries.FEW)
    people = [(row.id, f"{row.surname} {row.given_name}") for row in queries.people(me(), search).items]
    form.person_id.choices = options([("", _("нет")), *people])


def _signatory_form(form: SignatoryForm, organisation_id: int, status: int = 200, stored: Any = ()) -> Any:
    row = queries.organisation(me(), organisation_id)
    return render_template("accounts/signatory_form.html", form=form, row=row, stored=stored), status
