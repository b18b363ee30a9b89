"""«Мои задачи»: what lies there, how it is narrowed and paged, several decided at once, their documents."""

from __future__ import annotations

import io
import re
import zipfile

from apiflask import APIFlask

from core import clock
from core.accounts.actor import Actor
from core.db import db
from core.signoffs import inbox_sections
from core.signoffs.inbox_sections import Line, Section
from core.signoffs.models import Decision, Slot
from tests.core.signoffs.desk import a_round, browser_of, many_tasks, queries
from tests.core.signoffs.scene import MONDAY, Scene, a_slot, a_stage, slot_of

VISAS = [a_stage(a_slot("m_legal"), a_slot("m_finance"))]
SIGNATURE = [a_stage(a_slot("m_signer", "signature"))]


def tasks_in(page: str) -> list[str]:
    return re.findall(r'name="task" value="([^"]+)"', page)


def test_the_first_page_shows_what_waits_with_whose_text_round_and_term(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        a_round(office, VISAS)
    page = browser_of(app, office.people["m_legal"]).get("/").text
    assert "Дополнительное соглашение № 1" in page
    assert "Виза: m_legal" in page
    assert "Минпросвещения России" in page
    assert "1, ред. 1" in page
    assert "05.03.2026" in page
    assert "осталось 3 раб. дн." in page


def test_another_side_sees_nothing_of_it(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        a_round(office, VISAS)
    page = browser_of(app, office.people["c_legal"]).get("/").text
    assert "Заданий у Вас нет" in page


def test_tiles_count_and_sections_narrow(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        a_round(office, VISAS, subject_id=1)
        a_round(office, SIGNATURE, subject_id=2)
    signer = browser_of(app, office.people["m_signer"])
    assert "Подпись: m_signer" in signer.get("/?section=signature").text
    assert "По этим условиям ничего нет" in signer.get("/?section=overdue").text
    with clock.at(MONDAY.replace(day=10)):
        page = browser_of(app, office.people["m_legal"]).get("/?section=overdue").text
    assert "просрочено на 2 раб. дн." in page
    assert re.search(r'<a class="stat c-danger"[^>]*><b>1</b>', page)


def test_a_long_list_is_paged_small_and_asked_in_few_queries(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        many_tasks(office, office.people["m_legal"], 60)
    browser = browser_of(app, office.people["m_legal"])
    seen: list[str] = []
    address = "/"
    while address:
        with queries(app) as count:
            answer = browser.get(address)
            assert count() <= 4 + len(inbox_sections._sources), "four, and one for each section of another domain"
        assert len(answer.data) <= 25_000
        seen += tasks_in(answer.text)
        following = re.search(r'rel="next" href="([^"]+)"', answer.text)
        address = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 60


def test_several_are_decided_with_one_comment_and_each_is_reported(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        ids = [slot_of(a_round(office, VISAS, subject_id=n), "m_legal").id for n in (1, 2)]
    browser = browser_of(app, office.people["m_legal"])
    chosen = tasks_in(browser.get("/").text)
    browser.post(f"/tasks/{ids[0]}/verdict", data={"verdict": "approved", "seen_hash": chosen[0].split(".")[1]})
    page = browser.post("/tasks/decide", data={"task": chosen, "verdict": "approved", "comment": "Согласен"})
    assert page.status_code == 200
    assert "Решение по этому заданию уже принято" in page.text
    with app.app_context():
        rows = db.session.query(Decision.slot_id, Decision.comment).filter(Decision.slot_id.in_(ids)).all()
    assert sorted(map(tuple, rows)) == [(ids[0], ""), (ids[1], "Согласен")]


def test_a_text_that_changed_since_the_list_is_not_decided(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        slot_id = slot_of(a_round(office, VISAS), "m_legal").id
    browser = browser_of(app, office.people["m_legal"])
    page = browser.post("/tasks/decide", data={"task": [f"{slot_id}.{'0' * 64}"], "verdict": "approved"})
    assert page.status_code == 409
    assert "Текст документа изменился" in page.text
    with app.app_context():
        assert db.session.get_one(Slot, slot_id).state == "assigned"


def test_nothing_ticked_is_told_on_the_list(app: APIFlask, office: Scene) -> None:
    browser = browser_of(app, office.people["m_legal"])
    page = browser.post("/tasks/decide", data={"verdict": "approved"}, follow_redirects=True)
    assert "Выберите от 1 до 200 заданий" in page.text


def test_documents_of_the_ticked_tasks_come_as_one_zip(app: APIFlask, office: Scene) -> None:
    with app.app_context():
        for number in (1, 2):
            a_round(office, VISAS, subject_id=number, clauses=("1. Предмет", f"1.1. Текст {number}"))
    browser = browser_of(app, office.people["m_legal"])
    answer = browser.post("/tasks/documents", data={"task": tasks_in(browser.get("/").text)})
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert sum(name.endswith(".docx") for name in names) == 2
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_another_domain_adds_its_section(app: APIFlask, office: Scene) -> None:
    def waiting(actor: Actor) -> Section | None:
        return Section("Мероприятия", [Line("Пункт 1.1 плана", "/items/1", due="05.03.2026")], total=1)

    inbox_sections.register(waiting)
    try:
        page = browser_of(app, office.people["m_coord"]).get("/").text
    finally:
        inbox_sections._sources.remove(waiting)
    assert "Мероприятия" in page
    assert 'href="/items/1"' in page
