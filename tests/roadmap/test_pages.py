"""Pages of plans over HTTP: they show, they take steps, they stay small and ask the database little."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event

from core import clock
from core.accounts.models import Person
from core.db import db
from tests.builders import sign_in
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force, occurrence_of, presented


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


@contextmanager
def counted(app: APIFlask) -> Iterator[list[str]]:
    """The statements asked of the database inside the block."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip()[:6].upper() in ("SELECT", "WITH R"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def signed_in(app: APIFlask, cast: Cast, role: str, side: str = "") -> FlaskClient:
    with app.app_context():
        person = db.session.get_one(Person, cast.who(role, side).id)
    return sign_in(app.test_client(), person)


def test_the_table_shows_fifty_items_small_and_with_few_queries(app: APIFlask) -> None:
    title = "Разработка и согласование образовательных программ под запрос организаций Корпорации, образец {n}"
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        for n in range(52):
            terms = {"starts_on": date(2026, 6, 1), "due_on": date(2026, 6, 20 if n % 5 == 0 else 30)}
            an_item(cast, plan, title=title.format(n=n), **terms)
        in_force(cast, plan)
        plan_id = plan.id
    client = signed_in(app, cast, "c_coord")
    with counted(app) as asked:
        answer = client.get(f"/roadmaps/{plan_id}")
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert text.count("образец ") == 50
    assert len(answer.data) <= 24 * 1024, len(answer.data)
    assert len(asked) <= 4, asked
    assert "after=" in text


def test_the_filter_lives_in_the_address(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan, title="Закупка станков")
        an_item(cast, plan, title="Создание рабочей группы", responsible_side="corporation")
        in_force(cast, plan)
        plan_id = plan.id
    client = signed_in(app, cast, "m_coord")
    text = client.get(f"/roadmaps/{plan_id}?q=закупки").get_data(as_text=True)
    assert "Закупка станков" in text
    assert "рабочей группы" not in text
    text = client.get(f"/roadmaps/{plan_id}?side=corporation").get_data(as_text=True)
    assert "Закупка станков" not in text
    assert '<option value="corporation" selected>' in text


