"""The text people decide on, read out of the document under its hash: clauses, and what has changed since another."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from core.documents.clauses import read_clauses
from core.documents.comparison import Block, compare_clauses
from core.documents.shown import Shown, shown
from core.errors import Refusal
from core.store import files

Clause = dict[str, Any]


def clauses(sha256: str) -> tuple[Clause, ...]:
    """The clauses of the DOCX kept under `sha256`: id, level, number, text. A file that is none has no clauses."""
    return _clauses(files(), sha256)


@lru_cache(maxsize=64)  # by content: the same bytes are the same clauses for ever
def _clauses(store: Any, sha256: str) -> tuple[Clause, ...]:
    try:
        return tuple(read_clauses(store.get(sha256)))
    except Refusal:
        return ()


def blocks(sha256: str) -> tuple[Shown, ...]:
    """The whole body to read on a page: headings, clauses, paragraphs, tables. A file that is none has no blocks."""
    return _blocks(files(), sha256)


@lru_cache(maxsize=16)
def _blocks(store: Any, sha256: str) -> tuple[Shown, ...]:
    try:
        return tuple(shown(store.get(sha256)))
    except Refusal:
        return ()


def changes(before: str, after: str) -> tuple[Block, ...]:
    """What differs between two documents, clause by clause, in the order of the new one; nothing where it is equal."""
    return _changes(files(), before, after) if before != after else ()


@lru_cache(maxsize=64)
def _changes(store: Any, before: str, after: str) -> tuple[Block, ...]:
    blocks = compare_clauses(_clauses(store, before), _clauses(store, after))
    return tuple(block for block in blocks if block.kind != "equal")
