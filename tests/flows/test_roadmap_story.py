"""A plan's whole first year in a real browser: brought as a sheet, approved by both sides, done, changed, reported."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from core import clock
from core.accounts.models import Person
from core.db import db
from core.signoffs.models import Desk, Slot
from core.workflow.jobs import drain
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Occurrence, Report
from tests.builders import sign_in
from tests.flows.browser import opened, sign_in_at
from tests.flows.test_importing_browser import choose
from tests.flows.test_main_job import words
from tests.roadmap.builders import PDF, Cast, a_cast
from tests.roadmap.sheets import a_sheet, good

pytestmark = pytest.mark.browser

REASON = "Проект соглашения ещё согласуется в Правительстве"
ANSWER = "Сведения представлены координаторам"


@dataclass
class Story:
    """The people about one plan, each at a computer of his own, and the day it is."""

    app: APIFlask
    cast: Cast
    browser: Browser
    live: str
    folder: Path
    held: ExitStack
    pages: dict[int, Page] = field(default_factory=dict)
    plan_id: int = 0

    def on(self, month: int, day: int) -> None:
        """It is this day of 2026 from now on."""
        self.held.enter_context(clock.at(datetime(2026, month, day, 9, tzinfo=UTC)))

    def page_of(self, person_id: int) -> Page:
        """The person's own browser, signed in: through the form at first, by a new session where that one ran out."""
        with self.app.app_context():
            person = db.session.get_one(Person, person_id)
        if person_id not in self.pages:
            self.pages[person_id] = self.held.enter_context(opened(self.browser, self.live))
            sign_in_at(self.pages[person_id], person)
        page = self.pages[person_id]
        page.goto("/")
        if "/sign-in" in page.url:
            cookie = sign_in(self.app.test_client(), person).get_cookie(self.app.config["SESSION_COOKIE_NAME"])
            assert cookie is not None
            page.context.clear_cookies()
            page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.live}])
            page.goto("/")
        return page

    def who(self, role: str, side: str = "") -> Page:
        return self.page_of(self.cast.who(role, side).id or 0)

    def work(self) -> None:
        with self.app.app_context():
            drain()

    def one(self, statement: object) -> int:
        with self.app.app_context():
            return int(db.session.scalars(statement).one())  # type: ignore[call-overload]

    def state(self, model: type[Edition] | type[Occurrence] | type[ChangeRequest] | type[Report], key: int) -> str:
        with self.app.app_context():
            return str(db.session.get_one(model, key).state)

    def step(self, page: Page, name: str, comment: str = "", **values: str) -> None:
        """Take a step of the page that is open."""
        form = page.locator(f"#step-{name}")
        form.locator("summary").first.click()
        for label, value in values.items():
            box = form.locator(f"[name={label}]").first
            if box.get_attribute("type") == "file":
                box.set_input_files({"name": value, "mimeType": "application/pdf", "buffer": PDF})
            else:
                box.fill(value)
        if comment:
            form.locator("[name=comment]").fill(comment)
        form.locator(".submit button").first.click()
        expect(page.get_by_text(re.compile("Сделано: "))).to_be_visible()

    def desks(self, kind: str, subject_id: int) -> int:
        """Everybody on whose desk the subject lies opens «Мои задачи» and agrees; returns how many did."""
        count = 0
        while True:
            with self.app.app_context():
                statement = select(Desk.slot_id, Desk.person_id).join(Slot, Slot.id == Desk.slot_id)
                mine = Desk.subject_kind == kind, Slot.round.has(subject_id=subject_id)
                row = db.session.execute(statement.where(*mine).order_by(Desk.slot_id).limit(1)).first()
            if row is None:
                return count
            page = self.page_of(row.person_id)
            page.locator(f"a[href='/tasks/{row.slot_id}']").first.click()
            page.click("button[name=verdict][value=approved]")
            expect(page.locator(f"a[href='/tasks/{row.slot_id}']")).to_have_count(0)
            count += 1

    def item(self, code: str) -> int:
        return self.one(select(Item.id).where(Item.roadmap_id == self.plan_id, Item.code == code))

    def occurrence(self, code: str) -> int:
        return self.one(select(Item.current_id).where(Item.roadmap_id == self.plan_id, Item.code == code))

    def edition(self, number: int) -> int:
        return self.one(select(Edition.id).where(Edition.roadmap_id == self.plan_id, Edition.number == number))


