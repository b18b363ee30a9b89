"""A pack held against the service's own journal: somebody who rewrote every record of a pack anew is found by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select

from agreements.evidence.check import Checked, Fault
from core.audit import AuditRecord
from core.db import db

JOURNAL = re.compile(r"audit/([a-z_]+)-(\d{1,9})\.json")


def strange_heads(checked: Checked) -> Iterator[Fault]:
    """Journals of a pack whose last record this service has never written."""
    for path, head in checked.heads.items():
        named = JOURNAL.fullmatch(path)
        if named is None or not _written(named[1], int(named[2]), head):
            yield Fault(path, "последней записи нет в журнале службы: пакет составлен не ею или переписан целиком")


def _written(kind: str, subject_id: int, head: str) -> bool:
    statement = select(AuditRecord.id).where(
        AuditRecord.subject_kind == kind, AuditRecord.subject_id == subject_id, AuditRecord.hash == head
    )
    return db.session.scalar(statement.limit(1)) is not None
