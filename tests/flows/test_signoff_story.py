"""A whole story of sign-offs in a real browser: remarks, a refusal, a new text, a substitute, a signature on paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from agreements import service
from agreements.demo import scenes
from agreements.demo.load import Company, address, gather
from agreements.models import Agreement
from core import clock
from core.accounts.models import Organisation
from core.clock import in_moscow
from core.db import db
from core.signoffs.models import Desk as Waiting
from core.signoffs.models import Round, Slot
from tests.builders import PASSWORD as BUILT
from tests.builders import a_person
from tests.flows.test_main_job import CORPORATION, Desk, state_of, words

pytestmark = pytest.mark.browser

PAYMENT = "Указать источник финансового обеспечения совместных мероприятий"
PLAN = "Указать, в какой срок утверждают изменения плана мероприятий"
ACCEPTED = {PAYMENT: "Источник указывается в плане мероприятий", PLAN: "Срок в 10 рабочих дней добавлен"}
DIFFERENCE = "в пункт 5.3 добавлен срок утверждения изменений плана"
NEW_WORDS = " Изменения плана утверждаются в течение 10 (десяти) рабочих дней."


@dataclass
class Story:
    """The agreement, the people about it and the one computer they come to."""

    app: APIFlask
    company: Company
    desk: Desk
    page: Page
    agreement_id: int
    folder: Path

    @property
    def base(self) -> str:
        return self.desk.base

    def state(self) -> str:
        return state_of(self.app, self.agreement_id)

    def task(self, login: str) -> None:
        """The person signs in and opens the one task of the desk."""
        self.desk.sign_in(login)
        self.page.locator("a[href^='/tasks/']").first.click()
        expect(self.page.get_by_role("heading", name="Ваше решение")).to_be_visible()

    def card(self, login: str) -> None:
        self.desk.sign_in(login)
        self.page.goto(f"{self.base}/agreements/{self.agreement_id}")

    def remark(self, clause: str, text: str) -> None:
        self.page.get_by_label("Пункт", exact=True).first.fill(clause)
        self.page.get_by_label("Замечание", exact=True).first.fill(text)

    def asked(self) -> set[str]:
        """Whose desks the agreement lies on now."""
        logins = {person_id: login for login, person_id in self.company.people.items()}
        with self.app.app_context():
            rows = db.session.scalars(
                select(Waiting.person_id)
                .join(Slot, Slot.id == Waiting.slot_id)
                .join(Round, Round.id == Slot.round_id)
                .where(Round.subject_kind == "agreement", Round.subject_id == self.agreement_id)
            )
            return {logins[person_id] for person_id in rows}

    def sheet_row(self, number: int, label: str) -> Locator:
        """A place of a round on the sheet's page."""
        block = self.page.locator("section.sec").filter(has=self.page.get_by_role("heading", name=f"Круг {number}"))
        return block.locator("tbody tr").filter(has_text=re.compile(rf"\d\. {label}")).first


@pytest.fixture
def story(app: APIFlask, live: str, page: Page, tmp_path: Path) -> Story:
    """A draft with financial terms, so that lawyers and financiers are asked at once; the financier has a deputy."""
    with app.app_context():
        company = gather()
        entered = scenes.cooperation(
            company,
            "Соглашение о сотрудничестве с финансовыми условиями",
            term_type="until",
            valid_until=clock.today().replace(year=clock.today().year + 3, day=28),
            financial_terms=True,
        )
        agreement_id = service.create(entered, company.actor("m.coord")).id
        deputy = a_person(
            db.session.get_one(Organisation, company.organisations["ministry"]),
            ["executor"],
            surname="Сметная",
            given_name="Ольга",
            patronymic="Викторовна",
            gender="f",
            position="Заместитель директора департамента",
            email=address("m.finance.deputy"),
        )
        company.people["m.finance.deputy"] = deputy.id
    return Story(app, company, Desk(page, live, agreement_id), page, agreement_id, tmp_path)


def test_remarks_a_refusal_a_new_text_a_substitute_and_a_signature_on_paper(story: Story) -> None:
    lawyers_and_financiers_decide_at_once(story)
    remarks_are_answered_and_the_text_is_changed(story)
    only_the_authors_of_remarks_are_asked_again(story)
    the_old_visas_are_seen_to_be_void(story)
    a_substitute_decides_for_the_absent(story)
    the_other_side_agrees(story)
    the_minister_signs_on_paper(story)
    the_sheet_tells_the_whole_story(story)


