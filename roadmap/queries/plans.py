"""Plans and their items in lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from core import clock
from core.accounts.access import read_by, visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import Prepared, db
from core.errors import NotFound
from core.language.search import stems
from core.web.paging import PAGE, Key, Page, first_page, page
from roadmap import flags, readers
from roadmap.models import OPEN_EDITION, Edition, Item, ItemTerms, Occurrence, Roadmap, RoadmapParty, RoadmapSection
from roadmap.rules.people import EXECUTORS
from roadmap.states import shown_state

EDITION_RANK = case(
    {"in_force": 0, "final_report": 0, "closed": 1, **dict.fromkeys(OPEN_EDITION, 2)}, value=Edition.state, else_=3
)
"""Which edition a plan is shown by: the one in force, else the one on its way, else the last."""


@dataclass(frozen=True)
class PlanHead:
    """A plan as its page begins: the edition it is shown by and what is on its way."""

    id: int
    title: str
    period_start: Any
    period_end: Any
    sample: bool
    agreement_title: str
    edition_id: int
    edition: int
    state: str
    register_number: str | None
    approved_on: Any
    newer: int | None
    corrected: bool

    @property
    def shown(self) -> Any:
        return shown_state(self.state, self.newer is not None)


def _head(actor: Actor) -> Select[Any]:
    return _heads(*flags.ahead()).where(visible_to(actor, readers.PLAN, Roadmap.id))


def _heads(ahead_first: Any, ahead_last: Any) -> Select[Any]:
    other = aliased(Edition)
    newer = (
        select(func.max(other.number))
        .where(other.roadmap_id == Roadmap.id, other.state.in_(OPEN_EDITION), other.number > 1)
        .scalar_subquery()
    )
    ranked = select(
        Edition.id,
        func.row_number()
        .over(partition_by=Edition.roadmap_id, order_by=(EDITION_RANK, Edition.number.desc()))
        .label("place"),
    ).subquery()
    return (
        select(
            Roadmap.id,
            Roadmap.title,
            Roadmap.period_start,
            Roadmap.period_end,
            Roadmap.sample,
            Roadmap.agreement_title,
            Edition.id.label("edition_id"),
            Edition.number.label("edition"),
            Edition.state,
            Edition.register_number,
            Edition.approved_on,
            newer.label("newer"),
            flags.corrected_between(ahead_first, ahead_last),
        )
        .join(Edition, Edition.roadmap_id == Roadmap.id)
        .join(ranked, and_(ranked.c.id == Edition.id, ranked.c.place == 1))
    )


HEAD = Prepared(
    lambda: _heads(bindparam("ahead_first", type_=Date), bindparam("ahead_last", type_=Date)).where(
        read_by(bindparam("reader"), readers.PLAN, Roadmap.id), Roadmap.id == bindparam("roadmap")
    )
)


def plan_list(actor: Actor, after: str = "", before: str = "", size: int = PAGE) -> Page[PlanHead]:
    """Plans the actor may see, the newest first. One query."""
    keys = [Key(Roadmap.id, lambda row: row.id, descending=True)]  # type: ignore[arg-type]
    found = page(_head(actor), keys, after=after, before=before, size=size)
    return Page([PlanHead(**row._mapping) for row in found.items], found.next, found.previous)


def plan_head(actor: Actor, roadmap_id: int) -> PlanHead:
    """One plan. One query. Raises NotFound."""
    rows = _one_head(actor, roadmap_id)
    if not rows:
        raise NotFound(_("План не найден"))
    return PlanHead(**rows[0]._mapping)


def _one_head(actor: Actor, roadmap_id: int) -> Sequence[Any]:
    if actor.organisation_id is None:
        visible = visible_to(actor, readers.PLAN, Roadmap.id)
        return db.session.execute(_heads(*flags.ahead()).where(visible, Roadmap.id == roadmap_id)).all()
    first, last = flags.ahead()
    return HEAD(reader=actor.organisation_id, roadmap=roadmap_id, ahead_first=first, ahead_last=last)


@dataclass(frozen=True)
class ItemSearch:
    """What the items of a plan are asked for, in every view of it. Empty fields ask nothing."""

    side: str = ""
    state: str = ""
    section: int | None = None
    flag: str = ""
    q: str = ""
    mine: bool = False
    unit: str = ""
    """Words of the executor: his unit or his organisation's name."""
    organisation: int | None = None
    """The executor's organisation; a party of the plan where nobody else is named."""
    due_from: date | None = None
    due_to: date | None = None
    """Due days of the present period, both included."""
    after: str = ""
    before: str = ""
    size: int = PAGE

    @classmethod
    def of(cls, asked: Mapping[str, Any], size: int = PAGE) -> ItemSearch:
        """Out of a query string or a kept filter; what means nothing asks nothing."""

        text = {name: str(asked.get(name) or "").strip()[:200] for name in (*FILTERS, "after", "before")}
        return cls(
            side=text["side"],
            state=text["state"],
            section=_whole(text["section"]),
            flag=text["flag"],
            q=text["q"],
            mine=bool(text["mine"]),
            unit=text["unit"],
            organisation=_whole(text["organisation"]),
            due_from=_day(text["due_from"]),
            due_to=_day(text["due_to"]),
            after=text["after"],
            before=text["before"],
            size=size,
        )

    def asked(self) -> dict[str, Any]:
        """The filter as the query string keeps it."""
        values = {name: getattr(self, name) for name in FILTERS} | {"mine": 1 if self.mine else ""}
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value
        }


