"""What rows of a plan are read against, out of the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from core.accounts.models import Organisation
from core.accounts.roles import SIDE_OF_KIND
from core.db import db
from roadmap.models import Indicator, Item, Roadmap
from roadmap.rows.meanings import same
from roadmap.rows.shapes import AMBIGUOUS, Known


def known_for(plan: Roadmap) -> Known:
    """The period and sides of a plan, the directory, the plan's indicators and items. Four queries."""
    codes = db.session.scalars(select(Indicator.code).where(Indicator.roadmap_id == plan.id))
    items = db.session.execute(select(Item.code, Item.id).where(Item.roadmap_id == plan.id, ~Item.dropped))
    parties = [party.organisation for party in plan.parties]
    known = known_of(plan.period_start, plan.period_end, parties, {code.casefold() for code in codes})
    return replace(known, items=dict(items.tuples().all()))


def known_of(start: date, end: date, parties: Iterable[Organisation], indicators: Collection[str]) -> Known:
    """The same of a plan that is not drawn yet."""
    sides: dict[str, str] = {}
    standing: dict[str, int] = {}
    for one in parties:
        side = SIDE_OF_KIND[one.kind]
        standing[side] = one.id
        sides |= {same(name): side for name in (one.full_name, one.short_name, one.alias, one.inn) if name}
    return Known(start, end, sides, directory(), indicators, standing)


def directory() -> dict[str, int]:
    """Organisations by ИНН, full and short names; a name of two is AMBIGUOUS."""
    found: dict[str, int] = {}
    columns = (Organisation.id, Organisation.inn, Organisation.full_name, Organisation.short_name)
    for row in db.session.execute(select(*columns)):
        for name in {same(row.inn), same(row.full_name), same(row.short_name)} - {""}:
            found[name] = row.id if found.get(name, row.id) == row.id else AMBIGUOUS
    return found
