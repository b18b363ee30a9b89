"""Terms typed in words, understood for the cells beside them: proposed, never put in by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from roadmap.cells import text_of
from roadmap.models import Roadmap
from roadmap.rows import When, term_of
from roadmap.rows.cells import days_after_text

PROPOSED = ("starts_on", "due_on", "until_on", "recurrence", "for_previous")


@dataclass(frozen=True)
class Proposal:
    """What a term in words comes to: texts for the cells, and in words what could not be told or cannot be right."""

    key: str
    texts: dict[str, str]
    note: str = ""
    fault: str = ""


def proposals(plan: Roadmap, words: Mapping[str, str]) -> list[Proposal]:
    """The terms by the senders' names of their rows. Asks nothing of the database."""
    return [_proposal(key, term_of(text, plan.period_start, plan.period_end)) for key, text in words.items()]


def _proposal(key: str, when: When) -> Proposal:
    note = when.note
    if when.after_code:
        note = _("срок считается от исполнения пункта %(code)s", code=when.after_code)
        days = days_after_text(when.after_days, when.after_working)
        return Proposal(key, {"after_item_id": when.after_code, "after_days": days}, str(note))
    if when.fault or (note and when.due_on is None):
        return Proposal(key, {}, str(note), when.fault)
    values: dict[str, Any] = {name: getattr(when, name) for name in PROPOSED}
    return Proposal(key, {name: text_of(name, value, {}) for name, value in values.items()}, str(note))
