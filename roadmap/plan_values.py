"""Plan values of indicators are part of the plan: typed while its first edition is drawn, then moved by both sides.

A request keeps the value as a cell: the indicator as it was named, the period, the part it is of, the value as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Organisation
from core.db import db
from core.errors import NotFound, NotValid, Reason
from core.web.kept import russian
from roadmap.measures import check_period, check_region, check_speciality
from roadmap.models import EDITABLE_EDITION, OPEN_EDITION, ChangeRequest, Edition, Indicator, IndicatorValue, Roadmap
from roadmap.periods import label
from roadmap.terms import number

KIND = "plan_value"
"""The kind of the request, and the field of its changes."""
FIELDS = ("indicator_id", "period", "value", "organisation_id", "region_code", "speciality")
"""What a request says."""
APPROVED = ("in_force", "final_report", "closed", "superseded")
LEAST = Decimal("0.001")

Cell = Mapping[str, Any]
Key = tuple[int, str, int | None, str, str]


def why_settled(roadmap_id: int) -> Reason | None:
    """Why a plan value may not be typed into this plan now; None while its first edition is drawn."""
    states = db.session.scalars(select(Edition.state).where(Edition.roadmap_id == roadmap_id)).all()
    if any(state in APPROVED for state in states):
        return Reason(
            _("План утверждён обеими Сторонами: плановое значение меняется только запросом на изменение"),
            "plan_value_by_both",
            _("координатор Стороны готовит запрос, другая Сторона его одобряет"),
        )
    if any(state in OPEN_EDITION and state not in EDITABLE_EDITION for state in states):
        return Reason(
            _("Проект плана на согласовании: плановые значения в нём не меняются"),
            "plan_value_by_both",
            _("координатор Стороны, вернув проект на доработку"),
        )
    return None


def key_of(cell: Cell) -> Key:
    return cell["indicator_id"], cell["period"], cell["organisation_id"], cell["region_code"], cell["speciality"]


def value_of(cell: Cell) -> Decimal | None:
    return None if cell["value"] is None else Decimal(cell["value"])


def standing_value(key: Key) -> Decimal | None:
    """The plan value that stands: the last one recorded; None where none was."""
    indicator_id, period, organisation_id, region_code, speciality = key
    return db.session.scalar(
        select(IndicatorValue.value)
        .where(
            IndicatorValue.indicator_id == indicator_id,
            IndicatorValue.kind == "plan",
            IndicatorValue.period == period,
            IndicatorValue.organisation_id.is_not_distinct_from(organisation_id),
            IndicatorValue.region_code == region_code,
            IndicatorValue.speciality == speciality,
        )
        .order_by(IndicatorValue.id.desc())
        .limit(1)
    )


def proposed(plan: Roadmap, values: Mapping[str, Any]) -> dict[str, Any]:
    """{KIND: [was, now]} of a request. Raises NotFound (no such indicator), NotValid at the field."""
    foreign = set(values) - set(FIELDS)
    if foreign:
        raise NotValid(
            _("Запрос этого вида таких полей не меняет"),
            fields={name: _("не относится к виду изменения") for name in foreign},
        )
    cell, now = _cell(plan, values), _typed(values.get("value"))
    was = standing_value(key_of(cell))
    if was == now:
        raise NotValid(_("Ничего не меняется: такое плановое значение уже действует"), "value")
    return {KIND: [cell | {"value": _plain(was)}, cell | {"value": _plain(now)}]}


def _cell(plan: Roadmap, values: Mapping[str, Any]) -> dict[str, Any]:
    indicator = db.session.get(Indicator, _id(values.get("indicator_id"), "indicator_id") or 0)
    if indicator is None or indicator.roadmap_id != plan.id:
        raise NotFound(_("Показатель не найден"))
    period, region, speciality = (
        str(values.get(name) or "").strip() for name in ("period", "region_code", "speciality")
    )
    check_period(plan, period)
    check_region(region)
    check_speciality(speciality, period)
    organisation_id = _id(values.get("organisation_id"), "organisation_id")
    organisation = db.session.get(Organisation, organisation_id) if organisation_id else None
    if organisation_id and organisation is None:
        raise NotValid(_("Организация не найдена"), "organisation_id")
    return {
        "indicator_id": indicator.id, "code": indicator.code, "name": indicator.name, "unit": indicator.unit,
        "period": period, "organisation_id": organisation_id, "region_code": region, "speciality": speciality,
        "organisation": organisation.short_name if organisation else "",
    }  # fmt: skip


def _id(value: Any, field: str) -> int | None:
    if value in (None, ""):
        return None
    if not str(value).isdigit() or int(value) >= 2**31:
        raise NotValid(_("Выберите из списка"), field)
    return int(value)


def _typed(value: Any) -> Decimal:
    try:
        found = number(value)
    except NotValid as refusal:
        raise NotValid(refusal.message, "value") from refusal
    if found is None:
        raise NotValid(_("Введите новое плановое значение"), "value")
    return found.quantize(LEAST)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def stale_of(requests: Iterable[ChangeRequest]) -> list[ChangeRequest]:
    """The requests, in the order they were asked, that stand on a plan value which is not there any more."""
    known: dict[Key, Decimal | None] = {}
    stale = []
    for request in requests:
        if request.kind != KIND:
            continue
        was, now = request.changes[KIND]
        key = key_of(was)
        if known.setdefault(key, standing_value(key)) != value_of(was):
            stale.append(request)
        else:
            known[key] = value_of(now)
    return stale


def bring_into_force(request: ChangeRequest, edition: Edition, actor: Actor) -> None:
    """The plan value of an approved edition, beside the one before: that stays what earlier reports were held to."""
    now: Cell = request.changes[KIND][1]
    source = russian(_l("редакция %(edition)s плана, № %(number)s; запрос № %(request)s", edition=edition.number,
                        number=edition.register_number, request=request.number))  # fmt: skip
    row = IndicatorValue(
        kind="plan", value=value_of(now), source=source, as_of=edition.approved_on or clock.today(),
        person_id=actor.id, name=actor.name, at=clock.now(),
        **{name: now[name] for name in FIELDS if name != "value"},
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    data = {"period": row.period, "kind": "plan", "value": now["value"], "change": request.number,
            "edition": edition.number}  # fmt: skip
    audit.append(actor.who(), audit.Act("indicator", row.indicator_id, "record", data=data))


def differing(changes: Sequence[Mapping[str, Any]]) -> list[tuple[Cell, Cell]]:
    """(was, now) of every plan value that these changes, in their order, leave otherwise than they found it."""
    pairs: dict[Key, tuple[Cell, Cell]] = {}
    for one in changes:
        was, now = one[KIND]
        pairs[key_of(was)] = (pairs.get(key_of(was), (was, now))[0], now)
    return [pair for pair in pairs.values() if value_of(pair[0]) != value_of(pair[1])]


def named(cell: Cell) -> str:
    """«показатель P-01 «Численность…»»."""
    return str(_("показатель %(code)s «%(name)s»", code=cell["code"], name=cell["name"]))


def of_what(cell: Cell) -> str:
    """«2026 год», «2026 год, Пермский авиационный техникум»."""
    parts = (label(cell["period"]), *(cell[name] for name in ("organisation", "region_code", "speciality")))
    return ", ".join(part for part in parts if part)


def said(cell: Cell) -> str:
    """«2026 год: 2 500 чел.»; of a value nobody planned «2026 год: не задано»."""
    value = value_of(cell)
    return f"{of_what(cell)}: {_('не задано') if value is None else figure(value) + ' ' + cell['unit']}"


def figure(value: Decimal) -> str:
    """A figure without idle zeros, thousands apart."""
    return f"{value.normalize():,f}".replace(",", "\u00a0").replace(".", ",")
