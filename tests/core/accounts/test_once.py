"""A program's POST under an Idempotency-Key is done once, however often it is sent."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select

from core import clock
from core.accounts import once
from core.accounts.models import ApiOnce, ApiToken
from core.accounts.signin import issue_token
from core.db import db
from core.documents.models import Attachment
from core.workflow.jobs import drain
from core.workflow.schedule import tick
from roadmap.models import Item, Roadmap
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force

KEY = "Idempotency-Key"
ITEM = {"section": 1, "title": "Создать рабочую группу", "responsible_side": "ministry"}


@pytest.fixture
def plan(app: APIFlask) -> tuple[Cast, int]:
    with app.app_context():
        cast = a_cast()
        return cast, a_plan(cast).id


def bearer(app: APIFlask, cast: Cast, role: str, key: str) -> dict[str, str]:
    with app.app_context():
        return {"Authorization": f"Bearer {issue_token(cast.who(role), 'тест')}", KEY: key}


def count(app: APIFlask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_repeated_call_is_answered_as_the_first_and_does_nothing(app: APIFlask, plan: tuple[Cast, int]) -> None:
    cast, plan_id = plan
    address, headers = f"/api/v1/roadmaps/{plan_id}/items", bearer(app, cast, "m_coord", "один")
    first = app.test_client().post(address, json=ITEM, headers=headers)
    again = app.test_client().post(address, json=ITEM, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(app, Item) == 1
    other = app.test_client().post(address, json={**ITEM, "title": "Другое"}, headers=headers)
    assert (other.status_code, list(other.json["fields"])) == (422, [KEY])  # type: ignore[index]
    of_another_person = bearer(app, cast, "c_coord", "один")
    assert app.test_client().post(address, json=ITEM, headers=of_another_person).status_code == 201
    del headers[KEY]
    assert app.test_client().post(address, json=ITEM, headers=headers).status_code == 201
    assert count(app, Item) == 3


def test_a_refused_call_may_be_mended_under_the_same_key(app: APIFlask, plan: tuple[Cast, int]) -> None:
    cast, plan_id = plan
    address, headers = f"/api/v1/roadmaps/{plan_id}/items", bearer(app, cast, "m_coord", "k")
    assert app.test_client().post(address, json={**ITEM, "section": 9}, headers=headers).status_code == 422
    assert app.test_client().post(address, json=ITEM, headers=headers).status_code == 201
    too_long = {**headers, KEY: "k" * 201}
    assert app.test_client().post(address, json=ITEM, headers=too_long).status_code == 422


def test_an_answer_shown_once_is_not_kept(app: APIFlask, plan: tuple[Cast, int]) -> None:
    headers = bearer(app, plan[0], "m_coord", "тайна")
    before = count(app, ApiToken)
    first = app.test_client().post("/api/v1/tokens", json={"name": "обмен"}, headers=headers)
    assert first.status_code == 201, first.json
    again = app.test_client().post("/api/v1/tokens", json={"name": "обмен"}, headers=headers)
    assert again.status_code == 409
    assert count(app, ApiToken) == before + 1
    with app.app_context():
        assert db.session.scalars(select(ApiOnce.body)).all() == [b""]


def test_a_file_is_brought_once_and_after_a_day_the_key_is_free(app: APIFlask, plan: tuple[Cast, int]) -> None:
    cast, _plan_id = plan
    with app.app_context():
        item_id = an_item(cast, db.session.scalars(select(Roadmap)).one()).id
        in_force(cast, db.session.scalars(select(Roadmap)).one())
    headers = bearer(app, cast, "executor", "файл")

    def bring(boundary: str, content: bytes = PDF) -> int:
        form = {"file": (io.BytesIO(content), "приказ.pdf")}
        drawn = f"multipart/form-data; boundary={boundary}"
        address = f"/api/v1/items/{item_id}/evidence"
        return app.test_client().post(address, data=form, headers=headers, content_type=drawn).status_code

    before = count(app, Attachment)
    assert bring("one") == 201
    assert bring("another") == 201, "a program draws the boundary anew every time it sends the same"
    assert count(app, Attachment) == before + 1
    assert bring("one", PDF + b"\n") == 422, "another file is another request"
    with app.app_context():
        assert db.session.scalar(select(ApiOnce.status)) == 201
    with clock.at(clock.now() + timedelta(hours=25)):
        assert bring("another") == 201
    assert count(app, Attachment) == before + 2


def test_answers_of_programs_that_came_once_are_forgotten_every_day(app: APIFlask, plan: tuple[Cast, int]) -> None:
    cast, plan_id = plan
    headers = bearer(app, cast, "m_coord", "ушла")
    assert app.test_client().post(f"/api/v1/roadmaps/{plan_id}/items", json=ITEM, headers=headers).status_code == 201
    later = clock.now() + timedelta(hours=25)
    for moment, left in ((clock.now(), 1), (later, 0)):
        with app.app_context(), clock.at(moment):
            tick()
            drain()
        assert count(app, ApiOnce) == left


def test_a_key_freed_between_two_calls_is_no_fault_of_the_service(
    app: APIFlask, plan: tuple[Cast, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, plan_id = plan
    address, headers = f"/api/v1/roadmaps/{plan_id}/items", bearer(app, cast, "m_coord", "k")
    assert app.test_client().post(address, json=ITEM, headers=headers).status_code == 201
    monkeypatch.setattr(once, "_kept", lambda *_which: None)  # the first was refused after the second asked for its key
    again = app.test_client().post(address, json=ITEM, headers=headers)
    assert again.status_code == 409
    assert "выполняется" in again.get_json()["detail"]


def test_two_calls_at_once_under_one_key_do_it_once(app: APIFlask, plan: tuple[Cast, int]) -> None:
    cast, plan_id = plan
    headers = bearer(app, cast, "m_coord", "вместе")
    answers: list[int] = []
    barrier = threading.Barrier(4)

    def call() -> None:
        barrier.wait()
        answer = app.test_client().post(f"/api/v1/roadmaps/{plan_id}/items", json=ITEM, headers=headers)
        answers.append(answer.status_code)

    threads = [threading.Thread(target=call) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert 201 in answers
    assert set(answers) <= {201, 409}
    assert count(app, Item) == 1


def test_the_description_of_the_api_names_the_key_at_every_post(app: APIFlask) -> None:
    paths = app.test_client().get("/api/openapi.json").get_json()["paths"]
    posts = [operations["post"] for operations in paths.values() if "post" in operations]
    assert len(posts) > 100
    assert all([one["name"] for one in post["parameters"]].count(KEY) == 1 for post in posts)