@pytest.fixture
def story(app: APIFlask, live: str, browser: Browser, tmp_path: Path) -> Iterator[Story]:
    with ExitStack() as held:
        held.enter_context(clock.at(datetime(2026, 1, 20, 9, tzinfo=UTC)))
        with app.app_context():
            cast = a_cast()
        yield Story(app, cast, browser, live, tmp_path, held)


@pytest.mark.timeout(600)
def test_a_plan_is_brought_approved_done_changed_and_reported(story: Story) -> None:
    the_sheet_becomes_a_draft(story)
    both_sides_approve(story, 1, "П-1")
    two_items_are_done_with_evidence_and_confirmed_by_the_other_side(story)
    the_other_side_declines_a_change_and_is_asked_again(story)
    the_plan_is_amended(story)
    the_editions_are_compared(story)
    the_quarter_is_reported_and_signed_off(story)


def the_sheet_becomes_a_draft(story: Story) -> None:
    page = story.who("m_coord")
    page.goto("/roadmaps/import")
    choose(page, a_sheet(good()))
    page.get_by_label("Предмет плана").fill("по развитию сотрудничества")
    page.get_by_label("Начало периода").fill("2026-01-01")
    page.get_by_label("Конец периода").fill("2028-12-31")
    page.get_by_role("button", name="Прочитать файл").click()
    page.get_by_role("button", name="Проверить, не загружая").click()
    story.work()
    expect(page.get_by_role("status")).to_contain_text("ошибок нет")
    page.get_by_role("button", name="Загрузить", exact=True).click()
    story.work()
    page.get_by_role("link", name="К проекту плана").click()
    expect(page.get_by_role("heading", name="Мероприятия (8)")).to_be_visible()
    story.plan_id = story.one(select(Edition.roadmap_id))


def both_sides_approve(story: Story, number: int, register_number: str) -> None:
    edition_id = story.edition(number)
    path = f"/roadmaps/{story.plan_id}/editions/{number}"
    page = story.who("m_coord")
    page.goto(path)
    story.step(page, "submit_internal")
    assert story.desks("roadmap", edition_id) >= 4
    assert story.state(Edition, edition_id) == "cross_approval"
    page = story.who("m_coord")
    page.goto(path)
    story.step(page, "to_signature")
    assert story.desks("roadmap", edition_id) == 2
    page = story.who("m_control")
    page.goto(path)
    story.step(page, "approve", number=register_number, signed_plan="подписанный план.pdf")
    story.work()
    assert story.state(Edition, edition_id) == "in_force"


def two_items_are_done_with_evidence_and_confirmed_by_the_other_side(story: Story) -> None:
    story.on(2, 10)
    done(story, "1.1", "ministry", desks=2)
    done(story, "2.1", "corporation", desks=2)