@pytest.mark.parametrize("state", ["planned", "on_review"])
def test_an_item_is_shown_with_six_queries(app: APIFlask, state: str) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        if state == "on_review":
            presented(cast, occurrence_of(item))
        item_id = item.id
    client = signed_in(app, cast, "m_coord")
    with counted(app) as asked:
        answer = client.get(f"/items/{item_id}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert len(asked) <= 6, asked
    text = answer.get_data(as_text=True)
    assert "Создание рабочей группы" in text
    assert ("Принять результат" in text) == (state == "on_review")


def test_the_result_goes_through_the_pages(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        item_id = item.id
    executor = signed_in(app, cast, "executor", "ministry")
    assert executor.post(f"/items/{item_id}/steps/start", data={}).status_code == 302
    shown = executor.get(f"/items/{item_id}").get_data(as_text=True)
    assert "Не приложен подтверждающий документ" in shown
    file = {"file": (io.BytesIO(PDF), "приказ.pdf"), "purpose": "result"}
    assert executor.post(f"/items/{item_id}/evidence", data=file).status_code == 302
    assert executor.post(f"/items/{item_id}/steps/submit", data={}).status_code == 302
    for role in ("m_coord", "c_coord"):
        client = signed_in(app, cast, role)
        name = "accept" if role == "m_coord" else "confirm"
        assert client.post(f"/items/{item_id}/steps/{name}", data={}).status_code == 302
    shown = executor.get(f"/items/{item_id}").get_data(as_text=True)
    assert "Исполнено" in shown
    address = re.search(r"/evidence/\d+", shown)
    assert address is not None
    download = executor.get(address.group())
    assert download.data == PDF
    assert download.headers["Content-Disposition"].startswith("attachment")


def test_a_forbidden_file_is_refused_in_place(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        item_id = item.id
    client = signed_in(app, cast, "executor", "ministry")
    answer = client.post(f"/items/{item_id}/evidence", data={"file": (io.BytesIO(b"MZ"), "a.exe"), "purpose": "result"})
    assert answer.status_code == 422
    assert ".exe" in answer.get_data(as_text=True)


def test_editions_are_shown_and_compared(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        in_force(cast, plan)
        plan_id = plan.id
    client = signed_in(app, cast, "m_coord")
    for path in ("editions", "editions/1", "compare"):
        answer = client.get(f"/roadmaps/{plan_id}/{path}")
        assert answer.status_code == 200, answer.get_data(as_text=True)


def test_a_draft_is_drawn_through_the_pages(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        parties = [cast.organisations[side].id for side in ("ministry", "corporation")]
    client = signed_in(app, cast, "m_coord")
    form = {"title": "по сотрудничеству", "period_start": "2026-01-01", "period_end": "2028-12-31",
            "first": parties[0], "second": parties[1]}  # fmt: skip
    answer = client.post("/roadmaps/new", data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    draft = answer.headers["Location"]
    assert client.get(draft).status_code == 200
    base = draft.partition("/editions")[0]
    assert client.post(f"{base}/sections/new", data={"number": 1, "title": "Общее"}).headers["Location"] == draft
    (named,) = set(re.findall(r'href="([^"]+/sections/new[^"]*)"', client.get(f"{draft}/table").text))
    table = client.post(named, data={"number": 2, "title": "Второе"}).headers["Location"]
    assert table == f"{draft}/table"
    item = {"section": 1, "title": "Собраться", "recurrence": "once", "responsible_side": "both", "unit": "все",
            "organisation_id": "", "points": "проект – 20.02.2026"}  # fmt: skip
    answer = client.post(f"{base}/items/new", data=item)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    shown = client.get(draft).get_data(as_text=True)
    assert "Собраться" in shown
    assert "Не заполнено: срок словами – 1.1; ожидаемый результат – 1.1; вид документа – 1.1" in shown
    edit = re.search(r"/roadmaps/\d+/items/\d+/edit", shown)
    assert edit is not None
    assert client.get(edit.group()).status_code == 200


def test_the_only_plan_opens_at_once_and_leads_to_drawing_another(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        in_force(cast, plan)
    client = signed_in(app, cast, "m_coord")
    opened = client.get("/roadmaps", follow_redirects=True)
    assert opened.request.path.startswith("/roadmaps/")
    assert 'href="/roadmaps?all=1"' in opened.text
    every = client.get("/roadmaps?all=1").text
    assert "/roadmaps/new" in every
    assert "/roadmaps/import" in every


def test_an_outsider_finds_nothing(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        plan_id, item_id = plan.id, item.id
    client = signed_in(app, cast, "executor", "college")
    for path in (f"/roadmaps/{plan_id}", f"/items/{item_id}", f"/roadmaps/{plan_id}/editions/1"):
        assert client.get(path).status_code == 404
    assert client.post(f"/items/{item_id}/steps/start").status_code == 404


def test_pages_of_the_plan_light_their_section_of_the_menu(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        addresses = {f"/items/{item.id}": "Дорожная карта", "/requests": "Дорожная карта", "/": "Мои задачи"}
    client = signed_in(app, cast, "m_coord")
    for address, section in addresses.items():
        lit = re.findall(r'<nav class="mainnav".*?</nav>', client.get(address).get_data(as_text=True), re.S)[0]
        assert re.findall(r'aria-current="page">([^<\n]+)', lit) == [section], address


def test_an_item_says_for_how_many_working_days_it_is_late(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        late = an_item(cast, plan, due_on=date(2026, 6, 8)).id
        in_time = an_item(cast, plan, due_on=date(2026, 6, 15)).id
        in_force(cast, plan)
    client = signed_in(app, cast, "m_coord")
    assert "08.06.2026, просрочено на 4 раб. дн." in client.get(f"/items/{late}").get_data(as_text=True)
    assert "просрочено на" not in client.get(f"/items/{in_time}").get_data(as_text=True)


def test_a_refused_step_stays_open_with_what_was_typed(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        item_id = item.id
    executor = signed_in(app, cast, "executor", "ministry")
    assert executor.post(f"/items/{item_id}/steps/start", data={}).status_code == 302
    refused = executor.post(f"/items/{item_id}/steps/progress", data={"percent": "сто", "comment": "Станки едут"})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert re.search(r'id="step-progress"[^>]* open', page)
    assert "Станки едут" in page
    assert 'href="#progress-percent"' in page
    client = signed_in(app, cast, "m_coord")
    asked = client.post(f"/items/{item_id}/changes/new?kind=term", data={
        "kind": "term", "term_text": "до 31 декабря 2027 г.", "due_on": "2027-12-31", "reason": "сдвиг"})  # fmt: skip
    address = asked.headers["Location"]
    assert client.post(f"{address}/steps/submit", data={}).status_code == 302
    page = client.post(f"{address}/steps/decline", data={}).get_data(as_text=True)
    assert re.search(r'id="step-decline"[^>]* open', page)
    assert 'href="#decline-comment"' in page


def test_a_form_that_would_be_refused_is_not_opened(app: APIFlask) -> None:
    """In force nothing is drafted by hand or out of a file; while nothing is in force, nothing is asked to change."""
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item_id, plan_id = an_item(cast, plan).id, plan.id
    client = signed_in(app, cast, "m_coord")
    base = f"/roadmaps/{plan_id}"
    drafting = [f"{base}/sections/new", f"{base}/items/new", f"{base}/items/{item_id}/edit"]
    asking = [f"{base}/changes/new", f"/items/{item_id}/changes/new"]
    assert [client.get(path).status_code for path in (*drafting, *asking)] == [200, 200, 200, 409, 409]
    assert 'name="file"' in client.get(f"{base}/import").get_data(as_text=True)
    with app.app_context():
        in_force(cast, plan)
    assert [client.get(path).status_code for path in (*drafting, *asking)] == [409, 409, 409, 200, 200]
    page = client.get(f"{base}/import").get_data(as_text=True)
    assert 'name="file"' not in page
    assert "её текст не меняется" in page
