"""Pages of papers: the approval sheet of all rounds on the screen, and the three papers as Word documents."""

from __future__ import annotations

from typing import Any

from flask import render_template

from core.accounts.login import me
from core.accounts.roles import SIDE_OF_KIND
from core.documents.downloads import handed
from core.documents.models import IssuedDocument
from core.signoffs import documents, queries, words
from core.signoffs.documents.sheet import sheet_context
from core.signoffs.protocol_shown import protocol_of_actor
from core.signoffs.queries import Sheet, court_of
from core.signoffs.subjects import visible
from core.signoffs.views.blueprint import bp


@bp.get("/tasks/sheets/<kind>/<int:subject_id>")
def sheet(kind: str, subject_id: int) -> Any:
    """Every round of a subject, made to be printed."""
    about = visible(kind, subject_id, me())
    found = queries.sheet(kind, subject_id, me())
    context = sheet_context(found, about.paper(subject_id)) if found.rounds else {"rounds": [], "remarks": []}
    return render_template(
        "signoffs/sheet.html",
        kind=kind,
        subject_id=subject_id,
        subject=about,
        subject_url=about.url(subject_id),
        sheet=context,
        court=court(found),
    )


def court(found: Sheet) -> list[dict[str, Any]]:
    """How long each organisation has held the document, and who holds it now: for `_route.html` and the sheet."""
    now = court_of(found)
    waited = {each.organisation_id for each in now.waiting}
    return [
        {
            "party": each.organisation,
            "side": SIDE_OF_KIND[found.organisations[each.organisation_id].kind],
            "words": words.days(each.days),
            "now": each.organisation_id in waited,
        }
        for each in now.spent
    ]


def _handed(document: IssuedDocument) -> Any:
    return handed(document.sha256, document.file_name)


@bp.post("/tasks/sheets/<kind>/<int:subject_id>/docx")
def sheet_docx(kind: str, subject_id: int) -> Any:
    """Issue the sheet as it stands now."""
    visible(kind, subject_id, me())
    return _handed(documents.issue_sheet(kind, subject_id, me()))


@bp.post("/remarks/<kind>/<int:subject_id>/docx")
def remarks_docx(kind: str, subject_id: int) -> Any:
    """Issue the remarks table as it stands now."""
    visible(kind, subject_id, me())
    return _handed(documents.issue_remarks(kind, subject_id, me()))


@bp.post("/protocols/<int:protocol_id>/docx")
def protocol_docx(protocol_id: int) -> Any:
    """Issue the disagreement protocol as it stands now."""
    row = protocol_of_actor(protocol_id, me()).protocol
    return _handed(documents.issue_protocol(row.subject_kind, row.subject_id, me(), row.number))
