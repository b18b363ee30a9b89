"""The demo's meeting with its decisions, and the initiative on the conscription deferral with its calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from core import clock
from core.accounts.actor import Actor
from core.documents.attachments import Upload
from core.workflow import Ask
from roadmap.service import decisions, initiatives, meetings, minutes
from roadmap.service.decisions import NewDecision
from roadmap.service.initiatives import NewEvent, NewInitiative
from roadmap.service.meetings import NewMeeting

if TYPE_CHECKING:
    from roadmap.demo.load import Company

TITLE = (
    "Отсрочка от призыва на один год выпускникам колледжей, трудоустроенным в организации "
    "оборонно-промышленного комплекса"
)
PURPOSE = "Закрепить молодых специалистов на предприятиях: после выпуска они успевают начать работу по специальности."
PRESIDENT = "Президент Российской Федерации"
GOVERNMENT, DUMA = "Правительство Российской Федерации", "Государственная Дума"
EVENTS = (
    NewEvent(
        date(2025, 4, 2),
        "Опубликовано поручение представить предложения об особом порядке призыва выпускников колледжей",
        PRESIDENT,
        url="https://www.rbc.ru/politics/02/04/2025/67ed1c849a79471cb00dd91b",
    ),
    NewEvent(date(2025, 9, 1), "Предварительный доклад по поручению (срок по календарю)", GOVERNMENT, planned=True),
    NewEvent(
        date(2025, 12, 1),
        "По сообщениям печати, предложений Правительства в Думе ещё ждали",
        DUMA,
        url="https://newdaynews.ru/moscow/866266.html",
        month_only=True,
    ),
    NewEvent(date(2026, 7, 1), "Представление предложений по поручению (срок по календарю)", GOVERNMENT, planned=True),
)
"""As published, and no further: what was reported by the two terms is not known here and is not invented."""
HELD, SIGNED, NEXT = date(2026, 10, 22), date(2026, 10, 23), date(2026, 12, 15)


def load(company: Company, plan_id: int, item_id: int) -> None:
    """Both, as far as their days have come. The meeting is invented; the calendar of the initiative is as published."""
    from roadmap.demo.load import on

    today = clock.today()
    if today >= date(2026, 2, 6):
        with on(date(2026, 2, 4)):
            _initiative(company, plan_id, item_id, today)
    if today >= SIGNED:
        with on(HELD, 12):
            numbers = _meeting(company, plan_id)
        _sign(company, numbers[0])
        _execute(company, numbers[1:], today)
    if today >= date(2026, 11, 16):
        with on(date(2026, 11, 16)):
            _next(company, plan_id)


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
        initiatives.record_event(row.id, event, lawyer)
    initiatives.take_initiative_step(
        row.id, "take", company.actor("c.deputy"), Ask(data={"ground": "протокол рабочей группы (образец)"})
    )
    if today >= date(2026, 3, 20):
        with on(date(2026, 3, 20)):
            note = Upload("пояснительная записка (образец).pdf", paper("записка"))
            initiatives.attach_to_initiative(row.id, note, lawyer, "note")
            initiatives.take_initiative_step(row.id, "draft", lawyer, Ask())
            initiatives.take_initiative_step(row.id, "to_internal", company.actor("c.coord"), Ask())


CHAIR, SECRETARY = "Замещаева Ирина Павловна", "Протоколова Елена Игоревна"
PARTICIPANTS = ("m.coord", "m.executor", "c.coord", "c.executor", "operator")


def _written(day: date, title: str, agenda: tuple[dict[str, str], ...], company: Company) -> NewMeeting:
    return NewMeeting(
        day,
        title,
        begins="11:00",
        place="г. Москва",
        chair=CHAIR,
        chair_position="заместитель Министра просвещения Российской Федерации",
        secretary=SECRETARY,
        secretary_position="секретарь рабочей группы",
        agenda=agenda,
        participants=[{"person_id": company.people[login], "guest": login == "operator"} for login in PARTICIPANTS],
    )


def _meeting(company: Company, plan_id: int) -> list[int]:
    """The meeting of October with its decisions; their ids, the meeting's first."""
    secretary = company.actor("m.secretary")
    agenda = (
        {
            "title": "О ходе реализации плана мероприятий в III квартале 2026 года",
            "speaker": "Координаторова Мария Сергеевна",
            "spoke": "В.А. Связнов.",
        },
        {"title": "О заключении договоров о целевом обучении", "speaker": "Связнов Виктор Александрович"},
    )
    title = "Заседание рабочей группы по итогам III квартала 2026 года"
    row = meetings.create_meeting(plan_id, _written(HELD, title, agenda, company), secretary)
    first, second = (line["key"] for line in row.agenda)
    people = company.people
    new = (
        NewDecision("Представить договоры о сетевой форме по всем программам.", people["m.executor"],
                    date(2026, 11, 20), point=first, report_kind="письмо с копиями договоров"),
        NewDecision("Обобщить предложения колледжей о перечне программ на следующий учебный год.", people["operator"],
                    date(2026, 11, 13), point=first, report_kind="сводная таблица"),
        NewDecision("Завершить оформление договоров о целевом обучении по всем заявкам холдингов.",
                    people["c.executor"], date(2026, 12, 10), point=second),
        NewDecision("Подготовить график приёмки учебных мастерских.", people["m.executor"], urgency="prompt",
                    point=second, co_executors="Д.М. Поручнева (Государственная корпорация «Ростех»)",
                    co_executor_ids=[people["c.executor"]]),
    )  # fmt: skip
    return [row.id, *(decisions.add_decision(row.id, one, secretary).id for one in new)]


