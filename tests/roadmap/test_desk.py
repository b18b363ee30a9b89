"""«Мои задачи» of a plan: what is whose to execute, to decide and to chase; nothing twice, nothing of strangers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.accounts.actor import Actor
from core.accounts.models import Person
from core.audit import AuditRecord
from core.db import db, transaction
from core.documents.attachments import Upload
from core.documents.models import Attachment
from core.errors import NotAllowed, NotFound, NotNow
from core.notifications.models import Notification
from core.signoffs import inbox_sections
from core.signoffs.desk import desk
from core.signoffs.inbox_sections import FEW
from core.workflow import Ask
from roadmap import service
from roadmap.models import MeetingDecision, Occurrence
from roadmap.service import NewIndicator, decisions, reminding
from roadmap.service.reports import Answer, answer, open_report
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force, occurrence_of, presented
from tests.roadmap.papers import a_decision
from tests.roadmap.test_pages import counted, signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def a_busy_plan(cast: Cast) -> dict[str, Occurrence]:
    """Late of both sides, jointly late, late but presented, soon, far."""
    plan = a_plan(cast)
    may = date(2026, 5, 29)
    made = {
        "ours": an_item(cast, plan, title="Наше просроченное", due_on=may),
        "joint": an_item(cast, plan, title="Совместное просроченное", due_on=may, responsible_side="both"),
        "theirs": an_item(cast, plan, title="Чужое просроченное", due_on=may, responsible_side="corporation"),
        "shown": an_item(cast, plan, title="Представленное поздно", due_on=may),
        "soon": an_item(cast, plan, title="Подходит срок", due_on=date(2026, 6, 18)),
        "far": an_item(cast, plan, title="Ещё далеко", due_on=date(2026, 12, 31)),
    }
    in_force(cast, plan)
    presented(cast, occurrence_of(made["shown"]), comment="ждали приказа")
    return {name: occurrence_of(item) for name, item in made.items()}


def shown(actor: Actor) -> dict[str, list[str]]:
    """The sections by name, each with the titles of its lines."""
    return {one.name: [line.title for line in one.lines] for one in inbox_sections.sections(actor)}


def test_a_coordinator_chases_his_side_and_reminds_the_other(db_session: Session) -> None:
    cast = a_cast()
    a_busy_plan(cast)
    ours, theirs = shown(cast.who("m_coord")), shown(cast.who("c_coord"))
    assert ours["late_items"] == ["1.1. Наше просроченное", "1.2. Совместное просроченное"]
    assert ours["late_items_of_others"] == ["1.3. Чужое просроченное"]
    assert ours["items_soon"] == ["1.5. Подходит срок"]
    assert theirs["late_items"] == ["1.2. Совместное просроченное", "1.3. Чужое просроченное"]
    assert theirs["late_items_of_others"] == ["1.1. Наше просроченное"]
    assert "items_soon" not in theirs


def test_a_deputy_sees_the_same_and_a_lawyer_and_a_college_nothing(db_session: Session) -> None:
    cast = a_cast()
    a_busy_plan(cast)
    assert shown(cast.who("m_deputy"))["late_items"] == shown(cast.who("m_coord"))["late_items"]
    assert shown(cast.who("m_legal")) == {}
    assert shown(cast.who("executor", "college")) == {}


def test_an_executor_has_his_own_and_not_what_he_presented(db_session: Session) -> None:
    cast = a_cast()
    a_busy_plan(cast)
    found = shown(cast.who("executor", "ministry"))
    assert found == {"items": ["1.1. Наше просроченное", "1.2. Совместное просроченное", "1.5. Подходит срок"]}


def test_what_lies_on_the_desk_as_a_task_is_no_line_of_a_section(db_session: Session) -> None:
    cast = a_cast()
    a_busy_plan(cast)
    found = desk(cast.who("m_coord"))
    tasks = [entry.title for entry in found.tasks.items]
    assert any("Представленное поздно" in title for title in tasks), tasks
    assert not any("Представленное поздно" in line.title for one in found.sections for line in one.lines)


def test_every_line_says_how_late_whose_move_and_the_state(db_session: Session) -> None:
    cast = a_cast()
    a_busy_plan(cast)
    sections = {one.name: one for one in inbox_sections.sections(cast.who("m_coord"))}
    line = sections["late_items_of_others"].lines[0]
    assert (line.due, line.term, line.tone) == ("29.05.2026", "просрочено на 10 раб. дн.", "late")
    assert line.court == "Корпорация · Департамент"
    assert line.state == "Запланировано"
    assert sections["items_soon"].lines[0].term == "осталось 3 раб. дн."


def test_few_lines_of_many_and_how_many_there_are(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    for number in range(FEW + 3):
        an_item(cast, plan, title=f"Просроченное {number}", due_on=date(2026, 5, 1 + number))
    in_force(cast, plan)
    (found,) = inbox_sections.sections(cast.who("m_coord"))
    assert (len(found.lines), found.size) == (FEW, FEW + 3)
    assert found.lines[0].title == "1.1. Просроченное 0", "the oldest first"
    assert found.url == f"/roadmaps/{plan.id}?flag=overdue"


def test_what_a_section_leads_to_leaves_nothing_of_it_out(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_busy_plan(cast)
    people = (("m_coord", ""), ("c_coord", ""), ("executor", "ministry"))
    names = {"items", "late_items", "late_items_of_others", "items_soon"}
    for role, side in people:
        client = signed_in(app, cast, role, side)
        sections = client.get("/api/v1/tasks/desk").get_json()["sections"]
        for section in (one for one in sections if one["name"] in names):
            listed = client.get(section["url"]).get_data(as_text=True)
            for line in section["lines"]:
                assert line["title"].split(". ", 1)[1] in listed, (role, section["name"])
    (mine,) = [one["url"] for one in sections if one["name"] == "items"]
    plan, _narrowed = mine.split("?")
    for view in ("board", "gantt", "calendar", "plan.xlsx"):
        assert client.get(f"{plan}/{view}?mine=1").status_code == 200, view


def test_an_item_late_for_several_periods_is_one_line_to_chase_and_each_to_execute(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan, title="Ежемесячное", recurrence="monthly", starts_on=None, due_on=date(2026, 4, 30))
    in_force(cast, plan)
    assert shown(cast.who("m_coord"))["late_items"] == ["1.1. Ежемесячное (апрель 2026 г.)"]
    mine = shown(cast.who("executor", "ministry"))["items"]
    assert mine[:2] == ["1.1. Ежемесячное (апрель 2026 г.)", "1.1. Ежемесячное (май 2026 г.)"]


def test_late_decisions_are_chased_and_reported_ones_wait_for_the_word(db_session: Session) -> None:
    cast = a_cast()
    row = a_decision(cast, a_plan(cast).id, due_on=date(2026, 7, 10))
    executor, secretary = cast.who("executor", "ministry"), cast.who("secretary", "ministry")
    with clock.at(datetime(2026, 7, 14, 9, tzinfo=UTC)):
        assert shown(secretary)["late_decisions"] == ["Направить письмо"]
        assert shown(cast.who("c_coord"))["late_decisions"] == ["Направить письмо"]
        assert "late_decisions" not in shown(executor), "his own stands among his own"
        assert shown(executor)["decisions"] == ["Направить письмо"]
        for name in ("ack", "start"):
            decisions.take_decision_step(row.id, name, executor, Ask())
        decisions.attach_to_decision(row.id, Upload("письмо.pdf", PDF), executor)
        decisions.take_decision_step(row.id, "report", executor, Ask("направлено"))
        found = shown(secretary)
        assert found["decisions_to_decide"] == ["Направить письмо"]
        assert "late_decisions" not in found


def test_answers_for_a_report_are_asked_of_executors_and_chased_by_their_coordinator(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    first = an_item(cast, plan, title="Первое", due_on=date(2026, 6, 1))
    an_item(cast, plan, title="Второе", due_on=date(2026, 6, 2))
    in_force(cast, plan)
    with clock.at(datetime(2026, 7, 15, 9, tzinfo=UTC)):
        report = open_report(plan.id, "2026-Q2", cast.who("m_coord"))
        executor = cast.who("executor", "ministry")
        answer(report.id, occurrence_of(first).id, Answer("Идёт", "Торги", "Повтор", date(2026, 9, 1)), executor)
        sections = {one.name: one for one in inbox_sections.sections(cast.who("m_coord"))}
        line = sections["answers"].lines[0]
        assert (line.title, line.state) == ("Отчёт за II квартал 2026 г.", "отвечено 1 из 2")
        assert line.remind == f"/reports/{report.id}/reminders"
        assert "answers" not in shown(cast.who("c_coord")), "nothing of its side is unanswered"
        assert shown(executor)["answers_asked"] == ["Отчёт за II квартал 2026 г."]


def test_reminding_is_once_a_working_day_told_and_recorded(db_session: Session) -> None:
    cast = a_cast()
    rows = a_busy_plan(cast)
    coordinator, theirs = cast.who("m_coord"), rows["theirs"]
    told = reminding.remind_item(theirs.id, coordinator)
    people = db_session.scalars(select(Notification.person_id).where(Notification.kind == "roadmap/item_asked"))
    assert set(people) == {cast.who("executor", "corporation").id, cast.who("c_coord").id}
    assert told == 2
    text = db_session.scalars(select(Notification.text).where(Notification.kind == "roadmap/item_asked")).first()
    assert text is not None
    assert "просрочено на 10 раб. дн." in text
    with pytest.raises(NotNow, match="Сегодня уже напоминали"):
        reminding.remind_item(theirs.id, coordinator)
    with clock.at(datetime(2026, 6, 20, 9, tzinfo=UTC)), pytest.raises(NotNow, match="выходной"):
        reminding.remind_item(theirs.id, coordinator)
    with clock.at(datetime(2026, 6, 16, 9, tzinfo=UTC)):
        assert reminding.remind_item(theirs.id, coordinator) == 2
    acts = select(AuditRecord).where(AuditRecord.subject_kind == "roadmap_item", AuditRecord.step == "remind")
    assert len(db_session.scalars(acts).all()) == 2


def test_who_may_not_remind_and_what_is_not_late_is_refused(db_session: Session) -> None:
    cast = a_cast()
    rows = a_busy_plan(cast)
    with pytest.raises(NotAllowed):
        reminding.remind_item(rows["theirs"].id, cast.who("executor", "ministry"))
    with pytest.raises(NotFound):
        reminding.remind_item(rows["theirs"].id, cast.who("executor", "college"))
    with pytest.raises(NotNow, match="срок ещё не прошёл"):
        reminding.remind_item(rows["far"].id, cast.who("m_coord"))
    with pytest.raises(NotNow, match="уже представлен"):
        reminding.remind_item(rows["shown"].id, cast.who("c_coord"))


def test_a_late_decision_is_reminded_of(db_session: Session) -> None:
    cast = a_cast()
    row = a_decision(cast, a_plan(cast).id, due_on=date(2026, 7, 10))
    with pytest.raises(NotNow):
        reminding.remind_decision(row.id, cast.who("m_control"))
    with clock.at(datetime(2026, 7, 14, 9, tzinfo=UTC)):
        assert reminding.remind_decision(row.id, cast.who("m_control")) == 1
        with pytest.raises(NotAllowed):
            reminding.remind_decision(row.id, cast.who("m_legal"))
    with transaction():
        db.session.get_one(Person, row.executor_id).active = False
    with clock.at(datetime(2026, 7, 15, 9, tzinfo=UTC)), pytest.raises(NotNow, match="больше не работает"):
        reminding.remind_decision(row.id, cast.who("m_control"))


def test_the_page_the_api_and_their_buttons(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        a_busy_plan(cast)
    client = signed_in(app, cast, "m_coord")
    answered = client.get("/")
    page = answered.get_data(as_text=True)
    assert len(answered.data) <= 25_000
    told = client.get("/api/v1/tasks/desk").get_json()
    for section in told["sections"]:
        assert section["title"] in page
        for line in section["lines"]:
            assert f'href="{line["url"]}"' in page
            assert line["term"] in page
            assert client.get(line["url"]).status_code == 200
    (others,) = [one for one in told["sections"] if one["name"] == "late_items_of_others"]
    where = others["lines"][0]["remind"]
    sent = client.post(where, data={"next": "/"}, follow_redirects=True).get_data(as_text=True)
    assert "Напоминаний отправлено: 2" in sent
    again = client.post(where, data={"next": "/"}, follow_redirects=True).get_data(as_text=True)
    assert "Сегодня уже напоминали" in again
    assert client.post(f"/api/v1{where}").status_code == 409


def test_on_a_day_off_reminders_stand_greyed_with_the_reason(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        rows = a_busy_plan(cast)
        late = f"/items/{rows['theirs'].item_id}"
    why = "Сегодня выходной: напоминания уходят в рабочие дни."
    client = signed_in(app, cast, "m_coord")
    working = {path: client.get(path).get_data(as_text=True) for path in ("/", late)}
    with clock.at(datetime(2026, 6, 20, 9, tzinfo=UTC)):
        client = signed_in(app, cast, "m_coord")
        off = {path: client.get(path).get_data(as_text=True) for path in ("/", late)}
    for path in off:
        assert why not in working[path]
        assert off[path].count(why) == 1
        assert re.search(r"<button[^>]* disabled [^>]*>Напомнить", off[path])
        assert not re.search(r"<button[^>]* disabled[^>]*>Напомнить", working[path])
    assert "/reminders" in working["/"]
    assert "/reminders" not in off["/"]


def test_as_many_questions_for_one_late_item_as_for_forty(app: APIFlask) -> None:
    def asked(number: int) -> int:
        with app.app_context():
            cast = a_cast()
            plan = a_plan(cast)
            for place in range(number):
                an_item(cast, plan, title=f"Просроченное {place}", due_on=date(2026, 5, 1 + place % 28))
            in_force(cast, plan, register_number=f"П-{number}")
        client = signed_in(app, cast, "m_coord")
        client.get("/")
        with counted(app) as statements:
            assert len(client.get("/").data) <= 25_000
        return len(statements)

    assert asked(1) == asked(40)


def test_a_decision_past_its_term_says_who_can_still_help(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        row = a_decision(cast, a_plan(cast).id, due_on=date(2026, 7, 10))
        with transaction():
            db.session.get_one(MeetingDecision, row.id).state = "in_progress"
        names = [cast.who(role).short_name for role in ("m_deputy", "c_deputy")]
    with clock.at(datetime(2026, 7, 14, 9, tzinfo=UTC)):
        for role, side in (("executor", "ministry"), ("m_coord", "")):
            page = signed_in(app, cast, role, side).get(f"/decisions/{row.id}").get_data(as_text=True)
            assert "просрочено на 2 раб. дн." in page
            assert "следующее совещание" in page
            assert all(name.replace("\u00a0", " ") in page.replace("\u00a0", " ") for name in names)


def test_the_task_of_a_result_shows_its_evidence_and_the_executors_words(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan, title="Представленное поздно", due_on=date(2026, 5, 29))
        in_force(cast, plan)
        row = presented(cast, occurrence_of(item), comment="ждали приказа Министерства")
        slot = desk(cast.who("m_coord")).tasks.items[0].slot_id
        (sha,) = db.session.scalars(select(Attachment.sha256).where(Attachment.subject_id == row.id))
    client = signed_in(app, cast, "m_coord")
    page = client.get(f"/tasks/{slot}").get_data(as_text=True)
    for told in ("Что представлено", "ждали приказа Министерства", "приказ.pdf", sha, "Утверждён состав"):
        assert told in page, told
    assert "просрочено на 10 раб. дн." in page
    (address,) = set(re.findall(r'href="(/evidence/\d+)"', page))
    assert client.get(address).data == PDF
    found = client.get(f"/api/v1/tasks/{slot}").get_json()["brought"]
    assert found["note"] == "ждали приказа Министерства"
    assert [file["sha256"] for file in found["files"]] == [sha]
    assert 'name="verdict" value="rejected"' in page


def test_a_result_is_the_text_of_the_side_that_presents_it_with_its_indicators(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        measures = [
            service.add_indicator(plan.id, NewIndicator(code, f"Показатель {code}", "ед."), cast.who("m_coord"))
            for code in ("P-01", "P-02")
        ]
        tied = tuple(one.id for one in measures)
        theirs = an_item(cast, plan, responsible_side="corporation", due_on=date(2026, 6, 29), indicators=tied)
        joint = an_item(cast, plan, responsible_side="both", due_on=date(2026, 6, 29))
        in_force(cast, plan)
        row = occurrence_of(theirs)
        executor = cast.who("executor", "corporation")
        service.enter_fact(row.id, tied[0], "2 640", executor)
        service.enter_fact(row.id, tied[0], "2 981,5", executor)
        service.enter_fact(row.id, tied[1], "", executor, not_provided=True)
        presented(cast, row, "corporation")
        presented(cast, occurrence_of(joint), "corporation")
        slots = {entry.title: entry for entry in desk(cast.who("c_coord")).tasks.items}
        assert {entry.initiator for entry in slots.values()} == {cast.organisations["corporation"].short_name}
        slot = slots[f"{theirs.code} {theirs.terms.title}"].slot_id
    told = signed_in(app, cast, "c_coord").get(f"/api/v1/tasks/{slot}").get_json()["brought"]["facts"]
    facts = {one["label"]: one["value"].replace("\u00a0", " ") for one in told}
    assert facts["P-01 Показатель P-01"] == "2 981,5 ед."
    assert facts["P-02 Показатель P-02"] == "сведения не предоставлены"
