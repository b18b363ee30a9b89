"""The demo's meeting with its decisions, and the initiative on the conscription deferral with its calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from core import clock
from core.documents.attachments import Upload
from core.workflow import Ask
from roadmap.service import initiatives, meetings
from roadmap.service.initiatives import NewEvent, NewInitiative
from roadmap.service.meetings import NewDecision, NewMeeting

if TYPE_CHECKING:
    from roadmap.demo.load import Company

TITLE = (
    "Отсрочка от призыва на один год выпускникам колледжей, трудоустроенным в организации "
    "оборонно-промышленного комплекса"
)
PURPOSE = "Закрепить молодых специалистов на предприятиях: после выпуска они успевают начать работу по специальности."
PRESIDENT = "Президент Российской Федерации"
EVENTS = (
    NewEvent(date(2025, 4, 2), "Опубликовано поручение об особом порядке призыва выпускников колледжей", PRESIDENT),
    NewEvent(date(2025, 9, 1), "Срок предварительного доклада по поручению", "Правительство Российской Федерации"),
    NewEvent(date(2026, 7, 1), "Срок представления предложений по поручению", "Правительство Российской Федерации"),
)  # fmt: skip


def load(company: Company, plan_id: int, item_id: int) -> None:
    """Both, as far as their days have come. The meeting is invented; the calendar of the initiative is as published."""
    from roadmap.demo.load import on, paper

    today = clock.today()
    if today >= date(2026, 2, 6):
        with on(date(2026, 2, 4)):
            _initiative(company, plan_id, item_id, today)
    if today >= date(2026, 10, 23):
        with on(date(2026, 10, 22), 12):
            meeting = _meeting(company, plan_id)
        with on(date(2026, 10, 23)):
            scan = Upload("протокол (образец).pdf", paper("протокол"))
            meetings.sign_minutes(meeting, date(2026, 10, 23), scan, company.actor("m.secretary"))


def _initiative(company: Company, plan_id: int, item_id: int, today: date) -> None:
    from roadmap.demo.load import on, paper

    lawyer = company.actor("c.legal")
    new = NewInitiative(
        TITLE,
        PURPOSE,
        ("Федеральный закон от 28.03.1998 № 53-ФЗ «О воинской обязанности и военной службе», статья 24",),
        ("Минобороны России", "Минпромторг России", "Минтруд России"),
        item_id,
    )
    row = initiatives.propose(plan_id, new, lawyer)
    for event in EVENTS:
        planned = event.happened_on > clock.today()
        initiatives.record_event(row.id, NewEvent(event.happened_on, event.title, event.body, planned=planned), lawyer)
    initiatives.take_initiative_step(
        row.id, "take", company.actor("c.deputy"), Ask(data={"ground": "протокол рабочей группы (образец)"})
    )
    if today >= date(2026, 3, 20):
        with on(date(2026, 3, 20)):
            initiatives.attach_to_initiative(row.id, Upload("пояснительная записка.pdf", paper("записка")), lawyer)
            initiatives.take_initiative_step(row.id, "draft", lawyer, Ask())
            initiatives.take_initiative_step(row.id, "to_internal", company.actor("c.coord"), Ask())


def _meeting(company: Company, plan_id: int) -> int:
    secretary = company.actor("m.secretary")
    new = NewMeeting(
        date(2026, 10, 22),
        "Заседание рабочей группы по итогам III квартала 2026 года",
        place="г. Москва",
        chair="И.П. Замещаева",
        secretary="Е.И. Протоколова",
        agenda=(
            {"title": "О ходе реализации плана мероприятий в III квартале 2026 года", "speaker": "М.С. Координаторова"},
            {"title": "О заключении договоров о целевом обучении", "speaker": "В.А. Связнов"},
        ),
        participants=(
            {"name": "Координаторова М.С.", "organisation": "Минпросвещения России"},
            {"name": "Связнов В.А.", "organisation": "Корпорация"},
        ),
    )
    row = meetings.create_meeting(plan_id, new, secretary)
    for text, login, due in (
        (
            "Завершить оформление договоров о целевом обучении по всем заявкам холдингов.",
            "c.executor",
            date(2026, 12, 10),
        ),
        ("Представить договоры о сетевой форме по всем программам.", "m.executor", date(2026, 11, 20)),
    ):
        meetings.add_decision(row.id, NewDecision(text, company.people[login], due), secretary)
    return row.id
