"""Plan against fact: what was promised first, what is promised now, what came of it, and who asked for each shift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from core import clock
from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.calendar import working_days_between
from core.db import db
from core.web.paging import PAGE, Key, Page, page
from roadmap import flags, readers
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Occurrence
from roadmap.periods import spread
from roadmap.queries.plans import PlanHead
from roadmap.queries.spans import SPREAD

DAYS = ("due_on", "starts_on", "until_on", "period_dates")
"""Terms that move a day."""


@dataclass(frozen=True)
class Reason:
    """One shift: who asked, why, by which request, and the edition that carries it (None while it is on its way)."""

    change_id: int
    number: int
    state: str
    side: str
    author: str
    reason: str
    was: date | None
    now: date | None
    edition: int | None


@dataclass(frozen=True)
class Line:
    """One period of an item: days by the first edition, by the present one, and the fact (or what stands for it)."""

    row: Any
    baseline: date | None
    reasons: tuple[Reason, ...] = ()
    today: date = field(default_factory=clock.today)

    @property
    def current(self) -> date | None:
        day: date | None = self.row.due_on
        return day

    @property
    def fact(self) -> date | None:
        day: date | None = self.row.fact_on
        return day

    @property
    def expected(self) -> date | None:
        """The fact; else the forecast; else today for what is overdue; else the present term."""
        if self.row.fact_on:
            day: date | None = self.row.fact_on
            return day
        late = self.today if flags.overdue(self.row, self.today) else None
        days = [one for one in (self.row.forecast_on, late) if one]
        return max(days) if days else self.current

    @property
    def moved(self) -> int | None:
        """Calendar days the term itself was moved by."""
        return (self.current - self.baseline).days if self.current and self.baseline else None

    @property
    def slip(self) -> int | None:
        """Calendar days between the first promise and the fact (what stands for it); less than 0 is early."""
        return (self.expected - self.baseline).days if self.expected and self.baseline else None

    @property
    def working_slip(self) -> int | None:
        return working_days_between(self.baseline, self.expected) if self.expected and self.baseline else None

    @property
    def against_current(self) -> int | None:
        """Calendar days against the term as it stands now."""
        return (self.expected - self.current).days if self.expected and self.current else None


def fact_list(
    actor: Actor, head: PlanHead, which: str = "", side: str = "", after: str = "", before: str = "", size: int = PAGE
) -> Page[Line]:
    """Periods that have begun, ended or been moved, in the plan's order. Two queries a page.

    `which`: «moved» for those whose term was moved, «late» for those that are or were late, "" for all.
    """
    first = aliased(ItemTerms)
    statement = _statement(actor, head.id, first).where(*_narrowed(which, side, first))
    keys = [
        Key(Item.section, lambda row: row.section),  # type: ignore[arg-type]
        Key(Item.number, lambda row: row.number),  # type: ignore[arg-type]
        Key(Occurrence.ordinal, lambda row: row.ordinal),  # type: ignore[arg-type]
    ]
    found = page(statement, keys, after=after, before=before, size=size)
    asked = reasons([row.id for row in found.items])
    return Page([_line(row, head.period_end, asked) for row in found.items], found.next, found.previous)


def every_line(actor: Actor, head: PlanHead, which: str = "", side: str = "") -> Iterator[Line]:
    """The whole list, page by page, for a spreadsheet."""
    token = ""
    while True:
        found = fact_list(actor, head, which, side, after=token, size=500)
        yield from found.items
        token = found.next
        if not token:
            return


def _statement(actor: Actor, roadmap_id: int, first: Any) -> Any:
    earliest = select(func.min(ItemTerms.id)).where(ItemTerms.item_id == Item.id).correlate(Item).scalar_subquery()
    return (
        select(
            Item.id, Item.code, Item.section, Item.number, Item.executor_name, ItemTerms.title, ItemTerms.unit,
            ItemTerms.responsible_side, Occurrence.id.label("occurrence_id"), Occurrence.period, Occurrence.ordinal,
            Occurrence.state, Occurrence.starts_on, Occurrence.due_on, Occurrence.fact_on, Occurrence.forecast_on,
            Occurrence.note, *(getattr(first, name).label(f"base_{name}") for name in SPREAD),
        )
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.item_id == Item.id)
        .join(first, first.id == earliest)
        .where(
            Item.roadmap_id == roadmap_id,
            ~ItemTerms.excluded,
            Occurrence.state.not_in(("draft", "excluded")),
            visible_to(actor, readers.ITEM, Item.id),
        )
    )  # fmt: skip


def _narrowed(which: str, side: str, first: Any) -> list[ColumnElement[bool]]:
    today = clock.today()
    moved = or_(*(getattr(first, name).is_distinct_from(getattr(ItemTerms, name)) for name in DAYS if name in SPREAD))
    begun = or_(Occurrence.id == Item.current_id, Occurrence.state != "planned", Occurrence.due_on < today)
    asked: list[ColumnElement[bool]] = [or_(begun, moved) if which != "moved" else moved]
    if which == "late":
        late = or_(Occurrence.fact_on > Occurrence.due_on, Occurrence.forecast_on > Occurrence.due_on)
        asked = [or_(late, and_(Occurrence.state.in_(flags.WORKING), Occurrence.due_on < today))]
    if side:
        asked.append(ItemTerms.responsible_side == side)
    return asked


def _line(row: Any, end: date, asked: Mapping[int, Sequence[Any]]) -> Line:
    terms = SimpleNamespace(**{name: getattr(row, f"base_{name}") for name in SPREAD})
    spans = {span.key: span.due_on for span in spread(terms, end)}
    told = tuple(reason for change in asked.get(row.id, ()) if (reason := _reason(change, row.period)) is not None)
    return Line(row, spans.get(row.period), told)


def reasons(item_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Change requests that move days, by item, the oldest first. One query."""
    rows = db.session.execute(
        select(
            ChangeRequest.id, ChangeRequest.item_id, ChangeRequest.number, ChangeRequest.state, ChangeRequest.side,
            ChangeRequest.author_name, ChangeRequest.reason, ChangeRequest.changes, Edition.number.label("edition"),
        )
        .outerjoin(Edition, Edition.id == ChangeRequest.edition_id)
        .where(
            ChangeRequest.item_id.in_(set(item_ids)),
            ChangeRequest.kind == "term",
            ChangeRequest.state.in_(("draft", "submitted", "review_other", "approved", "applied")),
        )
        .order_by(ChangeRequest.number)
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return found


def _reason(change: Any, period: str) -> Reason | None:
    """The shift this request brought to the period; None where it moves another one."""
    was, now = change.changes.get("due_on", (None, None))
    if "due_on" not in change.changes:
        was, now = ((days or {}).get(period) for days in change.changes.get("period_dates", ({}, {})))
        if was == now:
            return None
    return Reason(
        change.id, change.number, change.state, change.side, change.author_name, change.reason, _day(was), _day(now),
        change.edition,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
