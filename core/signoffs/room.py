"""Joins the room to the application: pages, API, its section of the menu."""

from __future__ import annotations

from apiflask import APIFlask
from flask_babel import lazy_gettext as _l

from core.accounts.actor import Actor
from core.signoffs.api import bp as api
from core.signoffs.views import bp
from core.web.page import nav_item, user_link


def init_app(app: APIFlask) -> None:
    """Register the blueprints and the menu."""
    app.register_blueprint(bp)
    app.register_blueprint(api)
    nav_item(_l("Мои задачи"), "signoffs.inbox", order=10)
    nav_item(_l("Маршруты"), "signoffs.routes", visible=_keeps_routes, order=80)
    user_link(_l("Замещение"), "signoffs.absence", order=20)


def _keeps_routes(actor: Actor) -> bool:
    return actor.is_admin or actor.has("m_coord", "c_coord")
