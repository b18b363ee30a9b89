"""What an import brings, written by few statements in the caller's transaction: sections, items, what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit
from core.accounts.access import circles, set_readers
from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.db import db
from core.errors import NotValid
from roadmap import readers
from roadmap.effects.amending import new_items
from roadmap.importing.draft import Draft
from roadmap.models import Dependency, Edition, Indicator, Item, ItemIndicator, ItemTerms, RoadmapSection
from roadmap.rows import Row
from roadmap.service.indicators import add_indicator
from roadmap.service.plans import editable, first_only
from roadmap.terms import checked


def write(edition_id: int, draft: Draft, source: Mapping[str, Any], actor: Actor) -> None:
    """Everything of a file into a first edition's draft. `source` goes into the journal beside each row's number.

    Raises NotFound, NotAllowed, NotNow, NotValid: nothing stays then.
    """
    edition = editable(edition_id, actor)
    first_only(edition)
    values = [_values(edition, row) for row in draft.rows]
    for new in draft.indicators:
        add_indicator(edition.roadmap_id, new, actor)
    for number, title in draft.sections.items():
        db.session.add(RoadmapSection(roadmap_id=edition.roadmap_id, number=number, title=title))
        data = {"number": number, "title": title}
        audit.append(actor.who(), audit.Act(readers.EDITION, edition.id, "add_section", data=data))
    db.session.flush()
    items = new_items(edition, [row.section or 0 for row in draft.rows], [row.place or 0 for row in draft.rows])
    terms = _terms(edition, items, values, draft.rows)
    _rests_on(edition, items, draft.rows)
    _let_read(edition, items, terms)
    acts = [
        audit.Act(readers.ITEM, item.id, "add", None, "draft", data={**source, "code": item.code, "row": row.number})
        for item, row in zip(items, draft.rows, strict=True)
    ]
    audit.begin(actor.who(), acts)
    db.session.flush()


def _values(edition: Edition, row: Row) -> dict[str, Any]:
    try:
        return checked(row.terms, edition.roadmap)
    except NotValid as refusal:
        told = "; ".join(str(text) for text in refusal.fields.values()) or str(refusal)
        raise NotValid(_("Строка %(row)s: %(told)s", row=row.number, told=told), "file") from refusal


def _terms(
    edition: Edition, items: Sequence[Item], values: Sequence[dict[str, Any]], rows: Sequence[Row]
) -> list[ItemTerms]:
    ids = _ids(edition, items)
    terms = [
        ItemTerms(
            edition_id=edition.id,
            item_id=item.id,
            **{**each, "after_item_id": ids[row.after_code] if row.after_code else None},
        )
        for item, each, row in zip(items, values, rows, strict=True)
    ]
    db.session.add_all(terms)
    db.session.flush()
    for item, one in zip(items, terms, strict=True):
        item.terms_id = one.id
    return terms


def _ids(edition: Edition, items: Sequence[Item]) -> dict[str, int]:
    """Items of the plan by number, the new ones among them."""
    known = dict(
        db.session.execute(select(Item.code, Item.id).where(Item.roadmap_id == edition.roadmap_id)).tuples().all()
    )
    return known | {item.code: item.id for item in items}


def _rests_on(edition: Edition, items: Sequence[Item], rows: Sequence[Row]) -> None:
    ids = _ids(edition, items)
    codes = db.session.execute(select(Indicator.code, Indicator.id).where(Indicator.roadmap_id == edition.roadmap_id))
    indicators = {row.code.casefold(): row.id for row in codes}
    for item, row in zip(items, rows, strict=True):
        db.session.add_all(ItemIndicator(item_id=item.id, indicator_id=indicators[code]) for code in row.indicators)
        db.session.add_all(
            Dependency(
                roadmap_id=edition.roadmap_id,
                item_id=item.id,
                after_id=ids[before.code],
                blocking=before.blocking,
                lag_days=before.lag_days,
                lag_working=before.lag_working,
            )
            for before in row.depends
        )


def _let_read(edition: Edition, items: Sequence[Item], terms: Sequence[ItemTerms]) -> None:
    parties = [party.organisation_id for party in edition.roadmap.parties]
    working = [
        {*(one.co_organisations or ()), *([one.organisation_id] if one.organisation_id else ())} for one in terms
    ]
    known = circles([[*parties, *each] for each in working])
    db.session.add_all(
        Reader(subject_kind=readers.ITEM, subject_id=item.id, organisation_id=organisation_id, why=why)
        for item, circle in zip(items, known, strict=True)
        for organisation_id, why in circle.items()
    )
    others = set().union(*working) - set(parties) if working else set()
    if others:
        set_readers(readers.PLAN, edition.roadmap_id, parties, granted=others)
