"""The frame of every page: the sections, the person, the theme and the language that `layout.html` asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from core.web.security import public

THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 60 * 60

bp = Blueprint("web", __name__)

Asked = Callable[[Any], Any]
"""A question about the actor of the page."""


@dataclass(frozen=True)
class NavItem:
    """A section of the service, as a room declares it."""

    label: Any
    endpoint: str
    badge: Asked | None = None
    visible: Asked | None = None
    order: int = 100
    home: bool = False
    """Lit on every page of its room that stands under no section's own address."""


@dataclass(frozen=True)
class Link:
    """A section as the page shows it."""

    label: Any
    url: str
    active: bool
    badge: Any = None


_sections: dict[str, NavItem] = {}
_personal: dict[str, NavItem] = {}


def nav_item(
    label: Any,
    endpoint: str,
    badge: Asked | None = None,
    visible: Asked | None = None,
    order: int = 100,
    home: bool = False,
) -> None:
    """Declare a section of the main menu. `badge(actor)` counts what waits there, `visible(actor)` hides it."""
    _sections[endpoint] = NavItem(label, endpoint, badge, visible, order, home)


def user_link(label: Any, endpoint: str, visible: Asked | None = None, order: int = 100) -> None:
    """Declare a line of the person's own menu."""
    _personal[endpoint] = NavItem(label, endpoint, None, visible, order)


class Links:
    """Links for one actor, made when the page first walks them: a fragment of a page never pays for the menu."""

    def __init__(self, items: dict[str, NavItem], actor: Any) -> None:
        self._items, self._actor = items, actor
        self._links: list[Link] | None = None

    def __iter__(self) -> Iterator[Link]:
        if self._links is None:
            self._links = list(self._made())
        return iter(self._links)

    def __bool__(self) -> bool:
        return self._actor is not None

    def _made(self) -> Iterator[Link]:
        items = [item for item in sorted(self._items.values(), key=lambda item: item.order) if self._shows(item)]
        here = {item.endpoint for item in items if _is_here(url_for(item.endpoint))} or {
            item.endpoint for item in items if item.home and item.endpoint.startswith(f"{request.blueprint}.")
        }
        for item in items:
            badge = item.badge(self._actor) if item.badge else None
            yield Link(item.label, url_for(item.endpoint), item.endpoint in here, badge)

    def _shows(self, item: NavItem) -> bool:
        known = item.endpoint in current_app.view_functions
        return known and bool(item.visible is None or item.visible(self._actor))


def _is_here(url: str) -> bool:
    return request.path == url or (url != "/" and request.path.startswith(url.rstrip("/") + "/"))


def safe_next(target: str, default: str = "/") -> str:
    """`target` when it is a path of this service, else `default`: a link must not lead a person elsewhere."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return target if inside and target.isprintable() else default


def theme() -> str:
    """The theme the person chose in this browser."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


@bp.post("/theme")
@public
def set_theme() -> Response:
    """Keep the theme in this browser, for those who run no scripts."""
    answer = redirect(safe_next(request.form.get("next", "/")))
    chosen = request.form.get("theme", "auto")
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie("theme", chosen if chosen in THEMES else "auto", max_age=YEAR, samesite="Lax", secure=secure)
    return answer


@bp.get("/keys")
def keys() -> str:
    """What the keys do. Other pages bring it in a dialog when it is asked for, instead of carrying it always."""
    return render_template("keys.html")


def init_app(app: Flask, actor: Callable[[], Any]) -> None:
    """Give every template its frame. `actor()` answers the signed-in actor, or None."""
    app.register_blueprint(bp)
    if app.config.get("GALLERY"):
        app.add_url_rule("/gallery", "web.gallery", lambda: render_template("gallery.html"))

    @app.context_processor
    def frame() -> dict[str, Any]:
        me = actor()
        return {
            "me": me,
            "nav": Links(_sections, me),
            "user_links": Links(_personal, me),
            "locale": str(get_locale() or "ru"),
            "theme": theme(),
            "url_set_theme": url_for("web.set_theme"),
            "url_set_language": url_for("accounts.set_language"),
            "url_sign_out": url_for("accounts.sign_out") if me else "",
        }
