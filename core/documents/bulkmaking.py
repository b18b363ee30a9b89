"""Documents room: the job of a bulk run: rows rendered on several processes, outcomes written in batches.

Every row has its code and its key before anything is made: made again after a kill, it is the same file. What a row
became is written once, under the lock of its run, so that nothing is doubled or lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.db import db, locked, transaction
from core.documents import sealing
from core.documents.bulk import Outcome, Row, render_many
from core.documents.bulkjobs import READ, SUBJECT, counts, journal
from core.documents.cache import compiled
from core.documents.issuing import Kept, Made, Order, doc_block, record, store
from core.documents.models import BulkRow, BulkRun, IssuedDocument
from core.documents.package import ISAL, sha256
from core.documents.producing import finished, with_place
from core.documents.render import engine
from core.documents.snapshots import from_json
from core.store import files
from core.web.kept import russian
from core.workflow import handler
from core.workflow.jobs import heartbeat
from core.workflow.models import Job

WRITTEN = 50
"""Rows whose outcomes are written in one transaction: what a kill can make be done again."""
PROCESSES = 2


@handler("documents.bulk")
def make(job: Job) -> None:
    """Make what has no document yet. Killed, it is begun again by who finds its lease run out."""
    run = db.session.get(BulkRun, job.payload["run"])
    if run is None or run.state != "running" or run.job_id != job.id:
        return
    done = run.total - counts(run.id).get("waiting", 0)
    batch: list[Outcome] = []
    for outcome in _outcomes(run):
        batch.append(outcome)
        if len(batch) == WRITTEN:
            done += len(batch)
            if not _written(run.id, job, batch, done):
                return
            batch = []
    if batch and not _written(run.id, job, batch, run.total):
        return
    _finish(run.id)


def _outcomes(run: BulkRun) -> Iterator[Outcome]:
    """Every waiting row rendered on several processes; the index of an outcome is its row's number."""
    template = compiled(with_place(files().get(run.template.sha256), run.template.profile))
    numbers: list[int] = []
    rows = _rows(_order(run), numbers)
    made = render_many(template, rows, processes=PROCESSES, deflater="isal", finish=_with_code, begin=_die_with_parent)
    for outcome in made:
        yield Outcome(numbers[outcome.index], outcome.name, outcome.data, outcome.sha256, outcome.reason)


def _die_with_parent() -> None:
    from core.web.serving import die_with_parent  # the server's module is not needed before

    die_with_parent()


def _with_code(rendered: bytes, row: Row) -> bytes:
    return finished(rendered, row.data, None, ISAL)


def _order(run: BulkRun) -> Order:
    """What all documents of the run have in common."""
    return Order(
        kind=run.kind, subject_kind=SUBJECT, subject_id=run.id, title=run.title, file_name="", context={},
        rendition="bulk", status_label=russian(_l("выпуск № %(n)s", n=run.id)),
    )  # fmt: skip


def _rows(order: Order, numbers: list[int]) -> Iterator[Row]:
    """Waiting rows in their order, read as they are needed; their numbers are noted on the way."""
    columns = (BulkRow.number, BulkRow.name, BulkRow.code, BulkRow.data, BulkRow.key)
    last = -1
    while True:
        found = db.session.execute(
            select(*columns)
            .where(BulkRow.run_id == order.subject_id, BulkRow.state == "waiting", BulkRow.number > last)
            .order_by(BulkRow.number)
            .limit(READ)
        ).all()
        db.session.rollback()
        for number, name, code, data, key in found:
            numbers.append(number)
            yield Row(name, from_json(_snapshot(order, code, data, key)))
        if len(found) < READ:
            return
        last = found[-1].number


def _snapshot(order: Order, code: str, data: dict[str, Any], key: bytes | None) -> dict[str, Any]:
    opened = data if key is None else sealing.unseal_json(key, data, code)
    return {**opened, "doc": doc_block(order, code)}


def _written(run_id: int, job: Job, batch: Sequence[Outcome], done: int) -> bool:
    """Write what became of these rows; False when the run is not to go on."""
    run = db.session.get_one(BulkRun, run_id)
    order = _order(run)
    sources = _sources(run_id, [outcome.index for outcome in batch])
    kept = {
        outcome.index: _stored(order, sources[outcome.index], outcome)
        for outcome in batch
        if not outcome.reason and outcome.index in sources
    }
    with transaction():
        current = locked(BulkRun, run_id)
        assert current is not None
        free = set(_sources(run_id, list(sources)))
        fresh = {index: each for index, each in kept.items() if index in free}
        author = Actor(current.author_id, current.author_name) if current.author_id else SYSTEM
        documents = record(list(fresh.values()), current.template, author)
        _close(run_id, dict(zip(fresh, documents, strict=True)))
        for outcome in batch:
            if outcome.reason and outcome.index in free:
                _set(run_id, outcome.index, state="failed", reason=outcome.reason, data=None, key=None)
        goes_on = current.state == "running" and current.job_id == job.id
    return heartbeat(job, done) and goes_on


def _sources(run_id: int, numbers: Sequence[int]) -> dict[int, Any]:
    """The rows of these numbers that still wait."""
    columns = (BulkRow.number, BulkRow.name, BulkRow.code, BulkRow.data, BulkRow.key)
    where = (BulkRow.run_id == run_id, BulkRow.state == "waiting", BulkRow.number.in_(numbers))
    return {row.number: row for row in db.session.execute(select(*columns).where(*where))}


def _stored(order: Order, row: Any, outcome: Outcome) -> Kept:
    """The file in the store, before the transaction: the write lock is not held for the disk."""
    own = replace(order, file_name=row.name, key=f"bulk:{order.subject_id}:{row.number}")
    snapshot = _snapshot(order, row.code, row.data, row.key)
    return store(own, Made(row.code, snapshot, outcome.data, engine(ISAL), row.key))


def _close(run_id: int, documents: dict[int, IssuedDocument]) -> None:
    """The rows have their documents now; their own data are forgotten."""
    for number, document in documents.items():
        _set(run_id, number, state="done", document_id=document.id, data=None, key=None)


def _set(run_id: int, number: int, **values: Any) -> None:
    row = (BulkRow.run_id == run_id, BulkRow.number == number)
    db.session.execute(update(BulkRow).where(*row).values(**values).execution_options(synchronize_session=False))


def _finish(run_id: int) -> None:
    with transaction():
        run = locked(BulkRun, run_id)
        assert run is not None
        if run.state != "running" or counts(run_id).get("waiting"):
            return
        run.state, run.finished_at = "done", clock.now()
        journal(run, SYSTEM, "finish", {**counts(run_id), "manifest_sha256": _manifest(run_id)})


def _manifest(run_id: int) -> str:
    """One hash over the stored hashes of all documents of the run, in the order of its rows."""
    statement = (
        select(BulkRow.number, IssuedDocument.sha256)
        .join(IssuedDocument, IssuedDocument.id == BulkRow.document_id)
        .where(BulkRow.run_id == run_id)
        .order_by(BulkRow.number)
    )
    lines = "".join(f"{number} {digest}\n" for number, digest in db.session.execute(statement))
    return sha256(lines.encode())
