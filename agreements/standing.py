"""What a document of an agreement is worth today, as the public verification page tells it to anybody."""

from __future__ import annotations

from flask_babel import gettext as _

from agreements.models import Agreement
from agreements.states import agreement_machine
from core.db import db
from core.documents import standing
from core.documents.models import IssuedDocument
from core.documents.standing import Standing

OVER = ("performed", "expired", "terminated")
IN_FORCE = ("registered", "suspended")


def of_document(document: IssuedDocument) -> Standing | None:
    """None leaves the answer to the documents themselves: a draft, a revision that was replaced."""
    agreement = db.session.get(Agreement, document.subject_id)
    own = standing.by_documents(document)
    if agreement is None or document.kind != agreement.kind or own.state in (standing.DRAFT, standing.SUPERSEDED):
        return None
    if agreement.state == "annulled":
        return Standing(standing.ANNULLED)
    if agreement.state in OVER:
        return Standing(standing.ENDED, str(agreement_machine.states[agreement.state].label))
    if agreement.state in IN_FORCE:
        return Standing(standing.REGISTERED, _note(agreement, document))
    return None


def _note(agreement: Agreement, document: IssuedDocument) -> str:
    if agreement.state == "suspended":
        return str(_("действие приостановлено"))
    if document.rendition == "submitted":
        return str(_("текст этой редакции зарегистрирован; номер и дата стоят в зарегистрированном экземпляре"))
    return ""


def register() -> None:
    standing.register("agreement", of_document)
