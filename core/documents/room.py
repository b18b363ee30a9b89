"""Documents join the application: pages, API, commands, jobs, the journal's words."""

from __future__ import annotations

from apiflask import APIFlask
from flask import url_for
from flask_babel import lazy_gettext as _l

from core.accounts import journal
from core.accounts.actor import Actor
from core.documents import bulkjobs, bulkmaking, library, pdf, previews, verification
from core.documents.api import BLUEPRINTS
from core.documents.commands import documents
from core.documents.views import bp
from core.documents.wording import DOCUMENT_STEPS, RUN_STATES, RUN_STEPS, TEMPLATE_STATES, TEMPLATE_STEPS
from core.web.page import nav_item

__all__ = ["bulkmaking", "init_app", "pdf", "previews", "verification"]


def init_app(app: APIFlask) -> None:
    """Register the blueprints, the menu and the commands."""
    for blueprint in (bp, *BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.cli.add_command(documents)
    nav_item(_l("Шаблоны"), "documents.templates", visible=_keeps_templates, order=60)
    nav_item(_l("Массовый выпуск"), "documents.bulk", visible=_issues_many, order=61)
    _describe()


def _describe() -> None:
    template_states = {name: label for name, (label, _tone) in TEMPLATE_STATES.items()}
    run_states = {name: label for name, (label, _tone) in RUN_STATES.items()}
    journal.describe("issued_document", _l("Документ"), _document, DOCUMENT_STEPS)
    journal.describe(library.SUBJECT, _l("Шаблон"), _template, TEMPLATE_STEPS, template_states)
    journal.describe(bulkjobs.SUBJECT, _l("Массовый выпуск"), _run, RUN_STEPS, run_states)


def _keeps_templates(actor: Actor) -> bool:
    return library.may_keep(actor)


def _issues_many(actor: Actor) -> bool:
    return bulkjobs.may_bulk(actor)


def _document(document_id: int) -> str:
    return url_for("documents.card", document_id=document_id)


def _template(template_id: int) -> str:
    return url_for("documents.template", template_id=template_id)


def _run(run_id: int) -> str:
    return url_for("documents.run", run_id=run_id)
