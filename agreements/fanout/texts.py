"""Texts as lists of clauses: how one departs from another, and how two changes of one text are brought together.

A clause is {"id", "level", "text"} (numbers are computed and never compared); ids are unique within a text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from core.documents.comparison import aligned
from core.store import digest

Clause = dict[str, Any]
Text = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Deviation:
    """One clause that departs from the base: "changed", "removed", or "added" after the clause `place` of the text."""

    kind: str
    id: str
    number: str
    level: int
    before: str = ""
    after: str = ""
    place: str = ""
    """Of an added clause: the id of the one before it in the text; "" at the beginning."""
    level_before: int = 0

    def plain(self) -> dict[str, Any]:
        return asdict(self)


NAMES = tuple(Deviation.__dataclass_fields__)


def of_plain(plain: Mapping[str, Any]) -> Deviation:
    """A deviation out of what is kept of it."""
    return Deviation(**{name: plain[name] for name in NAMES})


def bare(text: Text) -> list[Clause]:
    """The text without its numbers: what is compared and hashed."""
    return [{"id": str(c["id"]), "level": int(c.get("level") or 2), "text": str(c["text"])} for c in text]


def text_hash(text: Text) -> str:
    """SHA-256 of the bare text."""
    return digest(json.dumps(bare(text), ensure_ascii=False, sort_keys=True).encode())


def same(one: Text, other: Text) -> bool:
    """Whether two texts are the same, numbers apart."""
    return bare(one) == bare(other)


def deviations(base: Text, text: Text) -> list[Deviation]:
    """What makes `text` out of `base`: `applied(base, deviations(base, text))` is `text`.

    A clause that was moved is removed and added. The number is that of the text, of the base where it is gone.
    """
    old, new = [str(c["id"]) for c in base], [str(c["id"]) for c in text]
    kept = _kept(old, new)
    by_id = {str(c["id"]): c for c in base}
    found = [_gone(c) for c in base if str(c["id"]) not in kept]
    before = ""
    for clause in text:
        clause_id = str(clause["id"])
        if clause_id not in kept:
            found.append(_added(clause, before))
        elif bare([clause]) != bare([by_id[clause_id]]):
            found.append(_changed(by_id[clause_id], clause))
        before = clause_id
    return found


def _kept(old: Sequence[str], new: Sequence[str]) -> set[str]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return {old[block.a + step] for block in matcher.get_matching_blocks() for step in range(block.size)}


def _gone(clause: Mapping[str, Any]) -> Deviation:
    level = int(clause.get("level") or 2)
    return Deviation("removed", str(clause["id"]), str(clause.get("number") or ""), level, str(clause["text"]))


def _added(clause: Mapping[str, Any], place: str) -> Deviation:
    level, number = int(clause.get("level") or 2), str(clause.get("number") or "")
    return Deviation("added", str(clause["id"]), number, level, after=str(clause["text"]), place=place)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Deviation:
    return Deviation(
        "changed",
        str(new["id"]),
        str(old.get("number") or new.get("number") or ""),
        int(new.get("level") or 2),
        str(old["text"]),
        str(new["text"]),
        level_before=int(old.get("level") or 2),
    )


def applied(base: Text, found: Sequence[Deviation]) -> list[Clause]:
    """The base with the deviations in it, numbers apart."""
    gone = {each.id for each in found if each.kind == "removed"}
    changed = {each.id: each for each in found if each.kind == "changed"}
    result = [_reworded(c, changed.get(c["id"])) for c in bare(base) if c["id"] not in gone]
    for each in found:
        if each.kind == "added":
            result.insert(after(result, each.place), {"id": each.id, "level": each.level, "text": each.after})
    return result


def _reworded(clause: Clause, change: Deviation | None) -> Clause:
    return clause if change is None else {**clause, "level": change.level, "text": change.after}


def after(text: Sequence[Mapping[str, Any]], clause_id: str) -> int:
    """The index right behind a clause; 0 for ""."""
    return next((i + 1 for i, clause in enumerate(text) if clause["id"] == clause_id), 0)


def relabelled(known: Text, text: Text) -> list[Clause]:
    """`text` with the ids of the clauses of `known` it answers to: where a template made more or fewer clauses of
    other data, the same clause keeps the same id."""
    if [c.get("level") for c in known] == [c.get("level") for c in text]:
        return [{**c, "id": str(k["id"])} for k, c in zip(known, text, strict=True)]
    result: list[Clause] = []
    pairs: Sequence[tuple[Any, Any]] = aligned(known, text, lambda clause: str(clause["text"]))
    for number, (one, other) in enumerate(pairs):
        if other is not None:
            result.append({**other, "id": str(one["id"]) if one is not None else f"x{number}"})
    return result


def numbered(text: Text) -> list[Clause]:
    """The text with its numbers computed anew, as Word counts them."""
    counters = [0, 0, 0]
    result = []
    for clause in text:
        level = int(clause.get("level") or 2)
        counters[level - 1] += 1
        counters[level:] = [0] * (3 - level)
        result.append({**clause, "number": ".".join(str(count) for count in counters[:level])})
    return result
