"""«Редакция на дату», revisions beside one another, and both as Word files."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from agreements import editions as reading
from agreements import service
from agreements.forms.entered import a_date
from agreements.views.blueprint import bp
from core import clock
from core.accounts.login import me
from core.documents.comparison import compare_clauses
from core.documents.downloads import given
from core.documents.issuing import content_of
from core.documents.redline import redline
from core.errors import NotFound, NotValid


@bp.route("/agreements/<int:agreement_id>/consolidated", methods=["GET", "POST"])
def consolidated(agreement_id: int) -> Any:
    """The terms in force on a day; sent, the document of them."""
    actor = me()
    if request.method == "POST":
        service.get_for(agreement_id, actor)
        document = service.consolidated(agreement_id, _day(request.form.get("day", "")), actor)
        return redirect(url_for("documents.document", document_id=document.id, code=document.code))
    day, fault = clock.today(), ""
    try:
        day = _day(request.args.get("day", ""))
    except NotValid as refusal:
        fault = str(refusal)
    found = reading.editions(agreement_id, day, actor)
    before = found.before.clauses if found.before else []
    blocks = compare_clauses(before, found.chosen.clauses) if found.chosen and found.before else []
    page = render_template(
        "agreements/consolidated.html", found=found, it=found.agreement, day=day, fault=fault, blocks=blocks
    )
    return page, 422 if fault else 200


def _day(text: str) -> date:
    """The day asked for; today when none is. Raises NotValid."""
    try:
        return a_date(text) if text.strip() else clock.today()
    except ValueError as fault:
        raise NotValid(str(fault), "day") from fault


@bp.get("/agreements/<int:agreement_id>/revisions/<int:number>")
def revision(agreement_id: int, number: int) -> Any:
    """The text of a revision, and what has changed in it."""
    against = request.args.get("against", type=int)
    found = reading.revisions(agreement_id, number, against, me())
    before = found.before.clauses if found.before else found.now.clauses
    blocks = compare_clauses(before, found.now.clauses)
    return render_template("agreements/revision.html", found=found, it=found.agreement, blocks=blocks)


@bp.get("/agreements/<int:agreement_id>/revisions/<int:number>/redline.docx")
def revision_redline(agreement_id: int, number: int) -> Any:
    """The revision as a Word file with its changes tracked. Computed and never kept."""
    found = reading.revisions(agreement_id, number, request.args.get("against", type=int), me())
    if found.before is None:
        raise NotFound(_("Сравнивать не с чем: это первая редакция"))
    before, now = (content_of(row.document_hash) for row in (found.before, found.now))
    content = redline(before, now, found.now.created_name, found.now.created_at)
    name = _("%(title)s, редакция %(n)s с отличиями.docx", title=found.agreement.title[:100], n=number)
    return given(content, name)
