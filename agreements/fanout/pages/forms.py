"""Models: the list, the form, the text clause by clause, the revisions."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements.fanout import board, drawing, typed
from agreements.fanout.imagining import imagined
from agreements.fanout.pages.blueprint import bp, version
from agreements.forms.clauses import typed_clauses, untouched
from agreements.models import ModelForm
from agreements.preview import preview
from agreements.shown import SHORT_KINDS
from agreements.views.text import LEVEL_NAMES
from core.accounts.login import me
from core.accounts.models import Organisation
from core.db import db
from core.documents import kinds
from core.documents.comparison import compare_clauses
from core.documents.downloads import given
from core.errors import NotFound, NotNow, NotValid, Refusal


@bp.get("/models")
def models() -> Any:
    """The models of one's organisation."""
    return render_template("fanout/models.html", rows=board.models(me()), kinds=SHORT_KINDS)


@bp.route("/models/new", methods=["GET", "POST"])
def new() -> Any:
    """A new model of a kind; without one, the choice of kinds."""
    actor, kind = me(), request.args.get("kind", "")
    drawing.refuse_others(actor)
    if not kind:
        return render_template("fanout/kinds.html", kinds=[kinds.kind(name) for name in drawing.KINDS])
    if kind not in drawing.KINDS:
        raise NotFound(_("Типовых форм этого вида нет"))
    if request.method == "GET":
        return _form(typed.fresh(kind))
    form = typed.typed(kind, request.form)
    try:
        made = drawing.create(typed.read(form), actor)
    except (NotValid, NotNow) as refusal:
        return _refused(form, refusal)
    flash(_("Типовая форма сохранена. Проверьте текст и утвердите редакцию."), "success")
    return redirect(url_for("fanout.text", model_id=made.id))


@bp.route("/models/<int:model_id>/edit", methods=["GET", "POST"])
def edit(model_id: int) -> Any:
    """Change a model; what was sent stays as it was sent."""
    actor = me()
    model = drawing.model_for(model_id, actor)
    if request.method == "GET":
        return _form(typed.of(model), model)
    form = typed.typed(model.kind, request.form)
    try:
        drawing.edit(model_id, typed.read(form), actor, version())
    except (NotValid, NotNow) as refusal:
        return _refused(form, refusal, drawing.model_for(model_id, actor))
    flash(_("Сохранено"), "success")
    return redirect(url_for("fanout.edit", model_id=model_id))


def _form(form: typed.ModelTyped, model: ModelForm | None = None, refusal: Refusal | None = None) -> str:
    return render_template("fanout/form.html", form=form, it=model, refusal=refusal)


def _refused(form: typed.ModelTyped, refusal: Refusal, model: ModelForm | None = None) -> Any:
    form.errors = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    return _form(form, model, refusal), refusal.status


@bp.route("/models/<int:model_id>/text", methods=["GET", "POST"])
def text(model_id: int) -> Any:
    """The working text clause by clause, and what it makes of the template."""
    actor = me()
    model = drawing.model_for(model_id, actor)
    if request.method == "GET":
        return _text(model, drawing.text_of(model))
    before = drawing.text_of(model)
    wanted = [] if "reset" in request.form else untouched(typed_clauses(request.form), before)
    try:
        drawing.edit_clauses(model_id, wanted, actor, version())
    except (NotValid, NotNow) as refusal:
        return _text(drawing.model_for(model_id, actor), wanted or before, refusal), refusal.status
    flash(_("Текст сохранён"), "success")
    return redirect(url_for("fanout.text", model_id=model_id))


def _text(model: ModelForm, clauses: Any, refusal: Refusal | None = None) -> str:
    own = drawing.own_text(model)
    changed = [block for block in compare_clauses(own, clauses) if block.kind != "equal"] if model.clauses else []
    return render_template(
        "fanout/text.html", it=model, clauses=clauses, changed=changed, refusal=refusal, levels=LEVEL_NAMES()
    )


@bp.post("/models/<int:model_id>/release")
def release(model_id: int) -> Any:
    """Approve the working model as the next revision."""
    actor = me()
    try:
        made = drawing.release(model_id, actor, request.form.get("note", ""), version())
    except (NotValid, NotNow) as refusal:
        model = drawing.model_for(model_id, actor)
        return _text(model, drawing.text_of(model), refusal), refusal.status
    flash(_("Утверждена редакция № %(n)s. Теперь её можно рассылать.", n=made.number), "success")
    return redirect(url_for("fanout.show", model_id=model_id))


@bp.get("/models/<int:model_id>/revisions/<int:number>")
def revision(model_id: int, number: int) -> Any:
    """A revision's wording, with what it changed in the one before."""
    model = drawing.model_for(model_id, me())
    now = drawing.revision_of(model, number)
    before = drawing.revision_of(model, number - 1) if number > 1 else None
    blocks = compare_clauses(before.clauses, now.clauses) if before is not None else []
    return render_template("fanout/revision.html", it=model, now=now, before=before, blocks=blocks)


@bp.get("/models/<int:model_id>/preview.docx")
def preview_docx(model_id: int) -> Any:
    """The working model as a Word file; nothing is kept."""
    model = drawing.model_for(model_id, me())
    row = imagined(model, db.session.get_one(Organisation, model.organisation_id))
    return given(preview(row).content, f"{model.title[:100]}, {_('предпросмотр')}.docx")
