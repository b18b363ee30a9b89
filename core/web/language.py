"""The person's language: Russian first, English second; kept with the person, or in the cookie before sign-in."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale

babel = Babel()
LOCALES = ("ru", "en")


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "ru")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Moscow")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(app.root_path) + "/translations")
    babel.init_app(app, locale_selector=choose)
    domain = Words()
    app.extensions["babel"].domain_instance = domain
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: domain.get_translations().gettext(text),
        ngettext=lambda one, many, n: domain.get_translations().ngettext(one, many, n),
        newstyle=True,
    )


class Words(Domain):  # type: ignore[misc]
    """The catalogue, looked up once a request and locale: a page asks it more than a hundred times."""

    def get_translations(self) -> Any:
        if not g:
            return super().get_translations()
        locale = get_locale()
        kept = g.get("words")
        if kept is None or kept[0] is not locale:
            kept = g.words = (locale, super().get_translations())
        return kept[1]


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