def _sign(company: Company, meeting_id: int) -> None:
    from roadmap.demo.load import on, paper

    with on(HELD, 16):
        minutes.issue_minutes(meeting_id, company.actor("m.secretary"))
    with on(SIGNED):
        scan = Upload("протокол (образец).pdf", paper("протокол"))
        minutes.sign_minutes(meeting_id, SIGNED, scan, company.actor("m.secretary"))


def _execute(company: Company, numbers: list[int], today: date) -> None:
    """What became of the decisions so far: one closed in time, one late, one at work, one asked to be prolonged."""
    from roadmap.demo.load import on, paper

    late, closed, working, asked = numbers
    ours, theirs, operator = (company.actor(login) for login in ("m.executor", "c.executor", "operator"))
    longer = Ask("График ждёт поставки оборудования", {"due_on": "2026-11-25"})
    resolution = Ask(data={"ground": "резолюция (образец)"})
    acts: tuple[tuple[date, int, str, Actor, Ask], ...] = (
        (date(2026, 10, 26), late, "ack", ours, Ask()),
        (date(2026, 10, 26), late, "start", ours, Ask()),
        (date(2026, 10, 26), closed, "ack", operator, Ask()),
        (date(2026, 10, 27), closed, "start", operator, Ask()),
        (date(2026, 10, 27), working, "ack", theirs, Ask()),
        (date(2026, 10, 28), asked, "ack", ours, Ask()),
        (date(2026, 10, 30), asked, "ask_ext", ours, longer),
        (date(2026, 11, 2), asked, "grant_ext", company.actor("m.secretary"), resolution),
        (date(2026, 11, 10), working, "start", theirs, Ask()),
        (date(2026, 11, 12), closed, "report", operator, Ask("Сводная таблица направлена координаторам Сторон")),
        (date(2026, 11, 16), closed, "close", company.actor("m.deputy"), resolution),
    )  # fmt: skip
    for day, number, step, actor, ask in acts:
        if today >= day:
            with on(day, 15):
                if step == "report":
                    file = Upload("сводная таблица (образец).pdf", paper("сводная таблица"))
                    decisions.attach_to_decision(number, file, actor)
                decisions.take_decision_step(number, step, actor, ask)


def _next(company: Company, plan_id: int) -> None:
    """The meeting that is still to come, with a decision prepared for it."""
    agenda = (
        {"title": "О выполнении поручений, данных 22 октября 2026 г.", "speaker": SECRETARY},
        {"title": "О предложениях в план мероприятий на 2027 год", "speaker": ""},
    )
    new = _written(NEXT, "Заседание рабочей группы по итогам 2026 года", agenda, company)
    row = meetings.create_meeting(plan_id, new, company.actor("m.secretary"))
    prepared = NewDecision(
        "Представить предложения о мероприятиях на 2027 год.", company.people["c.executor"], urgency="prompt"
    )
    decisions.add_decision(row.id, prepared, company.actor("m.secretary"))
