"""A refused form whose page cannot be shown again gives back the words that were typed into it."""

from __future__ import annotations

from apiflask import APIFlask
from sqlalchemy import select

from core.db import db
from roadmap.models import Item
from tests.roadmap.builders import a_cast, a_plan, an_item, in_force, occurrence_of, step
from tests.roadmap.test_pages import signed_in

LONG = "Согласны закрыть: средств нет,\nписьмо приложим <позже>"


def test_a_step_that_somebody_else_has_made_meanwhile_gives_the_words_back(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        version = occurrence_of(item).version
        step(occurrence_of(item), "start", cast.who("executor"))
        address = f"/items/{item.id}/steps/agree"
    client = signed_in(app, cast, "m_coord")
    answer = client.post(address, data={"comment": LONG, "to": "fail", "version": version})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "письмо приложим &lt;позже&gt;</textarea>" in page
    assert ">fail<" not in page
    with app.app_context():
        assert db.session.scalar(select(Item.executor_name)) == ""


def test_secrets_and_marks_are_not_given_back(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
    client = signed_in(app, cast, "executor")
    form = {"password": "Тайное слово", "version": "17", "hash": "ab" * 32, "title": "Новый раздел"}
    page = client.post(f"/roadmaps/{plan_id}/sections/new", data={**form, "number": "5"}).get_data(as_text=True)
    assert "Новый раздел" in page
    assert "Тайное слово" not in page
    assert "ab" * 32 not in page
    assert client.get("/roadmaps/999").get_data(as_text=True).count("<textarea") == 0


def test_a_session_that_has_run_out_does_not_cost_what_was_written(app: APIFlask) -> None:
    answer = app.test_client().post("/items/1/steps/agree", data={"comment": LONG})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "письмо приложим" in page
    assert "Войдите, чтобы продолжить" in page
    assert app.test_client().post("/items/1/steps/agree", data={"to": "fail"}).status_code == 302
    secrets = {"current": "прежнее тайное слово", "password": "новое тайное слово", "again": ""}
    changed = app.test_client().post("/profile/password", data={**secrets, "comment": LONG}).get_data(as_text=True)
    assert "письмо приложим" in changed
    assert "тайное слово" not in changed
