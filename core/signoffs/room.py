"""Joins the room to the application: pages, API, its section of the menu."""

from __future__ import annotations

from apiflask import APIFlask
from flask_babel import lazy_gettext as _l

from core.accounts import journal
from core.accounts.actor import Actor
from core.signoffs import digest, documents, reactions
from core.signoffs.api import BLUEPRINTS
from core.signoffs.states import ACTS, VERDICTS, approval_task
from core.signoffs.views import bp
from core.signoffs.words import named
from core.web.page import nav_item, user_link

__all__ = ["digest", "init_app", "reactions"]


def init_app(app: APIFlask) -> None:
    """Register the blueprints and the menu."""
    documents.register_kinds()
    app.jinja_env.filters["route_word"] = named
    for blueprint in (bp, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    journal.describe("route_template", _l("Маршрут согласования"), steps={"new_version": _l("новая версия маршрута")})
    journal.describe_common(
        {**{name: step.done for name, step in approval_task.steps.items()}, **ACTS, **VERDICTS},
        {name: state.label for name, state in approval_task.states.items()},
    )
    nav_item(_l("Мои задачи"), "signoffs.inbox", order=10)
    nav_item(_l("Маршруты"), "signoffs.routes", visible=_keeps_routes, order=80)
    user_link(_l("Замещение"), "signoffs.absence", order=20)


def _keeps_routes(actor: Actor) -> bool:
    return actor.is_admin or actor.has("m_coord", "c_coord")
