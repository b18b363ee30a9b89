"""A new draft and its form: saved incomplete, saved by itself, seen on paper beside."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import catalogue, drafting, service
from agreements.dossier import head
from agreements.forms import draft
from agreements.forms.draft import DraftForm
from agreements.forms.parties import looked_up, with_signatories
from agreements.models import Agreement
from agreements.preview import preview
from agreements.states import agreement_machine
from agreements.views.blueprint import bp
from agreements.views.steps import version
from core import clock
from core.accounts.actor import Actor
from core.accounts.login import me
from core.documents import kinds
from core.documents.downloads import given
from core.documents.shown import shown
from core.errors import NotFound, NotNow, NotValid, Refusal


@bp.route("/agreements/new", methods=["GET", "POST"])
def new() -> Any:
    """A new draft of a kind; without one, the choice of kinds."""
    actor = me()
    drafting.refuse_others(actor)
    parent_id = request.args.get("parent", type=int)
    parent = head(parent_id, actor) if parent_id else None
    kind = request.args.get("kind", "supplementary" if parent else "")
    if not kind:
        return render_template("agreements/kinds.html", kinds=[kinds.kind(name) for name in catalogue.KINDS])
    if kind not in catalogue.kinds_under(parent):
        raise NotFound(_("Документ этого вида так не составляют"))
    if request.method == "GET":
        return _form(draft.fresh(kind, actor, parent), actor)
    form = draft.typed(kind, request.form, parent)
    try:
        made = service.create(draft.read(form), actor)
    except (NotValid, NotNow) as refusal:
        return _refused(form, actor, refusal)
    flash(_("Проект сохранён"), "success")
    return redirect(url_for("agreements.edit", agreement_id=made.id))


@bp.route("/agreements/<int:agreement_id>/edit", methods=["GET", "POST"])
def edit(agreement_id: int) -> Any:
    """Change a draft."""
    actor = me()
    agreement = head(agreement_id, actor)
    drafting.refuse_frozen(agreement, actor)
    if request.method == "GET":
        return _form(draft.of(agreement), actor, agreement)
    form = draft.retyped(agreement, request.form)
    try:
        agreement = service.edit(agreement_id, draft.read(form), actor, version())
    except (NotValid, NotNow) as refusal:
        return _refused(form, actor, refusal, head(agreement_id, actor))
    flash(_("Сохранено"), "success")
    if request.form.get("then") == "card":
        return redirect(url_for("agreements.card", agreement_id=agreement_id))
    return redirect(url_for("agreements.edit", agreement_id=agreement_id))


def _form(form: DraftForm, actor: Actor, agreement: Agreement | None = None, refusal: Refusal | None = None) -> str:
    with_signatories(form.rows)
    return render_template(
        "agreements/form.html",
        form=form,
        it=agreement,
        refusal=refusal,
        state=agreement_machine.states[agreement.state] if agreement else None,
        lacking=catalogue.lacking(agreement) if agreement else {},
        paper=_paper(agreement if agreement and not refusal else drafting.imagined(form, actor, agreement)),
    )


def _refused(form: DraftForm, actor: Actor, refusal: Refusal, agreement: Agreement | None = None) -> Any:
    form.errors = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    return _form(form, actor, agreement, refusal), refusal.status


def _paper(agreement: Agreement) -> Any:
    """The document as blocks of a page, and what it lacks; None where it cannot be made yet, with the reason."""
    try:
        made = preview(agreement)
        return {"blocks": shown(made.content), "lacking": made.lacking}
    except Refusal as refusal:
        return {"blocks": [], "lacking": [], "fault": str(refusal)}


@bp.post("/agreements/<int:agreement_id>/autosave")
def autosave(agreement_id: int) -> Any:
    """Save what can be read of the form as it is being filled in."""
    actor = me()
    agreement = head(agreement_id, actor)
    drafting.refuse_frozen(agreement, actor)
    form = draft.retyped(agreement, request.form)
    try:
        saved = service.edit(agreement_id, draft.read(form), actor, version())
    except (NotValid, NotNow) as refusal:
        fields = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
        return jsonify(saved=False, message=str(refusal), fields=fields), refusal.status
    at = clock.in_moscow(clock.now())
    return jsonify(saved=True, version=saved.version, message=_("Сохранено в %(at)s", at=f"{at:%H:%M:%S}"))


@bp.post("/agreements/preview")
def live() -> Any:
    """The document as it would be with what stands in the form now. Nothing is kept."""
    actor = me()
    agreement_id = request.args.get("of", type=int)
    row = _imagined(actor, agreement_id)
    return render_template("agreements/_live.html", paper=_paper(row))


def _imagined(actor: Actor, agreement_id: int | None) -> Agreement:
    if agreement_id is not None:
        kept = head(agreement_id, actor)
        return drafting.imagined(draft.retyped(kept, request.form), actor, kept)
    parent_id = request.args.get("parent", type=int)
    parent = head(parent_id, actor) if parent_id else None
    kind = request.args.get("kind", "supplementary" if parent else "")
    if kind not in catalogue.kinds_under(parent):
        raise NotFound(_("Документ этого вида так не составляют"))
    return drafting.imagined(draft.typed(kind, request.form, parent), actor)


@bp.get("/agreements/parties")
def party() -> Any:
    """What the form fills in once an organisation is picked: its signatories, its requisites, what they lack."""
    drafting.refuse_others(me())
    row = looked_up(request.args.get("org", ""))
    return jsonify(
        found=row.organisation_id is not None,
        signatories=row.signatories,
        signatory=row.signatory,
        requisites=row.requisites,
        faults=row.faults,
    )


@bp.get("/agreements/<int:agreement_id>/preview.docx")
def preview_docx(agreement_id: int) -> Any:
    """The draft as a Word file, complete or not; nothing is kept."""
    agreement = head(agreement_id, me())
    name = f"{agreement.title[:100]}, {_('предпросмотр')}.docx"
    return given(preview(agreement).content, name)
