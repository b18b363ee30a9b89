"""Writing the journal: `append` adds one record inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core import clock
from core.audit.chain import START, digest_of
from core.audit.models import AuditHead, AuditRecord
from core.db import db, in_transaction, table_of

PORTION = 500
"""Rows of one insert."""


@dataclass(frozen=True)
class Who:
    """The actor as the journal knows him: an id and a snapshot of the names. `id` None is the service itself."""

    id: int | None
    name: str
    organisation_id: int | None = None
    organisation_name: str = ""
    address: str = ""
    session: str = ""


@dataclass(frozen=True)
class Act:
    """What happened to which subject."""

    subject_kind: str
    subject_id: int
    step: str
    from_state: str | None = None
    to_state: str | None = None
    comment: str = ""
    document_hash: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def append(who: Who, act: Act) -> AuditRecord:
    """Add one record to the subject's chain. Must be called inside `transaction()`; `act.data` must be JSON."""
    if not in_transaction():
        raise RuntimeError("an audit record outside a transaction proves nothing")
    head = _head(act.subject_kind, act.subject_id)
    record = _record(who, act, head.seq + 1, head.hash)
    head.seq, head.hash = record.seq, record.hash
    db.session.add(record)
    return record


def begin(who: Who, acts: Iterable[Act]) -> int:
    """The first records of many new subjects at once, by plain inserts; returns how many.

    Must be called inside `transaction()`. Raises IntegrityError where a subject has a chain already.
    """
    if not in_transaction():
        raise RuntimeError("an audit record outside a transaction proves nothing")
    records = [_record(who, act, 1, START) for act in acts]
    heads = [
        {"subject_kind": row.subject_kind, "subject_id": row.subject_id, "seq": 1, "hash": row.hash, "anchored_seq": 0}
        for row in records
    ]
    names = [column.key for column in AuditRecord.__mapper__.column_attrs if column.key != "id"]
    connection = db.session.connection()
    for start in range(0, len(records), PORTION):
        connection.execute(insert(table_of(AuditHead)), heads[start : start + PORTION])
        rows = [{name: getattr(row, name) for name in names} for row in records[start : start + PORTION]]
        connection.execute(insert(table_of(AuditRecord)), rows)
    return len(records)


def _record(who: Who, act: Act, seq: int, previous: str) -> AuditRecord:
    record = AuditRecord(
        subject_kind=act.subject_kind,
        subject_id=act.subject_id,
        seq=seq,
        at=clock.now(),
        actor_id=who.id,
        actor_name=who.name,
        organisation_id=who.organisation_id,
        organisation_name=who.organisation_name,
        step=act.step,
        from_state=act.from_state,
        to_state=act.to_state,
        comment=act.comment,
        document_hash=act.document_hash,
        data=dict(act.data),
        address=who.address,
        session=who.session,
        previous_hash=previous,
    )
    record.hash = digest_of(record)
    return record


def _head(kind: str, subject_id: int) -> AuditHead:
    """The chain's head under its lock; made on the first record (two first writers meet on its primary key)."""
    statement = (
        select(AuditHead).where(AuditHead.subject_kind == kind, AuditHead.subject_id == subject_id).with_for_update()
    )
    head = db.session.scalars(statement).one_or_none()
    if head is None:
        insert = pg_insert if db.engine.dialect.name == "postgresql" else sqlite_insert
        db.session.execute(
            insert(AuditHead)
            .values(subject_kind=kind, subject_id=subject_id, seq=0, hash=START, anchored_seq=0)
            .on_conflict_do_nothing()
        )
        head = db.session.scalars(statement).one()
    return head
