"""The roadmap joins the application: pages, API, commands, reactions, subjects of sign-offs, document kinds."""

from __future__ import annotations

from apiflask import APIFlask
from flask_babel import lazy_gettext as _l

from core.accounts import journal
from core.web.page import nav_item
from roadmap import reactions, subjects
from roadmap.api import BLUEPRINTS
from roadmap.commands import roadmap as commands
from roadmap.documents import register_kinds
from roadmap.states import change_request, meeting_decision, regulatory_initiative, roadmap, roadmap_item
from roadmap.views import PAGES
from roadmap.views.blueprint import bp
from roadmap.wording import ITEM_ACTS

__all__ = ["PAGES", "init_app", "reactions"]


def init_app(app: APIFlask) -> None:
    register_kinds()
    subjects.register_subjects()
    app.register_blueprint(bp)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli.add_command(commands)
    nav_item(_l("Дорожная карта"), "roadmap.plans", order=20)
    journal.describe("roadmap", roadmap.label, subjects.edition_url, _steps(roadmap))
    journal.describe("change_request", change_request.label, subjects.change_url, _steps(change_request))
    journal.describe("meeting_decision", meeting_decision.label, subjects.decision_url, _steps(meeting_decision))
    journal.describe(
        "regulatory_initiative", regulatory_initiative.label, subjects.initiative_url, _steps(regulatory_initiative)
    )
    journal.describe("roadmap_item", roadmap_item.label, subjects.item_url, {**_steps(roadmap_item), **ITEM_ACTS})


def _steps(machine: object) -> dict[str, object]:
    return {name: step.label for name, step in machine.steps.items()}  # type: ignore[attr-defined]