def lawyers_and_financiers_decide_at_once(story: Story) -> None:
    page = story.page
    story.desk.step("m.coord", "submit")
    story.desk.decide("m.profile")
    assert story.asked() == {"m.legal", "m.finance"}
    story.task("m.finance")
    story.remark("3.1", PAYMENT)
    page.get_by_role("button", name="Согласовать с замечаниями").click()
    expect(page.get_by_text("Согласовано с замечаниями: ").first).to_be_visible()
    assert (story.state(), story.asked()) == ("own_approval", {"m.legal"})
    story.task("m.legal")
    story.remark("5.3", PLAN)
    page.get_by_role("button", name="Не согласовать").click()
    expect(page.get_by_text("Не согласовано: ").first).to_be_visible()
    assert (story.state(), story.asked()) == ("revision", set())


def remarks_are_answered_and_the_text_is_changed(story: Story) -> None:
    """Until the remark that blocks is answered, the card says why the agreement cannot be sent again."""
    page = story.page
    story.card("m.coord")
    expect(page.locator("#why-resubmit")).to_contain_text("замечани")
    page.get_by_role("link", name="Ответить на замечания").click()
    for text, justification in ACCEPTED.items():
        row = page.locator("tbody tr").filter(has_text=text)
        row.locator("summary").click()
        row.get_by_label("Принято").check()
        row.get_by_label("Обоснование").fill(justification)
        row.get_by_role("button", name="Записать ответ").click()
        expect(page.locator("tbody tr").filter(has_text=text)).to_contain_text(justification)
    page.goto(f"{story.base}/agreements/{story.agreement_id}/text")
    clause = page.get_by_label("Текст пункта 5.3", exact=True)
    clause.fill(clause.input_value() + NEW_WORDS)
    page.get_by_role("button", name="Сохранить текст").click()
    expect(page.get_by_text("Текст сохранён")).to_be_visible()


def only_the_authors_of_remarks_are_asked_again(story: Story) -> None:
    page = story.page
    page.goto(f"{story.base}/agreements/{story.agreement_id}")
    page.click("#step-resubmit > summary")
    page.get_by_label("Кому направить").select_option(label="только авторам замечаний")
    page.get_by_label("Чем отличается текст").fill(DIFFERENCE)
    page.locator("#step-resubmit form .submit button").click()
    expect(page.get_by_text("Сделано: Направить повторно")).to_be_visible()
    expect(page.get_by_text("Сохранена виза прежней редакции", exact=False)).to_have_count(1)
    assert (story.state(), story.asked()) == ("own_approval", {"m.legal", "m.finance"})


def the_old_visas_are_seen_to_be_void(story: Story) -> None:
    """The first round keeps what was said for ever; the kept visa names the coordinator's decision."""
    story.page.get_by_role("link", name="Лист согласования").first.click()
    for label in ("Директор профильного департамента", "Финансово-экономический департамент"):
        expect(story.sheet_row(1, label)).to_contain_text("утратила силу")
    expect(story.sheet_row(1, "Правовой департамент")).to_contain_text("не согласовано")
    kept = story.sheet_row(2, "Директор профильного департамента")
    expect(kept).to_contain_text(f"перенесена из круга 1: {DIFFERENCE}")
    expect(kept).to_contain_text("Координаторова")
    expect(story.sheet_row(2, "Финансово-экономический департамент")).to_contain_text("ожидает рассмотрения")


