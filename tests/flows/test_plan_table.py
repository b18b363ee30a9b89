"""A draft edited as a table in a real browser: by keyboard, by paste from Word and Excel, undone, saved, disputed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from core.accounts.models import Person
from core.db import db
from roadmap import service
from roadmap.models import Item, ItemTerms
from tests.flows.browser import opened, sign_in_at
from tests.flows.test_inbox_browser import violations
from tests.roadmap.builders import a_cast, a_plan, an_item, edition_of

pytestmark = pytest.mark.browser

WORD = """<html><body><!--StartFragment--><table class=MsoTableGrid>
<tr><td rowspan=2><p class=MsoNormal>Первая<br>строка<o:p></o:p></p></td>
<td><p class=MsoNormal>до&nbsp;31 декабря 2027 г.</p></td></tr>
<tr><td><p>ежегодно, до&nbsp;15&nbsp;декабря</p></td></tr>
<tr><td><p>Третья</p><p>со вторым абзацем</p></td><td></td></tr></table><!--EndFragment--></body></html>"""
EXCEL = (
    'Мероприятие\tСрок\tПовторяемость\n"Из Excel\nв две строки"\t1.2.27\tЕЖЕГОДНО\n'
    "Вторая из Excel\t2027-03-01\tоднократно\n"
)
PASTE = """([kind, text]) => {
  const data = new DataTransfer();
  data.setData(kind, text);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
COPY = """() => {
  const data = new DataTransfer();
  document.activeElement.dispatchEvent(
    new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
  return data.getData("text/plain");
}"""


@dataclass
class Desk:
    """A draft with three items, the people at it and the address of its table."""

    ours: Person
    theirs: Person
    plan_id: int
    edition_id: int
    address: str


@pytest.fixture
def desk(app: APIFlask) -> Iterator[Desk]:
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        for title in ("Первое", "Второе", "Третье"):
            an_item(cast, plan, title=title)
        service.add_section(edition_of(plan).id, 2, "Кадры", cast.who("m_coord"))
        people = [db.session.get_one(Person, cast.who(role).id) for role in ("m_coord", "c_coord")]
        built = Desk(*people, plan.id, edition_of(plan).id, f"/roadmaps/{plan.id}/editions/1/table")
    yield built
    app.config["WTF_CSRF_ENABLED"] = False


def at_table(page: Page, person: Person, desk: Desk) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in_at(page, person)
    page.goto(desk.address)
    page.wait_for_selector("#plan-table[data-ready]")


def cell(page: Page, row: int, field: str) -> Locator:
    return page.locator(f"tr:has(td[data-f={field}]) td[data-f={field}]").nth(row)


def write(page: Page, text: str, then: str = "Enter") -> None:
    """Open the focused cell, replace its text, and leave it by a key."""
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press(then)


def save(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator(".pt-note-line")).to_contain_text("Сохранено строк")


def kept(app: APIFlask, desk: Desk) -> dict[str, ItemTerms]:
    with app.app_context():
        rows = db.session.execute(select(Item.code, ItemTerms).join(ItemTerms, ItemTerms.item_id == Item.id))
        return {row[0]: row[1] for row in rows}


def test_cells_are_edited_by_keyboard_undone_redone_and_saved(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 0, "title").click()
    write(page, "Новое первое")
    expect(cell(page, 1, "title")).to_be_focused()
    page.keyboard.type("x")
    expect(page.locator(".pt-edit")).to_have_value("x")
    page.keyboard.press("Escape")
    expect(cell(page, 1, "title")).to_have_text("Второе")
    page.keyboard.press("Tab")
    write(page, "до 20 ноября 2027 г.", "Tab")
    expect(page.locator("[data-count-unsaved]")).to_have_text("Не сохранено изменений: 2")
    expect(cell(page, 1, "due_on").locator(".pt-offer")).to_have_text("по словам: 20.11.2027")
    page.keyboard.press("Alt+Enter")
    expect(cell(page, 1, "due_on")).to_have_text("20.11.2027")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(cell(page, 1, "term_text")).to_have_text("до 31 декабря 2026 г.")
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+Z")
    expect(cell(page, 1, "due_on")).to_have_text("20.11.2027")
    cell(page, 2, "unit").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    expect(cell(page, 2, "unit")).to_have_text("")
    save(page)
    rows = kept(app, desk)
    assert [rows[code].title for code in ("1.1", "1.2", "1.3")] == ["Новое первое", "Второе", "Третье"]
    assert f"{rows['1.2'].due_on:%d.%m.%Y}" == "20.11.2027"
    assert rows["1.3"].unit == ""
    page.reload()
    expect(cell(page, 0, "title")).to_have_text("Новое первое")
    expect(page.locator("[data-count-unsaved]")).to_have_text("Несохранённых изменений нет")


def test_a_row_is_put_in_another_is_struck_and_its_number_stays(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 0, "title").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator("tr:has(td:focus) th")).to_have_text("новая")
    write(page, "Вставленное")
    expect(cell(page, 2, "title")).to_be_focused()
    page.keyboard.press("Control+Delete")
    expect(page.locator("tr.off th")).to_have_text(re.compile("1.2.*вычеркнуто"))
    page.keyboard.press("Control+z")
    expect(page.locator("tr.off")).to_have_count(0)
    page.keyboard.press("Control+Delete")
    save(page)
    assert {code: terms.title for code, terms in kept(app, desk).items()} == {
        "1.1": "Первое",
        "1.3": "Третье",
        "1.4": "Вставленное",
    }
    expect(page.locator("tbody[data-section='1'] tr:not(.grp) th")).to_have_text(
        ["1.1", re.compile("1.2"), "1.3", "1.4"]
    )
    page.reload()
    expect(page.locator("tr.off")).to_contain_text("Второе")


