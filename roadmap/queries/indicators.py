"""Indicators in figures: plan, declared and verified side by side, added up by each indicator's own rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.clock import MOSCOW
from core.db import db
from roadmap import readers
from roadmap.models import Indicator, IndicatorValue

KINDS = ("plan", "declared", "verified")


@dataclass
class Standing:
    """An indicator in a year: each of the three values, or None where there is no information; what was not given."""

    id: int
    code: str
    name: str
    unit: str
    direction: str
    aggregation: str
    plan: Decimal | None = None
    declared: Decimal | None = None
    verified: Decimal | None = None
    not_provided: int = 0
    rows: list[Any] = field(default_factory=list)
    """The values the figures were made of: every figure can be traced."""

    @property
    def percent(self) -> int | None:
        """The verified (else the declared) value in percent of the plan."""
        fact = self.verified if self.verified is not None else self.declared
        return int(fact / self.plan * 100) if fact is not None and self.plan else None


def standing(actor: Actor, roadmap_id: int, year: str, on: date | None = None) -> list[Standing]:
    """Every indicator of a plan in a year. One query. Different indicators are never added together.

    `on`: with the plan as it stood at the end of that day; a value that an edition brought later is left out.
    """
    value = IndicatorValue
    newest = _newest(roadmap_id).where(value.period.startswith(year))
    if on is not None:
        newest = newest.where(~_planned_after(on))
    rows = db.session.execute(
        select(Indicator, value)
        .outerjoin(value, (value.indicator_id == Indicator.id) & value.id.in_(newest))
        .where(Indicator.roadmap_id == roadmap_id, visible_to(actor, readers.PLAN, Indicator.roadmap_id))
        .order_by(Indicator.code, value.period, value.id)
    ).all()
    found: dict[int, Standing] = {}
    for one, recorded in rows:
        line = found.setdefault(one.id, Standing(one.id, one.code, one.name, one.unit, one.direction, one.aggregation))
        if recorded is not None:
            line.rows.append(recorded)
    for line in found.values():
        _add_up(line)
    return list(found.values())


def _newest(roadmap_id: int) -> Select[Any]:
    """The ids of the values that stand: of each kind, period and part the last one recorded."""
    value = IndicatorValue
    return (
        select(func.max(value.id).label("id"))
        .join(Indicator, Indicator.id == value.indicator_id)
        .where(Indicator.roadmap_id == roadmap_id)
        .group_by(
            value.indicator_id, value.period, value.kind, value.organisation_id, value.region_code, value.speciality
        )
    )


def _planned_after(day: date) -> ColumnElement[bool]:
    """A plan value of a later edition: recorded after the day, for a time after it, over one that stood before."""
    value, before = IndicatorValue, aliased(IndicatorValue)
    known = select(before.id).where(
        before.kind == "plan",
        before.id < value.id,
        before.indicator_id == value.indicator_id,
        before.period == value.period,
        before.organisation_id.is_not_distinct_from(value.organisation_id),
        before.region_code == value.region_code,
        before.speciality == value.speciality,
    )
    end = datetime.combine(day + timedelta(days=1), time(0), MOSCOW)
    return and_(value.kind == "plan", value.as_of > day, value.at >= end, known.exists())


def newest_of(roadmap_id: int) -> Sequence[IndicatorValue]:
    """Every value of a plan's indicators that stands. One query."""
    return db.session.scalars(select(IndicatorValue).where(IndicatorValue.id.in_(_newest(roadmap_id)))).all()


def _add_up(line: Standing) -> None:
    line.not_provided = sum(row.not_provided for row in line.rows)
    for kind in KINDS:
        setattr(line, kind, aggregate(line.aggregation, [row for row in line.rows if row.kind == kind]))


def aggregate(rule: str, rows: Sequence[IndicatorValue]) -> Decimal | None:
    """One figure of a year out of its values: what was not provided is left out; nothing at all is None, not zero.

    A figure given for the whole stands before those of its parts, and one of the whole year before those of its
    quarters, so that nothing is counted twice.
    """
    known = [row for row in rows if not row.not_provided and row.value is not None]
    whole = [row for row in known if not (row.organisation_id or row.region_code or row.speciality)]
    known = whole or known
    if not known:
        return None
    if rule == "sum_year":
        return sum((row.value for row in _longest(known) if row.value is not None), Decimal(0))
    if rule in ("average", "none"):
        values = [row.value for row in _longest(known) if row.value is not None]
        return sum(values, Decimal(0)) / len(values) if rule == "average" or len(values) == 1 else None
    return _last_of_each(known)


def _longest(rows: Sequence[IndicatorValue]) -> list[IndicatorValue]:
    """Of each part the year's own value where there is one, else those of its shorter periods."""
    yearly = {_part(row) for row in rows if len(row.period) == 4}
    return [row for row in rows if len(row.period) == 4 or _part(row) not in yearly]


def _part(row: IndicatorValue) -> tuple[Any, ...]:
    return row.organisation_id, row.region_code, row.speciality


def _last_of_each(rows: Iterable[IndicatorValue]) -> Decimal:
    """As of a day, or cumulative: the newest value of each breakdown, added over the breakdowns."""
    last: dict[tuple[Any, ...], IndicatorValue] = {}
    for row in sorted(rows, key=lambda row: (row.as_of, row.id)):
        last[row.organisation_id, row.region_code, row.speciality] = row
    return sum((row.value for row in last.values() if row.value is not None), Decimal(0))


def declared_of(occurrences: Sequence[int]) -> dict[int, list[Any]]:
    """What was declared with the results of these occurrences: (code, name, unit, value, not_provided). One query."""
    value = IndicatorValue
    rows = db.session.execute(
        select(value.occurrence_id, Indicator.code, Indicator.name, Indicator.unit, value.value, value.not_provided)
        .join(Indicator, Indicator.id == value.indicator_id)
        .where(value.occurrence_id.in_(occurrences), value.kind == "declared")
        .order_by(Indicator.code, value.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.occurrence_id, []).append(row)
    return found


def codes_of(roadmap_id: int) -> Sequence[Any]:
    """(id, code, name) of every indicator of a plan the actor is known to see. One query."""
    columns = (Indicator.id, Indicator.code, Indicator.name)
    return db.session.execute(select(*columns).where(Indicator.roadmap_id == roadmap_id).order_by(Indicator.code)).all()


def figure(value: Decimal | None) -> str:
    """A figure without idle zeros, thousands apart; «—» for no information."""
    if value is None:
        return "—"
    plain = value.quantize(Decimal("0.01")).normalize()
    return f"{plain:,f}".replace(",", "\u00a0").replace(".", ",")
