"""Append-only, hash-chained records of what was done. Knows an actor's id and name, not the tables of people."""

from core.audit.chain import Broken, anchor_heads, digest_of, verify
from core.audit.models import AuditAnchor, AuditHead, AuditRecord
from core.audit.record import Act, Who, append, begin

__all__ = [
    "Act",
    "AuditAnchor",
    "AuditHead",
    "AuditRecord",
    "Broken",
    "Who",
    "anchor_heads",
    "append",
    "begin",
    "digest_of",
    "verify",
]
