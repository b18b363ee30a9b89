"""Pages of a draft: its sections and items."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.accounts.login import me
from core.web.forms import Refused, attempt
from roadmap import queries, service
from roadmap.forms import SectionForm, TermsForm
from roadmap.graph import codes
from roadmap.models import Edition
from roadmap.queries.editions import terms_in
from roadmap.queries.plans import section_titles
from roadmap.queries.table import befores_of
from roadmap.rows.cells import days_after_text
from roadmap.service import NewItem
from roadmap.service.plans import check_editable
from roadmap.views.blueprint import bp, number
from roadmap.wording import points_text


def _draft(roadmap_id: int) -> Edition:
    """The first edition. A form that would be refused is not opened: raises NotFound, NotAllowed, NotNow."""
    found = queries.edition_by_number(me(), roadmap_id, 1)
    if request.method != "POST":
        check_editable(found, me())
    return found


@bp.route("/roadmaps/<int:roadmap_id>/sections/new", methods=["GET", "POST"])
def new_section(roadmap_id: int) -> Any:
    """Name a section of a draft."""
    draft = _draft(roadmap_id)
    form = SectionForm()
    known = section_titles(roadmap_id)
    if not form.is_submitted():
        form.number.data = len(known) + 1
    else:
        done = attempt(form, lambda: service.add_section(draft.id, form.number.data, form.title.data or "", me()))
        if not isinstance(done, Refused):
            back = "roadmap.edit_table" if "table" in request.args else "roadmap.edition"
            return redirect(url_for(back, roadmap_id=roadmap_id, number=1))
        return _form(form, _("Раздел плана"), draft, done.status)
    return _form(form, _("Раздел плана"), draft)


def _form(form: Any, title: str, draft: Edition, status: int = 200) -> Any:
    back = url_for("roadmap.edition", roadmap_id=draft.roadmap_id, number=draft.number)
    return render_template("roadmap/terms_form.html", form=form, title=title, back=back), status


@bp.route("/roadmaps/<int:roadmap_id>/items/new", methods=["GET", "POST"])
def new_item(roadmap_id: int) -> Any:
    """Add an item to a draft."""
    draft = _draft(roadmap_id)
    form = _terms_form(roadmap_id)
    if form.is_submitted():
        done = attempt(form, lambda: service.add_item(draft.id, _entered(form, roadmap_id), me()))
        if not isinstance(done, Refused):
            return _shown(draft)
        return _form(form, _("Новое мероприятие"), draft, done.status)
    return _form(form, _("Новое мероприятие"), draft)


def _entered(form: TermsForm, roadmap_id: int) -> NewItem:
    return NewItem(form.section.data, {**form.terms(), **form.after(roadmap_id)}, depends=form.befores())


def _edit(draft: Edition, item_id: int, new: NewItem, version: int | None) -> None:
    service.edit_item(draft.id, item_id, new.terms, version, me(), new.depends)


def _terms_form(roadmap_id: int, **values: Any) -> TermsForm:
    form = TermsForm(**values)
    form.offer([(row.number, row.title) for row in section_titles(roadmap_id)])
    return form


@bp.route("/roadmaps/<int:roadmap_id>/items/<int:item_id>/edit", methods=["GET", "POST"])
def edit_item(roadmap_id: int, item_id: int) -> Any:
    """Change what an item of a draft says."""
    draft = _draft(roadmap_id)
    item, terms = terms_in(draft.id, item_id)
    after = codes([terms.after_item_id])[0] if terms.after_item_id else ""
    form = _terms_form(
        roadmap_id,
        obj=terms,
        section=item.section,
        points=points_text(terms.control_points),
        after_code=after,
        days_after=days_after_text(terms.after_days, terms.after_working) if after else "",
        depends=befores_of(roadmap_id, [item_id]).get(item_id, ""),
    )
    title = _("Мероприятие %(code)s", code=item.code)
    if form.is_submitted():
        version = number(form.version.data)
        done = attempt(form, lambda: _edit(draft, item_id, _entered(form, roadmap_id), version))
        if not isinstance(done, Refused):
            return _shown(draft)
        return _form(form, title, draft, done.status)
    return _form(form, title, draft)


@bp.post("/roadmaps/<int:roadmap_id>/items/<int:item_id>/drop")
def drop_item(roadmap_id: int, item_id: int) -> Response:
    """Strike an item from a draft."""
    draft = _draft(roadmap_id)
    service.drop_item(draft.id, item_id, me())
    return _shown(draft)


def _shown(draft: Edition) -> Response:
    return redirect(url_for("roadmap.edition", roadmap_id=draft.roadmap_id, number=draft.number))
