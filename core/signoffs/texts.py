"""The text people decide on, read out of the document under its hash: clauses, and what has changed since another.

What was read is remembered by content. A document with personal data is opened anew each time: once its key is erased,
nothing of it may be left in a process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from core.documents.clauses import read_clauses
from core.documents.comparison import Block, compare_clauses
from core.documents.issuing import content_of
from core.documents.shown import Shown, shown
from core.errors import Refusal
from core.store import files

Clause = dict[str, Any]
Part = TypeVar("Part")
ZIP = b"PK"
"""A DOCX is a ZIP; a sealed one is not."""


class _Sealed(Exception):
    """The stored bytes are a ciphertext."""


def clauses(sha256: str) -> tuple[Clause, ...]:
    """The clauses of the DOCX kept under `sha256`: id, level, number, text. A file that is none has no clauses."""
    return _read(_clauses, read_clauses, sha256)


def blocks(sha256: str) -> tuple[Shown, ...]:
    """The whole body to read on a page: headings, clauses, paragraphs, tables. A file that is none has no blocks."""
    return _read(_blocks, shown, sha256)


def _read(
    remembered: Callable[[Any, str], tuple[Part, ...]], reader: Callable[[bytes], list[Part]], sha256: str
) -> tuple[Part, ...]:
    try:
        return remembered(files(), sha256)
    except _Sealed:
        try:
            return tuple(reader(content_of(sha256)))
        except Refusal:
            return ()
    except Refusal:
        return ()


def _plain(store: Any, sha256: str) -> bytes:
    data: bytes = store.get(sha256)
    if not data.startswith(ZIP):
        raise _Sealed
    return data


@lru_cache(maxsize=64)
def _clauses(store: Any, sha256: str) -> tuple[Clause, ...]:
    return tuple(read_clauses(_plain(store, sha256)))


@lru_cache(maxsize=16)
def _blocks(store: Any, sha256: str) -> tuple[Shown, ...]:
    return tuple(shown(_plain(store, sha256)))


def changes(before: str, after: str) -> tuple[Block, ...]:
    """What differs between two documents, clause by clause, in the order of the new one; nothing where it is equal."""
    if before == after:
        return ()
    try:
        return _changes(files(), before, after)
    except _Sealed:
        return _differing(clauses(before), clauses(after))
    except Refusal:
        return ()


@lru_cache(maxsize=64)
def _changes(store: Any, before: str, after: str) -> tuple[Block, ...]:
    return _differing(_clauses(store, before), _clauses(store, after))


def _differing(before: tuple[Clause, ...], after: tuple[Clause, ...]) -> tuple[Block, ...]:
    return tuple(block for block in compare_clauses(before, after) if block.kind != "equal")
