"""What an item's steps entail."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from core import clock
from core.accounts.actor import SYSTEM, Actor
from core.calendar import add_working_days
from core.db import db
from core.documents.models import Attachment
from core.errors import NotValid
from core.workflow import Ask
from roadmap import periods, results
from roadmap.models import ChangeRequest, Consent, IndicatorValue, Item, ItemTerms, Occurrence, Verdict
from roadmap.rules.people import side_of

LATE = ("planned", "in_progress", "returned", "suspended", "on_review", "on_confirmation")


def spread_over_periods(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """The plan is approved: the draft's one occurrence becomes the first period, the others are born planned."""
    terms = row.item.terms
    assert terms is not None
    spans = periods.spread(terms, row.item.roadmap.period_end)
    first, rest = spans[0], spans[1:]
    row.period, row.starts_on, row.due_on = first.key, first.starts_on, first.due_on
    db.session.add_all(
        Occurrence(
            item_id=row.item_id,
            period=span.key,
            ordinal=number,
            state="planned",
            starts_on=span.starts_on,
            due_on=span.due_on,
        )
        for number, span in enumerate(rest, start=2)
    )


def mark_started(row: Occurrence, actor: Actor, ask: Ask) -> None:
    row.started_on = row.started_on or clock.today()
    row.last_info_on = clock.today()


def note_progress(row: Occurrence, actor: Actor, ask: Ask) -> None:
    if ask.has("percent"):
        row.percent = whole(ask.data["percent"], "percent", 0, 100)
    if ask.has("forecast_on"):
        row.forecast_on = day(ask.data["forecast_on"], "forecast_on")
    if ask.has("risk"):
        row.risk = str(ask.data["risk"])
        if row.risk not in ("none", "medium", "high"):
            raise NotValid(_("Нет такого риска"), "risk")
    row.note, row.last_info_on = ask.comment.strip(), clock.today()


