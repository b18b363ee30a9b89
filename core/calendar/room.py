"""The calendar joins the application."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from core.accounts import journal
from core.calendar import api, views
from core.web.page import user_link


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    user_link(_l("Производственный календарь"), "calendar.calendar", order=40)
    journal.describe("calendar", _l("Производственный календарь"))
