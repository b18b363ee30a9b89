"""One item's page: the row, everything around it in one union, and the round of its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Date, DateTime, Integer, Select, Text, case, cast, literal, null, select, true, union_all
from sqlalchemy.orm import aliased, contains_eager, joinedload

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.audit import AuditRecord
from core.db import db
from core.documents.models import Attachment
from core.errors import NotFound, NotValid
from core.signoffs.hats import hat_for
from core.signoffs.models import Round, Slot
from core.workflow import Offer
from roadmap import flags, readers, results
from roadmap.models import (
    ChangeRequest,
    Dependency,
    Edition,
    Indicator,
    IndicatorValue,
    Item,
    ItemIndicator,
    ItemLink,
    ItemTerms,
    Occurrence,
    Roadmap,
    RoadmapParty,
    RoadmapSection,
    Verification,
)
from roadmap.rules.people import side_of
from roadmap.rules.situation import gather, parts
from roadmap.service.items import VERDICTS
from roadmap.states import roadmap_item

HISTORY = 40
"""Acts shown on the page; the rest stands in the journal."""


@dataclass
class ItemPage:
    """Everything the page of an item shows."""

    item: Item
    terms: ItemTerms
    row: Occurrence
    plan: Roadmap
    section: str
    edition: int
    flags: tuple[str, ...]
    offers: list[Offer]
    round: Round | None = None
    around: dict[str, list[Any]] = field(default_factory=dict)
    """Rows by what they are: before, after, term_after, link, indicator, period, change, file, act."""

    def of(self, tag: str) -> list[Any]:
        return self.around.get(tag, [])


def find_item(actor: Actor, item_id: int, period: str | None = None) -> tuple[Occurrence, Any]:
    """The occurrence asked for (or the one at work) with its item, terms and plan. One query. Raises NotFound."""
    statement = (
        select(Occurrence, RoadmapSection.title, Edition.number, flags.corrected_ahead())
        .join(Occurrence.item)
        .join(Item.terms)
        .join(Item.roadmap)
        .join(Roadmap.parties)
        .join(RoadmapParty.organisation)
        .join(Edition, Edition.id == ItemTerms.edition_id)
        .join(
            RoadmapSection,
            (RoadmapSection.roadmap_id == Item.roadmap_id) & (RoadmapSection.number == Item.section),
        )
        .where(
            Item.id == item_id,
            Occurrence.period == period if period is not None else Occurrence.id == Item.current_id,
            visible_to(actor, readers.ITEM, Item.id),
        )
        .order_by(RoadmapParty.position)
        .options(
            contains_eager(Occurrence.item).contains_eager(Item.terms),
            contains_eager(Occurrence.item)
            .contains_eager(Item.roadmap)
            .contains_eager(Roadmap.parties)
            .contains_eager(RoadmapParty.organisation),
        )
    )
    found = db.session.execute(statement).unique().all()
    if not found:
        raise NotFound(_("Мероприятие не найдено"))
    return found[0][0], found[0]


def item_page(actor: Actor, item_id: int, period: str | None = None) -> ItemPage:
    """The page of an item: three queries, four while its result lies on the desks. Raises NotFound."""
    row, found = find_item(actor, item_id, period)
    assert row.item.terms is not None
    around: dict[str, list[Any]] = {}
    for one in db.session.execute(_around(row, actor)):
        around.setdefault(one.tag, []).append(one)
    row.__dict__["known"] = gather((one.tag, one.one) for rows in around.values() for one in rows)
    current = _round(row) if row.state in ("on_review", "on_confirmation") else None
    return ItemPage(
        item=row.item,
        terms=row.item.terms,
        row=row,
        plan=row.item.roadmap,
        section=found[1],
        edition=found[2],
        flags=flags.of(row, flags.days(found[3])),
        offers=_offers(row, actor, current),
        round=current,
        around=around,
    )


def _round(row: Occurrence) -> Round | None:
    return (
        db.session.execute(
            select(Round)
            .where(Round.subject_kind == results.KIND, Round.subject_id == row.id, Round.state == "open")
            .options(
                joinedload(Round.slots).joinedload(Slot.holders),
                joinedload(Round.slots).joinedload(Slot.decision),
            )
        )
        .unique()
        .scalar_one_or_none()
    )


def _offers(row: Occurrence, actor: Actor, current: Round | None) -> list[Offer]:
    """The person's own steps. A verdict belongs to whom the task lies with, or to a substitute of his."""
    from roadmap.subjects import acting

    waiting = [slot for slot in current.slots if slot.state == "assigned"] if current else []
    slot = next((slot for slot in waiting if _holds(slot, actor)), None)
    found = []
    for offer in roadmap_item.offers(row, actor):
        if offer.step.hidden:
            continue
        if offer.name in VERDICTS and not actor.has("operator"):
            if slot is None:
                continue
            offer = roadmap_item.offer(row, offer.step, acting(actor, slot))
        if offer.mine:
            found.append(offer)
    return found


def _holds(slot: Slot, actor: Actor) -> bool:
    """A slot of another organisation is nobody's here: no question about substitutes is asked for it."""
    return slot.organisation_id == actor.organisation_id and hat_for(slot, actor) is not None


WIDTH = 8


def _row(tag: str, ident: Any, *values: Any) -> list[Any]:
    """A line of the union: what it is, its id, and eight texts."""
    texts = [cast(value, Text) for value in values] + [cast(null(), Text)] * (WIDTH - len(values))
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    return [
        cast(literal(tag), Text).label("tag"),
        cast(ident, Integer).label("id"),
        *(text.label(name) for text, name in zip(texts, names, strict=True)),
    ]


