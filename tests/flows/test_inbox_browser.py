"""Sign-offs in a real browser: the queue by keyboard alone, a story of two sides, no page that axe-core objects to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser, Page, expect

from core import clock
from core.db import db, transaction
from core.documents.issuing import install_shipped
from core.signoffs.models import Protocol, RouteTemplate, Slot
from core.signoffs.service.decide import NewRemark, decide
from core.signoffs.service.templates import install_routes
from tests.builders import a_person
from tests.core.signoffs import scene as stage
from tests.core.signoffs.desk import CLAUSES, a_round
from tests.core.signoffs.scene import KIND, Scene, a_slot, a_stage, slot_of
from tests.flows.browser import opened, sign_in_at

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
VISAS = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]


@pytest.fixture
def office(app: APIFlask) -> Iterator[Scene]:
    """The Ministry and the Corporation, CSRF on as in real life."""
    app.config["WTF_CSRF_ENABLED"] = True
    with stage.a_subject():
        with app.app_context():
            install_shipped()
            install_routes()
            built = stage.a_scene()
        yield built


def states(app: APIFlask, ids: list[int]) -> list[str]:
    with app.app_context():
        return [db.session.get_one(Slot, slot_id).state for slot_id in ids]


def press(page: Page, *keys: str) -> None:
    """Press keys once the page's scripts listen."""
    page.wait_for_selector("html.js")
    for key in keys:
        page.keyboard.press(key)


