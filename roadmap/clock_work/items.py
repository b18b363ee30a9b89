"""Terms of the plan by the clock: what is due, what is late, what nobody hears of. A letter a person and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from core import clock
from core.calendar import add_working_days, is_working, late_words
from core.db import db, locked, transaction
from core.notifications import Message, notify
from core.signoffs.plan import holders_of
from core.workflow import enqueue, handler
from core.workflow.models import Job
from core.workflow.schedule import daily
from roadmap import flags
from roadmap.clock_work.reminders import Day, fresh, reached
from roadmap.flags import QUIET_DAYS, WORKING
from roadmap.models import Edition, Item, Occurrence, Roadmap, RoadmapParty, RoadmapReminder
from roadmap.periods import label
from roadmap.rules.people import COORDINATORS, DEPUTIES, EXECUTORS, organisations_of, responsible_sides

KIND = "roadmap_occurrence"
AHEAD = (10, 5, 1)
"""Working days before an item's term: its executor and the responsible side's coordinator are reminded."""
TEXTS = {"due": "item_due", "overdue": "item_overdue", "no_info": "item_no_info"}
TOLD = ("planned", "in_progress", "returned")

daily("roadmap.terms")


@handler("roadmap.terms")
def every_day(_job: Job) -> None:
    """A job for every plan in force. Nothing happens on a day off."""
    with transaction():
        if not is_working(clock.today()):
            return
        day = clock.today().isoformat()
        for roadmap_id in db.session.scalars(select(Edition.roadmap_id).where(Edition.state == "in_force")).all():
            enqueue("roadmap.plan_terms", {"id": roadmap_id}, key=f"roadmap.plan_terms:{roadmap_id}:{day}")


@handler("roadmap.plan_terms")
def one_plan(job: Job) -> None:
    """Remind of one plan what the day has brought."""
    with transaction():
        plan = locked(Roadmap, int(job.payload["id"]))
        if plan is not None:
            live(plan)


def live(plan: Roadmap) -> None:
    """Everything the day asks of a plan. What is written down is written with the letters, or not at all."""
    if not is_working(clock.today()):
        return
    rows = {row.id: row for row in at_work(plan.id)}
    sent = fresh(day for row in rows.values() for day in wanted(row))
    if sent:
        People(plan, [rows[one.subject_id] for one in sent]).tell(sent, rows)


def at_work(roadmap_id: int) -> Sequence[Occurrence]:
    """Occurrences something may be said of today. One query: due within the horizon, late or quiet and not told."""
    today = clock.today()
    horizon = add_working_days(today, max(AHEAD))
    told = select(RoadmapReminder.id).where(
        RoadmapReminder.subject_kind == KIND, RoadmapReminder.subject_id == Occurrence.id
    )
    late_told = told.where(RoadmapReminder.kind == "overdue", RoadmapReminder.about == Occurrence.due_on).exists()
    quiet = today - timedelta(days=QUIET_DAYS)
    return (
        db.session.scalars(
            select(Occurrence)
            .join(Item, Item.id == Occurrence.item_id)
            .where(
                Item.roadmap_id == roadmap_id,
                Occurrence.state.in_(WORKING),
                or_(
                    Occurrence.due_on.between(today, horizon),
                    and_(Occurrence.due_on < today, ~late_told),
                    and_(
                        Occurrence.state.in_(TOLD),
                        Occurrence.starts_on <= quiet,
                        or_(Occurrence.last_info_on.is_(None), Occurrence.last_info_on <= quiet),
                    ),
                ),
            )
            .options(joinedload(Occurrence.item).joinedload(Item.terms))
            .order_by(Item.section, Item.number, Occurrence.ordinal)
        )
        .unique()
        .all()
    )


def wanted(row: Occurrence) -> Iterator[Day]:
    """What is to be said of an occurrence today, said already or not."""
    today, due = clock.today(), row.due_on
    if due is not None and today <= due:
        yield from (Day(KIND, row.id, "due", due, days) for days in reached(due, AHEAD))
    elif due is not None and add_working_days(due, 1) <= today:
        yield Day(KIND, row.id, "overdue", due)
    heard = silent_since(row)
    if heard is not None and add_working_days(heard + timedelta(days=QUIET_DAYS), 0) <= today:
        yield Day(KIND, row.id, "no_info", heard)


def silent_since(row: Occurrence) -> date | None:
    """The day something was last heard of an item at work, or the day it should have begun."""
    if row.state not in TOLD or row.starts_on is None or row.starts_on > clock.today():
        return None
    return max(filter(None, (row.last_info_on, row.starts_on)))


@dataclass(frozen=True)
class Told:
    """One item in a letter: `days` working days left, or `late`: how late it is in words, "" while it is not."""

    code: str
    title: str
    due: str
    days: int
    late: str = ""


class People:
    """Whom to tell of which item: the executor, the responsible coordinators and, of delays, their deputies."""

    def __init__(self, plan: Roadmap, rows: Iterable[Occurrence]) -> None:
        self.plan = plan
        parties = db.session.scalars(select(RoadmapParty).where(RoadmapParty.roadmap_id == plan.id)).all()
        self.party = {party.side: party.organisation_id for party in parties}
        organisations = {one for row in rows for one in organisations_of(row)} | set(self.party.values())
        self.held = holders_of(organisations)

    def executors(self, row: Occurrence) -> set[int]:
        if row.item.executor_id:
            return {row.item.executor_id}
        return self._holders(organisations_of(row), EXECUTORS)

    def above(self, row: Occurrence, roles: tuple[str, ...]) -> set[int]:
        return self._holders([self.party[side] for side in responsible_sides(row) if side in self.party], roles)

    def _holders(self, organisations: Iterable[int], roles: tuple[str, ...]) -> set[int]:
        return {person.id for one in organisations for role in roles for person in self.held.get((one, role), [])}

    def tell(self, sent: Sequence[Day], rows: dict[int, Occurrence]) -> None:
        """One letter a person, kind and day, naming all his items."""
        letters: dict[tuple[int, str], list[Told]] = {}
        for one in sent:
            row = rows[one.subject_id]
            for person_id in self.executors(row) | self.above(row, COORDINATORS):
                letters.setdefault((person_id, TEXTS[one.kind]), []).append(told(row, one))
            if one.kind == "overdue":
                for person_id in self.above(row, DEPUTIES):
                    letters.setdefault((person_id, "item_escalation"), []).append(told(row, one))
        for (person_id, text), items in letters.items():
            notify([person_id], self._message(text, items))

    def _message(self, text: str, items: list[Told]) -> Message:
        context: dict[str, Any] = {
            "plan": self.plan.title,
            "items": items,
            "count": len(items),
            "codes": ", ".join(item.code for item in items),
        }
        key = f"roadmap.{text}:{self.plan.id}:{clock.today().isoformat()}"
        flag = {"item_due": "soon", "item_no_info": "no_info"}.get(text, "overdue")
        return Message(key, f"roadmap/{text}", f"/roadmaps/{self.plan.id}?flag={flag}", context)


def told(row: Occurrence, day: Day) -> Told:
    assert row.item.terms is not None
    period = f" ({label(row.period)})" if row.period else ""
    due = row.due_on.strftime("%d.%m.%Y") if row.due_on else row.item.terms.term_text
    late = flags.days_late(row, clock.today())
    words = late_words(late) if late is not None else ""
    return Told(f"{row.item.code}{period}", row.item.terms.title, due, day.days, words)