def _around(row: Occurrence, actor: Actor) -> Select[Any]:
    branches = [
        *(_situation(part) for part in parts(row)),
        _neighbours(row, "before"),
        _neighbours(row, "after"),
        _term_after(row),
        *_ties(row, actor),
        _periods(row),
        _changes(row),
        _files(row),
        _acts(row),
    ]
    union = union_all(*branches).subquery()
    return select(union)


def _situation(part: Select[Any]) -> Select[Any]:
    found = part.subquery()
    columns = _row("", 0, found.c.value)
    return select(found.c.tag.label("tag"), *columns[1:])


def _neighbours(row: Occurrence, tag: str) -> Select[Any]:
    """Items this one waits for (before), or that wait for it (after)."""
    mine, theirs = Dependency.item_id, Dependency.after_id
    if tag == "after":
        mine, theirs = theirs, mine
    item, terms, current = aliased(Item), aliased(ItemTerms), aliased(Occurrence)
    return (
        select(
            *_row(
                tag, item.id, item.code, terms.title, current.state, current.due_on, Dependency.id,
                Dependency.blocking, Dependency.lag_days, Dependency.lag_working,
            )
        )
        .select_from(Dependency)
        .join(item, item.id == theirs)
        .join(terms, terms.id == item.terms_id)
        .join(current, current.id == item.current_id)
        .where(mine == row.item_id)
    )  # fmt: skip


def _term_after(row: Occurrence) -> Select[Any]:
    """The item «в течение N дней после» which this one is due."""
    item, terms, own = aliased(Item), aliased(ItemTerms), aliased(ItemTerms)
    return (
        select(*_row("term_after", item.id, item.code, terms.title, own.after_days, own.after_working))
        .select_from(own)
        .join(item, item.id == own.after_item_id)
        .join(terms, terms.id == item.terms_id)
        .where(own.id == row.item.terms_id)
    )


def _ties(row: Occurrence, actor: Actor) -> list[Select[Any]]:
    """What the item rests on (named to who may see it, and to the plan's parties), and the indicators it moves."""
    named = true() if side_of(row.item, actor) else visible_to(actor, ItemLink.kind, ItemLink.subject_id)
    value = (
        select(IndicatorValue.value)
        .where(
            IndicatorValue.indicator_id == Indicator.id,
            IndicatorValue.occurrence_id == row.id,
            IndicatorValue.kind == "declared",
        )
        .order_by(IndicatorValue.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    title, url = (case((named, column), else_="") for column in (ItemLink.title, ItemLink.url))
    links = select(
        *_row("link", ItemLink.id, title, url, ItemLink.settled, ItemLink.required, ItemLink.kind, ItemLink.subject_id)
    ).where(ItemLink.item_id == row.item_id)
    indicators = (
        select(*_row("indicator", Indicator.id, Indicator.code, Indicator.name, Indicator.unit, value))
        .join(ItemIndicator, ItemIndicator.indicator_id == Indicator.id)
        .where(ItemIndicator.item_id == row.item_id)
    )
    return [links, indicators]


def _periods(row: Occurrence) -> Select[Any]:
    other = aliased(Occurrence)
    return select(
        *_row("period", other.id, other.period, other.state, other.due_on, other.fact_on, other.ordinal)
    ).where(other.item_id == row.item_id)


def _changes(row: Occurrence) -> Select[Any]:
    change = ChangeRequest
    return select(*_row("change_request", change.id, change.number, change.kind, change.state, change.reason)).where(
        change.item_id == row.item_id
    )


def _files(row: Occurrence) -> Select[Any]:
    file = Attachment
    return (
        select(
            *_row(
                "file",
                file.id,
                file.name,
                file.purpose,
                file.sha256,
                file.size,
                file.version,
                file.author_name,
                file.at,
                Verification.name,
            )
        )
        .outerjoin(Verification, Verification.attachment_id == file.id)
        .where(file.subject_kind == results.KIND, file.subject_id == row.id)
    )


def _acts(row: Occurrence) -> Select[Any]:
    act = AuditRecord
    latest = (
        select(
            *_row(
                "act",
                act.seq,
                act.at,
                act.actor_name,
                act.organisation_name,
                act.step,
                act.to_state,
                act.comment,
                act.document_hash,
            )
        )
        .where(act.subject_kind == readers.ITEM, act.subject_id == row.item_id)
        .order_by(act.seq.desc())
        .limit(HISTORY)
        .subquery()
    )
    return select(*latest.c)


def moment(text: str | None, kind: type[Date] | type[DateTime] = DateTime) -> Any:
    """A day or a moment that went through the union as text."""
    from datetime import UTC, date, datetime

    if not text:
        return None
    if kind is Date:
        return date.fromisoformat(text[:10])
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def item_by_code(roadmap_id: int, code: str) -> int:
    """The id of the item «2.3» of a plan. Raises NotValid."""
    found = db.session.scalar(select(Item.id).where(Item.roadmap_id == roadmap_id, Item.code == code, ~Item.dropped))
    if found is None:
        raise NotValid(_("В плане нет пункта «%(code)s»", code=code), "after")
    return found


def numbers_of(roadmap_id: int) -> dict[str, int]:
    """Number of each item of a plan → id. One query."""
    rows = db.session.execute(select(Item.code, Item.id).where(Item.roadmap_id == roadmap_id, ~Item.dropped))
    return dict(rows.tuples().all())
