"""Pages of meetings, their decisions, and regulatory initiatives."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core.accounts.actor import name_shown
from core.accounts.login import me
from core.errors import NotValid
from core.signoffs.words import minute
from core.workflow import Workflow
from roadmap import queries
from roadmap.effects.items import day
from roadmap.queries import proceedings as reads
from roadmap.service import initiatives as initiative_service
from roadmap.service import meetings as meeting_service
from roadmap.states.initiatives import regulatory_initiative
from roadmap.states.meetings import meeting_decision
from roadmap.views.blueprint import ask_of, bp, required_upload, upload_of, uploads_of, version_asked
from roadmap.wording import side_name


@bp.get("/roadmaps/<int:roadmap_id>/meetings")
def meetings(roadmap_id: int) -> Any:
    """Meetings, and the matrix of their decisions."""
    head = queries.plan_head(me(), roadmap_id)
    state = request.args.get("state", "")
    return render_template(
        "roadmap/meetings.html",
        head=head,
        rows=reads.meetings(me(), roadmap_id),
        decisions=reads.decisions(me(), roadmap_id, state),
        states=meeting_decision.states,
        state=state,
    )


@bp.get("/meetings/<int:meeting_id>")
def meeting(meeting_id: int) -> Any:
    """One meeting: agenda, participants, decisions."""
    row = reads.meeting(me(), meeting_id)
    return render_template("roadmap/meeting.html", row=row, states=meeting_decision.states)


@bp.post("/meetings/<int:meeting_id>/sign")
def sign_minutes(meeting_id: int) -> Any:
    """The minutes are signed: decisions go under control."""
    signed = day(request.form.get("signed_on", ""), "signed_on")
    meeting_service.sign_minutes(meeting_id, signed, upload_of("scan"), me())
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id))


@bp.get("/decisions/<int:decision_id>")
def decision(decision_id: int) -> Any:
    """One decision under control."""
    return _decision(decision_id)


def _decision(decision_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    row = reads.decision(me(), decision_id)
    return render_template(
        "roadmap/decision.html", row=row, faults=faults or {}, **_moving(meeting_decision, row, meeting_service.KIND)
    ), status


def _moving(machine: Workflow, row: Any, kind: str) -> dict[str, Any]:
    """What every page of a moving row shows: its state, the person's own steps, its history."""
    return {
        "state": machine.states[row.state],
        "offers": [offer for offer in machine.offers(row, me()) if offer.mine and not offer.step.hidden],
        "history": [_act(machine, record) for record in reads.history(kind, row.id)],
    }


def _act(machine: Workflow, record: Any) -> dict[str, Any]:
    step = machine.steps.get(record.step)
    state = machine.states.get(record.to_state or "")
    return {
        "at": minute(record.at),
        "who": name_shown(record.actor_name),
        "what": step.label if step else state.label if state else _("Внесены сведения"),
        "text": record.comment,
        "tone": state.tone if state else "neutral",
        "hash": record.document_hash,
    }


@bp.post("/decisions/<int:decision_id>/steps/<step>")
def decision_step(decision_id: int, step: str) -> Any:
    """Take a step of a decision."""
    known = meeting_decision.steps.get(step)
    try:
        meeting_service.take_decision_step(decision_id, step, me(), ask_of(known), uploads_of(known), version_asked())
    except NotValid as refusal:
        return _decision(decision_id, 422, refusal.fields)
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.decision", decision_id=decision_id))


@bp.post("/decisions/<int:decision_id>/evidence")
def attach_to_decision(decision_id: int) -> Any:
    """Bring the document that proves a decision done."""
    try:
        meeting_service.attach_to_decision(decision_id, required_upload("file"), me())
    except NotValid as refusal:
        return _decision(decision_id, 422, refusal.fields)
    return redirect(url_for("roadmap.decision", decision_id=decision_id))


@bp.get("/roadmaps/<int:roadmap_id>/initiatives")
def initiatives(roadmap_id: int) -> Any:
    """Regulatory initiatives of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    rows = reads.initiatives(me(), roadmap_id)
    return render_template(
        "roadmap/initiatives.html", head=head, rows=rows, states=regulatory_initiative.states, side_name=side_name
    )


@bp.get("/initiatives/<int:initiative_id>")
def initiative(initiative_id: int) -> Any:
    """One initiative: where it stands, what happened outside."""
    return _initiative(initiative_id)


def _initiative(initiative_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    row = reads.initiative(me(), initiative_id)
    moving = _moving(regulatory_initiative, row, initiative_service.KIND)
    return render_template(
        "roadmap/initiative.html", row=row, faults=faults or {}, side_name=side_name, **moving
    ), status


@bp.post("/initiatives/<int:initiative_id>/steps/<step>")
def initiative_step(initiative_id: int, step: str) -> Any:
    """Take a step of an initiative."""
    known = regulatory_initiative.steps.get(step)
    try:
        initiative_service.take_initiative_step(
            initiative_id, step, me(), ask_of(known), uploads_of(known), version_asked()
        )
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields)
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id))


@bp.post("/initiatives/<int:initiative_id>/papers")
def attach_to_initiative(initiative_id: int) -> Any:
    """Bring a paper of the draft."""
    try:
        initiative_service.attach_to_initiative(initiative_id, required_upload("file"), me())
    except NotValid as refusal:
        return _initiative(initiative_id, 422, refusal.fields)
    return redirect(url_for("roadmap.initiative", initiative_id=initiative_id))
