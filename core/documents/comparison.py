"""Documents room: two texts compared: blocks put side by side, words inside them told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Kind = Literal["equal", "insert", "delete"]
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
ALIKE = 0.5
LARGEST_TABLE = 40_000


@dataclass(frozen=True)
class Segment:
    """A stretch of text that both have, or that was put in, or taken out."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph or clause. `number` and `id` are the clause's, of the new text where it is there."""

    kind: Literal["equal", "insert", "delete", "change"]
    segments: tuple[Segment, ...]
    id: str = ""
    number: str = ""


def segments(old: str, new: str, spaces: bool = True) -> tuple[Segment, ...]:
    """What became of `old`, word by word; joined, equal and deleted give `old`, equal and inserted give `new`.

    Without `spaces`, for a reader: words that differ only in the spaces around them (a non-breaking one, say) are the
    same words, told as the new text has them.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, [w.strip() for w in before], [w.strip() for w in after], autojunk=False)
    found: list[Segment] = []
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            for one, other in zip(before[a:b], after[c:d], strict=True):
                same = one == other or not spaces
                found += [Segment("equal", other)] if same else [Segment("delete", one), Segment("insert", other)]
        else:
            found += [Segment("delete", "".join(before[a:b])), Segment("insert", "".join(after[c:d]))]
    return _joined(found)


def seen(old: str, new: str) -> tuple[Segment, ...]:
    """What a reader sees changed: `segments` without the differences of spaces."""
    return segments(old, new, spaces=False)


def _joined(found: list[Segment]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for each in (segment for segment in found if segment.text):
        if joined and joined[-1].kind == each.kind:
            joined[-1] = Segment(each.kind, joined[-1].text + each.text)
        else:
            joined.append(each)
    return tuple(joined)


def block(old: str | None, new: str | None, id: str = "", number: str = "") -> Block:
    """A block to read, from its two texts; None where there was or is none. A difference of spaces is none."""
    if old is None:
        return Block("insert", _joined([Segment("insert", new or "")]), id, number)
    if new is None:
        return Block("delete", _joined([Segment("delete", old)]), id, number)
    parts = seen(old, new)
    return Block("equal" if all(part.kind == "equal" for part in parts) else "change", parts, id, number)


def compare_clauses(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Two lists of clauses as one list of blocks; a clause with the same id is the same clause, whatever its text."""

    def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return bool(one.get("id")) and one.get("id") == other.get("id")

    pairs = aligned(old, new, lambda clause: str(clause["text"]), same)
    return [_clause_block(one, other) for one, other in pairs]


def _clause_block(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Block:
    shown = other if other is not None else one
    assert shown is not None
    texts = (None if one is None else str(one["text"]), None if other is None else str(other["text"]))
    return block(*texts, str(shown.get("id") or ""), str(shown.get("number") or ""))


def aligned(
    old: Sequence[T], new: Sequence[T], text: Callable[[T], str], same: Callable[[T, T], bool] | None = None
) -> list[tuple[T | None, T | None]]:
    """Pairs in reading order: what is in both, what is only in one. Alike texts make a pair; `same` decides before."""
    matcher = SequenceMatcher(None, [text(item) for item in old], [text(item) for item in new], autojunk=False)
    pairs: list[tuple[T | None, T | None]] = []
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            pairs += zip(old[a:b], new[c:d], strict=True)
        else:
            gap = _gap(old[a:b], new[c:d], text, same)
            pairs.extend(gap)
    return pairs


def _gap(
    old: Sequence[T], new: Sequence[T], text: Callable[[T], str], same: Callable[[T, T], bool] | None
) -> Iterator[tuple[T | None, T | None]]:
    """Between two equal places: the pairing in order with the greatest likeness in sum (a longest common subsequence
    with weights); over a bound that only very large rewritten texts reach, in plain order."""
    if len(old) * len(new) > LARGEST_TABLE:
        yield from _in_order(old, new)
        return
    bags = [Counter(_WORDS.findall(text(item))) for item in old], [Counter(_WORDS.findall(text(item))) for item in new]
    likeness = [
        [2.0 if same is not None and same(one, other) else _likeness(bags[0][i], bags[1][j])
         for j, other in enumerate(new)] for i, one in enumerate(old)
    ]  # fmt: skip
    best = _sums(likeness, len(old), len(new))
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from ((item, None) for item in old[i:])
    yield from ((None, item) for item in new[j:])


def _sums(likeness: list[list[float]], rows: int, columns: int) -> list[list[float]]:
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    share = 2 * (one & other).total() / total if total else 0.0
    return share if share >= ALIKE else 0.0


def _in_order(old: Sequence[T], new: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    common = min(len(old), len(new))
    yield from zip(old[:common], new[:common], strict=True)
    yield from ((item, None) for item in old[common:])
    yield from ((None, item) for item in new[common:])
