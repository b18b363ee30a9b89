"""One indicator: its years, its breakdowns, every value that was ever recorded for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.documents.models import Attachment
from core.errors import NotFound
from roadmap import readers
from roadmap.models import Indicator, IndicatorValue, Roadmap
from roadmap.periods import label
from roadmap.queries.indicators import KINDS, aggregate


@dataclass(frozen=True)
class Recorded:
    """A value as it was recorded; `standing` is False once it was corrected."""

    row: IndicatorValue
    organisation: str
    evidence: Attachment | None
    standing: bool


@dataclass
class Figures:
    """The three values of one cell and the rows they were made of."""

    key: str
    label: str
    plan: Decimal | None = None
    declared: Decimal | None = None
    verified: Decimal | None = None
    not_provided: int = 0
    rows: list[Recorded] = field(default_factory=list)

    @property
    def gap(self) -> Decimal | None:
        """What was declared and not confirmed; None where either is unknown."""
        return self.declared - self.verified if self.declared is not None and self.verified is not None else None


@dataclass
class Measure:
    """An indicator with everything recorded for it."""

    row: Indicator
    plan: Roadmap
    values: list[Recorded]
    """The newest first."""

    @property
    def standing(self) -> list[Recorded]:
        return [one for one in self.values if one.standing]


def measure(actor: Actor, indicator_id: int) -> Measure:
    """Two queries. Raises NotFound."""
    found = db.session.execute(
        select(Indicator, Roadmap)
        .join(Roadmap, Roadmap.id == Indicator.roadmap_id)
        .where(Indicator.id == indicator_id, visible_to(actor, readers.PLAN, Indicator.roadmap_id))
    ).one_or_none()
    if found is None:
        raise NotFound(_("Показатель не найден"))
    rows = db.session.execute(
        select(IndicatorValue, Organisation.short_name, Attachment)
        .outerjoin(Organisation, Organisation.id == IndicatorValue.organisation_id)
        .outerjoin(Attachment, Attachment.id == IndicatorValue.attachment_id)
        .where(IndicatorValue.indicator_id == indicator_id)
        .order_by(IndicatorValue.id.desc())
    )
    seen: set[tuple[Any, ...]] = set()
    values = []
    for row, organisation, evidence in rows:
        key = (row.period, row.kind, row.organisation_id, row.region_code, row.speciality)
        values.append(Recorded(row, organisation or "", evidence, key not in seen))
        seen.add(key)
    return Measure(found[0], found[1], values)


def years(found: Measure) -> list[Figures]:
    """Each year of the plan (and the ones before that have values) in three figures."""
    first, last = found.plan.period_start.year, found.plan.period_end.year
    known = {int(one.row.period[:4]) for one in found.values} | set(range(first, last + 1))
    return [_figures(found, str(year), str(year), _of_year(found, year)) for year in sorted(known)]


def year(found: Measure, number: int) -> Figures:
    return _figures(found, str(number), str(number), _of_year(found, number))


def _of_year(found: Measure, number: int) -> list[Recorded]:
    return [one for one in found.standing if one.row.period[:4] == str(number)]


def breakdown(found: Measure, number: int, by: str) -> list[Figures]:
    """A year by organisation, region, speciality or period; each figure is made of its own rows.

    What was given for the whole stands in its own line («без разреза»), so that it is not taken for a part.
    """
    cells: dict[str, list[Recorded]] = {}
    for one in _of_year(found, number):
        cells.setdefault(_key(one, by), []).append(one)
    return [_figures(found, key, _label(by, key, cells[key]), cells[key]) for key in sorted(cells)]


def _key(one: Recorded, by: str) -> str:
    row = one.row
    values = {
        "organisation": str(row.organisation_id or ""),
        "region": row.region_code,
        "speciality": row.speciality,
        "period": row.period,
    }
    return values[by]


def _label(by: str, key: str, rows: Sequence[Recorded]) -> str:
    if not key:
        return str(_("без разреза"))
    if by == "organisation":
        return rows[0].organisation
    return label(key) if by == "period" else key


def _figures(found: Measure, key: str, text: str, rows: list[Recorded]) -> Figures:
    cell = Figures(key, text, rows=rows, not_provided=sum(one.row.not_provided for one in rows))
    for kind in KINDS:
        values = [one.row for one in rows if one.row.kind == kind]
        setattr(cell, kind, aggregate(found.row.aggregation, values))
    return cell


def evidence(actor: Actor, indicator_id: int, attachment_id: int) -> Attachment:
    """The file that confirms one of the indicator's values. Raises NotFound."""
    for one in measure(actor, indicator_id).values:
        if one.evidence is not None and one.evidence.id == attachment_id:
            return one.evidence
    raise NotFound(_("Файл не найден"))
