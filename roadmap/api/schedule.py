"""Dependencies, «что, если», the critical path, plan against fact and the dashboard by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Boolean, Date, Dict, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range

from core import clock
from core.accounts.login import me
from core.web.api import PageQuery, as_page, page_of
from roadmap import graph, queries, service
from roadmap.queries import dashboard as reads
from roadmap.queries import network, overview, whatif
from roadmap.queries.dependencies import by_terms, dependency_list
from roadmap.queries.fact import Line, fact_list
from roadmap.queries.whatif import Asked, Follower
from roadmap.service.dependencies import LONGEST_LAG
from roadmap.service.moves import Moved

bp = APIBlueprint("schedule_api", __name__, url_prefix="/api/v1/roadmaps/<int:roadmap_id>", tag="Сроки и связи")


class DependencyIn(Schema):
    item = String(required=True, metadata={"description": "Номер пункта, который ждёт: 2.4"})
    after = String(required=True, metadata={"description": "Номер пункта, которого он ждёт: 2.1"})
    lag_days = Integer(load_default=0, validate=Range(0, LONGEST_LAG))
    lag_working = Boolean(load_default=False)
    blocking = Boolean(load_default=True, metadata={"description": "Не начинать, пока тот не исполнен"})


class DependencyOut(Schema):
    id = Integer()
    code = String()
    item_id = Integer()
    after_code = String()
    after_id = Integer()
    lag_days = Integer()
    lag_working = Boolean()
    blocking = Boolean()


class TermLinkOut(Schema):
    code = String()
    item_id = Integer()
    after_code = String()
    after_id = Integer()
    after_days = Integer(allow_none=True)
    after_working = Boolean()
    due_on = Date(allow_none=True)


@bp.get("/dependencies")
@bp.input(PageQuery, location="query")
@bp.output(page_of(DependencyOut, "Dependency"))
def dependencies(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Какой пункт какого ждёт"""
    queries.plan_head(me(), roadmap_id)
    found = dependency_list(me(), roadmap_id, query_data["after"], query_data["before"], query_data["size"])
    return as_page(found, lambda row: row)


@bp.get("/dependencies/terms")
@bp.output({"items": List(Nested(TermLinkOut))}, schema_name="TermLinks")
def term_links(roadmap_id: int) -> Any:
    """Сроки «в течение N дней после пункта»"""
    queries.plan_head(me(), roadmap_id)
    return {"items": by_terms(me(), roadmap_id)}


