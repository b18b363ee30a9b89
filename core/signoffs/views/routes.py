"""Pages of routes: the list, one route with its versions and a preview, the administrator's editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts import queries as accounts
from core.accounts.login import me
from core.accounts.models import Person
from core.accounts.roles import ROLES
from core.accounts.service.changes import administrator
from core.db import db
from core.errors import NotFound, NotNow, NotValid
from core.signoffs import route_editor, shown, words
from core.signoffs.forms import RouteForm, number_or_none
from core.signoffs.models import RouteTemplate
from core.signoffs.service import templates
from core.signoffs.views.blueprint import bp

PARTIES = 3
"""Parties offered for a preview."""


@bp.get("/routes")
def routes() -> Any:
    """The routes in use."""
    rows = [
        {
            "code": row.code,
            "name": row.name,
            "version": row.version,
            "since": words.day(row.created_at),
            "line": " → ".join(_line(stage) for stage in row.stages),
            "days": sum(max((slot.get("days", 0) for slot in stage["slots"]), default=0) for stage in row.stages),
        }
        for row in templates.routes()
    ]
    return render_template("signoffs/routes.html", routes=rows, may_edit=me().is_admin)


def _line(stage: Mapping[str, Any]) -> str:
    """«Виза (3)»: what a stage is and how many take part."""
    kinds = list(dict.fromkeys(str(templates.KINDS.get(slot["kind"], slot["kind"])) for slot in stage["slots"]))
    count = len(stage["slots"])
    return f"{', '.join(kinds)} ({count})" if count > 1 else ", ".join(kinds)


@bp.get("/routes/<code>")
def route(code: str) -> Any:
    """One version of a route, the active one unless another is asked for."""
    versions = templates.versions(code)
    row = _version(versions, number_or_none(request.args.get("version")))
    chosen = [number_or_none(value) for value in request.args.getlist("party")]
    money = request.args.get("money") == "1" or not chosen
    preview = _preview(row, [each for each in chosen if each], money)
    return render_template(
        "signoffs/route.html",
        route=row,
        versions=versions,
        moments={version.id: words.day(version.created_at) for version in versions},
        shown=[_shown(number, stage) for number, stage in enumerate(row.stages, start=1)],
        organisations=accounts.choices(),
        chosen=[*chosen, *[None] * PARTIES],
        money=money,
        preview=preview,
        planned=shown.planned(preview.slots) if preview else [],
        may_edit=me().is_admin and row.active,
    )


def _version(versions: Sequence[RouteTemplate], number: int | None) -> RouteTemplate:
    for row in versions:
        if row.version == number if number is not None else row.active:
            return row
    raise NotFound(_("Нет такой версии маршрута"))


def _preview(row: RouteTemplate, parties: list[int], money: bool) -> templates.Preview | None:
    if not parties:
        return None
    entered = templates.RouteInput(row.code, row.name, row.stages, row.same_person)
    return templates.preview_route(entered, list(dict.fromkeys(parties)), money)


def _shown(number: int, stage: Mapping[str, Any]) -> dict[str, Any]:
    slots = [
        {
            "label": words.named(slot.get("label") or "") or _roles(slot),
            "bind": _bound(slot),
            "kind": templates.KINDS.get(slot["kind"], slot["kind"]),
            "condition": _when(slot),
            "days": slot.get("days", 3),
        }
        for slot in stage["slots"]
    ]
    words_of_rule = shown.rule(stage.get("rule", "all"), stage.get("n", 1), len(slots))
    return {"number": number, "rule": words_of_rule, "slots": slots}


def _roles(slot: Mapping[str, Any]) -> str:
    return ", ".join(str(ROLES[role].label) for role in slot.get("roles", ()) if role in ROLES)


def _bound(slot: Mapping[str, Any]) -> str:
    """«Роль стороны: Правовой департамент»: whom the place is for."""
    if slot.get("roles"):
        return f"{templates.BINDS[slot.get('bind', 'role')]}: {_roles(slot)}"
    person = db.session.get(Person, slot.get("person_id") or 0)
    return f"{templates.BINDS['person']}: {person.full_name if person else '—'}"


def _when(slot: Mapping[str, Any]) -> str:
    condition = str(templates.CONDITIONS.get(slot.get("condition") or "", ""))
    return condition if slot.get("mandatory", True) else f"{condition}, {_('необязательно')}"


@bp.route("/routes/new", methods=["GET", "POST"])
def new_route() -> Any:
    """A new route."""
    administrator(me())
    return _edit(None, RouteForm())


@bp.route("/routes/<code>/edit", methods=["GET", "POST"])
def edit_route(code: str) -> Any:
    """A new version of a route."""
    administrator(me())
    row = _version(templates.versions(code), None)
    return _edit(row, RouteForm(data={"code": row.code, "name": row.name, "same_person": row.same_person}))


def _edit(row: RouteTemplate | None, form: RouteForm) -> Any:
    if request.method == "GET":
        draft = route_editor.from_stages(row.stages) if row else route_editor.blank()
        return _editor(row, form, draft)
    draft = route_editor.read(request.form)
    action = request.form.get("do", "save")
    if action != "save":
        return _editor(row, form, route_editor.change(draft, action))
    if not form.validate():
        return _editor(row, form, draft, status=422)
    entered = templates.RouteInput(
        row.code if row else form.code.data or "",
        form.name.data or "",
        route_editor.stages(draft),
        bool(form.same_person.data),
        form.note.data or "",
    )
    return _save(row, form, draft, entered)


def _save(row: RouteTemplate | None, form: RouteForm, draft: route_editor.Draft, entered: templates.RouteInput) -> Any:
    opened = number_or_none(request.form.get("version"))
    try:
        if row is None:
            _refuse_taken(entered.code)
        saved = templates.save_route(entered, me(), opened if row else None)
    except (NotValid, NotNow) as refusal:
        return _editor(row, form, draft, _faults(refusal), refusal.status)
    flash(_("Сохранена версия %(n)s. Она действует для новых кругов.", n=saved.version), "success")
    return redirect(url_for("signoffs.route", code=saved.code))


def _refuse_taken(code: str) -> None:
    if db.session.scalar(select(RouteTemplate.id).where(RouteTemplate.code == code).limit(1)) is not None:
        raise NotValid(_("Маршрут с таким кодом уже есть"), "code")


def _faults(refusal: NotValid | NotNow) -> list[str]:
    """Each fault with its place: «Этап 2, участник 1: …»."""
    fields = refusal.fields if isinstance(refusal, NotValid) else {}
    return [_at(place, str(text)) for place, text in fields.items()] or [str(refusal)]


def _at(place: str, text: str) -> str:
    stage, _dot, slot = place.partition(".")
    if not stage.isdigit():
        return text
    if slot:
        return str(_("Этап %(stage)s, участник %(slot)s: %(text)s", stage=stage, slot=slot, text=text))
    return str(_("Этап %(stage)s: %(text)s", stage=stage, text=text))


def _editor(
    row: RouteTemplate | None, form: RouteForm, draft: route_editor.Draft, faults: Sequence[str] = (), status: int = 200
) -> Any:
    organisations = accounts.choices()
    people = accounts.people(me(), accounts.Search(size=accounts.FEW)).items
    named = {person.id: f"{person.id} · {person.surname} {person.given_name}" for person in people}
    page = render_template(
        "signoffs/route_edit.html",
        route=row,
        form=form,
        draft=draft,
        faults=faults,
        rules=templates.RULES.items(),
        kinds=templates.KINDS.items(),
        binds=templates.BINDS.items(),
        conditions=templates.CONDITIONS.items(),
        roles=[(role.name, role.label) for role in ROLES.values() if role.side != "system"],
        org_choices=organisations,
        org_names={each.id: f"{each.id} · {each.short_name}" for each in organisations},
        person_choices=[(each.id, f"{each.surname} {each.given_name}, {each.organisation}") for each in people],
        person_names=named,
    )
    return page, status
