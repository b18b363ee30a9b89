"""The remarks register as a paper («таблица учёта замечаний»)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.accounts.actor import Actor
from core.signoffs.documents import words
from core.signoffs.models import Remark
from core.signoffs.queries.sheet import Sheet


def remarks_context(found: Sheet, paper: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What the template of `remarks_table` prints: remarks of all rounds, the text they were given to, the new one."""
    current = found.rounds[-1]
    given = [remark.round for remark in found.remarks]
    last = max(given, key=lambda row: row.number) if given else current
    context: dict[str, Any] = {
        "doc_title": paper.get("title") or current.title,
        "round": last.number,
        "hash": last.document_hash,
        "printed_at": words.printed_now(),
        "rows": [_row(found, remark) for remark in found.remarks],
        "prepared": {"position": actor.position or actor.organisation_name, "short": actor.short_name},
    }
    if current.document_hash != last.document_hash:
        context["new_hash"] = current.document_hash
    return context


def _row(found: Sheet, remark: Remark) -> dict[str, Any]:
    organisation = found.organisations.get(remark.organisation_id or 0)
    about = [words.surname_first(remark.author_name), remark.author_position]
    about.append(organisation.short_name if organisation else "")
    return {
        "clause": words.clause(remark),
        "text": remark.text,
        "author": ", ".join(part for part in about if part),
        "blocking": remark.blocking,
        "verdict": words.ANSWERS.get(remark.answer),
        "justification": remark.justification or None,
    }
