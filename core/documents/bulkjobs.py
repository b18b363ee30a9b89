"""Documents room: bulk runs: a register or a selection of rows becomes documents, one a row: begun, stopped, given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select, update

from core import audit, clock
from core.accounts.access import set_readers
from core.accounts.actor import Actor
from core.db import db, expect_version, locked, transaction
from core.documents import kinds, pdf, sealing
from core.documents.bulk import Outcome, zip_stream
from core.documents.issuing import (
    active_template,
    content,
    new_code,
)
from core.documents.models import BulkRow, BulkRun, DocumentPdf, IssuedDocument
from core.documents.registers import RegisterRow
from core.documents.snapshots import to_json
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow.jobs import enqueue
from core.workflow.models import Job

SUBJECT = "bulk_run"
ROLES = ("admin", "m_coord", "c_coord", "c_hr", "roiv", "college", "enterprise", "operator", "registrar")
"""Who may issue many documents at once."""
READ = 200
"""Rows read from the database at a time."""


def may_bulk(actor: Actor) -> bool:
    """Whether the actor may issue documents in bulk."""
    return actor.has(*ROLES) and actor.organisation_id is not None


def create(kind_name: str, rows: Sequence[RegisterRow], actor: Actor, title: str = "") -> BulkRun:
    """A run of these rows, checked and not started; faulty rows are kept with their faults and will not be made.

    Raises NotAllowed, NotFound (no template of the kind is in force), NotValid (no rows).
    """
    if not may_bulk(actor):
        raise NotAllowed(_("Массовый выпуск Вам недоступен"))
    if not rows:
        raise NotValid(_("Нет ни одной строки"))
    kind = kinds.kind(kind_name)
    with transaction():
        run = BulkRun(
            kind=kind.name,
            template_id=active_template(kind.name).id,
            title=title.strip() or str(kind.label),
            total=len(rows),
            author_id=actor.id,
            author_name=actor.name,
            organisation_id=actor.organisation_id,
            created_at=clock.now(),
        )
        db.session.add(run)
        db.session.flush()
        db.session.execute(insert(BulkRow), [_row(run.id, row, kind.personal) for row in rows])
        assert actor.organisation_id is not None
        set_readers(SUBJECT, run.id, [actor.organisation_id])
        journal(run, actor, "create", {"kind": kind.name, "rows": len(rows)})
        return run


def _row(run_id: int, row: RegisterRow, personal: bool) -> dict[str, Any]:
    code, data = new_code(), to_json(row.data)
    key = sealing.new_key() if personal else None
    faults = [{"column": fault.column, "message": fault.message} for fault in row.faults]
    return {
        "run_id": run_id,
        "number": row.number,
        "code": code,
        "name": row.name,
        "data": None if faults else data if key is None else sealing.seal_json(key, data, code),
        "key": None if faults else key,
        "state": "failed" if faults else "waiting",
        "reason": "; ".join(f"{fault['column']} — {fault['message']}" for fault in faults),
        "faults": faults,
        "document_id": None,
    }


def journal(run: BulkRun, actor: Actor, step: str, data: dict[str, Any]) -> None:
    """What happened to a run, in its chain."""
    audit.append(actor.who(), audit.Act(SUBJECT, run.id, step, to_state=run.state, data=data))


def start(run_id: int, actor: Actor, version: int | None = None) -> BulkRun:
    """Begin, or go on after a cancellation, from the first row that has no document. Raises NotNow, NotFound."""
    with transaction():
        run = _mine(run_id, actor)
        expect_version(run, version)
        if run.state not in ("checked", "cancelled"):
            raise NotNow(_("Выпуск уже идёт или закончен"))
        left = counts(run.id).get("waiting", 0)
        if not left:
            raise NotNow(_("Нет строк, по которым можно сделать документы"))
        run.state, run.turn = "running", run.turn + 1
        key = f"bulk:{run.id}:{run.turn}"
        job = enqueue("documents.bulk", {"run": run.id}, key=key, person_id=actor.id, total=run.total)
        assert job is not None
        run.job_id = job.id
        journal(run, actor, "start", {"turn": run.turn, "waiting": left})
        return run


def cancel(run_id: int, actor: Actor) -> BulkRun:
    """Stop at the next batch; what is made stays, and the run can go on later. Raises NotNow, NotFound."""
    with transaction():
        run = _mine(run_id, actor)
        if run.state != "running":
            raise NotNow(_("Выпуск не идёт"))
        run.state = "cancelled"
        db.session.execute(update(Job).where(Job.id == run.job_id).values(cancel=True))
        journal(run, actor, "cancel", counts(run.id))
        return run


def _mine(run_id: int, actor: Actor) -> BulkRun:
    run = locked(BulkRun, run_id)
    if run is None or not may_bulk(actor) or run.organisation_id != actor.organisation_id:
        raise NotFound(_("Такого выпуска нет"))
    return run


def counts(run_id: int) -> dict[str, int]:
    """How many rows are waiting, done, failed."""
    statement = select(BulkRow.state, func.count()).where(BulkRow.run_id == run_id).group_by(BulkRow.state)
    return dict(db.session.execute(statement).tuples().all())


def ask_pdf(run_id: int, actor: Actor) -> int:
    """Have the PDFs of all documents of a run made, in batches; returns how many. Raises NotFound."""
    with transaction():
        _mine(run_id, actor)
        rows = select(BulkRow.document_id).where(BulkRow.run_id == run_id, BulkRow.document_id.is_not(None))
        return pdf.request(list(db.session.scalars(rows.order_by(BulkRow.number))), actor.id)


def archive(run_id: int) -> Iterator[bytes]:
    """The ZIP of a run in pieces, as far as it has come: documents and PDFs, manifest, rows that were refused."""
    return zip_stream(_kept(run_id))


def _kept(run_id: int) -> Iterator[Outcome]:
    last = -1
    while True:
        rows = db.session.execute(
            select(BulkRow.number, BulkRow.name, BulkRow.reason, IssuedDocument, DocumentPdf.state)
            .outerjoin(IssuedDocument, IssuedDocument.id == BulkRow.document_id)
            .outerjoin(DocumentPdf, DocumentPdf.issued_document_id == BulkRow.document_id)
            .where(BulkRow.run_id == run_id, BulkRow.state != "waiting", BulkRow.number > last)
            .order_by(BulkRow.number)
            .limit(READ)
        ).all()
        for number, name, reason, document, pdf_state in rows:
            yield from _opened(number - 1, name, reason, document, pdf_state == "ready")
        if len(rows) < READ:
            return
        last = rows[-1].number
        db.session.expunge_all()


def _opened(index: int, name: str, reason: str, document: IssuedDocument | None, with_pdf: bool) -> Iterator[Outcome]:
    if document is None:
        yield Outcome(index, name, reason=reason)
        return
    try:
        yield Outcome(index, name, content(document))
        if with_pdf:
            yield Outcome(index, f"{name.removesuffix('.docx')}.pdf", pdf.pdf_of(document))
    except NotFound as error:  # erased, or altered on the disk: told in its place, the others are given
        yield Outcome(index, name, reason=str(error))