def a_substitute_decides_for_the_absent(story: Story) -> None:
    page, today = story.page, clock.today().isoformat()
    story.desk.sign_in("m.finance")
    page.goto(f"{story.base}/absence")
    page.get_by_label("Меня нет с").fill(today)
    page.get_by_label("по (включительно)").fill(today)
    page.get_by_label("Замещает", exact=False).first.select_option(str(story.company.people["m.finance.deputy"]))
    page.get_by_label("«за» и фамилия отсутствующего").check()
    page.get_by_label("Номер").fill("512-к")
    page.get_by_label("Дата", exact=False).last.fill(today)
    page.get_by_role("button", name="Назначить").click()
    expect(page.get_by_text("Замещение назначено")).to_be_visible()
    sign_in_built(story, "m.finance.deputy")
    page.locator("a[href^='/tasks/']").first.click()
    expect(page.get_by_text("Вы действуете за: О.Н. Бюджетов")).to_be_visible()
    page.click("button[name=verdict][value=approved]")
    expect(page.get_by_text("Согласовано: ").first).to_be_visible()
    page.goto(f"{story.base}/tasks/sheets/agreement/{story.agreement_id}")
    row = story.sheet_row(2, "Финансово-экономический департамент")
    expect(row).to_contain_text("Сметная О.В.")
    expect(row).to_contain_text("за Бюджетова О.Н. (приказ от")


def sign_in_built(story: Story, login: str) -> None:
    """Sign in as the person whom the test itself has brought."""
    story.page.context.clear_cookies()
    story.page.goto(f"{story.base}/sign-in")
    story.page.fill("input[name=email]", address(login))
    story.page.fill("input[name=password]", BUILT)
    story.page.press("input[name=password]", "Enter")
    expect(story.page.locator("h1")).to_contain_text("Мои задачи")


def the_other_side_agrees(story: Story) -> None:
    for login in ("m.legal", "m.deputy", *CORPORATION):
        story.desk.decide(login)
    assert story.state() == "agreed"


def the_minister_signs_on_paper(story: Story) -> None:
    """One of the registry writes it down with the scan, another confirms; until then nothing is signed."""
    page = story.page
    story.desk.step("m.coord", "to_sign", method="paper")
    story.card("m.registrar")
    page.locator("#route").get_by_role("link", name="Кравцов").click()
    page.get_by_text("Внести решение, данное на бумаге").click()
    page.get_by_label("Подписать", exact=True).check()
    page.get_by_label("Дата на бумаге").fill(clock.today().isoformat())
    page.get_by_label("Скан").set_input_files(
        {"name": "подпись.pdf", "mimeType": "application/pdf", "buffer": scenes.SCAN}
    )
    page.get_by_role("button", name="Внести", exact=True).click()
    expect(page.get_by_text("Подтверждает второй сотрудник")).to_be_visible()
    assert story.state() == "signing"
    task = page.url
    story.desk.sign_in("m.control")
    page.goto(task)
    page.get_by_role("button", name="Сверено со сканом, подтвердить").click()
    expect(page.get_by_text("на бумаге, скан приложен")).to_be_visible()
    assert story.state() == "partly_signed"
    page.goto(f"{story.base}/tasks/sheets/agreement/{story.agreement_id}")
    expect(story.sheet_row(2, "Министр")).to_contain_text("на бумаге")


def the_sheet_tells_the_whole_story(story: Story) -> None:
    with story.page.expect_download() as caught:
        story.page.get_by_role("button", name="Скачать DOCX").click()
    path = story.folder / "sheet.docx"
    caught.value.save_as(path)
    text = words(path)
    whole = text.replace("\n", "")
    with story.app.app_context():
        rounds = db.session.scalars(
            select(Round).where(Round.subject_id == story.agreement_id, Round.subject_kind == "agreement")
        ).all()
        hashes = {row.document_hash for row in rounds}
        agreement = db.session.get_one(Agreement, story.agreement_id)
        assert agreement.document_hash in hashes
        for slot in (slot for row in rounds for slot in row.slots if slot.decision and not slot.decision.paper_act_id):
            assert slot.decision is not None
            assert f"{in_moscow(slot.decision.at):%d.%m.%Y %H:%M}" in text
    assert len(hashes) == 2
    assert all(each in whole for each in hashes)
    for said in (
        "Круг 1. Итог: не согласовано, документ возвращён на доработку",
        "Круг 2",
        "согласовано с замечаниями",
        "не согласовано",
        "утратила силу",
        f"перенесена из круга 1: {DIFFERENCE}; решение координатора: Координаторова Мария Сергеевна",
        "Сметная О.В.",
        "за Бюджетова О.Н. (приказ от",
        "№ 512-к",
        "подписано",
        "на бумаге",
        *ACCEPTED,
        *(f"Принято. {why}." for why in ACCEPTED.values()),
    ):
        assert said in text, said
