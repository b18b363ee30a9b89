"""Agreements join the application: document kinds, the subject of sign-offs, reactions, pages, API, commands."""

from __future__ import annotations

from apiflask import APIFlask
from flask import url_for
from flask_babel import lazy_gettext as _l

from agreements import api, commands, desk, documents, hooks, reactions, tiles, views
from agreements.affairs import room as affairs
from agreements.history import ACTS, DONE
from agreements.states import agreement_machine
from core.accounts import journal
from core.signoffs import inbox_sections
from core.web.page import nav_item
from roadmap import tiles as plan_tiles

__all__ = ["init_app", "reactions"]


def init_app(app: APIFlask) -> None:
    """Register what the other rooms must know of agreements, and the pages."""
    documents.register_kinds()
    hooks.register_subject()
    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.group)
    affairs.init_app(app)
    plan_tiles.declare("agreements", plan_tiles.Tile(_l("Соглашения в работе"), tiles.in_motion))
    inbox_sections.register(desk.section)
    nav_item(_l("Соглашения"), "agreements.register", order=20)
    states = {name: state.label for name, state in agreement_machine.states.items()}
    journal.describe("agreement", _l("Соглашение"), _url, {**DONE, **ACTS}, states)


def _url(agreement_id: int) -> str:
    return url_for("agreements.card", agreement_id=agreement_id)
