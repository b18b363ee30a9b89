"""Refusals to HTTP: a page for a person, RFC 9457 problem+json for a program."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, current_app, json, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from core.db import changed_by_another, db
from core.errors import Reason, Refusal

log = structlog.get_logger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(StaleDataError, on_stale)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_error)


def for_program() -> bool:
    return request.path.startswith("/api/")


def on_refusal(refusal: Refusal) -> tuple[Response, int] | tuple[str, int]:
    fields = {name: str(text) for name, text in getattr(refusal, "fields", {}).items()}
    return answer(refusal.status, str(refusal), refusal.reasons, fields)


def on_stale(_error: StaleDataError) -> tuple[Response, int] | tuple[str, int]:
    db.session.rollback()
    return on_refusal(changed_by_another())


def on_csrf(error: CSRFError) -> tuple[Response, int] | tuple[str, int]:
    return answer(400, _("Форма устарела или отправлена не отсюда. Вернитесь назад, обновите страницу и повторите."))


def on_http(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    texts = {
        401: _("Войдите, чтобы продолжить"),
        403: _("Нет доступа"),
        404: _("Такой страницы нет, или она не для Вас"),
        405: _("Так к этому адресу обращаться нельзя"),
        413: _("Файл слишком велик"),
        415: _("Ожидается JSON"),
        429: _("Слишком много запросов. Подождите немного."),
    }
    return answer(code, texts.get(code, str(error.description or error.name)))


def on_error(error: Exception) -> tuple[Response, int] | tuple[str, int]:
    if current_app.testing and not current_app.config.get("HIDE_ERRORS"):
        raise error
    db.session.rollback()
    log.exception("unexpected error", path=request.path)
    return answer(500, _("Внутренняя ошибка. Она записана; введённое не потеряно, если вернуться назад."))


def answer(
    status: int, message: str, reasons: tuple[Reason, ...] = (), fields: dict[str, str] | None = None
) -> tuple[Response, int] | tuple[str, int]:
    """The refusal in the form the asker reads."""
    if for_program():
        return problem(status, message, reasons, fields), status
    page = render_template(
        "errors/refusal.html",
        status=status,
        message=message,
        reasons=reasons,
        fields=fields or {},
        typed=typed_words() if status in KEEPS_WORDS else [],
    )
    return page, status


KEEPS_WORDS = (400, 401, 403, 404, 409, 422)
"""Refusals of a form that could be read."""
SECRET = ("password", "current", "token", "secret")
"""Parts of names of fields that hold one; `current` is the password that is being changed."""
WORDS = re.compile(r"[\u0400-\u04ff]|\S\s+\S")


def typed_words() -> list[str]:
    """What the person wrote into the refused form: its page may be gone, the words must not be.

    Marks that pages hide in their forms (numbers, codes, hashes) are no words, and secrets are not shown again.
    """
    if request.method != "POST" or request.content_length in (None, 0):
        return []
    found = [
        value.strip()
        for name, values in request.form.lists()
        for value in values
        if WORDS.search(value) and not any(word in name for word in SECRET)
    ]
    return list(dict.fromkeys(found))


def problem(
    status: int, message: str, reasons: tuple[Reason, ...] = (), fields: dict[str, str] | None = None
) -> Response:
    """RFC 9457: type, title, status, detail, and our `reasons` and `fields`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
    }
    if reasons:
        body["reasons"] = [
            {"code": reason.code, "text": str(reason.text), "who": str(reason.who), "by": str(reason.by)}
            for reason in reasons
        ]
    if fields:
        body["fields"] = fields
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