FILTERS = ("q", "side", "state", "flag", "section", "unit", "organisation", "due_from", "due_to", "mine")


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


COLUMNS = (
    Item.id, Item.code, Item.section, Item.number, ItemTerms.title, ItemTerms.term_text, ItemTerms.responsible_side,
    ItemTerms.excluded, ItemTerms.recurrence, Occurrence.id.label("occurrence_id"), Occurrence.period,
    Occurrence.state, Occurrence.due_on, Occurrence.starts_on, Occurrence.fact_on, Occurrence.forecast_on,
    Occurrence.percent, Occurrence.risk, Occurrence.last_info_on,
)  # fmt: skip


def item_statement(actor: Actor, roadmap_id: int, search: ItemSearch, at: flags.Days) -> Select[Any]:
    """The items of a plan the actor may see, each at its present occurrence."""
    visible = visible_to(actor, readers.ITEM, Item.id)
    return _items(at.today).where(Item.roadmap_id == roadmap_id, visible, *narrowed(actor, search, at))


def _items(today: Any) -> Select[Any]:
    return (
        select(*COLUMNS, *flags.LATE, RoadmapSection.title.label("section_title"))
        .select_from(Item)
        .join(ItemTerms, ItemTerms.id == Item.terms_id)
        .join(Occurrence, Occurrence.id == Item.current_id)
        .join(
            RoadmapSection,
            and_(RoadmapSection.roadmap_id == Item.roadmap_id, RoadmapSection.number == Item.section),
        )
        .outerjoin(flags.Oldest, flags.is_oldest(today))
    )


BY_NUMBER = (Key(Item.section, lambda row: row.section), Key(Item.number, lambda row: row.number))  # type: ignore[arg-type]
FIRST = first_page(
    lambda: _items(bindparam("today", type_=Date)).where(
        Item.roadmap_id == bindparam("roadmap"), read_by(bindparam("reader"), readers.ITEM, Item.id)
    ),
    BY_NUMBER,
)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """What the actor executes, named or because nobody else of his organisation is: as on the first page."""
    from roadmap.queries.report_people import executed_by

    return executed_by(actor) if actor.has(*EXECUTORS) else Item.executor_id == actor.id


def narrowed(actor: Actor, search: ItemSearch, at: flags.Days) -> list[ColumnElement[bool]]:
    """The conditions of a search over Item, ItemTerms and Occurrence joined."""
    asked: list[ColumnElement[bool]] = []
    if search.side:
        asked.append(ItemTerms.responsible_side == search.side)
    if search.state:
        asked.append(Occurrence.state == search.state)
    if search.section:
        asked.append(Item.section == search.section)
    if search.flag:
        chosen = flags.conditions(at).get(search.flag)
        if chosen is not None:
            asked.append(chosen)
    if search.mine:
        asked.append(_mine(actor))
    asked += [*_executed_by(search), *_due(search)]
    for stem in stems(search.q):
        asked.append(or_(ItemTerms.words.contains(stem, autoescape=True), Item.code.startswith(stem, autoescape=True)))
    return asked


def _executed_by(search: ItemSearch) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if search.unit:
        named = select(Organisation.id).where(Organisation.short_name.icontains(search.unit, autoescape=True))
        asked.append(or_(ItemTerms.unit.icontains(search.unit, autoescape=True), ItemTerms.organisation_id.in_(named)))
    if search.organisation:
        sides = select(RoadmapParty.side).where(
            RoadmapParty.roadmap_id == Item.roadmap_id, RoadmapParty.organisation_id == search.organisation
        )
        itself = and_(ItemTerms.organisation_id.is_(None), ItemTerms.responsible_side.in_(sides))
        asked.append(or_(ItemTerms.organisation_id == search.organisation, itself))
    return asked


def _due(search: ItemSearch) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if search.due_from:
        asked.append(Occurrence.due_on >= search.due_from)
    if search.due_to:
        asked.append(Occurrence.due_on <= search.due_to)
    return asked


def item_list(actor: Actor, head: PlanHead, search: ItemSearch) -> Page[Any]:
    """One page of the plan's table, in the order of numbers. One query."""
    if search == ItemSearch() and actor.organisation_id is not None:
        return FIRST(reader=actor.organisation_id, roadmap=head.id, today=clock.today())
    statement = item_statement(actor, head.id, search, flags.days(head.corrected))
    return page(statement, BY_NUMBER, after=search.after, before=search.before, size=search.size)


def section_titles(roadmap_id: int) -> Sequence[Any]:
    return db.session.execute(
        select(RoadmapSection.number, RoadmapSection.title)
        .where(RoadmapSection.roadmap_id == roadmap_id)
        .order_by(RoadmapSection.number)
    ).all()
