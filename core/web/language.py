"""The person's language: Russian first, English second; kept with the person, or in the cookie before sign-in."""

from __future__ import annotations

from flask import Flask, has_request_context, request, session
from flask_babel import Babel

babel = Babel()
LOCALES = ("ru", "en")


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "ru")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Moscow")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(app.root_path) + "/translations")
    babel.init_app(app, locale_selector=choose)


def choose() -> str:
    """Session choice, then the API's Accept-Language, then Russian."""
    if not has_request_context():
        return "ru"
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LOCALES) or "ru"
    return "ru"