def present_result(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """Fix the day and the hash of what is presented and start the sign-offs of both sides."""
    row.fact_on = day(ask.data["fact_on"], "fact_on") if ask.has("fact_on") else clock.today()
    if row.fact_on > clock.today():
        raise NotValid(_("Фактическая дата ещё не наступила"), "fact_on")
    if row.due_on and row.fact_on > row.due_on and not ask.comment.strip():
        raise NotValid(_("Срок истёк: напишите причину отклонения"), "comment")
    row.note = ask.comment.strip() or row.note
    row.attempt += 1
    row.submitted_by, row.accepted_side = actor.id, ""
    row.percent, row.last_info_on = 100, clock.today()
    row.result_hash = result_hash(row)
    results.start(row, actor)


def result_hash(row: Occurrence) -> str:
    """SHA-256 of what was presented: the files, the declared values and the day."""
    files = db.session.scalars(
        select(Attachment.sha256)
        .where(Attachment.subject_kind == results.KIND, Attachment.subject_id == row.id)
        .order_by(Attachment.id)
    ).all()
    values = db.session.execute(
        select(IndicatorValue.id, IndicatorValue.value)
        .where(IndicatorValue.occurrence_id == row.id)
        .order_by(IndicatorValue.id)
    ).all()
    text = json.dumps(
        [row.id, row.attempt, row.fact_on, list(files), [[value.id, str(value.value)] for value in values]],
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def forget_result(row: Occurrence, actor: Actor, ask: Ask) -> None:
    row.fact_on, row.accepted_side, row.submitted_by, row.result_hash = None, "", None, None
    row.percent = min(row.percent, 90)


def begin_anew(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """What was done before the period left the plan stands in the journal; the period begins from nothing."""
    row.started_on, row.forecast_on, row.percent, row.risk = None, None, 0, "none"


def stop_round(row: Occurrence, actor: Actor, ask: Ask) -> None:
    results.stop(row, ask.comment, actor)


def count_return(row: Occurrence, actor: Actor, ask: Ask) -> None:
    row.returns += 1
    row.accepted_side = ""
    row.note = ask.comment.strip()


def record_acceptance(row: Occurrence, actor: Actor, ask: Ask) -> None:
    row.accepted_side = side_of(row, actor)
    _verdict(row, "accept", actor)


def record_confirmation(row: Occurrence, actor: Actor, ask: Ask) -> None:
    _verdict(row, "confirm", actor)


def _verdict(row: Occurrence, step: str, actor: Actor) -> None:
    """One word a side and presentation: the table's constraint says no to a second."""
    db.session.add(
        Verdict(
            occurrence_id=row.id,
            attempt=row.attempt,
            side=side_of(row, actor),
            step=step,
            person_id=actor.id,
            name=actor.name,
            at=clock.now(),
        )
    )


def record_consent(row: Occurrence, actor: Actor, ask: Ask) -> None:
    step = str(ask.data.get("to", ""))
    fitting = {"done": ("reopen",), "suspended": ("resume", "fail")}.get(row.state, ("fail",))
    if step not in fitting:
        raise NotValid(_("В этом состоянии согласие на такой шаг не нужно"), "to")
    db.session.add(
        Consent(
            occurrence_id=row.id,
            step=step,
            side=side_of(row, actor),
            state=row.state,
            person_id=actor.id,
            name=actor.name,
            comment=ask.comment.strip(),
            at=clock.now(),
        )
    )


def use_consent(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """A consent serves once; what was agreed in a state that has passed lapses."""
    db.session.execute(update(Consent).where(Consent.occurrence_id == row.id, ~Consent.used).values(used=True))


def end_suspension(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """Both sides agreed to go on: the leave to suspend has served, another suspension needs another request."""
    from roadmap.states.changes import change_request

    leaves = select(ChangeRequest).where(
        ChangeRequest.item_id == row.item_id, ChangeRequest.kind == "suspension", ChangeRequest.state == "approved"
    )
    for request in db.session.scalars(leaves.order_by(ChangeRequest.id).with_for_update()).all():
        change_request.take(request, "apply", SYSTEM)


def point_to_next(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """The item shows the first occurrence that is not finished, or the last."""
    db.session.flush()
    point(row.item_id)


def point(item_id: int) -> None:
    rows = db.session.execute(
        select(Occurrence.id, Occurrence.state).where(Occurrence.item_id == item_id).order_by(Occurrence.ordinal)
    ).all()
    live = [one.id for one in rows if one.state not in ("done", "not_done", "excluded")]
    db.session.execute(update(Item).where(Item.id == item_id).values(current_id=live[0] if live else rows[-1].id))


def date_dependents(row: Occurrence, actor: Actor, ask: Ask) -> None:
    """«В течение N дней после»: the day is known once the item before is done."""
    waiting = db.session.execute(
        select(Occurrence, ItemTerms)
        .join(Item, Item.id == Occurrence.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .where(ItemTerms.after_item_id == row.item_id, Occurrence.state.in_(LATE), Occurrence.due_on.is_(None))
    ).all()
    for occurrence, terms in waiting:
        assert row.fact_on is not None
        occurrence.starts_on = row.fact_on
        occurrence.due_on = periods.after(row.fact_on, terms.after_days or 0, terms.after_working, add_working_days)


def whole(value: Any, field: str, low: int, high: int) -> int:
    """A whole number between `low` and `high`. Raises NotValid."""
    try:
        number = int(str(value).strip())
    except ValueError as error:
        raise NotValid(_("Нужно целое число"), field) from error
    if not low <= number <= high:
        raise NotValid(_("Нужно число от %(low)s до %(high)s", low=low, high=high), field)
    return number


def day(value: Any, field: str) -> date:
    """A day typed as ISO (a date field) or as дд.мм.гггг. Raises NotValid."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    parts = text.split(".")
    try:
        if len(parts) == 3:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotValid(_("Нет такой даты: %(text)s", text=text), field) from error
