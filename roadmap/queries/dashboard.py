"""What a deputy's screen shows beside the items: changes, decisions, shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select

from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from roadmap import readers
from roadmap.models import ChangeRequest, Item, Meeting, MeetingDecision, Occurrence
from roadmap.queries.plans import PlanHead
from roadmap.service.changes import KIND as CHANGE
from roadmap.service.decisions import KIND as DECISION

ANSWERED_BY_OTHER = ("submitted", "review_other")
OVERDUE_DECISION = ("issued", "accepted", "in_progress", "returned", "extension_requested")
FEW = 3


@dataclass
class Affairs:
    """Change requests by whose word they wait for, decisions past their day, how many terms were moved."""

    waiting: dict[str, int] = field(default_factory=dict)
    """Side that asked → requests that wait for the others' answer."""
    approved: int = 0
    """Approved by both, not in an edition yet."""
    moved: int = 0
    """Items whose term an applied request has moved."""
    decisions: Sequence[Any] = ()
    """The first few overdue decisions; `total` on each says how many there are."""

    @property
    def overdue_decisions(self) -> int:
        return int(self.decisions[0].total) if self.decisions else 0


@dataclass(frozen=True)
class Year:
    """Periods due in this year: how many, how many of them are done, and done after their day."""

    due: int = 0
    done: int = 0
    late: int = 0


def year(actor: Actor, head: PlanHead) -> Year:
    """One query."""
    today = clock.today()
    done = Occurrence.state == "done"
    row = db.session.execute(
        select(
            func.count(),
            func.count(case((done, 1))),
            func.count(case((done & (Occurrence.fact_on > Occurrence.due_on), 1))),
        )
        .select_from(Item)
        .join(Occurrence, Occurrence.item_id == Item.id)
        .where(
            Item.roadmap_id == head.id,
            Occurrence.due_on.between(today.replace(month=1, day=1), today.replace(month=12, day=31)),
            Occurrence.state.not_in(("draft", "excluded")),
            readers.whole_plan(actor, head.edition_id),
        )
    ).one()
    return Year(*row)


def affairs(actor: Actor, head: PlanHead) -> Affairs:
    """Three queries."""
    found = Affairs(decisions=_decisions(actor, head.id), moved=_moved(actor, head))
    change = ChangeRequest
    rows = db.session.execute(
        select(change.state, change.side, func.count().label("requests"))
        .where(
            change.roadmap_id == head.id,
            change.state.in_((*ANSWERED_BY_OTHER, "approved")),
            change.edition_id.is_(None),
            visible_to(actor, CHANGE, change.id),
        )
        .group_by(change.state, change.side)
    )
    for row in rows:
        if row.state == "approved":
            found.approved += row.requests
        else:
            found.waiting[row.side] = found.waiting.get(row.side, 0) + row.requests
    return found


def _moved(actor: Actor, head: PlanHead) -> int:
    change = ChangeRequest
    statement = (
        select(func.count(change.item_id.distinct()))
        .join(Item, Item.id == change.item_id)
        .where(
            change.roadmap_id == head.id,
            change.state == "applied",
            change.kind == "term",
            readers.whole_plan(actor, head.edition_id),
        )
    )
    return db.session.scalar(statement) or 0


def _decisions(actor: Actor, roadmap_id: int) -> Sequence[Any]:
    decision = MeetingDecision
    return db.session.execute(
        select(
            decision.id, decision.code, decision.number, decision.text, decision.executor_name, decision.due_on,
            Meeting.number.label("meeting"), func.count().over().label("total"),
        )
        .join(Meeting, Meeting.id == decision.meeting_id)
        .where(
            Meeting.roadmap_id == roadmap_id,
            decision.state.in_(OVERDUE_DECISION),
            decision.due_on < clock.today(),
            visible_to(actor, DECISION, decision.id),
        )
        .order_by(decision.due_on, decision.id)
        .limit(FEW)
    ).all()  # fmt: skip
