"""What an item may say: values checked and brought to their types before they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.models import Organisation
from core.db import db
from core.errors import NotValid
from roadmap.models import TERMS, Item, Roadmap
from roadmap.periods import RECURRENCES

DATES = ("starts_on", "due_on", "until_on")
TEXTS = (
    "title", "term_text", "unit", "co_executors", "result", "document_kind", "document_template", "legal_basis",
    "target_unit",
)  # fmt: skip
LONGEST = 4000


def checked(values: Mapping[str, Any], roadmap: Roadmap) -> dict[str, Any]:
    """Terms ready to be kept. Raises NotValid naming every field at fault; fields not of the terms are a fault too."""
    faults: dict[str, Any] = {name: _("Нет такого поля") for name in values if name not in TERMS}
    taken: dict[str, Any] = {}
    for name in TERMS:
        if name not in values:
            continue
        try:
            taken[name] = _value(name, values[name], roadmap)
        except NotValid as refusal:
            faults[name] = refusal.message
    faults |= _across(taken)
    if faults:
        raise NotValid(_("Мероприятие не принято"), fields=faults)
    return taken


def _value(name: str, value: Any, roadmap: Roadmap) -> Any:
    if name in TEXTS:
        return _text(name, value)
    if name in DATES:
        return _day(value)
    if name == "responsible_side":
        return _one_of(value or "both", [*(party.side for party in roadmap.parties), "both"], _("Нет такой Стороны"))
    if name == "recurrence":
        return _one_of(value or "once", list(RECURRENCES), _("Нет такой повторяемости"))
    if name == "organisation_id":
        return _organisation(value)
    if name == "target":
        return number(value)
    if name == "after_item_id":
        return _before(value, roadmap)
    if name == "after_days":
        return _days(value)
    if name == "control_points":
        return [_point(point) for point in value or []]
    return value


def _before(value: Any, roadmap: Roadmap) -> int | None:
    """The item «в течение N дней после» which this one is due: of the same plan."""
    if value in (None, ""):
        return None
    found = db.session.scalar(select(Item.id).where(Item.id == int(value), Item.roadmap_id == roadmap.id))
    if found is None:
        raise NotValid(_("Нужно другое мероприятие того же плана"))
    return found


def _days(value: Any) -> int | None:
    if value in (None, ""):
        return None
    figure = number(value)
    if figure is None or figure != int(figure) or not 0 <= figure <= 1000:
        raise NotValid(_("Не меньше 0 и не больше %(n)s дней", n=1000))
    return int(figure)


def _text(name: str, value: Any) -> str:
    text = str(value or "").strip()
    if name == "title" and not text:
        raise NotValid(_("Напишите, что за мероприятие"))
    if name == "term_text":
        check_days(text)
    if len(text) > LONGEST:
        raise NotValid(_("Не больше %(n)s знаков", n=LONGEST))
    return text


def check_days(text: str) -> None:
    """Words of a term may say anything, but a day they name must be one: «32.13.2027» is no term. Raises NotValid."""
    from roadmap.rows.tokens import NoSuchDay, tokens

    try:
        tokens(text)
    except NoSuchDay as error:
        raise NotValid(_("Нет такой даты: %(text)s", text=text[:80])) from error


def _day(value: Any) -> date | None:
    from roadmap.effects.items import day

    return day(value, "") if value not in (None, "") else None


def _one_of(value: Any, among: list[str], fault: str) -> str:
    if value not in among:
        raise NotValid(fault)
    return str(value)


def _organisation(value: Any) -> int | None:
    if value in (None, ""):
        return None
    found = db.session.scalar(select(Organisation.id).where(Organisation.id == int(value)))
    if found is None:
        raise NotValid(_("Организация не найдена"))
    return found


def number(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value).replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise NotValid(_("Нужно число")) from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise NotValid(_("Нужно число"))
    return number


def _point(point: Any) -> dict[str, Any]:
    if not isinstance(point, Mapping) or not str(point.get("title") or "").strip():
        raise NotValid(_("У контрольной точки нет названия"))
    due = _day(point.get("due"))
    check_days(str(point.get("term") or ""))
    return {
        "title": str(point["title"]).strip(),
        "term": str(point.get("term") or "").strip() or (due.strftime("%d.%m.%Y") if due else ""),
        "due": due.isoformat() if due else None,
    }


def _across(taken: Mapping[str, Any]) -> dict[str, Any]:
    start, due, until = (taken.get(name) for name in DATES)
    if start and due and start > due:
        return {"due_on": _("Срок раньше начала")}
    if due and until and until < due:
        return {"until_on": _("Последний срок раньше первого")}
    if {"after_item_id", "after_days"} <= taken.keys():
        return _after(taken["after_item_id"], taken["after_days"])
    return {}


def _after(item_id: int | None, days: int | None) -> dict[str, Any]:
    """«В течение N дней после» says both or neither."""
    if item_id is not None and days is None:
        return {"after_days": _("Не сказано, сколько дней после")}
    if item_id is None and days is not None:
        return {"after_item_id": _("Не названо мероприятие, после которого идёт срок")}
    return {}
