"""Consolidated terms: edition 1 is the signed text, each registered amendment makes the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from agreements.models import Agreement, Amendment, Revision
from core import clock
from core.db import db
from core.errors import NotFound, NotValid

Clause = dict[str, Any]
EXCLUDED = "Исключён."


def first_edition(agreement: Agreement, revision: Revision) -> None:
    """The signed text as edition 1."""
    agreement.edition = 1
    _keep(agreement, 1, agreement.effective_from or clock.today(), revision.clauses, None)


def next_edition(agreement: Agreement, source: Agreement) -> list[Clause]:
    """Apply a registered supplementary agreement to the latest terms; the terms of the new edition."""
    base = latest(agreement.id)
    agreement.edition += 1
    clauses = apply(base.clauses if base else [], source.data.get("changes", []))
    _keep(agreement, agreement.edition, source.effective_from or clock.today(), clauses, source.id)
    return clauses


def _keep(agreement: Agreement, edition: int, effective: date, clauses: list[Clause], source_id: int | None) -> None:
    db.session.add(
        Amendment(
            agreement_id=agreement.id,
            edition=edition,
            source_id=source_id,
            effective_from=effective,
            clauses=clauses,
            at=clock.now(),
        )
    )


def latest(agreement_id: int) -> Amendment | None:
    """The terms after everything registered so far."""
    return db.session.scalars(
        select(Amendment).where(Amendment.agreement_id == agreement_id).order_by(Amendment.edition.desc()).limit(1)
    ).first()


def on(agreement_id: int, day: date) -> Amendment:
    """The edition in force on a day («редакция на дату»). Raises NotFound before the first one."""
    found = db.session.scalars(
        select(Amendment)
        .where(Amendment.agreement_id == agreement_id, Amendment.effective_from <= day)
        .order_by(Amendment.edition.desc())
        .limit(1)
    ).first()
    if found is None:
        raise not_yet(day)
    return found


def not_yet(day: date) -> NotFound:
    """The refusal for a day before the first edition."""
    return NotFound(_("На %(day)s документ ещё не действовал", day=f"{day:%d.%m.%Y}"))


def apply(clauses: Sequence[Clause], changes: Sequence[dict[str, Any]]) -> list[Clause]:
    """The clauses after the changes: restate, add after a clause, exclude (the number stays, struck).

    A change: {"action": "restate" | "add" | "exclude", "clause_id", "number", "text"}; an added clause follows the
    clause `clause_id` and has its level, or the "level" of the change. The last mark need not be typed.
    Raises NotValid when a clause is not there.
    """
    result = [dict(clause) for clause in clauses]
    for change in changes:
        index = next((i for i, clause in enumerate(result) if clause["id"] == change["clause_id"]), None)
        if index is None:
            raise NotValid(_("В основном документе нет пункта %(number)s", number=change.get("number", "?")))
        if change["action"] == "restate":
            result[index]["text"] = _ended(change["text"], result[index]["text"])
        elif change["action"] == "exclude":
            result[index]["text"] = EXCLUDED
        else:
            text = _ended(change["text"], result[index]["text"])
            new = {**result[index], "id": change.get("new_id") or f"{change['clause_id']}+", "text": text}
            new["number"], new["level"] = change["number"], change.get("level") or new.get("level")
            result.insert(index + 1, new)
    return result


def _ended(text: str, like: str) -> str:
    """A wording typed without its last mark ends as the clause in whose place, or after which, it stands."""
    mark = like.rstrip()[-1:]
    return f"{text.rstrip()}{mark}" if mark in (".", ";") and text.rstrip()[-1:].isalnum() else text


def compare(before: Sequence[Clause], after: Sequence[Clause]) -> list[dict[str, Any]]:
    """«Было → стало»: only what differs, in the order of the new text."""
    old = {clause["id"]: clause for clause in before}
    new = {clause["id"]: clause for clause in after}
    rows = [
        {"number": clause["number"], "before": old.get(clause["id"], {}).get("text", ""), "after": clause["text"]}
        for clause in after
        if old.get(clause["id"], {}).get("text") != clause["text"]
    ]
    rows += [
        {"number": clause["number"], "before": clause["text"], "after": ""}
        for clause in before
        if clause["id"] not in new
    ]
    return rows
