"""What lies with a person of a plan, or is his to chase: items, decisions, answers for a report.

Only what nobody has presented yet: a presented result lies on somebody's desk as a task of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, null, or_, select

from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from roadmap import flags, readers
from roadmap.control import OPEN
from roadmap.models import (
    Item,
    ItemTerms,
    Meeting,
    MeetingDecision,
    Occurrence,
    Report,
    ReportLine,
    Roadmap,
    RoadmapParty,
)
from roadmap.queries.decisions import executed_by
from roadmap.queries.report_people import executed_by as item_executed_by
from roadmap.rules.people import COORDINATORS, DEPUTIES, EXECUTORS
from roadmap.service.decisions import KIND as DECISION
from roadmap.states.meetings import CHAIR, CONTROL

CHASERS = (*COORDINATORS, *DEPUTIES)
"""Whose business the terms of a whole side are."""
KEEPERS = (*COORDINATORS, *CONTROL, *CHAIR)
"""Whose business the decisions of meetings are."""
MINE, OWN_LATE, OTHER_LATE, OWN_SOON = "mine", "late", "other", "soon"
DECIDE, LATE = "decide", "late"


def items(actor: Actor, few: int) -> Sequence[Any]:
    """Occurrences past their day or due soon, each group's oldest first, at most `few` of it and its `total`.

    Groups: `mine`, what the actor executes, each period by itself; of a coordinator's or a deputy's plans, one row an
    item: `late` of his side, `other` late of the other side, `soon` due of his side. One query.
    """
    if not actor.has(*CHASERS, *EXECUTORS):
        return []
    today = clock.today()
    at, party, row = flags.days(), _party(actor), Occurrence
    group = _group(actor, party, today)
    found = (
        select(
            Item.id, Item.code, Item.roadmap_id, Item.executor_name, ItemTerms.title, ItemTerms.responsible_side,
            ItemTerms.unit, row.id.label("occurrence_id"), row.period, row.state, row.due_on, row.fact_on,
            Roadmap.title.label("plan"), group.label("group_of"),
            func.row_number().over(
                partition_by=(group, case((group == MINE, row.id), else_=-Item.id)), order_by=(row.due_on, row.id)
            ).label("place"),
        )
        .select_from(row)
        .join(Item, Item.id == row.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Roadmap, Roadmap.id == Item.roadmap_id)
        .outerjoin(party, party.c.roadmap_id == Item.roadmap_id)
        .where(
            row.state.in_(flags.WORKING), row.due_on <= at.horizon, ~ItemTerms.excluded,
            visible_to(actor, readers.ITEM, Item.id),
        )
        .subquery()
    )  # fmt: skip
    return _first(found, few, found.c.place == 1, order=(found.c.due_on, found.c.occurrence_id))


def _party(actor: Actor) -> Any:
    return (
        select(RoadmapParty.roadmap_id, RoadmapParty.side)
        .where(RoadmapParty.organisation_id == actor.organisation_id)
        .subquery()
    )


def _group(actor: Actor, party: Any, today: Any) -> ColumnElement[Any]:
    executes = item_executed_by(actor) if actor.has(*EXECUTORS) else false()
    ours = party.c.side.is_not(None) if actor.has(*CHASERS) else false()
    own = and_(ours, ItemTerms.responsible_side.in_((party.c.side, "both")))
    late = Occurrence.due_on < today
    return case(
        (executes, MINE), (and_(own, late), OWN_LATE), (and_(ours, late), OTHER_LATE), (own, OWN_SOON), else_=null()
    )  # fmt: skip


def _first(found: Any, few: int, *asked: ColumnElement[bool], order: Sequence[Any]) -> Sequence[Any]:
    """The first `few` of each group with how many the group has."""
    group = found.c.group_of
    ranked = (
        select(
            found,
            func.row_number().over(partition_by=group, order_by=order).label("nth"),
            func.count().over(partition_by=group).label("total"),
        )
        .where(group.is_not(None), *asked)
        .subquery()
    )
    return db.session.execute(select(ranked).where(ranked.c.nth <= few).order_by(ranked.c.group_of, ranked.c.nth)).all()


def decisions(actor: Actor, few: int) -> Sequence[Any]:
    """Decisions of meetings of the actor's plans, at most `few` of a group and its `total`: `decide`, a report or a
    request for an extension that waits for him; `late`, past their day with somebody else. One query."""
    if not actor.has(*KEEPERS):
        return []
    row = MeetingDecision
    late = and_(row.state.in_(OPEN), row.due_on < clock.today(), ~executed_by(actor))
    found = (
        select(
            row.id, row.code, row.number, row.text, row.executor_name, row.due_on, row.asked_due_on, row.state,
            Meeting.number.label("meeting"), Meeting.held_on, Meeting.roadmap_id,
            Organisation.short_name.label("organisation"), Organisation.kind,
            case((_waits_for(actor), DECIDE), (late, LATE), else_=null()).label("group_of"),
        )
        .join(Meeting, Meeting.id == row.meeting_id)
        .join(RoadmapParty, and_(RoadmapParty.roadmap_id == Meeting.roadmap_id,
                                 RoadmapParty.organisation_id == actor.organisation_id))
        .outerjoin(Organisation, Organisation.id == row.organisation_id)
        .where(or_(row.state == "reported", row.state.in_(OPEN)), visible_to(actor, DECISION, row.id))
        .subquery()
    )  # fmt: skip
    return _first(found, few, order=(found.c.due_on, found.c.id))


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    """Who closes or returns a report is not who gave it; an extension is granted by the chair's people."""
    row = MeetingDecision
    own = or_(row.reported_by.is_(None), row.reported_by != actor.id)
    extends = row.state == "extension_requested" if actor.has(*CHAIR) else false()
    return or_(and_(row.state == "reported", own), extends)


def answers(actor: Actor) -> Sequence[Any]:
    """Rounds being collected that the actor's side has not finished answering: `total` and `answered` of the rows of
    his side that others execute. A coordinator's business. One query."""
    if not actor.has(*COORDINATORS):
        return []
    line, party = ReportLine, RoadmapParty
    others = [~item_executed_by(actor)] if actor.has(*EXECUTORS) else []
    return db.session.execute(
        select(
            Report.id, Report.period, Report.due_on, Roadmap.title.label("plan"), party.side,
            func.count(line.id).label("total"), func.count(line.answered_at).label("answered"),
        )
        .join(line, line.report_id == Report.id)
        .join(Occurrence, Occurrence.id == line.occurrence_id)
        .join(Item, Item.id == Occurrence.item_id)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Roadmap, Roadmap.id == Report.roadmap_id)
        .join(party, and_(party.roadmap_id == Roadmap.id, party.organisation_id == actor.organisation_id))
        .where(Report.state == "collecting", ItemTerms.responsible_side.in_((party.side, "both")), *others)
        .group_by(Report.id, Report.period, Report.due_on, Roadmap.title, party.side)
        .having(func.count(line.answered_at) < func.count(line.id))
        .order_by(Report.due_on, Report.id)
    ).all()  # fmt: skip
