"""The sheet («лист согласования»): both sides, all rounds, verdicts, substitutions, paper, carried and voided visas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.clock import in_moscow
from core.signoffs.documents import words
from core.signoffs.models import Decision, Remark, Round, Slot
from core.signoffs.models.rounds import PHASES
from core.signoffs.queries.sheet import Sheet

OUTCOMES = {
    "passed": "согласование завершено",
    "rejected": "не согласовано, документ возвращён на доработку",
    "recalled": "отозвано",
    "superseded": "прекращён новой редакцией",
}


def sheet_context(found: Sheet, paper: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of `approval_sheet` prints."""
    current = found.rounds[-1]
    numbers = {slot.decision.id: row.number for row in found.rounds for slot in row.slots if slot.decision}
    context: dict[str, Any] = {
        "doc_title": paper.get("title") or current.title,
        "round": current.number,
        "hash": current.document_hash,
        "printed_at": words.printed_now(),
        "rounds": [_round(found, row, numbers) for row in found.rounds],
        "remarks": [_remark(found, remark) for remark in found.remarks],
    }
    for name in ("number", "date"):
        if paper.get(name):
            context[name] = paper[name]
    return context


def _round(found: Sheet, row: Round, numbers: Mapping[int, int]) -> dict[str, Any]:
    sides: dict[int, list[Slot]] = {row.initiator_id: []}
    for slot in sorted(row.slots, key=lambda slot: (PHASES.index(slot.phase), slot.stage, slot.id)):
        sides.setdefault(slot.organisation_id, []).append(slot)
    return {
        "number": row.number,
        "hash": row.document_hash,
        "outcome": _outcome(row),
        "sides": [
            {
                "name": found.organisations[organisation].full_name,
                "rows": [_row(found, slot, numbers) for slot in slots],
            }
            for organisation, slots in sides.items()
            if slots
        ],
    }


def _outcome(row: Round) -> str | None:
    if row.state == "open" or row.closed_at is None:
        return None
    note = f" ({row.closing_note})" if row.closing_note and row.state == "recalled" else ""
    return f"{OUTCOMES[row.state]}{note} {in_moscow(row.closed_at):%d.%m.%Y}"


def _row(found: Sheet, slot: Slot, numbers: Mapping[int, int]) -> dict[str, Any]:
    decision = slot.decision
    row: dict[str, Any] = {
        "stage": f"{slot.stage}. {slot.label}",
        "received": words.moment(slot.assigned_at),
        "verdict": words.verdict(slot),
        "voided": slot.state == "lapsed",
    }
    if decision is None:
        holders = slot.holders
        positions = dict.fromkeys(holder.position for holder in holders if holder.position)
        names = ", ".join(words.surname_first(holder.name) for holder in holders)
        return row | {"position": "; ".join(positions) or slot.label, "name": names or "–"}
    return row | _decided(found, slot, decision, numbers)


def _decided(found: Sheet, slot: Slot, decision: Decision, numbers: Mapping[int, int]) -> dict[str, Any]:
    paper = decision.paper_act
    return {
        "position": decision.position or slot.label,
        "name": words.surname_first(decision.name),
        "decided": f"{paper.signed_on:%d.%m.%Y}" if paper else words.moment(decision.at),
        "substitution": words.stood_in(decision, found.substitutions.get(decision.substitution_id or 0)),
        "carried": _carried(decision, numbers),
        "means": words.means(decision),
        "paper": paper is not None,
        "remarks": _remarks(found, decision),
    }


def _carried(decision: Decision, numbers: Mapping[int, int]) -> str | None:
    """«перенесена из круга 1: …»: whose decision it was to keep the visa, and how the texts differ."""
    if decision.carried_from_id is None:
        return None
    number = numbers.get(decision.carried_from_id, "")
    return f"перенесена из круга {number}: {decision.carried_note}; решение координатора: {decision.carried_by}"


def _remarks(found: Sheet, decision: Decision) -> str | None:
    given = found.remarks_of(decision)
    if not given:
        return decision.comment or None
    word = "Замечание" if len(given) == 1 else "Замечания"
    return f"{word} " + ", ".join(f"№{words.NBSP}{number}" for number, _remark in given)


def _remark(found: Sheet, remark: Remark) -> dict[str, Any]:
    organisation = found.organisations.get(remark.organisation_id or 0)
    author = words.surname_first(remark.author_name)
    answer = ". ".join(part.rstrip(".") for part in (words.ANSWERS.get(remark.answer), remark.justification) if part)
    return {
        "round": remark.round.number,
        "author": f"{author}, {organisation.alias or organisation.short_name}" if organisation else author,
        "clause": words.clause(remark),
        "text": remark.text,
        "answer": f"{answer}." if answer else None,
    }
