"""The production calendar by API."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Integer, List, Nested, String

from core.accounts.login import me
from core.calendar import queries, russia, service
from core.errors import NotFound

bp = APIBlueprint("calendar_api", __name__, url_prefix="/api/v1/calendar", tag="Производственный календарь")


class DayOut(Schema):
    day = Date()
    working = Boolean()
    name = String()
    corrected = Boolean()


class YearOut(Schema):
    year = Integer()
    published = Boolean(metadata={"description": "Известно ли постановление о переносе выходных дней этого года"})
    working_days = List(Integer(), metadata={"description": "Рабочих дней по месяцам"})
    days = List(Nested(DayOut))


class DayIn(Schema):
    working = Boolean(required=True)
    note = String(required=True, metadata={"description": "Акт, по которому день изменён"})


@bp.get("/<int:year>")
@bp.output(YearOut)
def year(year: int) -> Any:
    """Календарь года"""
    me()
    if year not in service.YEARS:
        raise NotFound
    months = queries.year_days(year)
    counted = [sum(day.working for day in month) for month in months]
    days = [day for month in months for day in month]
    return {"year": year, "published": russia.is_published(year), "working_days": counted, "days": days}


@bp.put("/days/<day>")
@bp.input(DayIn)
@bp.output(DayOut)
def set_day(day: str, json_data: dict[str, Any]) -> Any:
    """Изменить день"""
    row = service.set_day(me(), _date(day), json_data["working"], json_data["note"])
    return {"day": row.day, "working": row.working, "name": row.note, "corrected": True}


@bp.delete("/days/<day>")
@bp.output({}, status_code=204)
def restore_day(day: str) -> Any:
    """Вернуть день производственного календаря"""
    service.restore_day(me(), _date(day))
    return ""


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NotFound from fault
