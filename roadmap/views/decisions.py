"""Pages of decisions: writing them into the minutes, one decision and its steps, one's own, the matrix of all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.access import may_see
from core.accounts.login import me
from core.calendar import is_working, late_words, left_words, working_days_between
from core.errors import NotNow, NotValid, Refusal
from core.workflow import Offer
from roadmap import meeting_form as forms
from roadmap import readers, telling
from roadmap.control import OPEN, RESULTS, SOON_DAYS, late_days, result_of
from roadmap.models import Item, Meeting, MeetingDecision
from roadmap.queries import decisions as reads
from roadmap.queries import proceedings
from roadmap.queries.people import Known, known_people
from roadmap.queries.plans import section_titles
from roadmap.rules.meetings import executes_decision
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.service import decisions as service
from roadmap.service import reminding, turning
from roadmap.service.meetings import MEETING, keeps_minutes, refuse_others, refuse_signed
from roadmap.states.meetings import meeting_decision
from roadmap.views.blueprint import ask_of, bp, number, required_upload, uploads_of, version_asked
from roadmap.views.moving import moving, papers, reminded
from roadmap.wording import DECISION_ACTS, URGENCIES


@bp.route("/meetings/<int:meeting_id>/decisions/new", methods=["GET", "POST"])
def new_decision(meeting_id: int) -> Any:
    """Write a decision into the draft minutes."""
    row = _writable(meeting_id)
    known = known_people(row.roadmap)
    if request.method == "GET":
        last = row.agenda[-1]["key"] if row.agenda else ""
        blank = dict.fromkeys(("text", "executor", "term_text", "due_on", "report_kind", "urgency"), "")
        return _form(row, {**blank, "point": request.args.get("point", last), "helpers": []}, known)
    plain = forms.decision_typed(request.form)
    try:
        service.add_decision(meeting_id, forms.decision_read(plain, known), me())
    except (NotValid, NotNow) as refusal:
        return _form(row, plain, known, refusal=refusal)
    flash(_("Поручение записано"), "success")
    if request.form.get("then") == "more":
        return redirect(url_for("roadmap.new_decision", meeting_id=meeting_id, point=plain["point"] or None))
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id) + "#agenda")


def _writable(meeting_id: int) -> Meeting:
    row = proceedings.meeting(me(), meeting_id)
    refuse_others(row, me())
    refuse_signed(row)
    return row


@bp.route("/decisions/<int:decision_id>/edit", methods=["GET", "POST"])
def edit_decision(decision_id: int) -> Any:
    """Write a decision of the draft minutes anew."""
    found = reads.decision(me(), decision_id)
    row = _writable(found.meeting_id)
    known = known_people(row.roadmap)
    if request.method == "GET":
        return _form(row, forms.decision_plain(found, known), known, found)
    plain = forms.decision_typed(request.form)
    try:
        service.edit_decision(decision_id, forms.decision_read(plain, known), me(), version_asked())
    except (NotValid, NotNow) as refusal:
        return _form(row, plain, known, reads.decision(me(), decision_id), refusal)
    flash(_("Сохранено"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=row.id) + "#agenda")


def _form(
    row: Meeting, plain: dict[str, Any], known: list[Known], decision: MeetingDecision | None = None,
    refusal: Refusal | None = None,
) -> Any:  # fmt: skip
    fields = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    if "executor_id" in fields:
        fields["executor"] = fields.pop("executor_id")
    usual = {name: service.term_of(row.held_on, name) for name in service.URGENCIES}
    page = render_template(
        "roadmap/decision_form.html",
        row=row,
        decision=decision,
        plain=plain,
        known=known,
        errors=fields,
        refusal=refusal,
        urgencies=[(name, f"{label} – {usual[name]:%d.%m.%Y}") for name, label in URGENCIES.items()],
    )
    return page, refusal.status if refusal is not None else 200


@bp.post("/decisions/<int:decision_id>/remove")
def remove_decision(decision_id: int) -> Any:
    """Strike a decision out of the draft minutes."""
    meeting_id = service.remove_decision(decision_id, me(), version_asked())
    flash(_("Поручение вычеркнуто"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id) + "#agenda")


@bp.get("/decisions/<int:decision_id>")
def decision(decision_id: int) -> Any:
    """One decision under control."""
    return _decision(decision_id)


def _decision(
    decision_id: int, status: int = 200, faults: dict[str, Any] | None = None, step: str = "", turned: Any = None
) -> Any:
    row = reads.decision(me(), decision_id)
    actor, today = me(), clock.today()
    coordinates = actor.has(*COORDINATORS) and bool(side_of(row, actor))
    became = turning.became(row)
    late = late_days(row.state, row.due_on, today)
    shown = moving(meeting_decision, row, DECISION_ACTS, step, faults)
    shown["offers"] = [_choosing(offer, row) for offer in shown["offers"]]
    page = render_template(
        "roadmap/decision.html",
        row=row,
        **shown,
        sees_meeting=may_see(actor, MEETING, row.meeting_id),
        sees_plan=may_see(actor, readers.PLAN, row.meeting.roadmap_id),
        executes=executes_decision(row, actor) is None and row.state in service.TAKES_FILES,
        edits=row.state == "draft" and row.meeting.signed_on is None and keeps_minutes(row, actor),
        result=RESULTS[result_of(row.state, row.due_on, row.fact_on, today)] if row.state != "draft" else None,
        left=working_days_between(today, row.due_on) if row.state in OPEN else None,
        late=late,
        late_words=late_words,
        reminds=late is not None and bool(side_of(row, actor)) and actor.has(*reminding.DECISION_REMINDERS),
        working_day=is_working(today),
        helpers=telling.who_can_help(row) if late is not None else (),
        soon=SOON_DAYS,
        files=papers(proceedings.files(service.KIND, row.id), {"result": _("об исполнении")}),
        became=became,
        became_item=isinstance(became, Item),
        turns=coordinates and became is None and row.state in turning.TURNABLE,
        sections=section_titles(row.meeting.roadmap_id) if coordinates else (),
        turned=turned or {},
        urgencies=URGENCIES,
    )
    return page, status


def _choosing(offer: Offer, row: MeetingDecision) -> Offer:
    """Whom a decision may be passed to is chosen by name, not by number."""
    if offer.name != "reassign":
        return offer
    known = known_people(row.meeting.roadmap)
    people = tuple((str(one.person_id), f"{one.name}, {one.organisation}") for one in known if one.person_id)
    executor, *others = offer.step.asks
    asks = (replace(executor, kind="choice", choices=(("", "—"), *people)), *others)
    return replace(offer, step=replace(offer.step, asks=asks))


@bp.post("/decisions/<int:decision_id>/steps/<step>")
def decision_step(decision_id: int, step: str) -> Any:
    """Take a step of a decision."""
    known = meeting_decision.steps.get(step)
    try:
        service.take_decision_step(decision_id, step, me(), ask_of(known), uploads_of(known), version_asked())
    except NotValid as refusal:
        return _decision(decision_id, 422, refusal.fields, step)
    flash(_("Сделано: %(step)s", step=str(known.label) if known else step), "success")
    return redirect(url_for("roadmap.decision", decision_id=decision_id))


@bp.post("/decisions/<int:decision_id>/reminders")
def remind_decision(decision_id: int) -> Any:
    """Remind whoever is late with it."""
    back = url_for("roadmap.decision", decision_id=decision_id)
    return reminded(lambda: reminding.remind_decision(decision_id, me()), back)


@bp.post("/decisions/<int:decision_id>/evidence")
def attach_to_decision(decision_id: int) -> Any:
    """Bring the document that proves a decision done."""
    try:
        service.attach_to_decision(decision_id, required_upload("file"), me())
    except NotValid as refusal:
        return _decision(decision_id, 422, refusal.fields)
    flash(_("Документ приложен"), "success")
    return redirect(url_for("roadmap.decision", decision_id=decision_id))


TURNED = ("title", "unit", "responsible_side", "result", "document_kind")


@bp.post("/decisions/<int:decision_id>/item")
def turn_decision(decision_id: int) -> Any:
    """Make a decision an item of the plan, or propose it."""
    sent = {name: request.form.get(name, "").strip() for name in TURNED}
    section = number(request.form.get("section")) or 0
    try:
        made = turning.turn_into_item(decision_id, section, {k: v for k, v in sent.items() if v}, me())
    except NotValid as refusal:
        return _decision(decision_id, 422, refusal.fields, turned={**sent, "section": section})
    if made.item_id:
        flash(_("Мероприятие внесено в проект плана"), "success")
        return redirect(url_for("roadmap.decision", decision_id=decision_id))
    flash(_("Подготовлен запрос на новое мероприятие: направьте его второй Стороне"), "success")
    return redirect(url_for("roadmap.change", change_id=made.change_id))


MINE = ("open", "overdue", "reported", "done")


@bp.get("/decisions/mine")
def my_decisions() -> Any:
    """«Мои поручения»: what the person executes, by term."""
    which = request.args.get("which", "open")
    which = which if which in MINE else "open"
    return render_template(
        "roadmap/my_decisions.html",
        rows=reads.mine(me(), which),
        counts=reads.counts(me()),
        which=which,
        states=meeting_decision.states,
        today=clock.today(),
        open_states=OPEN,
        left=lambda due: working_days_between(clock.today(), due),
        term_words=lambda days, due: late_words(-days) if due < clock.today() else left_words(days),
        soon=SOON_DAYS,
    )
