"""Pages of the template library: kinds, versions, one version, comparison, the field catalogue."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.accounts.login import me
from core.documents import catalogue, kinds, library, previews
from core.documents.downloads import given, handed
from core.documents.forms import DatesForm, RetireForm, UploadForm
from core.documents.models import DocumentTemplate
from core.documents.profiles import PROFILES
from core.documents.views.blueprint import bp
from core.documents.wording import TEMPLATE_STATES
from core.errors import NotFound
from core.web.forms import Refused, attempt


@bp.get("/templates")
def templates() -> Any:
    """Every kind with its version in force."""
    return render_template("documents/templates.html", shelves=library.shelves(me()))


@bp.get("/templates/kinds/<kind>")
def versions(kind: str) -> Any:
    """The versions of a kind."""
    found = library.versions(kind, me())
    return render_template(
        "documents/versions.html", kind=kinds.kind(kind), versions=found, states=TEMPLATE_STATES, profiles=PROFILES
    )


@bp.get("/templates/kinds/<kind>/fields")
def fields(kind: str) -> Any:
    """The field catalogue of a kind."""
    library.versions(kind, me())
    found = kinds.kind(kind)
    return render_template("documents/fields.html", kind=found, fields=catalogue.fields(found))


@bp.route("/templates/new", methods=["GET", "POST"])
def new_template() -> Any:
    """A new version."""
    actor = me()
    library.shelves(actor)
    form = UploadForm().offer()
    if request.method == "GET":
        form.kind.data = request.args.get("kind") or form.kind.data
        return render_template("documents/upload.html", form=form)
    done = attempt(form, lambda: library.upload(_draft(form), actor))
    if isinstance(done, Refused):
        return render_template("documents/upload.html", form=form), done.status
    flash(_("Версия загружена. Ниже — что в ней нашлось."), "success")
    return redirect(url_for("documents.template", template_id=done.id))


def _draft(form: UploadForm) -> library.Draft:
    return library.Draft(
        kind=form.kind.data,
        file_name=form.file.data.filename or "",
        content=form.file.data.read(),
        profile=form.profile.data,
        note=form.note.data or "",
        valid_from=form.valid_from.data,
        valid_to=form.valid_to.data,
    )


@bp.get("/templates/<int:template_id>")
def template(template_id: int) -> Any:
    """One version: what it uses, what is wrong, its pages, what can be done with it."""
    return _page(template_id, RetireForm(formdata=None), None)


def _page(template_id: int, retire: RetireForm, dates: DatesForm | None, status: int = 200) -> Any:
    actor = me()
    found = library.template(template_id, actor)
    others = [row for row in library.versions(found.kind, actor) if row.id != found.id]
    return render_template(
        "documents/template.html",
        it=found,
        kind=kinds.kind(found.kind),
        found=library.report(found),
        preview=previews.of(found.id),
        others=others,
        states=TEMPLATE_STATES,
        profile=PROFILES.get(found.profile),
        retire_form=retire,
        dates_form=dates or DatesForm(formdata=None, obj=found),
        own=found.uploaded_by == actor.id,
        today=clock.today(),
    ), status


@bp.post("/templates/<int:template_id>/activate")
def activate_template(template_id: int) -> Any:
    """Put a version in force: a second person's act."""
    found = library.activate(template_id, me())
    if found.state == "scheduled":
        return _shown(found, _("Версия вступит в действие %(day)s", day=f"{found.valid_from:%d.%m.%Y}"))
    return _shown(found, _("Версия введена в действие"))


@bp.post("/templates/<int:template_id>/retire")
def retire_template(template_id: int) -> Any:
    """Take a version out of use."""
    form = RetireForm()
    done = attempt(form, lambda: library.retire(template_id, me(), form.reason.data or ""))
    if isinstance(done, Refused):
        return _page(template_id, form, None, done.status)
    return _shown(done, _("Версия выведена из действия"))


@bp.post("/templates/<int:template_id>/dates")
def date_template(template_id: int) -> Any:
    """Change the dates of a version."""
    form = DatesForm()
    done = attempt(form, lambda: library.set_dates(template_id, me(), form.valid_from.data, form.valid_to.data))
    if isinstance(done, Refused):
        return _page(template_id, RetireForm(formdata=None), form, done.status)
    return _shown(done, _("Сроки изменены"))


def _shown(found: DocumentTemplate, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("documents.template", template_id=found.id))


@bp.post("/templates/<int:template_id>/pages")
def make_pages(template_id: int) -> Any:
    """Have the pages of a version made."""
    actor = me()
    found = library.template(template_id, actor)
    previews.ask(found.id, actor.id)
    return redirect(url_for("documents.template", template_id=found.id) + "#pages")


@bp.get("/templates/<int:template_id>/pages")
def pages(template_id: int) -> Any:
    """The piece of a page with the pictures; a page that waits asks for it again."""
    found = library.template(template_id, me())
    return render_template("documents/_pages.html", it=found, preview=previews.of(found.id))


@bp.get("/templates/<int:template_id>/pages/<int:number>.png")
def page_picture(template_id: int, number: int) -> Any:
    """One page as a picture."""
    found = library.template(template_id, me())
    answer = given(previews.picture(found.id, number), f"{number}.png", "image/png")
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@bp.get("/templates/<int:template_id>/template.docx")
def template_file(template_id: int) -> Any:
    """The file of a version, as it was brought."""
    found = library.template(template_id, me())
    return handed(found.sha256, f"{kinds.kind(found.kind).label}, версия {found.version}.docx")


@bp.get("/templates/<int:template_id>/sample.docx")
def sample_file(template_id: int) -> Any:
    """A version filled with the sample."""
    found = library.template(template_id, me())
    return given(library.filled(found), f"{kinds.kind(found.kind).label}, образец.docx")


@bp.get("/templates/compare")
def compare_templates() -> Any:
    """The texts of two versions of a kind."""
    actor = me()
    old, new = (library.template(request.args.get(name, 0, type=int), actor) for name in ("old", "new"))
    if old.kind != new.kind:
        raise NotFound(_("Сравнить можно две версии одного вида"))
    blocks = library.comparison(old, new)
    return render_template("documents/compare.html", old=old, new=new, kind=kinds.kind(new.kind), blocks=blocks)
