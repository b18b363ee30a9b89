"""Accounts join the application: sign-in and its guard, pages, API, commands."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import url_for
from flask_babel import lazy_gettext as _l

from core.accounts import journal, login, once
from core.accounts.api import organisations as organisations_api
from core.accounts.api import own, records
from core.accounts.api import people as people_api
from core.accounts.commands import accounts
from core.accounts.views import door, organisations, people, profile
from core.accounts.views import journal as journal_view
from core.accounts.views.blueprint import bp
from core.web import api
from core.web.page import nav_item, user_link

PAGES = (door, profile, organisations, people, journal_view)


def init_app(app: APIFlask) -> None:
    login.init_app(app)
    once.init_app(app)
    api.init_app(app)
    app.register_blueprint(bp)
    for module in (own, organisations_api, people_api, records):
        app.register_blueprint(module.bp)
    app.cli.add_command(accounts)
    _declare()


def _declare() -> None:
    nav_item(_l("Организации"), "accounts.organisations", order=80)
    nav_item(_l("Люди"), "accounts.people", order=81)
    nav_item(_l("Журнал"), "accounts.journal_page", visible=_reads_journal, order=90)
    user_link(_l("Профиль"), "accounts.profile", order=10)
    journal.describe("organisation", _l("Организация"), _organisation_url)
    journal.describe("person", _l("Сотрудник"), _person_url)


def _reads_journal(actor: Any) -> bool:
    return journal.may_read(actor)


def _organisation_url(organisation_id: int) -> str:
    return url_for("accounts.organisation", organisation_id=organisation_id)


def _person_url(person_id: int) -> str:
    return url_for("accounts.person", person_id=person_id)
