"""How an agreement is shown: whose court it is in, its history, documents, signatures, in words for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from agreements.dossier import Dossier
from agreements.models import Agreement
from agreements.states import agreement_machine
from core import clock
from core.accounts.actor import Actor
from core.accounts.roles import SIDE_OF_KIND
from core.calendar import working_days_between
from core.signoffs.models import Round, Slot
from core.signoffs.queries.court import held_days
from core.signoffs.words import named

SHORT_KINDS: dict[str, Any] = {
    "cooperation": _l("сотрудничество"),
    "partnership": _l("кластер"),
    "target": _l("целевое обучение"),
    "practice": _l("практика"),
    "network": _l("сетевая форма"),
    "supplementary": _l("доп. соглашение"),
    "mentoring_order": _l("приказ"),
}

RENDITIONS: dict[str, Any] = {
    "draft": _l("проект"),
    "submitted": _l("на согласование"),
    "registered": _l("зарегистрирован, с номером и датой"),
    "sheet": _l("лист согласования"),
    "consolidated": _l("сводный текст"),
    "protocol": _l("протокол разногласий"),
    "remarks": _l("таблица замечаний"),
}


def day(value: date | datetime | None) -> str:
    """«17.11.2026», or ""."""
    if isinstance(value, datetime):
        value = clock.in_moscow(value)
    return f"{value:%d.%m.%Y}" if value else ""


def minute(value: datetime | None) -> str:
    """«17.11.2026, 15:02», or ""."""
    return f"{clock.in_moscow(value):%d.%m.%Y, %H:%M}" if value else ""


def size(count: int) -> str:
    """«48 КБ»."""
    if count < 1024 * 1024:
        return str(_("%(n)s КБ", n=max(1, round(count / 1024))))
    return str(_("%(n)s МБ", n=f"{count / 1024 / 1024:.1f}".replace(".", ",")))


def filled(lines: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Lines that say something."""
    return [line for line in lines if line[1] not in ("", None)]


@dataclass(frozen=True)
class Court:
    """On whose desk the agreement lies: the words of `ui.whose_court`."""

    text: str
    side: str = ""
    held: str = ""
    due: str = ""
    late: bool = False


def court(agreement: Agreement, current: Round | None) -> Court:
    """Whose move it is, for how long, until when."""
    waiting = [slot for slot in current.slots if slot.state == "assigned"] if current else []
    if current is not None and current.stands:
        waiting = []
    if waiting and agreement.state != "revision":
        return _on_desks(agreement, sorted(waiting, key=lambda slot: (slot.due_at or clock.now(), slot.id)))
    return _without_desks(agreement)


def _on_desks(agreement: Agreement, waiting: Sequence[Slot]) -> Court:
    first = waiting[0]
    names = {party.organisation_id: party.organisation.short_name for party in agreement.parties}
    name = names.get(first.organisation_id, "")
    who = ", ".join(holder.name for holder in first.holders[:3])
    more = len(waiting) - 1
    text = f"{name}: {named(first.label)}" + (f", {who}" if who else "")
    if more:
        text = _("%(first)s и ещё %(n)s", first=text, n=more)
    return Court(
        text,
        first.side,
        held=_("%(n)s раб. дн.", n=working_days_between(first.assigned_at, clock.now())) if first.assigned_at else "",
        due=_("срок %(day)s", day=day(first.due_at)) if first.due_at else "",
        late=bool(first.due_at and first.due_at < clock.now()),
    )


def _without_desks(agreement: Agreement) -> Court:
    state = agreement_machine.states[agreement.state]
    if state.final:
        return Court(f"{state.label}" + (f", {day(agreement.ended_on)}" if agreement.ended_on else ""))
    mine = next((p for p in agreement.parties if p.organisation_id == agreement.initiator_id), None)
    name = mine.organisation.short_name if mine else ""
    side = SIDE_OF_KIND[mine.organisation.kind] if mine else ""
    texts = {
        "draft": _("Готовит проект: %(name)s", name=name),
        "revision": _("Дорабатывает: %(name)s", name=name),
        "agreed": _("Согласован всеми: можно передавать на подписание"),
        "disagreement": _("Стороны урегулируют разногласия"),
        "registered": _("Действует: ничьего решения не ждёт"),
        "suspended": _("Действие приостановлено"),
    }
    return Court(texts.get(agreement.state, str(state.label)), side if agreement.state in ("draft", "revision") else "")


def held(current: Round | None, agreement: Agreement) -> list[dict[str, Any]]:
    """How many working days each party has had the document in this round, and who has it now."""
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    now: set[int] = set()
    for slot in current.slots if current else ():
        if slot.assigned_at is not None and slot.kind != "submission":
            spans.setdefault(slot.organisation_id, []).append((slot.assigned_at, slot.finished_at or clock.now()))
        if slot.state == "assigned" and current is not None and not current.stands:
            now.add(slot.organisation_id)
    return [
        {
            "party": party.organisation.short_name,
            "side": SIDE_OF_KIND[party.organisation.kind],
            "words": _("%(n)s раб. дн.", n=held_days(spans[party.organisation_id])),
            "now": party.organisation_id in now,
        }
        for party in agreement.parties
        if party.organisation_id in spans
    ]


def my_slot(shown: Dossier, actor: Actor, kind: str) -> Slot | None:
    """The slot of a kind that lies on the actor's desk, in his own name or for one whom he stands in for."""
    people = {actor.id, *(row.principal_id for row in shown.principals)}
    for slot in shown.round.slots if shown.round else ():
        ours = slot.organisation_id == actor.organisation_id
        if slot.kind == kind and slot.state == "assigned" and ours:
            if any(holder.person_id in people for holder in slot.holders):
                return slot
    return None


def tasks_of(shown: Dossier, actor: Actor) -> list[Slot]:
    """Everything of this agreement that waits for the actor on his own desk."""
    return [
        slot
        for slot in (shown.round.slots if shown.round and not shown.round.stands else ())
        if slot.state == "assigned" and any(holder.person_id == actor.id for holder in slot.holders)
    ]
