"""The text clause by clause, and the changes of a supplementary agreement, as their forms send them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

Clause = dict[str, Any]
LEVELS = (1, 2, 3)
_ID = re.compile(r"\w{1,32}\Z")


def typed_clauses(form: MultiDict[str, str]) -> list[Clause]:
    """The clauses in the order of the form: excluded ones gone, a new one after each that asked for it."""
    found: list[Clause] = []
    for number in range(_count(form)):
        clause_id = form.get(f"clause.{number}.id", "")
        if not _ID.match(clause_id):
            continue
        level = _level(form.get(f"clause.{number}.level", "2"))
        if f"clause.{number}.out" not in form:
            found.append({"id": clause_id, "level": level, "text": _text(form, f"clause.{number}.text")})
        if added := _text(form, f"clause.{number}.add"):
            deeper = _level(form.get(f"clause.{number}.add_level", str(level)))
            found.append({"id": f"n{secrets.token_hex(5)}", "level": deeper, "text": added})
    return found


def _count(form: MultiDict[str, str]) -> int:
    text = form.get("clauses", "0")
    return min(int(text), 2000) if text.isdecimal() else 0


def _level(text: str) -> int:
    return int(text) if text in ("1", "2", "3") else 2


def _text(form: MultiDict[str, str], name: str) -> str:
    return one_paragraph(form.get(name, ""))


def one_paragraph(text: str) -> str:
    """A line break typed inside a clause would be another paragraph in Word."""
    return " ".join(text.replace("\r", "").split("\n")).strip()


def untouched(typed: Sequence[Clause], before: Sequence[Mapping[str, Any]]) -> list[Clause]:
    """The typed clauses, those nobody touched with their text to the letter: a browser trims and re-breaks it."""
    known = {clause["id"]: str(clause["text"]) for clause in before}
    return [
        {**clause, "text": known[clause["id"]]}
        if clause["text"] == one_paragraph(known.get(clause["id"], ""))
        else clause
        for clause in typed
    ]


def same_text(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists of clauses are the same text in the same order."""
    keys = ("id", "level", "text")
    return [tuple(c[k] for k in keys) for c in one] == [tuple(c[k] for k in keys) for c in other]


def typed_changes(form: MultiDict[str, str], clauses: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The changes chosen clause by clause, in the order of the parent's text."""
    changes: list[dict[str, Any]] = []
    for clause in clauses:
        name = f"change.{clause['id']}"
        action = form.get(f"{name}.action", "")
        if action in ("restate", "exclude"):
            text = _text(form, f"{name}.text") if action == "restate" else ""
            changes.append(
                {"action": action, "clause_id": clause["id"], "number": clause.get("number", ""), "text": text}
            )
        if added := _text(form, f"{name}.add"):
            new = {
                "action": "add",
                "clause_id": clause["id"],
                "number": form.get(f"{name}.add_number", "").strip(),
                "text": added,
                "new_id": form.get(f"{name}.new_id") or f"s{secrets.token_hex(5)}",
            }
            if deeper := form.get(f"{name}.add_level"):
                new["level"] = _level(deeper)
            changes.append(new)
    return changes


def next_number(clauses: Sequence[Mapping[str, Any]], at: int) -> str:
    """The first free number after the last sibling of a clause: what an added one is called unless told otherwise."""
    number, level = str(clauses[at].get("number") or ""), clauses[at].get("level", 2)
    head, _dot, _last = number.rpartition(".")
    siblings = [
        int(tail)
        for clause in clauses
        if clause.get("level") == level and str(clause.get("number") or "").rpartition(".")[0] == head
        if (tail := str(clause.get("number") or "").rpartition(".")[2]).isdecimal()
    ]
    return f"{head}.{max(siblings, default=0) + 1}".lstrip(".")
