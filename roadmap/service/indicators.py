"""Indicators and their values: plan, declared, verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.accounts.access import may_see
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db, expect_version, locked, transaction
from core.documents.attachments import Upload, keep
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import plan_values, readers
from roadmap.measures import BREAKDOWNS, check_period, check_region, check_speciality
from roadmap.models import OPEN_EDITION, Edition, Indicator, IndicatorValue, Roadmap
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
    baseline: Any = None
    baseline_note: str = ""
    source: str = ""


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


def plan_for(roadmap_id: int, actor: Actor) -> Roadmap:
    """Raises NotFound."""
    plan = db.session.get(Roadmap, roadmap_id) if may_see(actor, readers.PLAN, roadmap_id) else None
    if plan is None:
        raise NotFound(_("План не найден"))
    return plan


def _coordinator(plan: Roadmap, actor: Actor) -> None:
    if not (actor.has(*COORDINATORS) and side_of(plan, actor)):
        raise NotAllowed(_("Показатели ведёт координатор Стороны"))


def add_indicator(roadmap_id: int, new: NewIndicator, actor: Actor) -> Indicator:
    """Enter an indicator of a plan. Its code stands once. Raises NotFound, NotAllowed, NotValid."""
    values = checked_indicator(new)
    with transaction():
        plan = plan_for(roadmap_id, actor)
        _coordinator(plan, actor)
        locked(Roadmap, plan.id)  # two at once would take the same code
        _code_is_free(plan, values["code"])
        row = Indicator(roadmap_id=plan.id, **values)
        db.session.add(row)
        db.session.flush()
        audit.append(actor.who(), audit.Act("indicator", row.id, "add", data={"code": row.code}))
        return row


def edit_indicator(indicator_id: int, new: NewIndicator, version: int | None, actor: Actor) -> Indicator:
    """Change what an indicator is; its values stay. Another rule of adding up needs an indicator without values.

    Raises NotFound, NotAllowed, NotNow (somebody else has changed it, or it has values), NotValid.
    """
    values = checked_indicator(new)
    with transaction():
        row = locked(Indicator, indicator_id)
        if row is None:
            raise NotFound(_("Показатель не найден"))
        plan = plan_for(row.roadmap_id, actor)
        _coordinator(plan, actor)
        expect_version(row, version)
        if values["code"] != row.code:
            _code_is_free(plan, values["code"])
        changed = {name: str(value) for name, value in values.items() if getattr(row, name) != value}
        if {"unit", "aggregation"} & changed.keys() and _has_values(row):
            raise NotNow(_("У показателя уже есть значения: единицу и правило сложения не меняют, заводят новый"))
        for name, value in values.items():
            setattr(row, name, value)
        audit.append(actor.who(), audit.Act("indicator", row.id, "edit", data=changed))
        return row


def checked_indicator(new: NewIndicator) -> dict[str, Any]:
    """The fields of an indicator, checked. Raises NotValid naming each at fault."""
    needed = {"code": _("Укажите код"), "name": _("Укажите наименование"), "unit": _("Укажите единицу")}
    faults: dict[str, Any] = {name: text for name, text in needed.items() if not getattr(new, name).strip()}
    if new.direction not in DIRECTIONS:
        faults["direction"] = _("Нет такого направления")
    if new.aggregation not in AGGREGATIONS:
        faults["aggregation"] = _("Нет такого правила сложения")
    if set(new.breakdowns) - set(BREAKDOWNS):
        faults["breakdowns"] = _("Нет такого разреза")
    try:
        baseline = number(new.baseline)
    except NotValid as refusal:
        faults["baseline"] = refusal.message
    if faults:
        raise NotValid(_("Показатель не принят"), fields=faults)
    texts = {name: getattr(new, name).strip() for name in ("code", "name", "unit", "baseline_note", "source")}
    kept = {"direction": new.direction, "aggregation": new.aggregation, "breakdowns": list(new.breakdowns)}
    return {**texts, **kept, "baseline": baseline}


def _code_is_free(plan: Roadmap, code: str) -> None:
    if db.session.scalar(select(Indicator.id).where(Indicator.roadmap_id == plan.id, Indicator.code == code)):
        raise NotValid(_("Показатель %(code)s уже есть", code=code), "code")


def _has_values(row: Indicator) -> bool:
    return (
        db.session.scalar(select(IndicatorValue.id).where(IndicatorValue.indicator_id == row.id).limit(1)) is not None
    )


def set_targets(indicator_id: int, targets: Mapping[int, Any], source: str, actor: Actor) -> int:
    """Plan the years of an indicator; returns how many values were recorded. A year left as it was is passed over.

    Raises NotNow once the plan is approved: its values are changed by a request (`roadmap.plan_values`).
    """
    with transaction():
        indicator = db.session.get(Indicator, indicator_id)
        if indicator is None:
            raise NotFound(_("Показатель не найден"))
        plan = plan_for(indicator.roadmap_id, actor)
        _coordinator(plan, actor)
        known = _planned(indicator)
        count = 0
        for year, typed in targets.items():
            try:
                value = number(typed)
            except NotValid as refusal:
                raise NotValid(refusal.message, f"target-{year}") from refusal
            if value is not None and value != known.get(str(year)):
                record_value(indicator.id, NewValue(str(year), "plan", value, source=source), actor)
                count += 1
        return count


def _planned(indicator: Indicator) -> dict[str, Decimal | None]:
    rows = db.session.execute(
        select(IndicatorValue.period, IndicatorValue.value)
        .where(
            IndicatorValue.indicator_id == indicator.id,
            IndicatorValue.kind == "plan",
            IndicatorValue.organisation_id.is_(None),
            IndicatorValue.region_code == "",
            IndicatorValue.speciality == "",
        )
        .order_by(IndicatorValue.id)
    )
    return {row.period: row.value for row in rows}


def record_value(indicator_id: int, new: NewValue, actor: Actor, evidence: Upload | None = None) -> IndicatorValue:
    """Record a value with its evidence. A correction is a new row; the newest stands.

    The plan and the verified figure are the coordinators' (and the operator's); who declared a figure does not verify
    it. Other organisations declare their own figures. Raises NotFound, NotAllowed, NotValid; NotNow for the plan
    of a plan that is approved or on its way there.
    """
    with transaction():
        indicator = db.session.get(Indicator, indicator_id)
        if indicator is None:
            raise NotFound(_("Показатель не найден"))
        plan = plan_for(indicator.roadmap_id, actor)
        check_value(plan, indicator, new, actor)
        if evidence is not None:
            kept = keep(evidence, readers.PLAN, plan.id, "indicator", actor, new.period)
            new = replace(new, attachment_id=kept.id)
        row = value_of(indicator, new, actor)
        db.session.add(row)
        db.session.flush()
        data = {"period": row.period, "kind": row.kind, "value": str(row.value)}
        audit.append(actor.who(), audit.Act("indicator", indicator.id, "record", data=data))
        return row


def check_value(plan: Roadmap, indicator: Indicator, new: NewValue, actor: Actor) -> None:
    """Raises NotValid at the field that cannot be, NotAllowed where the actor may not record this value."""
    _check(plan, new)
    _may_record(plan, indicator, new, actor)


def _may_record(plan: Roadmap, indicator: Indicator, new: NewValue, actor: Actor) -> None:
    if new.kind == "plan":
        _coordinator(plan, actor)
        _still_drawn(plan)
    elif new.kind == "verified":
        if not actor.has("operator"):
            _coordinator(plan, actor)
        _not_own(indicator, new, actor)
    elif not side_of(plan, actor) and not actor.has("operator") and new.organisation_id != actor.organisation_id:
        raise NotAllowed(_("Организация заявляет только свои значения"))


def _still_drawn(plan: Roadmap) -> None:
    """Plan values are typed into a draft alone. Raises NotNow naming the way otherwise."""
    under_way = select(Edition.id).where(Edition.roadmap_id == plan.id, Edition.state.in_(OPEN_EDITION))
    for edition_id in db.session.scalars(under_way.order_by(Edition.id)).all():
        locked(Edition, edition_id)  # it is not sent for approval meanwhile
    if (reason := plan_values.why_settled(plan.id)) is not None:
        raise NotNow(_("Плановое значение не записано"), reasons=[reason])


def _check(plan: Roadmap, new: NewValue) -> None:
    if new.kind not in KINDS:
        raise NotValid(_("Нет такого вида значения"), "kind")
    check_period(plan, new.period)
    check_region(new.region_code)
    check_speciality(new.speciality, new.period)
    if new.as_of is not None and new.as_of > clock.today() and new.kind != "plan":
        raise NotValid(_("Дата значения ещё не наступила"), "as_of")
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
            IndicatorValue.region_code == new.region_code,
            IndicatorValue.speciality == new.speciality,
            IndicatorValue.organisation_id.is_(new.organisation_id)
            if new.organisation_id is None
            else IndicatorValue.organisation_id == new.organisation_id,
        )
        .order_by(IndicatorValue.id.desc())
        .limit(1)
    ).first()
    if declared is not None and declared == actor.id:
        raise NotAllowed(_("Значение заявили Вы: подтверждает другой"))


def value_of(indicator: Indicator, new: NewValue, actor: Actor) -> IndicatorValue:
    """The row of a value that was checked."""
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
