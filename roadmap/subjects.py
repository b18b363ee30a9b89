"""What of this room is signed off, and what a verdict moves here: a plan's edition, an item's result."""

from __future__ import annotations

from dataclasses import replace

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core.accounts.actor import SYSTEM, Actor
from core.db import db, locked
from core.errors import NotNow
from core.signoffs.models import Decision, Round, Slot
from core.signoffs.service.rounds import close
from core.signoffs.subjects import Subject, register
from core.workflow import Ask
from roadmap import brought, results
from roadmap.models import Edition, Item, Occurrence, Report
from roadmap.rules.editions import authority_valid
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.states import roadmap, roadmap_item, roadmap_report
from roadmap.states.reports import KIND as REPORT


def register_subjects() -> None:
    register_report()
    register(
        Subject(
            kind="roadmap",
            label=_l("План мероприятий («дорожная карта»)"),
            url=edition_url,
            on_round_end=edition_round_ended,
            on_decided=edition_decided,
            lock=lambda subject_id: locked(Edition, subject_id),
            may_coordinate=coordinates_edition,
            before_decision=may_sign,
        )
    )
    register(
        Subject(
            kind=results.KIND,
            label=_l("Результат мероприятия"),
            url=result_url,
            on_round_end=result_round_ended,
            on_decided=result_decided,
            lock=lambda subject_id: locked(Occurrence, subject_id),
            may_coordinate=coordinates_result,
            brought=brought.of_result,
            answers_required=False,
        )
    )


def register_report() -> None:
    register(
        Subject(
            kind=REPORT,
            label=_l("Отчёт о ходе реализации"),
            url=report_url,
            on_round_end=report_round_ended,
            lock=lambda subject_id: locked(Report, subject_id),
            answers_required=False,
        )
    )


def report_round_ended(current: Round, outcome: str, actor: Actor) -> None:
    """Both coordinators have agreed: the report stands. A refusal opens the collecting again."""
    row = db.session.get_one(Report, current.subject_id)
    if outcome == "passed" and current.state == "open":
        close(current, "passed")
        roadmap_report.take(row, "approve", SYSTEM)
    elif outcome == "rejected":
        ask = Ask(comment=current.closing_note or "не согласовано")
        roadmap_report.take(row, "return", replace(actor, roles=actor.roles | set(COORDINATORS)), ask)


def report_url(report_id: int) -> str:
    return url_for("roadmap.report", report_id=report_id)


def acting(actor: Actor, slot: Slot) -> Actor:
    """The actor in the slot's role: a substitute stands in for its holder."""
    return replace(actor, roles=actor.roles | {slot.role})


def edition_url(edition_id: int) -> str:
    row = db.session.execute(select(Edition.roadmap_id, Edition.number).where(Edition.id == edition_id)).one()
    return url_for("roadmap.edition", roadmap_id=row.roadmap_id, number=row.number)


def edition_round_ended(current: Round, outcome: str, actor: Actor) -> None:
    """Visas of the initiator's side: over to the other. Of the other: the coordinator sends it on. A refusal: back."""
    row = db.session.get_one(Edition, current.subject_id)
    if outcome == "passed" and current.phase == "own" and row.state == "internal_approval":
        roadmap.take(row, "internal_done", SYSTEM)


def edition_decided(slot: Slot, decision: Decision, actor: Actor) -> None:
    row = db.session.get_one(Edition, slot.round.subject_id)
    ask = Ask(comment=decision.comment or decision.verdict)
    if decision.verdict == "rejected":
        roadmap.take(row, "internal_return" if slot.kind == "visa" else "sign_return", acting(actor, slot), ask)
    elif decision.verdict == "signed":
        roadmap.take(row, "sign", acting(actor, slot), Ask(comment=decision.comment))


def coordinates_edition(edition_id: int, actor: Actor) -> bool:
    row = db.session.get(Edition, edition_id)
    return row is not None and actor.has(*COORDINATORS) and bool(side_of(row, actor))


def may_sign(slot: Slot, actor: Actor, verdict: str) -> None:
    """A signature needs an authority that covers today."""
    if verdict == "signed":
        row = db.session.get_one(Edition, slot.round.subject_id)
        reason = authority_valid(row, actor)
        if reason is not None:
            raise NotNow(str(reason), reasons=[reason])


def result_url(occurrence_id: int) -> str:
    row = db.session.execute(
        select(Item.id, Occurrence.period)
        .join(Occurrence, Occurrence.item_id == Item.id)
        .where(Occurrence.id == occurrence_id)
    ).one()
    return url_for("roadmap.item", item_id=row.id, period=row.period or None)


def result_round_ended(current: Round, outcome: str, actor: Actor) -> None:
    """Both sides have said yes: nothing more is asked."""
    if outcome == "passed" and current.state == "open":
        close(current, "passed")


def result_decided(slot: Slot, decision: Decision, actor: Actor) -> None:
    """The first yes accepts, the second confirms; a no returns the result."""
    row = db.session.get_one(Occurrence, slot.round.subject_id)
    first = row.state == "on_review"
    if decision.verdict == "rejected":
        name = "return" if first else "refuse_confirm"
    else:
        name = "accept" if first else "confirm"
    roadmap_item.take(row, name, acting(actor, slot), Ask(comment=decision.comment))


def coordinates_result(occurrence_id: int, actor: Actor) -> bool:
    row = db.session.get(Occurrence, occurrence_id)
    return row is not None and actor.has(*COORDINATORS) and bool(side_of(row, actor))


def item_url(item_id: int) -> str:
    return url_for("roadmap.item", item_id=item_id)


def change_url(change_id: int) -> str:
    return url_for("roadmap.change", change_id=change_id)


def decision_url(decision_id: int) -> str:
    return url_for("roadmap.decision", decision_id=decision_id)


def initiative_url(initiative_id: int) -> str:
    return url_for("roadmap.initiative", initiative_id=initiative_id)


def meeting_url(meeting_id: int) -> str:
    return url_for("roadmap.meeting", meeting_id=meeting_id)
