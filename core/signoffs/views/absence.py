"""Pages of substitution: one screen «Меня нет с … по …», and what has been arranged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.accounts import queries as accounts
from core.accounts.actor import Actor
from core.accounts.login import me
from core.accounts.models import Person
from core.db import db
from core.signoffs import service
from core.signoffs.forms import AbsenceForm
from core.signoffs.models import Substitution
from core.signoffs.service.substitution import ARRANGERS, substitutions_of
from core.signoffs.states import SLOT_KINDS
from core.signoffs.subjects import all_subjects
from core.signoffs.views.blueprint import bp
from core.web.forms import Refused, attempt, options

MOST = 200
SCOPES = ("visa", "signature", "registration", "acknowledgement")
"""Kinds of slots in the order the form offers them."""


@bp.route("/absence", methods=["GET", "POST"])
def absence() -> Any:
    """Arrange a substitution; under the form, what stands."""
    actor, form = me(), AbsenceForm()
    _offer(form, actor)
    status = 200
    if form.is_submitted():
        done = attempt(form, lambda: service.substitute(_away(form, actor), actor))
        if not isinstance(done, Refused):
            flash(_("Замещение назначено: %(dates)s", dates=_dates(done)), "success")
            return redirect(url_for("signoffs.absence"))
        status = done.status
    return render_template("signoffs/absence.html", form=form, groups=_groups(actor)), status


def _offer(form: AbsenceForm, actor: Actor) -> None:
    """Colleagues to choose from; another's absence is entered only by those who arrange absences."""
    people = _people(actor)
    colleagues = [(row.id, _named(row, actor)) for row in people if row.id != actor.id or actor.has(*ARRANGERS)]
    form.substitute_id.choices = options([("", _("выберите")), *colleagues])
    if actor.has(*ARRANGERS):
        form.principal_id.choices = options((row.id, _named(row, actor)) for row in people)
        form.principal_id.data = form.principal_id.data or actor.id
        form.starts_on.label.text = _("Отсутствует с")
    else:
        del form.principal_id
    scopes = [(kind, SLOT_KINDS[kind]) for kind in SCOPES]
    form.scope.choices = options(scopes + [(subject.kind, subject.label) for subject in all_subjects()])


def _people(actor: Actor) -> Sequence[Any]:
    home = None if actor.is_admin else actor.organisation_id
    found = accounts.people(actor, accounts.Search(organisation_id=home, size=MOST)).items
    return [row for row in found if row.active]


def _named(row: Any, actor: Actor) -> str:
    name = " ".join(part for part in (row.surname, row.given_name, row.patronymic) if part)
    about = row.organisation if actor.is_admin else row.position
    return f"{name}, {about}" if about else name


def _away(form: AbsenceForm, actor: Actor) -> service.Away:
    return service.Away(
        principal_id=(form.principal_id.data if form.principal_id else actor.id) or 0,
        substitute_id=form.substitute_id.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        basis_number=form.basis_number.data or "",
        basis_date=form.basis_date.data,
        basis_kind=form.basis_kind.data,
        basis_expires_on=form.basis_expires_on.data,
        powers=form.powers.data or "",
        mark=form.mark.data,
        scope=form.scope.data or (),
    )


def _groups(actor: Actor) -> list[dict[str, Any]]:
    own = substitutions_of(actor)
    groups = [
        {
            "title": _("Меня замещают"),
            "empty": _("Замещений не назначено."),
            "rows": [shown(row, actor) for row in own if row.principal_id == actor.id],
        },
        {
            "title": _("Я замещаю"),
            "empty": _("Вы никого не замещаете."),
            "rows": [shown(row, actor) for row in own if row.substitute_id == actor.id],
        },
    ]
    if actor.has(*ARRANGERS):
        groups.append({"title": _("Все замещения"), "empty": _("Нет."), "rows": [shown(r, actor) for r in _all(actor)]})
    return groups


def _all(actor: Actor) -> list[Substitution]:
    """The newest of the organisation; an administrator's: of everybody."""
    statement = (
        select(Substitution)
        .join(Person, Person.id == Substitution.principal_id)
        .options(joinedload(Substitution.principal), joinedload(Substitution.substitute))
        .order_by(Substitution.starts_on.desc(), Substitution.id.desc())
        .limit(MOST)
    )
    if not actor.is_admin:
        statement = statement.where(Person.organisation_id == actor.organisation_id)
    return list(db.session.scalars(statement))


def shown(row: Substitution, actor: Actor) -> dict[str, Any]:
    """A substitution in words."""
    state, tone = _state(row)
    over = tone == "muted"
    mine = actor.id in (row.principal_id, row.substitute_id)
    return {
        "id": row.id,
        "principal": row.principal.short_name,
        "substitute": row.substitute.short_name,
        "mark": row.mark,
        "dates": _dates(row),
        "basis": _basis(row),
        "powers": row.powers,
        "scope": _scope(row),
        "state": state,
        "tone": tone,
        "over": over,
        "revocable": not over and (mine or actor.has(*ARRANGERS)),
    }


def _dates(row: Substitution) -> str:
    return f"{row.starts_on:%d.%m.%Y} – {row.ends_on:%d.%m.%Y}"


def _basis(row: Substitution) -> str:
    kind = _("МЧД") if row.basis_kind == "mchd" else _("приказ")
    text = _("%(kind)s от %(day)s № %(n)s", kind=kind, day=f"{row.basis_date:%d.%m.%Y}", n=row.basis_number)
    if row.basis_expires_on:
        text += _(", действует по %(day)s", day=f"{row.basis_expires_on:%d.%m.%Y}")
    return str(text)


def _scope(row: Substitution) -> str:
    if row.slot_id is not None:
        return str(_("одно задание"))
    labels = {**SLOT_KINDS, **{subject.kind: subject.label for subject in all_subjects()}}
    return ", ".join(str(labels.get(name, name)) for name in row.scope) or str(_("во всём"))


def _state(row: Substitution) -> tuple[str, str]:
    today = clock.today()
    if row.revoked_at is not None:
        return str(_("Прекращено")), "muted"
    if today > row.ends_on:
        return str(_("Завершено")), "muted"
    if today < row.starts_on:
        return str(_("Начнётся")), "info"
    if not row.active_on(today):
        return str(_("Основание истекло")), "danger"
    return str(_("Действует")), "success"


@bp.post("/absence/<int:substitution_id>/revoke")
def revoke_absence(substitution_id: int) -> Any:
    """End a substitution now."""
    service.revoke(substitution_id, me())
    flash(_("Замещение прекращено. Решения, принятые раньше, остаются в силе."), "success")
    return redirect(url_for("signoffs.absence"))
