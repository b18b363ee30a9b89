"""Joins the affairs of agreements to the application: pages, API, commands, what the clock and the outbox do."""

from __future__ import annotations

from apiflask import APIFlask

from agreements import clock_work, searching, telling
from agreements.affairs import ending, evidence, merging
from agreements.affairs.blueprint import api, bp
from agreements.evidence import commands
from agreements.importing import service as importing

PAGES = (ending, evidence, merging)
HANDLERS = (clock_work, importing, searching, telling)


def init_app(app: APIFlask) -> None:
    """Register the blueprints once their modules have hung their routes on them."""
    app.register_blueprint(bp)
    app.register_blueprint(api)
    app.cli.add_command(commands.group)
