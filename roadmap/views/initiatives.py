"""Pages of regulatory initiatives: the list, proposing and editing, one initiative with its way, events and papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.errors import NotNow, NotValid, Refusal
from roadmap import queries
from roadmap.effects.items import day
from roadmap.models import Initiative
from roadmap.queries import proceedings as reads
from roadmap.queries.items import item_by_code
from roadmap.rules.people import side_of
from roadmap.service import initiatives as service
from roadmap.service.initiatives import NewEvent, NewInitiative
from roadmap.stages import stages
from roadmap.states.initiatives import regulatory_initiative
from roadmap.views.blueprint import ask_of, bp, required_upload, uploads_of, version_asked
from roadmap.views.moving import moving, papers
from roadmap.wording import INITIATIVE_ACTS, PAPERS, side_name

BODY = re.compile(r"body\.(\d{1,3})\.(name|sent|due|answer)\Z")


@bp.get("/roadmaps/<int:roadmap_id>/initiatives")
def initiatives(roadmap_id: int) -> Any:
    """Regulatory initiatives of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    plan = reads.plan(me(), roadmap_id)
    return render_template(
        "roadmap/initiatives.html",
        head=head,
        rows=reads.initiatives(me(), roadmap_id),
        states=regulatory_initiative.states,
        side_name=side_name,
        proposes=service.keeps(plan, me()),
    )


@bp.route("/roadmaps/<int:roadmap_id>/initiatives/new", methods=["GET", "POST"])
def new_initiative(roadmap_id: int) -> Any:
    """Propose an initiative."""
    head = queries.plan_head(me(), roadmap_id)
    service.refuse_others(reads.plan(me(), roadmap_id), me())
    if request.method == "GET":
        return _form(head, {"title": "", "purpose": "", "acts": "", "item": "", "bodies": []})
    plain = _typed()
    try:
        made = service.propose(roadmap_id, _read(roadmap_id, plain), me())
    except (NotValid, NotNow) as refusal:
        return _form(head, plain, refusal=refusal)
    flash(_("Инициатива предложена"), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=made.id))


@bp.route("/initiatives/<int:initiative_id>/edit", methods=["GET", "POST"])
def edit_initiative(initiative_id: int) -> Any:
    """Change what is proposed and who is consulted."""
    row = reads.initiative(me(), initiative_id)
    service.refuse_others(row.roadmap, me())
    head = queries.plan_head(me(), row.roadmap_id)
    if request.method == "GET":
        kept = {name: getattr(row, name) for name in ("title", "purpose", "bodies")}
        code = reads.item_code(row.item_id)
        return _form(head, {**kept, "acts": "\n".join(row.acts), "item": code}, row)
    plain = _typed()
    try:
        service.edit_initiative(initiative_id, _read(row.roadmap_id, plain), me(), version_asked())
    except (NotValid, NotNow) as refusal:
        return _form(head, plain, reads.initiative(me(), initiative_id), refusal)
    flash(_("Сохранено"), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id))


def _form(head: Any, plain: dict[str, Any], row: Initiative | None = None, refusal: Refusal | None = None) -> Any:
    errors = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    page = render_template(
        "roadmap/initiative_form.html", head=head, plain=plain, row=row, errors=errors, refusal=refusal
    )
    return page, refusal.status if refusal is not None else 200


def _typed() -> dict[str, Any]:
    sent = request.form
    rows: dict[str, dict[str, str]] = {}
    for name in sent:
        found = BODY.match(name)
        if found:
            rows.setdefault(found[1], dict.fromkeys(("name", "sent", "due", "answer"), ""))[found[2]] = sent[
                name
            ].strip()
    plain: dict[str, Any] = {name: sent.get(name, "").strip() for name in ("title", "purpose", "acts", "item")}
    return {**plain, "bodies": [row for row in rows.values() if any(row.values())]}


def _read(roadmap_id: int, plain: dict[str, Any]) -> NewInitiative:
    item_id = None
    if plain["item"]:
        try:
            item_id = item_by_code(roadmap_id, plain["item"])
        except NotValid as refusal:
            raise NotValid(refusal.message, "item") from refusal
    acts: Sequence[str] = plain["acts"].splitlines()
    return NewInitiative(plain["title"], plain["purpose"], acts, plain["bodies"], item_id)


@bp.get("/initiatives/<int:initiative_id>")
def initiative(initiative_id: int) -> Any:
    """One initiative: where it stands, what happened outside."""
    return _initiative(initiative_id)


def _initiative(initiative_id: int, status: int = 200, faults: dict[str, Any] | None = None, step: str = "") -> Any:
    row = reads.initiative(me(), initiative_id)
    keeps = service.keeps(row, me())
    page = render_template(
        "roadmap/initiative.html",
        row=row,
        side_name=side_name,
        stages=stages(row, reads.history(service.KIND, row.id)),
        keeps=keeps,
        brings=keeps or (bool(side_of(row, me())) and me().has("executor")),
        papers=papers(reads.files(service.KIND, row.id), PAPERS),
        purposes=PAPERS,
        item_code=reads.item_code(row.item_id),
        today=clock.today(),
        answered=sum(bool(body.get("answer")) for body in row.bodies),
        sent=request.form,
        **moving(regulatory_initiative, row, INITIATIVE_ACTS, step, faults),
    )
    return page, status


@bp.post("/initiatives/<int:initiative_id>/steps/<step>")
def initiative_step(initiative_id: int, step: str) -> Any:
    """Take a step of an initiative."""
    known = regulatory_initiative.steps.get(step)
    try:
        service.take_initiative_step(initiative_id, step, me(), ask_of(known), uploads_of(known), version_asked())
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields, step)
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id))


@bp.post("/initiatives/<int:initiative_id>/events")
def record_event(initiative_id: int) -> Any:
    """Record what another body did, or a day of a published calendar."""
    try:
        service.record_event(initiative_id, _event(bool(request.form.get("planned"))), me())
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields)
    flash(_("Событие записано"), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id) + "#events")


@bp.post("/initiatives/<int:initiative_id>/events/<int:event_id>/settle")
def settle_event(initiative_id: int, event_id: int) -> Any:
    """A planned event has come true."""
    reads.event(me(), initiative_id, event_id)
    try:
        service.settle_event(event_id, _event(False), me())
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields)
    flash(_("Событие записано"), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id) + "#events")


def _event(planned: bool) -> NewEvent:
    sent = request.form
    words = {name: sent.get(name, "").strip() for name in ("title", "body", "number", "url")}
    happened, month_only = _happened(sent.get("happened_on", "")), bool(sent.get("month_only"))
    return NewEvent(
        happened.replace(day=1) if month_only else happened, planned=planned, month_only=month_only, **words
    )


def _happened(text: str) -> date:
    if not text:
        raise NotValid(_("Укажите дату"), "happened_on")
    return day(text, "happened_on")


@bp.post("/initiatives/<int:initiative_id>/papers")
def attach_to_initiative(initiative_id: int) -> Any:
    """Bring a paper of the draft."""
    try:
        purpose = request.form.get("purpose", "other")
        service.attach_to_initiative(initiative_id, required_upload("file"), me(), purpose)
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields)
    flash(_("Документ приложен"), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id) + "#papers")