@bp.post("/dependencies")
@bp.input(DependencyIn)
@bp.output({"id": Integer()}, status_code=201, schema_name="NewDependency")
def add_dependency(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Связать два пункта; круг отклоняется с названием пунктов на нём"""
    queries.plan_head(me(), roadmap_id)
    item, after = (queries.item_by_code(roadmap_id, json_data.pop(name)) for name in ("item", "after"))
    return service.add_dependency(item, after, me(), **json_data)


@bp.delete("/dependencies/<int:dependency_id>")
@bp.output({}, status_code=204)
def remove_dependency(roadmap_id: int, dependency_id: int) -> Any:
    """Убрать связь"""
    queries.plan_head(me(), roadmap_id)
    service.remove_dependency(dependency_id, me())
    return ""


class AskedIn(Schema):
    code = String(required=True, metadata={"description": "Номер пункта"})
    due_on = Date(load_default=None, allow_none=True)
    days = Integer(load_default=None, allow_none=True, metadata={"description": "Сдвинуть на столько дней"})
    working = Boolean(load_default=False, metadata={"description": "Дни рабочие"})


class WhatIfIn(Schema):
    moves = List(Nested(AskedIn), required=True, validate=Length(1, whatif.MOST))


class ShiftOut(Schema):
    item_id = Integer()
    code = String()
    title = String()
    period = String()
    responsible_side = String()
    was_start = Date(allow_none=True)
    was_due = Date(allow_none=True)
    start = Date(allow_none=True)
    due = Date(allow_none=True)
    days = Integer(metadata={"description": "Календарных дней"})
    working_days = Integer()
    moved = Boolean(metadata={"description": "Перенесён спрашивающим; иначе сдвигается следом"})
    chain = List(String())
    broken = List(String(), metadata={"description": "Что нарушится, словами"})
    becomes_overdue = Boolean()


def shift_out(one: Follower) -> dict[str, Any]:
    days = {name: getattr(one.shift, name) for name in ("was_start", "was_due", "start", "due", "days")}
    return {
        **days,
        **{name: getattr(one.row, name) for name in ("code", "title", "period", "responsible_side")},
        "item_id": one.row.id,
        "working_days": one.working_days,
        "moved": one.moved,
        "chain": one.chain,
        "broken": one.broken,
        "becomes_overdue": one.overdue,
    }


@bp.post("/what-if")
@bp.input(WhatIfIn)
@bp.output({"items": List(Nested(ShiftOut)), "sides": Dict()}, schema_name="WhatIf")
def what_if(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Что сдвинется, если перенести сроки; ничего не записывается"""
    head = queries.plan_head(me(), roadmap_id)
    answer = whatif.ask(me(), head, [Asked(**move) for move in json_data["moves"]])
    return {"items": [shift_out(one) for one in answer.followers], "sides": answer.sides}


class MovesIn(WhatIfIn):
    reason = String(required=True)
    items = List(
        String(), load_default=None, allow_none=True, metadata={"description": "Номера; пусто – все, что сдвинутся"}
    )


@bp.post("/what-if/changes")
@bp.input(MovesIn)
@bp.output({"ids": List(Integer())}, status_code=201, schema_name="DraftedMoves")
def draft_moves(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Подготовить запросы на изменение для того, что сдвинется"""
    head = queries.plan_head(me(), roadmap_id)
    answer = whatif.ask(me(), head, [Asked(**move) for move in json_data["moves"]])
    chosen = json_data["items"]
    moves = [
        Moved.of(one.row.id, one.shift)
        for one in answer.followers
        if one.shift.due and (chosen is None or one.row.code in chosen)
    ]
    return {"ids": [row.id for row in service.draft_moves(roadmap_id, moves, json_data["reason"], me())]}


@bp.get("/critical-path")
@bp.output({"items": List(Dict())}, schema_name="CriticalPath")
def critical_path(roadmap_id: int) -> Any:
    """Критический путь: пункты по порядку"""
    head = queries.plan_head(me(), roadmap_id)
    ids = network.critical(me(), head.id)
    return {"items": [{"id": one, "code": code} for one, code in zip(ids, graph.codes(ids), strict=True)]}


class FactQuery(PageQuery):
    which = String(load_default="", validate=OneOf(["", "late", "moved"]))
    side = String(load_default="", validate=OneOf(["", "ministry", "corporation", "both"]))


class ShiftReasonOut(Schema):
    change_id = Integer()
    number = Integer()
    state = String()
    side = String()
    author = String()
    reason = String()
    was = Date(allow_none=True)
    now = Date(allow_none=True)
    edition = Integer(allow_none=True)


class FactOut(Schema):
    item_id = Integer()
    code = String()
    title = String()
    period = String()
    state = String()
    responsible_side = String()
    baseline = Date(allow_none=True, metadata={"description": "Срок по первой редакции"})
    current = Date(allow_none=True)
    fact = Date(allow_none=True)
    forecast = Date(allow_none=True)
    slip = Integer(allow_none=True, metadata={"description": "Календарных дней от первой редакции"})
    working_slip = Integer(allow_none=True)
    against_current = Integer(allow_none=True)
    reasons = List(Nested(ShiftReasonOut))


def line_out(line: Line) -> dict[str, Any]:
    names = ("baseline", "current", "fact", "slip", "working_slip", "against_current", "reasons")
    return {
        **{name: getattr(line.row, name) for name in ("code", "title", "period", "state", "responsible_side")},
        **{name: getattr(line, name) for name in names},
        "item_id": line.row.id,
        "forecast": line.row.forecast_on,
    }


@bp.get("/plan-fact")
@bp.input(FactQuery, location="query")
@bp.output(page_of(FactOut, "Fact"))
def plan_fact(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """План и факт: отклонения и кто просил о переносе"""
    head = queries.plan_head(me(), roadmap_id)
    names = ("which", "side", "after", "before", "size")
    return as_page(fact_list(me(), head, *(query_data[name] for name in names)), line_out)


class DashboardOut(Schema):
    today = Date()
    totals = Dict(keys=String(), values=Integer())
    sides = Dict(metadata={"description": "{Сторона: {признак или состояние: сколько}}"})
    changes_waiting = Dict(keys=String(), values=Integer())
    changes_approved = Integer()
    terms_moved = Integer()
    overdue_decisions = Integer()


@bp.get("/dashboard")
@bp.output(DashboardOut)
def dashboard(roadmap_id: int) -> Any:
    """Сводка: что просрочено и на чьей Стороне, что скоро, что в движении"""
    head = queries.plan_head(me(), roadmap_id)
    counted = overview.counts(me(), head)
    found = reads.affairs(me(), head)
    return {
        "today": clock.today(),
        "totals": _figures(overview.total(counted)),
        "sides": {one.side: _figures(one) for one in counted},
        "changes_waiting": found.waiting,
        "changes_approved": found.approved,
        "terms_moved": found.moved,
        "overdue_decisions": found.overdue_decisions,
    }


def _figures(counted: overview.Counted) -> dict[str, int]:
    return {"total": counted.total, **counted.flags, **{f"in_{name}": n for name, n in counted.states.items()}}