def test_a_table_of_word_and_rows_of_excel_are_pasted(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 2, "title").click()
    page.evaluate(PASTE, ["text/html", WORD])
    expect(cell(page, 2, "title")).to_have_text("Первая строка")
    expect(cell(page, 3, "term_text")).to_contain_text("ежегодно, до 15 декабря")
    expect(cell(page, 3, "due_on").locator(".pt-offer")).to_have_text("по словам: 15.12.2026")
    expect(cell(page, 4, "title")).to_have_text("Третья со вторым абзацем")
    page.get_by_role("button", name="Принять сроки по словам").click()
    expect(cell(page, 3, "recurrence")).to_have_text("ежегодно")
    cell(page, 3, "title").click()
    write(page, "Вторая", "Tab")
    cell(page, 0, "title").click()
    page.evaluate(PASTE, ["text/plain", EXCEL])
    expect(cell(page, 0, "due_on")).to_have_text("01.02.2027")
    expect(cell(page, 1, "title")).to_have_text("Вторая из Excel")
    save(page)
    rows = kept(app, desk)
    assert rows["1.1"].title == "Из Excel\nв две строки"
    assert (rows["1.1"].recurrence, f"{rows['1.2'].due_on}") == ("yearly", "2027-03-01")
    assert rows["1.3"].title == "Первая\nстрока"
    assert (rows["1.4"].title, rows["1.4"].recurrence, f"{rows['1.4'].due_on}") == ("Вторая", "yearly", "2026-12-15")
    assert rows["1.5"].title == "Третья\nсо вторым абзацем"


def test_what_is_copied_can_be_pasted_and_one_value_fills_a_selection(desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 0, "unit").click()
    cell(page, 2, "unit").click(modifiers=["Shift"])
    page.evaluate(PASTE, ["text/plain", "Управление"])
    expect(page.locator("td[data-f=unit]")).to_have_text(["Управление"] * 3)
    assert page.evaluate(COPY) == "Управление\nУправление\nУправление"


def test_dates_not_taken_are_still_offered_after_saving(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 1, "term_text").click()
    write(page, "до 20 ноября 2027 г.", "Tab")
    offer = cell(page, 1, "due_on").locator(".pt-offer")
    expect(offer).to_have_text("по словам: 20.11.2027")
    save(page)
    expect(offer).to_have_text("по словам: 20.11.2027")
    page.locator("[data-do=accept]").click()
    expect(cell(page, 1, "due_on")).to_have_text("20.11.2027")
    expect(offer).to_have_count(0)
    page.keyboard.press("Control+s")
    expect(page.locator("[data-count-unsaved]")).to_have_text("Несохранённых изменений нет")
    assert str(kept(app, desk)["1.2"].due_on) == "2027-11-20"


def test_unsaved_work_survives_a_reload(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 1, "result").click()
    write(page, "Ещё не записано")
    cell(page, 2, "title").click()
    page.keyboard.press("Control+Enter")
    write(page, "И новая строка")
    page.reload()
    expect(page.locator(".pt-note-line")).to_have_text("Восстановлены несохранённые изменения: 2")
    expect(cell(page, 1, "result")).to_have_text("Ещё не записано")
    save(page)
    assert kept(app, desk)["1.4"].title == "И новая строка"


def test_faults_stand_in_their_cells_and_nothing_is_kept(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 0, "title").click()
    write(page, "Хорошее", "Tab")
    cell(page, 1, "due_on").click()
    write(page, "31.02.2027")
    cell(page, 2, "title").click()
    page.keyboard.press("Delete")
    page.keyboard.press("Control+s")
    summary = page.locator(".pt-faults")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text("Не сохранено. Ошибок: 2")
    wrong = cell(page, 1, "due_on")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    told = wrong.get_attribute("aria-describedby")
    assert told
    expect(page.locator(f"[id='{told}']")).to_have_text("нет такой даты: «31.02.2027»")
    assert kept(app, desk)["1.1"].title == "Первое"
    assert violations(page) == []
    summary.get_by_role("button").first.click()
    expect(wrong).to_be_focused()
    write(page, "28.02.2027")
    cell(page, 2, "title").click()
    write(page, "Третье")
    save(page)
    assert kept(app, desk)["1.1"].title == "Хорошее"