def violations(page: Page) -> list[str]:
    """What axe-core objects to on the page, in one line each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        "axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`))"
    )
    return found


def test_the_queue_is_worked_by_keyboard_alone(app: APIFlask, office: Scene, page: Page) -> None:
    with app.app_context():
        ids = [slot_of(a_round(office, VISAS, subject_id=n, title=f"Документ {n}"), "m_legal").id for n in (1, 2, 3)]
    sign_in_at(page, office.people["m_legal"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Мои задачи")
    press(page, "j", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Документ 1")
    press(page, "n")
    expect(page.get_by_text("Согласовано: Документ 1")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Документ 2")
    page.goto("/")
    press(page, "j", "x", "j", "x")
    expect(page.locator("[data-count]")).to_have_text("2")
    page.get_by_role("button", name="Согласовать отмеченные").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Решение по нескольким заданиям")
    expect(page.get_by_text("не решено")).to_be_visible()
    assert states(app, ids) == ["approved"] * 3


def test_the_documents_of_the_queue_are_saved_as_one_zip(app: APIFlask, office: Scene, page: Page) -> None:
    with app.app_context():
        a_round(office, VISAS)
    sign_in_at(page, office.people["m_legal"])
    page.get_by_label("Отметить все").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Документы одним ZIP").click()
    assert download.value.suggested_filename.endswith(".zip")


def test_a_refusal_an_answer_and_a_paper_visa_with_its_scan(
    app: APIFlask, office: Scene, page: Page, tmp_path: Path
) -> None:
    with app.app_context():
        slot_id = slot_of(a_round(office, VISAS), "m_legal").id
    sign_in_at(page, office.people["m_legal"])
    page.goto(f"/tasks/{slot_id}")
    page.get_by_label("Пункт", exact=True).first.fill("1.2")
    page.get_by_label("Замечание", exact=True).first.fill("Указать срок утверждения плана")
    page.get_by_role("button", name="Не согласовать").click()
    expect(page.get_by_text("Не согласовано: ").first).to_be_visible()
    sign_in_at(page, office.people["m_coord"])
    page.goto(f"/remarks/{KIND}/1")
    page.get_by_text("Ответить", exact=False).first.click()
    page.get_by_label("Принято").check()
    page.get_by_label("Обоснование").fill("Срок указан")
    page.get_by_role("button", name="Записать ответ").click()
    expect(page.get_by_text("Срок указан").first).to_be_visible()
    with app.app_context():
        changed = (*CLAUSES[:2], "1.2. План утверждают до 1 марта.")
        again = slot_of(a_round(office, VISAS, revision=2, clauses=changed), "m_legal")
    scan = tmp_path / "виза.pdf"
    scan.write_bytes(b"%PDF-1.7 scan")
    sign_in_at(page, office.people["registrar"])
    page.goto(f"/tasks/{again.id}")
    page.get_by_text("Внести решение, данное на бумаге").click()
    page.get_by_label("Согласовать", exact=True).check()
    page.get_by_label("Дата на бумаге").fill(clock.today().isoformat())
    page.get_by_label("Скан").set_input_files(scan)
    page.get_by_role("button", name="Внести", exact=True).click()
    expect(page.get_by_text("Подтверждает второй сотрудник")).to_be_visible()
    sign_in_at(page, office.people["m_control"])
    page.goto(f"/tasks/{again.id}")
    page.get_by_role("button", name="Сверено со сканом, подтвердить").click()
    expect(page.get_by_text("на бумаге, скан приложен")).to_be_visible()
    page.get_by_role("link", name="Лист согласования, все круги").click()
    expect(page.get_by_role("heading", name="Круг 2")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Скачать DOCX").click()
    assert download.value.suggested_filename.startswith("Лист согласования")


def test_a_place_of_a_route_is_dragged_to_another_stage(app: APIFlask, office: Scene, page: Page) -> None:
    with app.app_context():
        admin = a_person(office.ministry, ["admin"])
    sign_in_at(page, admin)
    page.goto("/routes/agreement_ministry/edit")
    page.wait_for_function("document.querySelector('[data-for]').hidden")
    grips = page.locator(".place [data-grip]")
    source, target = grips.nth(1).bounding_box(), grips.nth(0).bounding_box()
    assert source
    assert target
    page.mouse.move(source["x"] + 5, source["y"] + 5)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + 30, steps=8)
    page.mouse.move(target["x"] + 5, target["y"] + 8, steps=8)
    page.mouse.up()
    expect(page.locator(".stage").nth(1).locator(".place")).to_have_count(0)
    page.get_by_role("button", name="Убрать: этап 2").click()
    page.get_by_role("button", name="Сохранить новую версию").click()
    expect(page.get_by_text("Сохранена версия 2")).to_be_visible()
    with app.app_context():
        row = db.session.query(RouteTemplate).filter_by(code="agreement_ministry", active=True).one()
    assert [len(each["slots"]) for each in row.stages][:2] == [2, 2]


def addresses(app: APIFlask, office: Scene) -> list[tuple[str, str]]:
    """Every page of the room with who opens it."""
    with app.app_context():
        stopped = slot_of(a_round(office, VISAS), "m_legal")
        decide(stopped.id, "rejected", office.actor("m_legal"), remarks=[NewRemark("Указать сроки", "c2", "1.2")])
        running = a_round(office, VISAS, subject_id=2)
        waiting = slot_of(running, "m_legal").id
        with transaction():
            protocol = Protocol(
                subject_kind=KIND, subject_id=2, document_hash=running.document_hash, opened_at=clock.now()
            )
            db.session.add(protocol)
        office.people["admin"] = a_person(office.ministry, ["admin"])
        preview = f"/routes/agreement_ministry?party={office.ministry.id}"
        return [
            ("m_legal", "/"), ("m_coord", "/"), ("m_legal", f"/tasks/{waiting}"), ("m_legal", f"/tasks/{stopped.id}"),
            ("registrar", f"/tasks/{waiting}"), ("m_legal", f"/tasks/{waiting}/text"),
            ("m_legal", f"/tasks/{waiting}/route"), ("m_coord", f"/tasks/{waiting}/route"),
            ("m_coord", f"/remarks/{KIND}/1"), ("m_coord", f"/remarks/{KIND}/2"),
            ("m_coord", f"/protocols/{protocol.id}"), ("m_coord", f"/tasks/sheets/{KIND}/1"),
            ("m_legal", "/absence"), ("admin", "/absence"), ("admin", "/routes"), ("admin", preview),
            ("admin", "/routes/agreement_ministry/edit"), ("admin", "/routes/new"),
        ]  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_objects_to_no_page_and_none_is_wider_than_its_window(
    app: APIFlask, office: Scene, browser: Browser, live: str, width: int
) -> None:
    faults: list[str] = []
    with opened(browser, live, width) as page:
        who = ""
        for name, address in sorted(addresses(app, office)):
            if who != name:
                sign_in_at(page, office.people[name])
                who = name
            page.emulate_media(color_scheme="dark" if width == 390 else "light")
            page.goto(address)
            faults += [f"{address} ({name}): {fault}" for fault in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{address} ({name}): wider than the window")
    assert not faults, "\n".join(faults)
