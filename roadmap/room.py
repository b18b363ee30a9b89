"""The roadmap joins the application: pages, API, commands, reactions, subjects of sign-offs, document kinds."""

from __future__ import annotations

from apiflask import APIFlask
from flask_babel import lazy_gettext as _l

from core.accounts import journal
from core.signoffs import inbox_sections
from core.web.page import nav_item, user_link
from roadmap import clock_work, desk, reactions, requested, subjects
from roadmap.api import BLUEPRINTS
from roadmap.commands import roadmap as commands
from roadmap.documents import register_kinds
from roadmap.states import (
    change_request,
    meeting_decision,
    regulatory_initiative,
    roadmap,
    roadmap_item,
    roadmap_report,
)
from roadmap.views import PAGES
from roadmap.views.blueprint import bp
from roadmap.wording import (
    CHANGE_ACTS,
    DECISION_ACTS,
    EDITION_ACTS,
    INITIATIVE_ACTS,
    ITEM_ACTS,
    MEETING_ACTS,
    REPORT_ACTS,
)

__all__ = ["PAGES", "clock_work", "init_app", "reactions"]


INDICATOR_ACTS = {
    "add": _l("добавлен показатель"),
    "edit": _l("изменён показатель"),
    "record": _l("записано значение"),
    "import": _l("заявлены значения из файла"),
}


def init_app(app: APIFlask) -> None:
    register_kinds()
    subjects.register_subjects()
    app.register_blueprint(bp)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli.add_command(commands)
    nav_item(_l("Дорожная карта"), "roadmap.plans", order=20, home=True)
    user_link(_l("Мои поручения"), "roadmap.my_decisions", order=15)
    for source in (desk.items, desk.waiting, requested.section, desk.asked, desk.decisions, desk.answers):
        inbox_sections.register(source)
    nav_item(_l("Запрошены сведения"), "roadmap.requests", visible=requested.may_be_asked, order=25)
    more = {"roadmap": EDITION_ACTS, "change_request": CHANGE_ACTS}
    acts = {
        "roadmap_report": REPORT_ACTS, "meeting_decision": DECISION_ACTS, "regulatory_initiative": INITIATIVE_ACTS,
        "roadmap_item": ITEM_ACTS, **more,
    }  # fmt: skip
    pages = {
        roadmap: subjects.edition_url, change_request: subjects.change_url, roadmap_report: subjects.report_url,
        meeting_decision: subjects.decision_url, regulatory_initiative: subjects.initiative_url,
        roadmap_item: subjects.item_url,
    }  # fmt: skip
    for machine, url in pages.items():
        states = {name: state.label for name, state in machine.states.items()}
        journal.describe(machine.kind, machine.label, url, {**_steps(machine), **acts.get(machine.kind, {})}, states)
    journal.describe("roadmap_meeting", _l("Совещание"), subjects.meeting_url, MEETING_ACTS)
    journal.describe("roadmap_result", _l("Результат мероприятия"))
    journal.describe("roadmap_import", _l("Загрузка плана"), steps={"upload": _l("загружена таблица")})
    journal.describe("indicator_import", _l("Загрузка значений"), steps={"upload": _l("загружена таблица")})
    journal.describe("indicator", _l("Показатель"), steps=INDICATOR_ACTS)


def _steps(machine: object) -> dict[str, object]:
    return {name: step.done for name, step in machine.steps.items()}  # type: ignore[attr-defined]
