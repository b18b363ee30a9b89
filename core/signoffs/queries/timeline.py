"""What has happened to a document on its way, in order: rounds, verdicts, remarks, changes of route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from core.accounts.actor import Actor
from core.signoffs.models import Decision, Remark, Round, Slot
from core.signoffs.queries.sheet import Sheet, sheet
from core.signoffs.states import said
from core.signoffs.words import named


@dataclass(frozen=True)
class Event:
    """One line of the timeline. `what`: opened, decided, kept, changed, answered, closed."""

    at: datetime
    what: str
    title: Any
    round_number: int
    who: str = ""
    organisation: str = ""
    note: str = ""
    mark: str = ""
    on_paper: bool = False


def timeline(kind: str, subject_id: int, actor: Actor) -> list[Event]:
    """The timeline of a subject, the oldest first. Raises NotFound for hidden and absent alike."""
    return events_of(sheet(kind, subject_id, actor))


def events_of(found: Sheet) -> list[Event]:
    """The same of a sheet that was read already."""
    events = [event for row in found.rounds for event in _round(found, row)]
    events += [_answer(remark) for remark in found.remarks if remark.answered_at is not None]
    numbers = {row.id: row.number for row in found.rounds}
    events += [
        Event(each.at, "changed", each.detail, numbers[each.round_id], each.name, note=each.reason)
        for each in found.changes
    ]
    return sorted(events, key=lambda event: event.at)


def _round(found: Sheet, row: Round) -> Iterator[Event]:
    yield Event(row.opened_at, "opened", _("Круг согласования открыт"), row.number, note=_revision(row))
    for slot in row.slots:
        if slot.decision is not None:
            yield _decided(found, row, slot, slot.decision)
    if row.closed_at is not None:
        title = {
            "passed": _("Круг согласования завершён"),
            "rejected": _("Круг согласования остановлен"),
            "recalled": _("Круг согласования отозван"),
            "superseded": _("Круг согласования прекращён новой редакцией"),
        }[row.state]
        yield Event(row.closed_at, "closed", title, row.number, note=row.closing_note)


def _revision(row: Round) -> str:
    return str(_("редакция %(n)s", n=row.revision))


def _decided(found: Sheet, row: Round, slot: Slot, decision: Decision) -> Event:
    organisation = found.organisations[slot.organisation_id].short_name
    if decision.kept:
        at, what, note = slot.finished_at or decision.at, "kept", decision.carried_note
        title, who = _("Виза сохранена: %(label)s", label=named(slot.label)), decision.carried_by
    else:
        at, what, note = decision.at, "decided", decision.comment
        what_said = said(decision.verdict, slot.kind)
        title, who = f"{named(slot.label)}: {what_said[:1].lower()}{what_said[1:]}", decision.name
    mark = f"{decision.mark} {decision.principal_name}".strip() if decision.mark == "за" else decision.mark
    on_paper = decision.paper_act_id is not None
    return Event(at, what, title, row.number, who, organisation, note, mark, on_paper)


def _answer(remark: Remark) -> Event:
    assert remark.answered_at is not None
    accepted = remark.answer == "accepted"
    title = _("Замечание принято") if accepted else _("Замечание отклонено")
    note = f"«{remark.text}»" + (f" — {remark.justification}" if remark.justification else "")
    return Event(remark.answered_at, "answered", title, remark.round.number, remark.answered_name, note=note)
