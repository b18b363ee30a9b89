"""Pages of changes to a running route: hand a task over, put it before another, add or take out a place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts import queries as accounts
from core.accounts.actor import Actor
from core.accounts.login import me
from core.errors import NotNow, NotValid
from core.signoffs import service
from core.signoffs.forms import number_or_none
from core.signoffs.service.reassign import ADDABLE, open_places
from core.signoffs.states import PHASE_LABELS, SLOT_KINDS
from core.signoffs.subjects import subject
from core.signoffs.task import Task, task
from core.signoffs.views.blueprint import bp


@bp.get("/tasks/<int:slot_id>/route")
def hand(slot_id: int) -> Any:
    """What this person may change about this task."""
    return _page(task(slot_id, me()))


def _page(current: Task, refused: NotValid | NotNow | None = None) -> Any:
    actor, slot = me(), current.slot
    coordinates = actor.organisation_id == slot.organisation_id and subject(current.round.subject_kind).may_coordinate(
        current.round.subject_id, actor
    )
    if refused:
        flash(str(refused), "error")
    page = render_template(
        "signoffs/hand.html",
        task=current,
        holds=current.changes_route and any(holder.person_id == actor.id for holder in slot.holders),
        coordinates=current.changes_route and coordinates,
        people=_colleagues(actor),
        places=[
            (f"{phase}:{stage}", f"{PHASE_LABELS[phase]}, {_('этап %(n)s', n=stage)}: {labels}")
            for phase, stage, labels in (open_places(current.round, slot.organisation_id) if coordinates else [])
        ],
        kinds=[(kind, SLOT_KINDS[kind]) for kind in ADDABLE],
        typed=request.form,
        errors={name: [str(text)] for name, text in refused.fields.items()} if isinstance(refused, NotValid) else {},
    )
    return page, refused.status if refused else 200


def _colleagues(actor: Actor) -> list[tuple[Any, str]]:
    search = accounts.Search(organisation_id=actor.organisation_id, size=accounts.FEW)
    people = [row for row in accounts.people(actor, search).items if row.active]
    return [("", _("выберите")), *((p.id, f"{p.surname} {p.given_name} {p.patronymic}, {p.position}") for p in people)]


def _attempt(slot_id: int, call: Callable[[], Any], message: str) -> Any:
    try:
        call()
    except (NotValid, NotNow) as refusal:
        return _page(task(slot_id, me()), refusal)
    flash(message, "success")
    return redirect(url_for("signoffs.show", slot_id=slot_id))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


@bp.post("/tasks/<int:slot_id>/delegate")
def delegate(slot_id: int) -> Any:
    """The holder hands this one task to a colleague."""
    comment = request.form.get("comment", "")
    return _attempt(slot_id, lambda: service.delegate(slot_id, _handing(), comment, me()), _("Задание передано"))


def _handing() -> service.Handing:
    given = _day("basis_date")
    if given is None:
        raise NotValid(_("Укажите дату приказа или МЧД"), "basis_date")
    return service.Handing(
        substitute_id=number_or_none(request.form.get("substitute_id")) or 0,
        basis_number=request.form.get("basis_number", ""),
        basis_date=given,
        basis_kind="mchd" if request.form.get("basis_kind") == "mchd" else "order",
        until=_day("until"),
        mark="и.о." if request.form.get("mark") == "и.о." else "за",
    )


@bp.post("/tasks/<int:slot_id>/reassign")
def reassign(slot_id: int) -> Any:
    """The coordinator puts the task before another person."""
    person = number_or_none(request.form.get("person_id")) or 0
    reason = request.form.get("reason", "")
    return _attempt(slot_id, lambda: service.reassign(slot_id, person, reason, me()), _("Задание переназначено"))


@bp.post("/tasks/<int:slot_id>/drop")
def drop(slot_id: int) -> Any:
    """The coordinator takes an optional place out of the route."""
    reason = request.form.get("drop_reason", "")
    return _attempt(slot_id, lambda: service.drop_slot(slot_id, reason, me()), _("Место исключено из маршрута"))


@bp.post("/tasks/<int:slot_id>/add")
def add(slot_id: int) -> Any:
    """The coordinator adds a place to a stage that is not over."""
    round_id = task(slot_id, me()).round.id
    phase, _colon, stage = request.form.get("place", "").partition(":")
    person = number_or_none(request.form.get("new_person_id"))
    place = service.NewSlot(
        person_ids=[person] if person else [],
        label=request.form.get("label", ""),
        phase=phase,
        stage=number_or_none(stage) or 0,
        kind=request.form.get("kind", "visa"),
        days=number_or_none(request.form.get("days")) or 0,
    )
    reason = request.form.get("add_reason", "")
    return _attempt(slot_id, lambda: service.add_slot(round_id, place, reason, me()), _("Место добавлено в маршрут"))
