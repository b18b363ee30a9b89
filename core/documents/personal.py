"""Documents room: personal data kept no longer than the law of their document needs: the end of a key."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import delete

from core import audit, clock
from core.accounts.actor import Actor
from core.db import db, locked, transaction
from core.documents.models import DocumentPdf, DocumentSecret, IssuedDocument
from core.errors import NotAllowed, NotFound, NotValid


def erase(document_id: int, actor: Actor, reason: str) -> None:
    """Destroy the key of a personal document: its file and data never open again; the record of it stays.

    Raises NotAllowed for anybody but an administrator, NotFound, NotValid without a reason or for a document that
    holds no personal data.
    """
    if not (actor.is_admin or actor.is_system):
        raise NotAllowed(_("Уничтожить персональные данные может только администратор"))
    if not reason.strip():
        raise NotValid(_("Укажите основание уничтожения"), "reason")
    with transaction():
        document = db.session.get(IssuedDocument, document_id)
        if document is None:
            raise NotFound(_("Документ не найден"))
        secret = locked(DocumentSecret, document_id)
        if secret is None:
            raise NotValid(_("В документе нет персональных данных: он не шифруется"))
        if secret.key is None:
            return
        secret.key, secret.sha256, secret.content_sha256 = None, "", ""
        secret.erased_at, secret.erased_by, secret.reason = clock.now(), actor.name, reason.strip()
        db.session.execute(delete(DocumentPdf).where(DocumentPdf.issued_document_id == document_id))
        act = audit.Act("issued_document", document_id, "erase", comment=reason.strip(), document_hash=document.sha256)
        audit.append(actor.who(), act)
