"""The template library by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from core.accounts.login import me
from core.documents import catalogue, kinds, library, previews
from core.documents.api import schemas
from core.documents.downloads import given, handed

bp = APIBlueprint("templates_api", __name__, url_prefix="/api/v1/templates", tag="Шаблоны")


@bp.get("")
@bp.input(schemas.TemplateQuery, location="query")
@bp.output(schemas.TemplatesOut)
def templates(query_data: dict[str, Any]) -> Any:
    """Версии шаблона одного вида, новые первыми"""
    return {"items": library.versions(query_data["kind"], me())}


@bp.get("/kinds")
@bp.output(schemas.KindsOut)
def all_kinds() -> Any:
    """Виды документов и их действующие версии"""
    return {"items": [_shelf(shelf) for shelf in library.shelves(me())]}


def _shelf(shelf: library.Shelf) -> dict[str, Any]:
    return {
        "name": shelf.kind.name,
        "label": str(shelf.kind.label),
        "personal": shelf.kind.personal,
        "active_version": shelf.active.version if shelf.active else None,
        "versions": shelf.versions,
        "waiting": shelf.waiting,
    }


@bp.get("/kinds/<kind>/fields")
@bp.output(schemas.FieldsOut)
def fields(kind: str) -> Any:
    """Поля вида документа"""
    library.versions(kind, me())
    return {"items": catalogue.fields(kinds.kind(kind))}


@bp.post("")
@bp.input(schemas.UploadIn, location="form_and_files")
@bp.output(schemas.TemplateOut, status_code=201)
def upload(form_and_files_data: dict[str, Any]) -> Any:
    """Загрузить версию"""
    data = dict(form_and_files_data)
    file = data.pop("file")
    return library.upload(library.Draft(file_name=file.filename or "", content=file.read(), **data), me())


@bp.get("/<int:template_id>")
@bp.output(schemas.TemplateOut)
def template(template_id: int) -> Any:
    """Одна версия"""
    return library.template(template_id, me())


@bp.get("/<int:template_id>/report")
@bp.output(schemas.ReportOut)
def report(template_id: int) -> Any:
    """Поля, ошибки в тегах, отступления от профиля"""
    return library.report(library.template(template_id, me()))


@bp.get("/<int:template_id>/file")
@bp.output(schemas.FileOut, content_type=schemas.DOCX)
def file(template_id: int) -> Any:
    """Файл версии, каким его загрузили"""
    found = library.template(template_id, me())
    return handed(found.sha256, f"{found.kind}-{found.version}.docx")


@bp.post("/<int:template_id>/activate")
@bp.output(schemas.TemplateOut)
def activate(template_id: int) -> Any:
    """Ввести в действие; не тому, кто загрузил"""
    return library.activate(template_id, me())


@bp.post("/<int:template_id>/retire")
@bp.input(schemas.ReasonIn)
@bp.output(schemas.TemplateOut)
def retire(template_id: int, json_data: dict[str, Any]) -> Any:
    """Вывести из действия"""
    return library.retire(template_id, me(), json_data["reason"])


@bp.put("/<int:template_id>/dates")
@bp.input(schemas.DatesIn)
@bp.output(schemas.TemplateOut)
def dates(template_id: int, json_data: dict[str, Any]) -> Any:
    """Изменить срок"""
    return library.set_dates(template_id, me(), json_data["valid_from"], json_data["valid_to"])


@bp.get("/<int:template_id>/pages")
@bp.output(schemas.PagesOut)
def pages(template_id: int) -> Any:
    """Страницы версии с образцом: готовы ли и сколько их"""
    return _pages(library.template(template_id, me()).id)


@bp.post("/<int:template_id>/pages")
@bp.output(schemas.PagesOut, status_code=202)
def make_pages(template_id: int) -> Any:
    """Подготовить страницы версии с образцом"""
    actor = me()
    found = library.template(template_id, actor)
    previews.ask(found.id, actor.id)
    return _pages(found.id)


def _pages(template_id: int) -> dict[str, Any]:
    row = previews.of(template_id)
    return {"state": row.state, "reason": row.reason, "pages": len(row.pages)} if row else {"state": "", "pages": 0}


@bp.get("/<int:template_id>/pages/<int:number>.png")
@bp.output(schemas.FileOut, content_type="image/png")
def page_picture(template_id: int, number: int) -> Any:
    """Страница версии картинкой"""
    found = library.template(template_id, me())
    return given(previews.picture(found.id, number), f"{number}.png", "image/png")
