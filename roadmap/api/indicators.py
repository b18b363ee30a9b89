"""Indicators by API: what is measured, three values with their sources, breakdowns, targets, history."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, DateTime, Decimal, Dict, File, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from core.accounts.login import me
from core.documents.attachments import Upload
from roadmap import measures, queries, service
from roadmap.plan_values import why_settled
from roadmap.queries import indicators as reads
from roadmap.queries import measures as one_reads
from roadmap.service import NewIndicator, NewValue
from roadmap.service.indicators import AGGREGATIONS, DIRECTIONS, KINDS

bp = APIBlueprint("indicators_api", __name__, url_prefix="/api/v1", tag="Показатели")


class YearQuery(Schema):
    year = Integer(load_default=None, allow_none=True, validate=Range(1900, 2200))


class BreakdownQuery(Schema):
    year = Integer(required=True, validate=Range(1900, 2200))
    by = String(required=True, validate=OneOf(list(measures.BREAKDOWNS)))


class StandingOut(Schema):
    id = Integer()
    code = String()
    name = String()
    unit = String()
    direction = String()
    aggregation = String()
    plan = Decimal(allow_none=True, as_string=True)
    declared = Decimal(allow_none=True, as_string=True, metadata={"description": "Заявлено; null – сведений нет"})
    verified = Decimal(allow_none=True, as_string=True, metadata={"description": "Подтверждено; null – сведений нет"})
    not_provided = Integer(metadata={"description": "Сколько раз сведения не предоставлены: это не ноль"})
    percent = Integer(allow_none=True)


class StandingsOut(Schema):
    year = Integer()
    items = List(Nested(StandingOut), metadata={"description": "Разные показатели не складываются"})


class IndicatorIn(Schema):
    code = String(required=True, validate=Length(1, 64))
    name = String(required=True, validate=Length(1, 1000))
    unit = String(required=True, validate=Length(1, 100))
    direction = String(load_default="up", validate=OneOf(DIRECTIONS))
    aggregation = String(load_default="sum_year", validate=OneOf(AGGREGATIONS))
    breakdowns = List(String(validate=OneOf(list(measures.BREAKDOWNS))), load_default=list)
    baseline = Decimal(load_default=None, allow_none=True)
    baseline_note = String(load_default="")
    source = String(load_default="")


class IndicatorEditIn(IndicatorIn):
    version = Integer(load_default=None, allow_none=True)


class ValueOut(Schema):
    id = Integer(attribute="row.id")
    period = String(attribute="row.period")
    kind = String(attribute="row.kind")
    value = Decimal(attribute="row.value", allow_none=True, as_string=True)
    not_provided = Boolean(attribute="row.not_provided")
    organisation_id = Integer(attribute="row.organisation_id", allow_none=True)
    organisation = String()
    region_code = String(attribute="row.region_code")
    speciality = String(attribute="row.speciality")
    source = String(attribute="row.source")
    as_of = Date(attribute="row.as_of")
    attachment_id = Integer(attribute="row.attachment_id", allow_none=True)
    name = String(attribute="row.name")
    at = DateTime(attribute="row.at")
    standing = Boolean(metadata={"description": "Действует; false – исправлено позднейшим значением"})


class FiguresOut(Schema):
    key = String()
    label = String()
    plan = Decimal(allow_none=True, as_string=True)
    declared = Decimal(allow_none=True, as_string=True)
    verified = Decimal(allow_none=True, as_string=True)
    gap = Decimal(allow_none=True, as_string=True, metadata={"description": "Заявлено и не подтверждено"})
    not_provided = Integer()


class BreakdownOut(Schema):
    items = List(Nested(FiguresOut))


class IndicatorOut(Schema):
    id = Integer()
    code = String()
    name = String()
    unit = String()
    direction = String()
    aggregation = String()
    breakdowns = List(String())
    baseline = Decimal(allow_none=True, as_string=True)
    baseline_note = String()
    source = String()
    version = Integer()
    plan_by_request = String(
        allow_none=True, metadata={"description": "Почему плановое значение меняется только запросом; null – правится"}
    )
    years = List(Nested(FiguresOut))
    values = List(Nested(ValueOut), metadata={"description": "Все значения, новые первыми"})


class ValueIn(Schema):
    period = String(required=True, metadata={"description": "2026, 2026-Q3, 2026-H1 или 2026-03"})
    kind = String(required=True, validate=OneOf(KINDS))
    value = Decimal(load_default=None, allow_none=True)
    not_provided = Boolean(load_default=False)
    organisation_id = Integer(load_default=None, allow_none=True)
    region_code = String(load_default="")
    speciality = String(load_default="")
    source = String(load_default="")
    as_of = Date(load_default=None, allow_none=True)


class ValueFileIn(ValueIn):
    file = File(required=True)


class TargetsIn(Schema):
    targets = Dict(keys=Integer(), values=Decimal(), required=True, metadata={"description": "{год: значение}"})
    source = String(load_default="")


@bp.get("/roadmaps/<int:roadmap_id>/indicators")
@bp.input(YearQuery, location="query")
@bp.output(StandingsOut)
def indicators(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Показатели плана за год: план, заявлено, подтверждено"""
    head = queries.plan_head(me(), roadmap_id)
    year = query_data["year"] or head.period_start.year
    return {"year": year, "items": reads.standing(me(), roadmap_id, str(year))}


