"""Models and their boards join the application: pages, API, jobs."""

from __future__ import annotations

from apiflask import APIFlask
from flask import url_for
from flask_babel import lazy_gettext as _l

from agreements.fanout import acts, api, making, pages
from agreements.fanout.drawing import SUBJECT, may_send
from core.accounts import journal
from core.web.page import nav_item

HANDLERS = (acts, making)

STEPS = {
    "edit": _l("изменены сведения"),
    "edit_clauses": _l("изменён текст"),
    "release": _l("утверждена редакция"),
    "board_act": _l("действие со списком"),
    "sending_prepare": _l("проверена рассылка"),
    "sending_start": _l("начата рассылка"),
    "sending_cancel": _l("рассылка отменена"),
}
"""What befalls a model, in the words of the journal."""


def init_app(app: APIFlask) -> None:
    """Register the blueprints once their modules have hung their routes on them."""
    app.register_blueprint(pages.bp)
    app.register_blueprint(api.bp)
    nav_item(_l("Типовые формы"), "fanout.models", visible=may_send, order=22)
    journal.describe(SUBJECT, _l("Типовая форма"), _url, STEPS)


def _url(model_id: int) -> str:
    return url_for("fanout.show", model_id=model_id)
