"""What every API shares: pages of a list, the description of refusals, bearer tokens in OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.fields import Dict, Integer, List, Nested, String
from apiflask.validators import Range
from flask_babel import gettext as _

from core.web.paging import PAGE, Page
from core.web.refusals import problem


class PageQuery(Schema):
    """Which page of a list: an opaque key of a neighbour, and how many rows."""

    after = String(load_default="", metadata={"description": "Ключ следующей страницы («next» ответа)"})
    before = String(load_default="", metadata={"description": "Ключ предыдущей страницы («previous» ответа)"})
    size = Integer(load_default=PAGE, validate=Range(1, 200))


class SearchQuery(PageQuery):
    """The same with words to look for."""

    q = String(load_default="", metadata={"description": "Слова для поиска"})


class ReasonOut(Schema):
    """A condition that is not met."""

    code = String()
    text = String()
    who = String()
    by = String()


class ProblemOut(Schema):
    """A refusal, RFC 9457 (application/problem+json)."""

    type = String()
    title = String()
    status = Integer()
    detail = String()
    reasons = List(Nested(ReasonOut))
    fields = Dict(keys=String(), values=String())


def page_of(item: type[Schema], name: str) -> Any:
    """The schema of one page of `item`s."""
    return Schema.from_dict({"items": List(Nested(item)), "next": String(), "previous": String()}, name=f"{name}Page")


def as_page(page: Page[Any], row: Callable[[Any], Any]) -> dict[str, Any]:
    """A page of a list as the API answers it."""
    return {"items": [row(item) for item in page.items], "next": page.next, "previous": page.previous}


def init_app(app: APIFlask) -> None:
    """Validation faults as problem+json; every path of the API asks for a bearer token."""
    app.security_schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    app.config["VALIDATION_ERROR_STATUS_CODE"] = 422
    app.config["VALIDATION_ERROR_SCHEMA"] = ProblemOut
    app.config["HTTP_ERROR_SCHEMA"] = ProblemOut

    @app.error_processor
    def on_fault(error: Any) -> Any:
        fields = _flat(error.detail)
        message = _("Запрос составлен неверно") if fields else str(error.message)
        return problem(error.status_code, message, fields=fields), error.status_code, error.headers

    @app.spec_processor
    def with_security(spec: dict[str, Any]) -> dict[str, Any]:
        spec["security"] = [{"bearer": []}]
        return spec


def _flat(detail: Any) -> dict[str, str]:
    """{"json": {"name": ["…"]}} → {"name": "…"}."""
    found: dict[str, str] = {}
    if isinstance(detail, dict):
        for place in detail.values():
            for name, messages in place.items() if isinstance(place, dict) else ():
                found[str(name)] = "; ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
    return found