@bp.post("/roadmaps/<int:roadmap_id>/indicators")
@bp.input(IndicatorIn)
@bp.output(IndicatorOut, status_code=201)
def add_indicator(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Завести показатель"""
    return indicator_out(service.add_indicator(roadmap_id, _new(json_data), me()).id)


def _new(json_data: dict[str, Any]) -> NewIndicator:
    return NewIndicator(**{**json_data, "breakdowns": tuple(json_data["breakdowns"])})


@bp.get("/indicators/<int:indicator_id>")
@bp.output(IndicatorOut)
def indicator(indicator_id: int) -> Any:
    """Показатель по годам и все его значения"""
    return indicator_out(indicator_id)


def indicator_out(indicator_id: int) -> dict[str, Any]:
    found = one_reads.measure(me(), indicator_id)
    names = (
        "id", "code", "name", "unit", "direction", "aggregation", "breakdowns", "baseline", "baseline_note", "source",
        "version",
    )  # fmt: skip
    return {
        **{name: getattr(found.row, name) for name in names},
        "plan_by_request": str(reason) if (reason := why_settled(found.plan.id)) else None,
        "years": one_reads.years(found),
        "values": found.values,
    }


@bp.put("/indicators/<int:indicator_id>")
@bp.input(IndicatorEditIn)
@bp.output(IndicatorOut)
def edit_indicator(indicator_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить показатель"""
    version = json_data.pop("version")
    service.edit_indicator(indicator_id, _new(json_data), version, me())
    return indicator_out(indicator_id)


@bp.get("/indicators/<int:indicator_id>/breakdown")
@bp.input(BreakdownQuery, location="query")
@bp.output(BreakdownOut)
def breakdown(indicator_id: int, query_data: dict[str, Any]) -> Any:
    """Разрез показателя за год по организациям, регионам, кодам или периодам"""
    found = one_reads.measure(me(), indicator_id)
    return {"items": one_reads.breakdown(found, query_data["year"], query_data["by"])}


@bp.post("/indicators/<int:indicator_id>/values")
@bp.input(ValueIn)
@bp.output(IndicatorOut, status_code=201)
def record_value(indicator_id: int, json_data: dict[str, Any]) -> Any:
    """Записать значение; исправление – новое значение"""
    service.record_value(indicator_id, NewValue(**json_data), me())
    return indicator_out(indicator_id)


@bp.post("/indicators/<int:indicator_id>/values/with-evidence")
@bp.input(ValueFileIn, location="form_and_files")
@bp.output(IndicatorOut, status_code=201)
def record_value_with_evidence(indicator_id: int, form_and_files_data: dict[str, Any]) -> Any:
    """Записать значение с подтверждающим файлом"""
    file = form_and_files_data.pop("file")
    upload = Upload(file.filename or "file", file.read())
    service.record_value(indicator_id, NewValue(**form_and_files_data), me(), upload)
    return indicator_out(indicator_id)


@bp.put("/indicators/<int:indicator_id>/targets")
@bp.input(TargetsIn)
@bp.output(IndicatorOut)
def set_targets(indicator_id: int, json_data: dict[str, Any]) -> Any:
    """Установить плановые значения по годам, пока план не утверждён; потом – запросом на изменение (plan_value)"""
    service.set_targets(indicator_id, json_data["targets"], json_data["source"], me())
    return indicator_out(indicator_id)
