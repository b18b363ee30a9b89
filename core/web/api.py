"""What every API shares: pages of a list, the description of refusals, bearer tokens in OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIFlask, Schema
from apiflask.fields import Dict, Integer, List, Nested, String
from apiflask.validators import Range
from apispec.ext.marshmallow.common import make_schema_key
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import exceptions

from core.web.paging import PAGE, Page
from core.web.refusals import for_program, on_http, problem

SAID: dict[str, Any] = {
    "Missing data for required field.": _l("Обязательное поле"),
    "Field may not be null.": _l("Обязательное поле"),
    "Unknown field.": _l("Такого поля нет"),
    "Not a valid integer.": _l("Нужно целое число"),
    "Not a valid number.": _l("Нужно число"),
    "Not a valid string.": _l("Нужна строка"),
    "Not a valid boolean.": _l("Нужно true или false"),
    "Not a valid date.": _l("Нужна дата"),
    "Not a valid list.": _l("Нужен список"),
    "Not a valid mapping type.": _l("Нужен объект"),
    "Invalid type.": _l("Нужен объект"),
    "Invalid input type.": _l("Нужен объект"),
}
"""What the schemas' own words for a fault are in the language of the rest."""


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


ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
    "description": "Повтор запроса с этим ключом в течение суток ничего не делает и получает тот же ответ",
}
"""Every POST takes it: core.accounts.once."""


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

    _name_schemas_apart(app)
    _name_schemas_once(app)

    @app.error_processor
    def on_fault(error: Any) -> Any:
        if not for_program():
            return on_http(exceptions.default_exceptions.get(error.status_code, exceptions.BadRequest)())
        fields = _flat(error.detail)
        message = _("Запрос составлен неверно") if fields else str(error.message)
        return problem(error.status_code, message, fields=fields), error.status_code, error.headers

    @app.spec_processor
    def with_security(spec: dict[str, Any]) -> dict[str, Any]:
        spec["security"] = [{"bearer": []}]
        for operations in spec["paths"].values():
            if "post" in operations:
                operations["post"].setdefault("parameters", []).append(ONCE)
        return spec


def _name_schemas_apart(app: APIFlask) -> None:
    """Two rooms may call a schema alike: the second one is named with its room."""
    plain, taken = app.schema_name_resolver, dict[str, type]()

    def named(schema: Any) -> str:
        kind = schema if isinstance(schema, type) else type(schema)
        name = str(plain(schema))
        if taken.setdefault(name, kind) is kind:
            return name
        room = next(part for part in kind.__module__.split(".") if part != "core")
        return room.capitalize() + name

    app.schema_name_resolver = named


def _name_schemas_once(app: APIFlask) -> None:
    """A schema met inside another has its name already: APIFlask 3.1 would give it a second one, and warn."""
    register = app._register_schema_and_get_ref

    def once(spec: Any, registered: dict[int, str], schema: Any) -> dict[str, str]:
        key = make_schema_key(schema() if isinstance(schema, type) else schema)
        name = app._ma_plugin.converter.refs.get(key)
        if name is None:
            reference: dict[str, str] = register(spec, registered, schema)
            return reference
        return {"$ref": f"#/components/schemas/{name}"}

    app._register_schema_and_get_ref = once


def _flat(detail: Any) -> dict[str, str]:
    """{"json": {"name": ["…"]}} → {"name": "…"}."""
    found: dict[str, str] = {}
    if isinstance(detail, dict):
        for place in detail.values():
            for name, messages in place.items() if isinstance(place, dict) else ():
                told = messages if isinstance(messages, list) else [messages]
                found[str(name)] = "; ".join(str(SAID.get(str(one), one)) for one in told)
    return found
