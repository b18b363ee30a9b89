"""The journals of a pack: their chains, their heads in the anchors, the record that lists the pack itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agreements.evidence.manifest import are_rows
from core.audit.chain import START, canonical

Found = tuple[str, str]
"""A place and what is wrong there."""
PACKED = "evidence_pack"


@dataclass
class Journal:
    """A chain of records as the pack has it; `hashes` are those that were found right, in order."""

    path: str
    raw: Any
    hashes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.raw if isinstance(self.raw, list) else []

    @property
    def head(self) -> str:
        return self.hashes[-1] if self.hashes else ""

    @property
    def whole(self) -> bool:
        return bool(self.rows) and len(self.hashes) == len(self.rows)


def check_chain(journal: Journal) -> Iterator[Found]:
    """The first record of a journal that does not hold; fills its `hashes`."""
    if not journal.rows or not all(isinstance(row, dict) for row in journal.rows):
        yield journal.path, "это не журнал: записей нет"
        return
    for number, row in enumerate(journal.rows, start=1):
        fault = record_fault(row, journal.hashes) or _strange(journal.path, row)
        if fault:
            yield f"{journal.path}, запись {number}", fault
            return
        journal.hashes.append(row["hash"])


def record_fault(row: Mapping[str, Any], hashes: list[str]) -> str:
    """What is wrong with a record that follows `hashes`, or ""."""
    content = {name: value for name, value in row.items() if name != "hash"}
    if row.get("seq") != len(hashes) + 1:
        return "пропущена или переставлена запись"
    if row.get("previous_hash") != (hashes[-1] if hashes else START):
        return "хэш предыдущей записи не совпадает"
    if hashlib.sha256(canonical(content)).hexdigest() != row.get("hash"):
        return "содержание записи изменено"
    return ""


def _strange(path: str, row: Mapping[str, Any]) -> str:
    """A record of another subject's journal."""
    own = f"audit/{row.get('subject_kind')}-{row.get('subject_id')}.json"
    known = isinstance(row.get("step"), str) and "document_hash" in row and isinstance(row.get("data"), dict)
    return "" if own == path and known else f"запись другого журнала: {own}"


def check_anchors(anchors: Any, journals: Mapping[str, Journal]) -> Iterator[Found]:
    """The heads the service has fastened into its global chain stand in the journals.

    `anchors` is the file as the journal says it was packed.
    """
    for anchor in anchors:
        for kind, subject_id, seq, head in anchor["heads"]:
            journal = journals.get(f"audit/{kind}-{subject_id}.json")
            if journal is None:
                yield f"audit/{kind}-{subject_id}.json", "журнал удалён: его конец есть в общей цепочке"
            elif journal.whole and (seq > len(journal.hashes) or journal.hashes[seq - 1] != head):
                yield f"{journal.path}, запись {seq}", "не совпадает с общей цепочкой"


def last_packing(journal: Journal) -> dict[str, Any] | None:
    """The record of the packing, where it is the last one of a journal that holds."""
    last: dict[str, Any] = journal.rows[-1] if journal.whole else {}
    data = last.get("data") if last.get("step") == PACKED else None
    whole = isinstance(data, dict) and are_rows(data.get("files")) and isinstance(data.get("agreement"), dict)
    return last if whole else None
