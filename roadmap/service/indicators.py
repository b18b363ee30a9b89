"""Indicators and their values: plan, declared, verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, transaction
from core.errors import NotAllowed, NotFound, NotValid
from roadmap import readers
from roadmap.models import Indicator, IndicatorValue, Roadmap
from roadmap.rules.people import COORDINATORS, side_of
from roadmap.terms import number

KINDS = ("plan", "declared", "verified")
DIRECTIONS = ("up", "keep", "to_100", "none")
AGGREGATIONS = ("sum_year", "cumulative", "as_of", "average", "none")


@dataclass(frozen=True)
class NewIndicator:
    """An indicator of a plan."""

    code: str
    name: str
    unit: str
    direction: str = "up"
    aggregation: str = "sum_year"
    breakdowns: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewValue:
    """A value to record. `not_provided`: the figure was asked for and not given, which is not zero."""

    period: str
    kind: str
    value: Any = None
    not_provided: bool = False
    organisation_id: int | None = None
    region_code: str = ""
    speciality: str = ""
    source: str = ""
    as_of: date | None = None
    attachment_id: int | None = None


def _plan(roadmap_id: int, actor: Actor) -> Roadmap:
    plan = db.session.get(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
    if plan is None:
        raise NotFound(_("План не найден"))
    return plan


def _coordinator(plan: Roadmap, actor: Actor) -> None:
    if not (actor.has(*COORDINATORS) and side_of(plan, actor)):
        raise NotAllowed(_("Показатели ведёт координатор Стороны"))


def add_indicator(roadmap_id: int, new: NewIndicator, actor: Actor) -> Indicator:
    """Enter an indicator of a plan. Its code stands once."""
    if not new.code.strip() or not new.name.strip() or not new.unit.strip():
        raise NotValid(_("Укажите код, наименование и единицу измерения"), "code")
    if new.direction not in DIRECTIONS or new.aggregation not in AGGREGATIONS:
        raise NotValid(_("Нет такого правила сложения"), "aggregation")
    with transaction():
        plan = _plan(roadmap_id, actor)
        _coordinator(plan, actor)
        if db.session.scalar(select(Indicator.id).where(Indicator.roadmap_id == plan.id, Indicator.code == new.code)):
            raise NotValid(_("Показатель %(code)s уже есть", code=new.code), "code")
        row = Indicator(roadmap_id=plan.id, **{**vars(new), "breakdowns": list(new.breakdowns)})
        db.session.add(row)
        db.session.flush()
        audit.append(actor.who(), audit.Act("indicator", row.id, "add", data={"code": row.code}))
        return row


def record_value(indicator_id: int, new: NewValue, actor: Actor) -> IndicatorValue:
    """Record a value. The plan and the verified figure are the coordinators' (and the operator's); who declared a
    figure does not verify it."""
    with transaction():
        indicator = db.session.get(Indicator, indicator_id)
        if indicator is None:
            raise NotFound(_("Показатель не найден"))
        plan = _plan(indicator.roadmap_id, actor)
        _check(new)
        if new.kind == "verified" and not actor.has("operator"):
            _coordinator(plan, actor)
            _not_own(indicator, new, actor)
        elif new.kind == "plan":
            _coordinator(plan, actor)
        row = _value(indicator, new, actor)
        db.session.add(row)
        db.session.flush()
        data = {"period": row.period, "kind": row.kind, "value": str(row.value)}
        audit.append(actor.who(), audit.Act("indicator", indicator.id, "record", data=data))
        return row


def _check(new: NewValue) -> None:
    if new.kind not in KINDS:
        raise NotValid(_("Нет такого вида значения"), "kind")
    if not new.period or len(new.period) > 10:
        raise NotValid(_("Укажите период"), "period")
    if new.organisation_id and db.session.get(Organisation, new.organisation_id) is None:
        raise NotValid(_("Организация не найдена"), "organisation_id")
    if not new.not_provided and number(new.value) is None:
        raise NotValid(_("Введите значение или отметьте, что сведения не предоставлены"), "value")


def _not_own(indicator: Indicator, new: NewValue, actor: Actor) -> None:
    declared = db.session.scalars(
        select(IndicatorValue.person_id)
        .where(
            IndicatorValue.indicator_id == indicator.id,
            IndicatorValue.period == new.period,
            IndicatorValue.kind == "declared",
            IndicatorValue.organisation_id.is_(new.organisation_id)
            if new.organisation_id is None
            else IndicatorValue.organisation_id == new.organisation_id,
        )
        .order_by(IndicatorValue.id.desc())
        .limit(1)
    ).first()
    if declared is not None and declared == actor.id:
        raise NotAllowed(_("Значение заявили Вы: подтверждает другой"))


def _value(indicator: Indicator, new: NewValue, actor: Actor) -> IndicatorValue:
    figure: Decimal | None = None if new.not_provided else number(new.value)
    return IndicatorValue(
        indicator_id=indicator.id,
        period=new.period,
        kind=new.kind,
        value=figure,
        not_provided=new.not_provided,
        organisation_id=new.organisation_id,
        region_code=new.region_code,
        speciality=new.speciality,
        source=new.source.strip(),
        as_of=new.as_of or clock.today(),
        attachment_id=new.attachment_id,
        person_id=actor.id,
        name=actor.name,
        at=clock.now(),
    )
