"""The proof: hashes of records, anchors over the heads, and the walk that names the first broken record."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import ScalarResult, select

from core import clock
from core.audit.models import AuditAnchor, AuditHead, AuditRecord
from core.db import db

START = "0" * 64

FIELDS = (
    "subject_kind",
    "subject_id",
    "seq",
    "actor_id",
    "actor_name",
    "organisation_id",
    "organisation_name",
    "step",
    "from_state",
    "to_state",
    "comment",
    "document_hash",
    "data",
    "address",
    "session",
    "previous_hash",
)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8: the same bytes for the same content on every machine."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_of(record: AuditRecord) -> dict[str, Any]:
    """What the hash covers, as plain JSON: also the form an extract carries."""
    content = {name: getattr(record, name) for name in FIELDS}
    content["at"] = record.at.astimezone(UTC).isoformat(timespec="microseconds")
    return content


def digest_of(record: AuditRecord) -> str:
    """SHA-256 over the canonical content of `record`, which includes the hash of the record before."""
    return hashlib.sha256(canonical(content_of(record))).hexdigest()


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold."""

    subject_kind: str
    subject_id: int
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}, запись {self.seq}: {self.what}"


def verify() -> Broken | None:
    """Walk every chain and the anchors. None when all holds, else the first broken record."""
    ends: dict[tuple[str, int], list[str]] = {}
    with closing(_records()) as records:
        for record in records:
            hashes = ends.setdefault((record.subject_kind, record.subject_id), [])
            fault = _fault(record, hashes)
            if fault:
                return Broken(record.subject_kind, record.subject_id, record.seq, fault)
            hashes.append(record.hash)
    return _check_heads(ends) or _check_anchors(ends)


def _records() -> ScalarResult[AuditRecord]:
    """Every record as the database has it now, chain by chain, read in portions."""
    statement = select(AuditRecord).order_by(AuditRecord.subject_kind, AuditRecord.subject_id, AuditRecord.seq)
    return db.session.scalars(statement.execution_options(yield_per=1000, populate_existing=True))


def _fault(record: AuditRecord, hashes: list[str]) -> str:
    if record.seq != len(hashes) + 1:
        return "пропущена предыдущая запись"
    if record.previous_hash != (hashes[-1] if hashes else START):
        return "хэш предыдущей записи не совпадает"
    if record.hash != digest_of(record):
        return "содержание записи изменено"
    return ""


def _check_heads(ends: dict[tuple[str, int], list[str]]) -> Broken | None:
    for head in db.session.scalars(select(AuditHead)):
        hashes = ends.get((head.subject_kind, head.subject_id), [])
        if len(hashes) != head.seq or (hashes and hashes[-1] != head.hash):
            return Broken(head.subject_kind, head.subject_id, len(hashes) + 1, "последние записи удалены")
    return None


def _check_anchors(ends: dict[tuple[str, int], list[str]]) -> Broken | None:
    previous = START
    for anchor in db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.id)):
        if anchor.previous_hash != previous or anchor.hash != _anchor_hash(anchor):
            return Broken("anchor", anchor.id, anchor.id, "звено общей цепочки изменено")
        for kind, subject_id, seq, head_hash in anchor.heads:
            hashes = ends.get((kind, subject_id), [])
            if seq > len(hashes) or hashes[seq - 1] != head_hash:
                return Broken(kind, subject_id, seq, "не совпадает с общей цепочкой")
        previous = anchor.hash
    return None


def _anchor_hash(anchor: AuditAnchor) -> str:
    content = [anchor.at.astimezone(UTC).isoformat(timespec="microseconds"), anchor.heads, anchor.previous_hash]
    return hashlib.sha256(canonical(content)).hexdigest()


def anchor_heads(limit: int = 5000) -> int:
    """Add one link over the heads that moved since the last one; returns how many. Call inside `transaction()`."""
    last = db.session.scalars(select(AuditAnchor).order_by(AuditAnchor.id.desc()).limit(1).with_for_update()).first()
    moved = list(
        db.session.scalars(
            select(AuditHead)
            .where(AuditHead.seq > AuditHead.anchored_seq)
            .order_by(AuditHead.subject_kind, AuditHead.subject_id)
            .limit(limit)
            .with_for_update()
        )
    )
    if not moved:
        return 0
    anchor = AuditAnchor(
        at=clock.now(),
        heads=[[head.subject_kind, head.subject_id, head.seq, head.hash] for head in moved],
        previous_hash=last.hash if last else START,
    )
    anchor.hash = _anchor_hash(anchor)
    for head in moved:
        head.anchored_seq = head.seq
    db.session.add(anchor)
    return len(moved)