def done(story: Story, code: str, side: str, desks: int) -> None:
    """Begun, proven and presented by the side's executor; accepted and confirmed by both coordinators."""
    occurrence_id = story.occurrence(code)
    page = story.who("executor", side)
    page.goto(f"/items/{story.item(code)}")
    story.step(page, "start")
    page.get_by_label("Приложить файл").set_input_files(
        {"name": "приказ.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Приложить", exact=True).click()
    expect(page.get_by_text("Файл приложен: приказ.pdf")).to_be_visible()
    story.step(page, "submit")
    assert story.desks("roadmap_result", occurrence_id) == desks
    assert story.state(Occurrence, occurrence_id) == "done"


def the_other_side_declines_a_change_and_is_asked_again(story: Story) -> None:
    first = asked(story, "2026-07-15")
    page = story.who("c_coord")
    page.goto(f"/changes/{first}")
    story.step(page, "decline", "Полтора месяца – слишком долго")
    assert story.state(ChangeRequest, first) == "declined"
    page = story.who("m_coord")
    page.goto(f"/changes/{first}")
    expect(page.get_by_text("Полтора месяца – слишком долго").first).to_be_visible()
    second = asked(story, "2026-07-01")
    page = story.who("c_coord")
    page.goto(f"/changes/{second}")
    expect(page.get_by_text("01.07.2026").first).to_be_visible()
    story.step(page, "approve")
    assert story.state(ChangeRequest, second) == "approved"


def asked(story: Story, day: str) -> int:
    """The ministry asks to move 1.2 to the day; the request lies before the other side."""
    page = story.who("m_coord")
    page.goto(f"/items/{story.item('1.2')}")
    page.get_by_role("link", name="Запросить изменение").click()
    page.locator("input[name=due_on]").fill(day)
    page.locator("input[name=term_text]").fill(f"до {day[8:].lstrip('0')} июля 2026 г.")
    page.get_by_label("Почему").fill(REASON)
    page.get_by_role("button", name="Подготовить запрос").click()
    page.wait_for_url(re.compile(r"/changes/\d+$"))
    story.step(page, "submit")
    story.step(page, "to_other")
    return int(page.url.rsplit("/", 1)[1])


def the_plan_is_amended(story: Story) -> None:
    page = story.who("m_coord")
    page.goto(f"/roadmaps/{story.plan_id}/editions/1")
    story.step(page, "start_amendment")
    both_sides_approve(story, 2, "П-2")
    assert story.state(Edition, story.edition(1)) == "superseded"
    with story.app.app_context():
        due = {
            terms.edition_id: str(terms.due_on)
            for terms in db.session.scalars(select(ItemTerms).where(ItemTerms.item_id == story.item("1.2")))
        }
    assert due == {story.edition(1): "2026-06-01", story.edition(2): "2026-07-01"}


def the_editions_are_compared(story: Story) -> None:
    page = story.who("c_coord")
    page.goto(f"/roadmaps/{story.plan_id}/compare?first=1&second=2")
    row = page.locator("main")
    expect(row).to_contain_text("Актуализация Соглашения")
    expect(row).to_contain_text("01.06.2026")
    expect(row).to_contain_text("01.07.2026")
    expect(row).not_to_contain_text("Создание рабочей группы")


def the_quarter_is_reported_and_signed_off(story: Story) -> None:
    story.on(4, 2)
    page = story.who("m_coord")
    page.goto(f"/roadmaps/{story.plan_id}/reports")
    page.get_by_label("Отчётный период").select_option("2026-Q1")
    page.get_by_role("button", name="Открыть сбор сведений").click()
    page.wait_for_url(re.compile(r"/reports/\d+$"))
    report_id = int(page.url.rsplit("/", 1)[1])
    story.work()
    for side in ("ministry", "corporation"):
        answered(story, report_id, side)
    page = story.who("m_coord")
    page.goto(f"/reports/{report_id}")
    story.step(page, "submit", "По остальным пунктам сроки не наступили")
    assert story.desks("roadmap_report", report_id) == 2
    assert story.state(Report, report_id) == "approved"
    page = story.who("c_coord")
    page.goto(f"/reports/{report_id}")
    expect(page.get_by_text("Согласован обеими Сторонами").first).to_be_visible()
    with page.expect_download() as taken:
        page.locator("ul.docs a[href*='/documents/']").first.click()
    path = story.folder / "report.docx"
    taken.value.save_as(path)
    text = words(path)
    assert "Создание рабочей группы" in text
    assert ANSWER in text
    assert io.BytesIO(path.read_bytes()).getvalue().startswith(b"PK")


def answered(story: Story, report_id: int, side: str) -> None:
    """The side's executor answers whatever of his still asks."""
    page = story.who("executor", side)
    page.goto("/requests")
    page.goto(f"/reports/{report_id}/mine")
    for box in page.get_by_label("Сведения о выполнении").all():
        if not box.input_value():
            box.fill(ANSWER)
    page.get_by_role("button", name="Отправить сведения").click()
    expect(page.get_by_text(re.compile("Сведения .*приняты")).first).to_be_visible()
