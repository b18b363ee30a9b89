"""What an import would make, as it is kept with the run and shown before anybody presses «Загрузить»."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from roadmap.importing.draft import Draft
from roadmap.rows import Row
from roadmap.terms import DATES
from roadmap.wording import wording

MOST_ROWS = 1_000
"""Rows that are shown; all of them are counted and taken."""
MOST_NOTES = 1_000


def preview_of(draft: Draft, had: Mapping[int, str]) -> dict[str, Any]:
    """{"sections", "rows", "notes", "indicators", "count"}: days beside the words they came from, in plain types."""
    counted = Counter(row.section for row in draft.rows if row.section is not None)
    titles = {**had, **draft.sections}
    said: dict[int, list[str]] = defaultdict(list)
    for note in draft.notes:
        said[note.row].append(note.message)
    return {
        "sections": [
            {"number": number, "title": titles.get(number, ""), "count": counted[number], "new": number not in had}
            for number in sorted(counted)
        ],
        "rows": [_row(row, said[row.number]) for row in draft.rows[:MOST_ROWS]],
        "notes": [
            {"row": note.row, "column": note.column, "message": note.message} for note in draft.notes[:MOST_NOTES]
        ],
        "indicators": [{"code": one.code, "name": one.name, "unit": one.unit} for one in draft.indicators],
        "count": len(draft.rows),
        "undated": sum(not row.terms.get("due_on") and not row.after_code for row in draft.rows),
    }


def _row(row: Row, notes: list[str]) -> dict[str, Any]:
    terms = row.terms
    days = {name: wording(name, terms.get(name)) for name in DATES}
    return {
        "row": row.number,
        "section": row.section,
        "code": row.code,
        "title": terms.get("title", ""),
        "term_text": terms.get("term_text", ""),
        **days,
        "recurrence": terms.get("recurrence", "once"),
        "side": terms.get("responsible_side", ""),
        "unit": terms.get("unit", ""),
        "after": row.after_code,
        "after_days": terms.get("after_days") if row.after_code else None,
        "after_working": bool(terms.get("after_working")),
        "depends": [before.code for before in row.depends],
        "notes": notes,
    }
