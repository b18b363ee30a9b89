"""Joins the affairs of agreements to the application: pages, API, commands, what the clock and the outbox do."""

from __future__ import annotations

from apiflask import APIFlask
from flask import url_for
from flask_babel import lazy_gettext as _l

from agreements import clock_work, searching, telling
from agreements.affairs import ending, evidence, imports, journals, merging, plans, saved, webhooks
from agreements.affairs.blueprint import api, bp
from agreements.evidence import commands
from agreements.fanout import room as fanout
from agreements.importing import service as importing
from agreements.journals import may_keep
from agreements.webhooks.service import may_keep as keeps_webhooks
from core.accounts import journal
from core.web.page import nav_item, user_link

PAGES = (ending, evidence, imports, journals, merging, plans, saved, webhooks)
HANDLERS = (clock_work, importing, searching, telling)


def init_app(app: APIFlask) -> None:
    """Register the blueprints once their modules have hung their routes on them."""
    app.register_blueprint(bp)
    app.register_blueprint(api)
    app.cli.add_command(commands.group)
    fanout.init_app(app)
    nav_item(_l("Журнал регистрации"), "affairs.journal", visible=may_keep, order=25)
    user_link(_l("Вебхуки"), "affairs.webhooks", visible=keeps_webhooks, order=50)
    journal.describe("registration_journal", _l("Журнал регистрации"))
    journal.describe("agreement_import", _l("Загрузка соглашений"), _import_url, {"upload": _l("загружена таблица")})
    journal.describe("agreement_webhook", _l("Вебхук"))


def _import_url(run_id: int) -> str:
    return url_for("affairs.import_run", run_id=run_id)
