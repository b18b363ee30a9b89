"""The person's language: Russian first, English second; kept with the person, or in the cookie before sign-in."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, Domain, get_domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

babel = Babel()
LOCALES = ("ru", "en")
RUSSIAN = Locale("ru")


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "ru")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Moscow")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(app.root_path) + "/translations")
    babel.init_app(app, locale_selector=choose)
    words = Words()
    app.extensions["babel"].domain_instance = words
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: words.get_translations().gettext(text),
        ngettext=lambda one, many, n: words.get_translations().ngettext(one, many, n),
        newstyle=True,
    )

    @pass_eval_context
    def in_page(page: EvalContext, text: str, **values: Any) -> str:
        found = str(words.get_translations().gettext(text))
        # What translators wrote is ours, as in Jinja's own newstyle gettext; what fills the blanks is escaped.
        shown = Markup(found) if page.autoescape else found  # noqa: S704
        return shown % values if "%" in found else shown  # formatting is most of the cost, and few texts need it

    app.jinja_env.globals.update(_=in_page, _n=counted)


class Words(Domain):  # type: ignore[misc]
    """The catalogue, looked up once a request and locale: a page asks it more than a hundred times."""

    def get_translations(self) -> Any:
        try:
            place: Any = request._get_current_object()  # type: ignore[attr-defined]
        except RuntimeError:
            return super().get_translations()
        locale = getattr(place, "babel_locale", None) or get_locale()
        kept = getattr(place, "words", None)
        if kept is None or kept[0] is not locale:
            kept = place.words = (locale, super().get_translations())
        return kept[1]


def counted(one: str, few: str, many: str, n: int, **values: Any) -> str:
    """The words that stand beside a number: «срок перенесён» at 1, «срока перенесено» at 2, «сроков перенесено» at 5.

    Russian forms stand in the code; another language has its own under `one` and `many` in its catalogue.
    """
    if (get_locale() or RUSSIAN).language == RUSSIAN.language:
        found = {"one": one, "few": few}.get(RUSSIAN.plural_form(n), many)
    else:
        found = str(get_domain().get_translations().ngettext(one, many, n))
    return found % {"n": n, **values} if "%" in found else found


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
