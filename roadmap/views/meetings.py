"""Pages of meetings: the list, the form with the minutes beside it, one meeting, its minutes and its invitation."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.calendar import add_working_days
from core.documents import issuing
from core.documents.downloads import given
from core.documents.shown import shown
from core.errors import NotNow, NotValid, Refusal
from roadmap import invitations, queries
from roadmap import meeting_form as forms
from roadmap.documents import minutes
from roadmap.effects.items import day
from roadmap.meeting_form import MeetingForm
from roadmap.models import Meeting, Roadmap
from roadmap.queries import proceedings as reads
from roadmap.queries.people import known_people
from roadmap.service import meetings as service
from roadmap.service import minutes as minutes_service
from roadmap.states.meetings import meeting_decision
from roadmap.views.blueprint import bp, number, upload_of, version_asked
from roadmap.views.moving import history, papers
from roadmap.wording import MEETING_ACTS


@bp.get("/roadmaps/<int:roadmap_id>/meetings")
def meetings(roadmap_id: int) -> Any:
    """Meetings of a plan."""
    head = queries.plan_head(me(), roadmap_id)
    plan = reads.plan(me(), roadmap_id)
    return render_template(
        "roadmap/meetings.html",
        head=head,
        rows=reads.meetings(me(), roadmap_id),
        keeps=service.keeps_minutes(plan, me()),
        today=clock.today(),
    )


@bp.route("/roadmaps/<int:roadmap_id>/meetings/new", methods=["GET", "POST"])
def new_meeting(roadmap_id: int) -> Any:
    """A new meeting."""
    plan = reads.plan(me(), roadmap_id)
    service.refuse_others(plan, me())
    known = known_people(plan)
    if request.method == "GET":
        return _form(_fresh(plan), plan, known)
    form = forms.typed(request.form, known)
    if "move" in request.form:
        return _form(forms.moved(form, request.form["move"]), plan, known)
    try:
        made = service.create_meeting(roadmap_id, forms.read(form), me())
    except (NotValid, NotNow) as refusal:
        return _form(form, plan, known, refusal=refusal)
    flash(_("Совещание сохранено"), "success")
    return redirect(url_for("roadmap.edit_meeting", meeting_id=made.id))


def _fresh(plan: Roadmap) -> MeetingForm:
    """Today, the secretary is the one who writes, the place and the chair are those of the last meeting."""
    form = forms.blank(clock.today(), _("Заседание рабочей группы"))
    last = reads.last_meeting(plan.id)
    if last is not None:
        form.plain |= {name: getattr(last, name) for name in ("place", "chair", "chair_position")}
        form.people = [{**line, "absent": False} for line in last.participants]
    form.plain |= {"secretary": me().name, "secretary_position": me().position}
    return form


@bp.route("/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
def edit_meeting(meeting_id: int) -> Any:
    """The meeting being written down: agenda, people, what was heard."""
    row = reads.meeting(me(), meeting_id)
    service.refuse_others(row, me())
    known = known_people(row.roadmap)
    if request.method == "GET":
        service.refuse_signed(row)
        return _form(forms.of(row), row.roadmap, known, row)
    form = forms.typed(request.form, known)
    if "move" in request.form:
        return _form(forms.moved(form, request.form["move"]), row.roadmap, known, row)
    try:
        service.edit_meeting(meeting_id, forms.read(form), me(), version_asked())
    except (NotValid, NotNow) as refusal:
        return _form(form, row.roadmap, known, reads.meeting(me(), meeting_id), refusal)
    flash(_("Сохранено"), "success")
    there = "roadmap.meeting" if request.form.get("then") == "page" else "roadmap.edit_meeting"
    return redirect(url_for(there, meeting_id=meeting_id))


def _form(
    form: MeetingForm, plan: Roadmap, known: Any, row: Meeting | None = None, refusal: Refusal | None = None
) -> Any:
    if refusal is not None:
        form.errors = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    page = render_template(
        "roadmap/meeting_form.html",
        form=form,
        plan=plan,
        row=row,
        known=[one for one in known if one.person_id],
        refusal=refusal,
        paper=_paper(form, row or _blank(plan)),
        decided={decision.point for decision in row.decisions} if row else set(),
    )
    return page, refusal.status if refusal is not None else 200


def _blank(plan: Roadmap) -> Meeting:
    row = Meeting(number=reads.next_number(plan.id), held_on=clock.today())
    row.__dict__["roadmap"], row.__dict__["decisions"] = plan, []
    return row


def _paper(form: MeetingForm, kept: Meeting) -> Any:
    """The minutes as blocks of a page, and what they lack."""
    row = forms.imagined(form, kept)
    try:
        return {"blocks": shown(issuing.preview(minutes.imagined(row))), "lacking": minutes.lacking(row)}
    except Refusal as refusal:
        return {"blocks": [], "lacking": {}, "fault": str(refusal)}


@bp.post("/meetings/<int:meeting_id>/autosave")
def autosave_meeting(meeting_id: int) -> Any:
    """Save what can be read of the form while it is being filled in."""
    row = reads.meeting(me(), meeting_id)
    form = forms.typed(request.form, known_people(row.roadmap))
    try:
        saved = service.edit_meeting(meeting_id, forms.read(form), me(), version_asked())
    except (NotValid, NotNow) as refusal:
        fields = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
        return jsonify(saved=False, message=str(refusal), fields=fields), refusal.status
    at = f"{clock.in_moscow(clock.now()):%H:%M:%S}"
    keys = [line["key"] for line in saved.agenda]
    return jsonify(saved=True, version=saved.version, keys=keys, message=_("Сохранено в %(at)s", at=at))


@bp.post("/roadmaps/<int:roadmap_id>/meetings/preview")
def preview_meeting(roadmap_id: int) -> Any:
    """The minutes as they would be with what stands in the form now. Nothing is kept."""
    plan = reads.plan(me(), roadmap_id)
    service.refuse_others(plan, me())
    meeting_id = number(request.args.get("of"))
    kept = reads.meeting(me(), meeting_id) if meeting_id else _blank(plan)
    return render_template("roadmap/_live.html", paper=_paper(forms.typed(request.form, known_people(plan)), kept))


@bp.get("/meetings/<int:meeting_id>")
def meeting(meeting_id: int) -> Any:
    """One meeting: agenda with its decisions, who took part, the minutes."""
    return _meeting(meeting_id)


def _meeting(meeting_id: int, status: int = 200, faults: dict[str, Any] | None = None) -> Any:
    row = reads.meeting(me(), meeting_id)
    drafted_by = add_working_days(row.held_on, 1)
    under: dict[str, list[Any]] = {}
    for decision in row.decisions:
        under.setdefault(decision.point, []).append(decision)
    page = render_template(
        "roadmap/meeting.html",
        row=row,
        under=under,
        people=minutes.by_organisation([{**line, "place": n} for n, line in enumerate(row.participants)]),
        keeps=service.keeps_minutes(row, me()),
        states=meeting_decision.states,
        lacking=minutes.lacking(row),
        drafted_by=drafted_by,
        late_draft=row.document_id is None and row.signed_on is None and clock.today() > drafted_by,
        ahead=row.held_on > clock.today(),
        documents=[_document(one) for one in reads.minutes_issued(meeting_id)],
        scans=papers(reads.files(service.MEETING, meeting_id), {"scan": _("скан подписанного протокола")}),
        history=history(service.MEETING, row, None, MEETING_ACTS),
        today=clock.today(),
        heard=minutes.heard,
        faults=faults or {},
    )
    return page, status


def _document(row: Any) -> dict[str, Any]:
    names = {"draft": _("проект, выпуск %(n)s", n=row.revision), "signed": _("подписанный протокол")}
    return {
        "title": row.file_name,
        "note": names.get(row.rendition, ""),
        "sha": row.sha256,
        "download_url": url_for("documents.document", document_id=row.id, code=row.code),
    }


@bp.post("/meetings/<int:meeting_id>/attendance")
def attendance(meeting_id: int) -> Any:
    """Who was not there."""
    present = {number(text) for text in request.form.getlist("present")}
    row = reads.meeting(me(), meeting_id)
    absent = [place for place in range(len(row.participants)) if place not in present]
    service.note_attendance(meeting_id, absent, me(), version_asked())
    flash(_("Присутствие отмечено"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id))


@bp.post("/meetings/<int:meeting_id>/invite")
def invite(meeting_id: int) -> Any:
    """Tell the participants."""
    try:
        told = service.invite(meeting_id, me())
    except NotValid as refusal:
        return _meeting(meeting_id, 422, refusal.fields)
    flash(_("Приглашены: %(names)s", names=", ".join(told)) if told else _("Все уже приглашены"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id))


@bp.get("/meetings/<int:meeting_id>/invitation")
def invitation(meeting_id: int) -> Any:
    """What an invited person reads: when, where, about what."""
    return render_template("roadmap/invitation.html", row=reads.invited(me(), meeting_id))


@bp.get("/meetings/<int:meeting_id>/invitation.ics")
def invitation_ics(meeting_id: int) -> Response:
    """The meeting for a calendar program."""
    row = reads.invited(me(), meeting_id)
    return given(invitations.as_ics(row), "meeting.ics", "text/calendar; charset=utf-8")


@bp.post("/meetings/<int:meeting_id>/minutes")
def issue_minutes(meeting_id: int) -> Any:
    """Give the minutes out for the signature."""
    try:
        minutes_service.issue_minutes(meeting_id, me(), version_asked())
    except NotValid as refusal:
        return _meeting(meeting_id, 422, refusal.fields)
    flash(_("Протокол сформирован: его можно скачать и подписать"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id) + "#minutes")


@bp.get("/meetings/<int:meeting_id>/minutes.docx")
def preview_minutes(meeting_id: int) -> Response:
    """The minutes as a Word file, complete or not; nothing is kept."""
    row = reads.meeting(me(), meeting_id)
    name = _("Протокол № %(n)s, предпросмотр", n=row.number)
    return given(issuing.preview(minutes.imagined(row)), f"{name}.docx")


@bp.post("/meetings/<int:meeting_id>/sign")
def sign_minutes(meeting_id: int) -> Any:
    """The minutes are signed: decisions go under control."""
    try:
        signed = day(request.form.get("signed_on", ""), "signed_on")
        minutes_service.sign_minutes(meeting_id, signed, upload_of("scan"), me(), version_asked())
    except NotValid as refusal:
        return _meeting(meeting_id, 422, refusal.fields)
    flash(_("Протокол подписан, поручения поставлены на контроль"), "success")
    return redirect(url_for("roadmap.meeting", meeting_id=meeting_id))
