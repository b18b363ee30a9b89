"""The minutes: their words and numbers, what stands and what falls when they change, the signature on their hash."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import audit, clock
from core.accounts.access import may_see
from core.db import db
from core.documents import issuing
from core.documents.attachments import Upload
from core.documents.models import IssuedDocument
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.notifications.models import Notification
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap import invitations
from roadmap.agenda import suggested
from roadmap.documents import minutes
from roadmap.models import Item, ItemTerms, Meeting, MeetingDecision
from roadmap.queries import decisions as reads
from roadmap.service import decisions, meetings
from roadmap.service import minutes as minutes_service
from roadmap.service.decisions import NewDecision
from roadmap.service.meetings import NewMeeting
from roadmap.service.turning import turn_into_item
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item
from tests.roadmap.papers import HELD, WRITTEN, a_decision, a_draft_decision, a_meeting, signed
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def again(meeting: Meeting, cast: Cast, **fields: Any) -> Meeting:
    new = NewMeeting(**{**WRITTEN, "agenda": meeting.agenda, **fields})
    return meetings.edit_meeting(meeting.id, new, cast.who("secretary", "ministry"))


def text_of(document: IssuedDocument) -> str:
    with zipfile.ZipFile(io.BytesIO(issuing.content(document))) as package:
        return re.sub(r"<[^>]+>", "", package.read("word/document.xml").decode())


def test_numbers_begin_anew_every_year(db_session: Session) -> None:
    cast = a_cast()
    plan_id = a_plan(cast).id
    found = [a_meeting(cast, plan_id, held_on=day).number for day in (date(2026, 2, 2), HELD, date(2027, 1, 20))]
    assert found == [1, 2, 1]


def test_decisions_follow_their_question_when_the_agenda_turns(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id)
    first, second = (line["key"] for line in meeting.agenda)
    one = a_draft_decision(cast, meeting, point=first)
    two = a_draft_decision(cast, meeting, point=second)
    three = a_draft_decision(cast, meeting, point=first)
    assert [row.code for row in (one, two, three)] == ["1.1", "2.1", "1.2"]
    again(meeting, cast, agenda=list(reversed(meeting.agenda)))
    assert [row.code for row in (one, two, three)] == ["2.1", "1.1", "2.2"]
    decisions.remove_decision(one.id, cast.who("secretary", "ministry"))
    assert three.code == "2.1"


def test_a_question_with_decisions_stays_on_the_agenda(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id)
    a_draft_decision(cast, meeting, point=meeting.agenda[0]["key"])
    with pytest.raises(NotValid) as refused:
        again(meeting, cast, agenda=meeting.agenda[1:])
    assert "О ходе реализации плана" in str(refused.value.fields["agenda"])


def test_a_question_sent_without_its_key_is_known_by_its_words(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id)
    row = a_draft_decision(cast, meeting, point=meeting.agenda[1]["key"])
    again(meeting, cast, agenda=[{"title": line["title"]} for line in meeting.agenda])
    assert row.point == meeting.agenda[1]["key"]


@pytest.mark.parametrize(
    ("title", "genitive"),
    [
        ("Заседание рабочей группы по итогам III квартала", "заседания рабочей группы по итогам III квартала"),
        ("Рабочее совещание координаторов", "рабочего совещания координаторов"),
        ("", ""),
    ],
)
def test_the_minutes_are_named_in_the_genitive(title: str, genitive: str) -> None:
    assert suggested(title) == genitive


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"title": "О ходе работ.", "speaker": "Образцова Анна Петровна"}, "Образцову\u00a0А.П. – о\u00a0ходе работ."),
        ({"title": "О плане на 2027 г.", "speaker": "П.И. Седых"}, "Седых\u00a0П.И. – о\u00a0плане на\u00a02027 года."),
        ({"title": "Разное", "speaker": "Связнов Виктор Александрович"}, "Связнова\u00a0В.А."),
        ({"title": "Разное", "speaker": ""}, ""),
    ],
)
def test_who_was_heard_stands_in_the_accusative(line: dict[str, str], words: str) -> None:
    plain = minutes.heard(line).replace("\u00a0", " ")
    assert plain == words.replace("\u00a0", " ")


def test_the_minutes_say_everything_that_was_written(db_session: Session) -> None:
    cast = a_cast()
    guest = {"name": "Бабич Олег Львович", "position": "Проректор", "organisation": "ИРПО", "guest": True}
    gone = {"name": "Отсутствующий Иван Иванович", "position": "эксперт", "organisation": "ИРПО", "absent": True}
    meeting = a_meeting(cast, a_plan(cast).id, participants=[*WRITTEN["participants"], guest, gone])
    executor = cast.who("executor")
    a_draft_decision(
        cast, meeting, term_text="в течение 10 дней после подписания", report_kind="письмо",
        co_executors="ИРПО", point=meeting.agenda[0]["key"],
    )  # fmt: skip
    document = minutes_service.issue_minutes(meeting.id, cast.who("secretary", "ministry"))
    told = text_of(document).replace("\u00a0", " ")
    for words in ("ПРОТОКОЛ № 1", "заседания рабочей группы", "«10» июня 2026 г.", "Седых П.И.", "Приглашённые",
                  "Бабич О.Л., проректор, ИРПО", "СЛУШАЛИ: Координаторову М.С. – о ходе реализации плана.",
                  "1.1. Направить письмо.", f"{executor.short_name} (Минпросвещения России)".replace("\u00a0", " "),
                  "Соисполнители: ИРПО", "в течение 10 дней после подписания (до 10.07.2026)",
                  "Форма отчёта: письмо", "Принять информацию к сведению", "В.Н. Образцов"):  # fmt: skip
        assert words in told, words
    assert "Отсутствующий" not in told


def test_what_the_minutes_lack_is_named_before_they_are_issued(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id, chair="", participants=[])
    with pytest.raises(NotValid) as refused:
        minutes_service.issue_minutes(meeting.id, cast.who("secretary", "ministry"))
    assert set(refused.value.fields) == {"chair", "participants"}
    assert "[председательствующий]" in str(minutes.imagined(meeting).context["chair"]["name"])


def test_a_meeting_still_to_come_has_no_minutes(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id, held_on=date(2026, 6, 20))
    with pytest.raises(NotNow):
        minutes_service.issue_minutes(meeting.id, cast.who("secretary", "ministry"))


def test_the_signature_stands_on_the_text_that_was_given_out(db_session: Session) -> None:
    cast = a_cast()
    secretary = cast.who("secretary", "ministry")
    meeting = a_meeting(cast, a_plan(cast).id)
    row = a_draft_decision(cast, meeting)
    scan = Upload("протокол.pdf", PDF)
    first = minutes_service.issue_minutes(meeting.id, secretary)
    assert minutes_service.issue_minutes(meeting.id, secretary).id == first.id
    again(meeting, cast, place="г. Тула")
    with pytest.raises(NotNow):
        minutes_service.sign_minutes(meeting.id, date(2026, 6, 11), scan, secretary)
    second = minutes_service.issue_minutes(meeting.id, secretary)
    assert (second.revision, second.id == first.id) == (2, False)
    with pytest.raises(NotValid):
        minutes_service.sign_minutes(meeting.id, date(2026, 6, 11), None, secretary)
    minutes_service.sign_minutes(meeting.id, date(2026, 6, 11), scan, secretary)
    assert meeting.minutes_hash == second.sha256
    assert row.state == "issued"
    for change in (lambda: again(meeting, cast, place="г. Омск"),
                   lambda: decisions.remove_decision(row.id, secretary),
                   lambda: decisions.add_decision(meeting.id, NewDecision("Ещё", row.executor_id), secretary),
                   lambda: minutes_service.issue_minutes(meeting.id, secretary)):  # fmt: skip
        with pytest.raises(NotNow):
            change()
    drain()
    kept = db_session.scalars(select(IssuedDocument).where(IssuedDocument.rendition == "signed")).one()
    assert second.sha256[:12] in kept.snapshot["doc"]["status_label"]
    assert audit.verify() is None


def test_a_coordinator_may_record_the_signature_too(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id)
    row = a_draft_decision(cast, meeting)
    minutes_service.issue_minutes(meeting.id, cast.who("c_coord"))
    scan = Upload("протокол.pdf", PDF)
    minutes_service.sign_minutes(meeting.id, date(2026, 6, 11), scan, cast.who("c_coord"))
    assert row.state == "issued"
    with pytest.raises(NotAllowed):
        a_other = a_meeting(cast, meeting.roadmap_id)
        minutes_service.issue_minutes(a_other.id, cast.who("executor"))


def test_executors_see_a_decision_once_it_is_issued(db_session: Session) -> None:
    cast = a_cast()
    meeting = a_meeting(cast, a_plan(cast).id)
    executor, helper = cast.who("executor", "college"), cast.who("operator", "operator")
    row = a_draft_decision(cast, meeting, executor_id=executor.id, co_executor_ids=[helper.id])
    assert not may_see(executor, "meeting_decision", row.id)
    signed(cast, meeting)
    assert may_see(executor, "meeting_decision", row.id)
    assert may_see(helper, "meeting_decision", row.id)
    assert [line.id for line in reads.mine(helper)] == [row.id]
    assert reads.counts(executor)["open"] == 1
    other = cast.who("executor", "corporation")
    with pytest.raises(NotValid):
        decisions.take_decision_step(
            row.id, "reassign", cast.who("m_deputy"), Ask("болен", {"executor_id": "сосед", "ground": "резолюция"})
        )
    data = {"executor_id": str(other.id), "ground": "резолюция"}
    decisions.take_decision_step(row.id, "reassign", cast.who("m_deputy"), Ask("болен", data))
    assert (row.executor_id, row.organisation_id) == (other.id, other.organisation_id)
    assert not may_see(executor, "meeting_decision", row.id)
    assert may_see(helper, "meeting_decision", row.id)
    with pytest.raises(NotFound):
        decisions.take_decision_step(row.id, "ack", executor, Ask())


def test_an_organisation_without_a_name_executes_by_its_executors(db_session: Session) -> None:
    cast = a_cast()
    college = cast.organisations["college"]
    row = a_decision(cast, a_plan(cast).id, executor_id=None, organisation_id=college.id)
    executor = cast.who("executor", "college")
    assert [line.id for line in reads.mine(executor)] == [row.id]
    decisions.take_decision_step(row.id, "ack", executor, Ask())
    assert row.state == "accepted"


def test_participants_are_invited_once_and_anew_when_the_hour_moves(db_session: Session) -> None:
    cast = a_cast()
    people = [{"person_id": cast.who("m_coord").id}, {"person_id": cast.who("operator", "operator").id}]
    meeting = a_meeting(
        cast, a_plan(cast).id, held_on=date(2026, 6, 22), begins="10:00", participants=[*people, {"name": "Гость"}]
    )
    secretary = cast.who("secretary", "ministry")
    assert len(meetings.invite(meeting.id, secretary)) == 2
    assert meetings.invite(meeting.id, secretary) == []
    again(meeting, cast, held_on=date(2026, 6, 22), begins="11.30", participants=meeting.participants)
    assert len(meetings.invite(meeting.id, secretary)) == 2
    notice = db_session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert notice is not None
    assert "Начало: 11:30" in notice.text
    event = Calendar.from_ical(invitations.as_ics(meeting)).walk("VEVENT")[0]
    assert event.decoded("dtstart") == datetime(2026, 6, 22, 8, 30, tzinfo=UTC)
    assert str(event["summary"]) == "Заседание рабочей группы"


def test_a_decision_goes_straight_into_a_draft_plan(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan)
    row = a_decision(cast, plan.id, term_text="до осени", report_kind="доклад")
    made = turn_into_item(row.id, 1, {"result": "Есть"}, cast.who("m_coord"))
    item = db_session.get_one(Item, made.item_id)
    terms = db_session.scalars(select(ItemTerms).where(ItemTerms.item_id == item.id)).one()
    assert (item.code, terms.title, terms.due_on) == ("1.2", "Направить письмо", date(2026, 7, 10))
    assert (terms.responsible_side, terms.document_kind, terms.result) == ("ministry", "доклад", "Есть")
    assert "№ 1" in terms.legal_basis
    assert [line.id for line in reads.of_item(cast.who("m_coord"), item.id)] == [row.id]
    with pytest.raises(NotValid):
        turn_into_item(row.id, 1, {}, cast.who("m_coord"))
    with pytest.raises(NotAllowed):
        turn_into_item(a_decision(cast, plan.id).id, 1, {}, cast.who("executor"))


def test_the_matrix_tells_how_each_stood_on_any_day(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    row = a_decision(cast, plan.id, due_on=date(2026, 6, 30))
    executor, deputy = cast.who("executor"), cast.who("m_deputy")

    def take(day: int, month: int, name: str, actor: Any, comment: str = "", **data: Any) -> None:
        with clock.at(datetime(2026, month, day, 9, tzinfo=UTC)):
            if name == "report":
                decisions.attach_to_decision(row.id, Upload("письмо.pdf", PDF), actor)
            decisions.take_decision_step(row.id, name, actor, Ask(comment, data))

    take(16, 6, "ack", executor)
    take(25, 6, "ask_ext", executor, "ждём", due_on="2026-07-15")
    take(29, 6, "grant_ext", deputy, ground="резолюция")
    take(20, 7, "report", executor, "сделано")
    take(22, 7, "return", cast.who("m_control"), "не то")
    take(23, 7, "rework", executor)
    take(27, 7, "report", executor, "переделано")
    take(29, 7, "close", deputy, ground="снять")
    stood = {
        date(2026, 6, 15): ("working", date(2026, 6, 30)),
        date(2026, 6, 28): ("working", date(2026, 6, 30)),
        date(2026, 7, 1): ("working", date(2026, 7, 15)),
        date(2026, 7, 16): ("overdue", date(2026, 7, 15)),
        date(2026, 7, 21): ("reported", date(2026, 7, 15)),
        date(2026, 7, 22): ("overdue", date(2026, 7, 15)),
        date(2026, 7, 30): ("done_late", date(2026, 7, 15)),
    }
    with clock.at(datetime(2026, 8, 3, 9, tzinfo=UTC)):
        for day, (result, due) in stood.items():
            (line,) = reads.decisions(deputy, plan.id, reads.Search(day=day))
            assert (line.result, line.due_on) == (result, due), day
        assert reads.decisions(deputy, plan.id, reads.Search(day=date(2026, 6, 11))) == []
        (today,) = reads.decisions(deputy, plan.id, reads.Search())
        (same,) = reads.decisions(deputy, plan.id, reads.Search(day=date(2026, 8, 2)))
        assert (today.result, today.fact_on, today.due_on) == (same.result, same.fact_on, same.due_on)


def test_every_figure_of_the_matrix_leads_to_its_rows(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        meeting = a_meeting(cast, plan.id)
        sides = ("ministry", "corporation", "ministry", "college")
        for place, side in enumerate(sides):
            helpers = [cast.who("executor", "college").id] if place == 0 else []
            a_draft_decision(
                cast, meeting, text=f"Поручение-{place}", executor_id=cast.who("executor", side).id,
                due_on=date(2026, 6, 12 if place < 2 else 26), co_executor_ids=helpers,
            )  # fmt: skip
        signed(cast, meeting)
        plan_id = plan.id
    client = signed_in(app, cast, "m_coord")
    for by in ("organisation", "person"):
        page = client.get(f"/roadmaps/{plan_id}/decisions/matrix?by={by}").get_data(as_text=True)
        links = re.findall(r'<td class="n"><a href="([^"]+)">(\d+)</a>', page)
        assert len(links) >= 8
        for address, figure in links:
            rows = client.get(address.replace("&amp;", "&")).get_data(as_text=True)
            assert len(set(re.findall(r"Поручение-\d", rows))) == int(figure), address
    sheet = client.get(f"/roadmaps/{plan_id}/decisions/matrix.xlsx")
    assert sheet.data[:2] == b"PK"
    only = client.get(f"/roadmaps/{plan_id}/decisions?side=college&day=2026-06-30").get_data(as_text=True)
    assert set(re.findall(r"Поручение-\d", only)) == {"Поручение-3"}
    assert "просрочено" in only


def test_nothing_typed_is_lost_when_the_form_is_refused(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
    client = signed_in(app, cast, "secretary", "ministry")
    assert client.get(f"/roadmaps/{plan_id}/meetings/new").status_code == 200
    sent = {"title": "Заседание", "held_on": "", "begins": "утром", "agenda.0.title": "О важном",
            "agenda.7.speaker": "Седых П.И.", "person.3.name": "Гость Иван Иванович"}  # fmt: skip
    answer = client.post(f"/roadmaps/{plan_id}/meetings/new", data=sent)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for words in ("Заседание", "утром", "О важном", "Седых П.И.", "Гость Иван Иванович", "Укажите день совещания"):
        assert words in page, words
    moved = client.post(f"/roadmaps/{plan_id}/meetings/new", data={**sent, "move": "agenda:1:up"})
    page = moved.get_data(as_text=True)
    assert moved.status_code == 200
    assert page.index("Седых П.И.") < page.index("О важном")


def test_the_minutes_grow_while_one_types_and_save_themselves(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        meeting = a_meeting(cast, a_plan(cast).id)
        meeting_id, plan_id = meeting.id, meeting.roadmap_id
    client = signed_in(app, cast, "secretary", "ministry")
    sent = {"title": "Заседание", "held_on": "2026-06-10", "agenda.0.title": "О новом вопросе", "version": "1"}
    live = client.post(f"/roadmaps/{plan_id}/meetings/preview?of={meeting_id}", data=sent).get_data(as_text=True)
    assert "О новом вопросе" in live
    assert "[председательствующий]" in live
    saved = client.post(f"/meetings/{meeting_id}/autosave", data=sent)
    assert saved.get_json()["saved"] is True
    assert len(saved.get_json()["keys"]) == 1
    stale = client.post(f"/meetings/{meeting_id}/autosave", data={**sent, "title": "Другое"})
    assert (stale.status_code, stale.get_json()["saved"]) == (409, False)
    with app.app_context():
        assert db.session.get_one(Meeting, meeting_id).title == "Заседание"


def test_a_decision_is_written_and_edited_on_its_page(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        meeting = a_meeting(cast, a_plan(cast).id)
        meeting_id, college = meeting.id, cast.organisations["college"].short_name
    client = signed_in(app, cast, "secretary", "ministry")
    sent = {"text": "Направить письмо", "executor": "Никто Никак Никогда", "urgency": "urgent", "helper": ["Хор"]}
    refused = client.post(f"/meetings/{meeting_id}/decisions/new", data=sent)
    assert refused.status_code == 422
    assert "Никто Никак Никогда" in refused.get_data(as_text=True)
    done = client.post(f"/meetings/{meeting_id}/decisions/new", data={**sent, "executor": college})
    assert done.status_code == 302, done.get_data(as_text=True)
    with app.app_context():
        row = db.session.scalars(select(MeetingDecision)).one()
        assert (row.co_executors, row.due_on, row.executor_name) == ("Хор", date(2026, 6, 15), college)
        number, version = row.id, row.version
    page = client.get(f"/decisions/{number}/edit").get_data(as_text=True)
    assert 'value="Хор"' in page
    edited = {**sent, "executor": college, "text": "Направить два письма", "version": str(version)}
    assert client.post(f"/decisions/{number}/edit", data=edited).status_code == 302
    assert client.post(f"/decisions/{number}/edit", data=edited).status_code == 409
    assert client.post(f"/decisions/{number}/remove", data={}).status_code == 302
    assert client.get(f"/decisions/{number}").status_code == 404