def test_two_people_at_one_row_lose_nothing(app: APIFlask, desk: Desk, page: Page, browser: Browser, live: str) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 0, "title").click()
    write(page, "Моё название")
    cell(page, 0, "result").click()
    write(page, "Мой результат")
    with opened(browser, live) as other:
        at_table(other, desk.theirs, desk)
        cell(other, 0, "title").click()
        write(other, "Их название", "Tab")
        cell(other, 0, "unit").click()
        write(other, "Их управление")
        save(other)
    page.keyboard.press("Control+s")
    expect(page.locator(".pt-faults")).to_contain_text("строки изменили другие: 1")
    disputed = cell(page, 0, "title")
    expect(disputed).to_contain_text("Моё название")
    expect(disputed.locator(".pt-theirs")).to_contain_text("Их название")
    expect(cell(page, 0, "unit")).to_have_text("Их управление")
    expect(cell(page, 0, "result")).to_have_text("Мой результат")
    assert kept(app, desk)["1.1"].title == "Их название"
    disputed.get_by_role("button", name="Взять чужое").click()
    expect(disputed).to_have_text("Их название")
    save(page)
    row = kept(app, desk)["1.1"]
    assert (row.title, row.result, row.unit) == ("Их название", "Мой результат", "Их управление")


@pytest.mark.parametrize(("width", "stays"), [(1440, True), (900, False)])
def test_on_a_wide_screen_the_title_stays_beside_its_number(desk: Desk, page: Page, width: int, stays: bool) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    at_table(page, desk.ours, desk)
    seen = (page.locator("#pt-grid tbody tr:not(.grp) > th").first, cell(page, 0, "title"), cell(page, 0, "result"))
    before = [one.evaluate("cell => cell.getBoundingClientRect().left") for one in seen]
    page.locator(".pt-wrap").evaluate("wrap => { wrap.scrollLeft = 300; }")
    moved = [
        was - one.evaluate("cell => cell.getBoundingClientRect().left") for was, one in zip(before, seen, strict=True)
    ]
    assert moved == [0, 0 if stays else 300, 300]
    cell(page, 0, "due_on").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    title, due = (one.bounding_box() for one in (cell(page, 0, "title"), cell(page, 0, "due_on")))
    assert title is not None
    assert due is not None
    assert due["x"] + 1 >= title["x"] + title["width"] or not stays


def test_a_term_counted_from_another_item_is_offered_to_its_columns(app: APIFlask, desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    cell(page, 1, "term_text").click()
    write(page, "в течение 30 рабочих дней после пункта 1.1", "Tab")
    expect(cell(page, 1, "term_text").locator(".pt-offer")).to_have_text("срок считается от исполнения пункта 1.1")
    page.locator("[data-do=accept]").click()
    save(page)
    first, second = (kept(app, desk)[code] for code in ("1.1", "1.2"))
    assert (second.after_item_id, second.after_days, second.after_working) == (first.item_id, 30, True)


def test_on_a_phone_a_row_is_a_card_with_ordinary_fields(
    app: APIFlask, desk: Desk, browser: Browser, live: str
) -> None:
    with opened(browser, live, width=390) as page:
        at_table(page, desk.ours, desk)
        page.get_by_role("button", name="Изменить 1.2").click()
        page.get_by_role("textbox", name="Мероприятие", exact=True).fill("С телефона")
        page.get_by_role("textbox", name="Срок", exact=True).fill("30.06.2027")
        page.get_by_role("textbox", name="Вид документа", exact=True).click()
        expect(page.get_by_role("textbox", name="Вид документа", exact=True)).to_be_focused()
        assert violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.get_by_role("button", name="Сохранить").click()
        expect(page.locator(".pt-note-line")).to_be_visible()
    assert kept(app, desk)["1.2"].title == "С телефона"


def test_the_grid_is_named_to_a_screen_reader_and_is_no_trap(desk: Desk, page: Page) -> None:
    at_table(page, desk.ours, desk)
    grid = page.get_by_role("grid", name="Мероприятия проекта плана")
    expect(grid).to_have_attribute("aria-rowcount", "6")
    expect(grid.locator("[tabindex='0']")).to_have_count(1)
    assert violations(page) == []
    cell(page, 2, "document_kind").click()
    expect(page.locator("tr:has(td:focus)")).to_have_attribute("aria-rowindex", "5")
    page.keyboard.press("Tab")
    expect(grid.locator(":focus")).to_have_count(0)
    cell(page, 0, "title").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Сохранить")).to_be_focused()
    page.get_by_text("Столбцы", exact=True).click()
    page.get_by_label("Правовое основание").check()
    expect(page.get_by_role("columnheader", name="Правовое основание")).to_be_visible()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_without_scripts_the_numbers_lead_to_forms(desk: Desk, browser: Browser, live: str) -> None:
    context = browser.new_context(base_url=live, java_script_enabled=False)
    page = context.new_page()
    sign_in_at(page, desk.ours)
    page.goto(desk.address)
    page.get_by_role("link", name="1.2").click()
    expect(page.get_by_label("Мероприятие")).to_have_value("Второе")
    context.close()
