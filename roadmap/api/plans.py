"""Plans and editions by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from apiflask.fields import Integer, List, Nested, String

from core.accounts.login import me
from core.web.api import PageQuery, as_page, page_of
from core.workflow import Ask
from roadmap import flags, queries, service
from roadmap.api import schemas
from roadmap.api.stepping import brought
from roadmap.models import Edition
from roadmap.queries.plans import ItemSearch, PlanHead
from roadmap.service import NewItem, NewPlan
from roadmap.states import roadmap as machine

bp = APIBlueprint("roadmaps_api", __name__, url_prefix="/api/v1/roadmaps", tag="Дорожная карта")


@bp.get("")
@bp.input(PageQuery, location="query")
@bp.output(page_of(schemas.PlanOut, "Roadmap"))
def roadmaps(query_data: dict[str, Any]) -> Any:
    """Планы, открытые мне"""
    return as_page(queries.plan_list(me(), query_data["after"], query_data["before"], query_data["size"]), plan_out)


def plan_out(head: PlanHead) -> dict[str, Any]:
    return {**vars(head), "state": head.shown.name, "state_label": str(head.shown.label)}


@bp.post("")
@bp.input(schemas.PlanIn)
@bp.output(schemas.PlanOut, status_code=201)
def create(json_data: dict[str, Any]) -> Any:
    """Составить план"""
    plan = service.create_plan(NewPlan(**json_data), me())
    return plan_out(queries.plan_head(me(), plan.id))


@bp.get("/<int:roadmap_id>")
@bp.output(schemas.PlanOut)
def roadmap(roadmap_id: int) -> Any:
    """План"""
    return plan_out(queries.plan_head(me(), roadmap_id))


@bp.get("/<int:roadmap_id>/items")
@bp.input(schemas.ItemQuery, location="query")
@bp.output(page_of(schemas.ItemLineOut, "Item"))
def items(roadmap_id: int, query_data: dict[str, Any]) -> Any:
    """Мероприятия плана: отбор и постранично"""
    head = queries.plan_head(me(), roadmap_id)
    at = flags.days(head.corrected)
    found = queries.item_list(me(), head, ItemSearch(**query_data))
    return as_page(
        found, lambda row: {**row._mapping, "flags": flags.of(row, at), "late_days": flags.item_late(row, at.today)}
    )


@bp.get("/<int:roadmap_id>/editions")
@bp.output({"items": List(Nested(schemas.EditionOut(exclude=("steps",))))}, schema_name="Editions")
def editions(roadmap_id: int) -> Any:
    """Редакции плана"""
    queries.plan_head(me(), roadmap_id)
    return {"items": queries.editions(me(), roadmap_id)}


@bp.get("/<int:roadmap_id>/editions/<int:number>")
@bp.output(schemas.EditionOut)
def edition(roadmap_id: int, number: int) -> Any:
    """Редакция и её шаги с причинами"""
    return _edition(roadmap_id, number)


def _edition(roadmap_id: int, number: int) -> dict[str, Any]:
    page = queries.edition_page(me(), roadmap_id, number)
    row = page.edition
    return {
        "id": row.id,
        "number": row.number,
        "state": row.state,
        "version": row.version,
        "register_number": row.register_number,
        "approved_on": row.approved_on,
        "content_hash": row.content_hash,
        "steps": [schemas.step_out(offer) for offer in page.offers],
    }


@bp.post("/<int:roadmap_id>/editions/<int:number>/steps/<step>")
@bp.input(schemas.StepIn)
@bp.output(schemas.EditionOut)
def take_step(roadmap_id: int, number: int, step: str, json_data: dict[str, Any]) -> Any:
    """Сделать шаг редакции"""
    row = queries.edition_by_number(me(), roadmap_id, number)
    ask = Ask(json_data["comment"], json_data["data"])
    service.take_edition_step(row.id, step, me(), ask, json_data["version"])
    return _edition(roadmap_id, number)


@bp.post("/<int:roadmap_id>/editions/<int:number>/steps/<step>/with-files")
@bp.input(schemas.StepFilesIn, location="form_and_files")
@bp.output(schemas.EditionOut)
def take_step_with_files(roadmap_id: int, number: int, step: str, form_and_files_data: dict[str, Any]) -> Any:
    """Сделать шаг редакции с файлами: multipart"""
    row = queries.edition_by_number(me(), roadmap_id, number)
    ask, uploads = brought(machine.steps.get(step), form_and_files_data)
    service.take_edition_step_with_files(row.id, step, me(), ask, uploads, form_and_files_data["version"])
    return _edition(roadmap_id, number)


@bp.get("/<int:roadmap_id>/compare/<int:first>/<int:second>")
@bp.output({"items": List(Nested(schemas.DifferenceOut))}, schema_name="Differences")
def compare(roadmap_id: int, first: int, second: int) -> Any:
    """Чем редакция отличается от другой"""
    pair = [queries.edition_by_number(me(), roadmap_id, number).id for number in (first, second)]
    return {
        "items": [
            {
                "code": one.code,
                "title": one.title,
                "kind": one.kind,
                "fields": [{"field": name, "was": _plain(was), "now": _plain(now)} for name, was, now in one.fields],
            }
            for one in queries.compare(*pair)
        ]
    }


def _plain(value: Any) -> Any:
    from roadmap.effects.amending import plain

    return plain(value)


def _draft(roadmap_id: int) -> Edition:
    return queries.edition_by_number(me(), roadmap_id, 1)


@bp.post("/<int:roadmap_id>/sections")
@bp.input(schemas.SectionIn)
@bp.output(schemas.SectionIn, status_code=201)
def add_section(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Назвать раздел проекта плана"""
    return service.add_section(_draft(roadmap_id).id, json_data["number"], json_data["title"], me())


@bp.post("/<int:roadmap_id>/items")
@bp.input(schemas.NewItemIn)
@bp.output({"id": Integer(), "code": String()}, status_code=201, schema_name="NewItem")
def add_item(roadmap_id: int, json_data: dict[str, Any]) -> Any:
    """Добавить мероприятие в проект плана"""
    section = json_data.pop("section")
    return service.add_item(_draft(roadmap_id).id, NewItem(section, json_data), me())


@bp.patch("/<int:roadmap_id>/items/<int:item_id>")
@bp.input(schemas.EditItemIn)
@bp.output({"version": Integer()}, schema_name="EditedItem")
def edit_item(roadmap_id: int, item_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить мероприятие в проекте плана"""
    version = json_data.pop("version", None)
    return service.edit_item(_draft(roadmap_id).id, item_id, json_data, version, me())


@bp.delete("/<int:roadmap_id>/items/<int:item_id>")
@bp.output({}, status_code=204)
def drop_item(roadmap_id: int, item_id: int) -> Any:
    """Вычеркнуть мероприятие из проекта плана"""
    service.drop_item(_draft(roadmap_id).id, item_id, me())
    return ""
