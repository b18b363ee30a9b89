"""Documents room: the PDF/A-2b of issued documents: asked for, made by a job in batches, kept once made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from core.db import database_now, db, transaction
from core.documents import office, sealing
from core.documents.issuing import content, key_of
from core.documents.models import DocumentPdf, IssuedDocument
from core.errors import NotFound
from core.store import digest, files
from core.workflow import handler
from core.workflow.jobs import enqueue
from core.workflow.models import Job

TOGETHER = 8
"""What a person waits for is made with at most so many others."""
STATES = ("none", "waiting", "ready", "failed", "unavailable")


@dataclass(frozen=True)
class Status:
    """Where the PDF of a document is: `state` is one of STATES, `reason` says why there is none."""

    state: str
    reason: str = ""
    size: int = 0
    sha256: str = ""


def status(document_id: int) -> Status:
    """The state of a document's PDF."""
    row = db.session.get(DocumentPdf, document_id)
    return Status("none") if row is None else Status(row.state, row.reason, row.size, row.sha256)


def statuses(document_ids: Sequence[int]) -> dict[int, Status]:
    """The same of many documents; those nobody asked for are left out."""
    rows = db.session.scalars(select(DocumentPdf).where(DocumentPdf.issued_document_id.in_(document_ids)))
    return {row.issued_document_id: Status(row.state, row.reason, row.size, row.sha256) for row in rows}


def request(document_ids: Iterable[int], person_id: int | None = None) -> int:
    """Ask for the PDFs of documents; returns how many are to be made. What is ready stays, what failed is tried again.

    One document is made at once, many wait for their turn in batches.
    """
    with transaction():
        asked = [document_id for document_id in document_ids if _ask(document_id)]
        if asked:
            payload = {"id": asked[0]} if len(asked) == 1 else {}
            enqueue("documents.pdf", payload, person_id=person_id)
        return len(asked)


def _ask(document_id: int) -> bool:
    row = db.session.get(DocumentPdf, document_id)
    if row is None:
        db.session.add(DocumentPdf(issued_document_id=document_id, requested_at=database_now()))
        db.session.flush()
        return True
    if row.state in ("failed", "unavailable"):
        row.state, row.reason, row.leased_until = "waiting", "", None
        return True
    return row.state == "waiting" and (row.leased_until is None or row.leased_until < database_now())


def pdf_of(document: IssuedDocument) -> bytes:
    """The PDF that was made. Raises NotFound where it is not ready, or where the document's data were erased."""
    row = db.session.get(DocumentPdf, document.id)
    if row is None or row.state != "ready":
        raise NotFound(_("PDF этого документа ещё не готов"))
    key = key_of(document)
    stored = files().get(row.stored_sha256)
    return stored if key is None else sealing.unseal(key, stored, f"{document.code}.pdf")


@handler("documents.pdf")
def make(job: Job) -> None:
    """A batch of what waits. Run twice it finds nothing to do; where others are at work it looks again later."""
    rows = _claim(job.payload.get("id"))
    if rows:
        _write(rows, *_converted(rows))
    _go_on()


def _claim(wanted: int | None) -> list[IssuedDocument]:
    """Documents that wait, this one first, taken for as long as their batch may last."""
    size = office.BATCH if wanted is None else TOGETHER
    now = database_now()
    free = or_(DocumentPdf.leased_until.is_(None), DocumentPdf.leased_until < now)
    with transaction():
        order = (
            DocumentPdf.issued_document_id != (wanted or 0),
            DocumentPdf.requested_at,
            DocumentPdf.issued_document_id,
        )
        waiting = (
            select(DocumentPdf.issued_document_id)
            .where(DocumentPdf.state == "waiting", free)
            .order_by(*order)
            .limit(size)
            .with_for_update(skip_locked=True)
        )
        ids = list(db.session.scalars(waiting))
        lease = now + timedelta(seconds=2 * office.STARTING + 2 * office.EACH * len(ids))
        db.session.execute(_rows(ids).values(leased_until=lease))
    return list(db.session.scalars(select(IssuedDocument).where(IssuedDocument.id.in_(ids))))


def _rows(ids: Sequence[int]) -> Any:
    return update(DocumentPdf).where(DocumentPdf.issued_document_id.in_(ids), DocumentPdf.state == "waiting")


def _converted(rows: Sequence[IssuedDocument]) -> tuple[dict[int, bytes], dict[int, tuple[str, str]]]:
    """PDFs by document, and state and reason of those that have none."""
    sources: dict[str, bytes] = {}
    refused: dict[int, tuple[str, str]] = {}
    for document in rows:
        try:
            sources[str(document.id)] = content(document)
        except NotFound as error:
            refused[document.id] = ("failed", str(error))
    try:
        result = office.to_pdf(sources)
    except office.Unavailable:
        reason = _("LibreOffice не установлен: PDF не делается, документ можно скачать в формате DOCX")
        return {}, refused | {int(key): ("unavailable", reason) for key in sources}
    refused |= {int(key): ("failed", reason) for key, reason in result.failed.items()}
    return {int(key): data for key, data in result.made.items()}, refused


def _write(rows: Sequence[IssuedDocument], made: dict[int, bytes], refused: dict[int, tuple[str, str]]) -> None:
    ready = [document for document in rows if document.id in made]
    kept = {document.id: values for document in ready if (values := _kept(document, made[document.id]))}
    with transaction():
        now = database_now()
        for document_id, values in kept.items():
            db.session.execute(
                _rows([document_id]).values(
                    state="ready", engine=office.engine(), at=now, leased_until=None, reason="", **values
                )
            )
        for document_id, (state, reason) in refused.items():
            db.session.execute(_rows([document_id]).values(state=state, reason=reason, leased_until=None))


def _kept(document: IssuedDocument, made: bytes) -> dict[str, Any] | None:
    """What is written of a PDF once its bytes are in the store; None where the document was erased meanwhile."""
    try:
        key = key_of(document)
    except NotFound:
        return None
    stored = made if key is None else sealing.seal(key, made, f"{document.code}.pdf")
    return {"sha256": digest(made), "stored_sha256": files().put(stored), "size": len(made)}


def _go_on() -> None:
    """Where more waits, one more job; where others hold it, a job for the time their hold ends."""
    with transaction():
        waiting = select(DocumentPdf.leased_until).where(DocumentPdf.state == "waiting")
        first = db.session.execute(waiting.order_by(DocumentPdf.leased_until.is_not(None)).limit(1)).first()
        if first is None:
            return
        wait = first.leased_until - database_now() if first.leased_until else timedelta(0)
        enqueue("documents.pdf", {}, after=max(wait, timedelta(0)))
