"""Pages of one issued document: what it is, its files, the way of its PDF."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from core.accounts.login import me
from core.documents import issuing, kinds, pdf, queries, verification
from core.documents.downloads import given
from core.documents.models import IssuedDocument
from core.documents.views.blueprint import bp
from core.web.page import safe_next


@bp.get("/documents/<int:document_id>")
def card(document_id: int) -> Any:
    """An issued document."""
    found = queries.document(document_id, me())
    return render_template(
        "documents/card.html",
        it=found,
        kind=kinds.kind(found.kind),
        facts=verification.facts(found),
        fingerprint=issuing.fingerprint(found),
        address=issuing.verify_url(found.code),
        pdf=pdf.status(found.id),
    )


@bp.get("/documents/<int:document_id>/pdf")
def pdf_state(document_id: int) -> Any:
    """The piece of a page that tells how far the PDF is; a page that waits asks for it again."""
    found = queries.document(document_id, me())
    return render_template("documents/_pdf.html", it=found, pdf=pdf.status(found.id))


@bp.post("/documents/<int:document_id>/pdf")
def ask_pdf(document_id: int) -> Any:
    """Have the PDF made."""
    actor = me()
    found = queries.document(document_id, actor)
    pdf.request([found.id], actor.id)
    flash(_("PDF готовится. DOCX можно скачать уже сейчас."), "success")
    return redirect(safe_next(url_for("documents.card", document_id=found.id)))


@bp.get("/documents/<int:document_id>/<code>.pdf")
def pdf_file(document_id: int, code: str) -> Any:
    """The PDF, where it is made; else the page that says why not."""
    found = queries.document(document_id, me())
    if found.code != code or pdf.status(found.id).state != "ready":
        return redirect(url_for("documents.card", document_id=found.id))
    return given(pdf.pdf_of(found), pdf_name(found), "application/pdf")


def pdf_name(found: IssuedDocument) -> str:
    return found.file_name.removesuffix(".docx") + ".pdf"
