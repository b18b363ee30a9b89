"""Said of every address of the API: it is described, it speaks problem+json, and nothing makes it fall over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import schemathesis
from apiflask import APIFlask
from werkzeug.routing import Rule

from agreements import demo
from app import create_app
from core.accounts.signin import issue_token
from core.db import db
from tests.shape.test_routes import url_of


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[APIFlask, dict[str, str]]]:
    """The demo, and the header of its coordinator's token (the walk over every DELETE takes it away)."""
    app = create_app({"INSTANCE": str(tmp_path_factory.mktemp("api")), "TESTING": True, "HIDE_ERRORS": True})
    with app.app_context():
        db.create_all()
        company = demo.load()
        token = issue_token(company.actor("m.coord"), "проверка")
    return app, {"Authorization": f"Bearer {token}"}


def operations(app: APIFlask, method: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and method in (rule.methods or set())
    ]


def test_the_description_is_openapi_3_1_and_loads(served: tuple[APIFlask, dict[str, str]]) -> None:
    app, _header = served
    described = app.test_client().get("/api/openapi.json").get_json()
    assert described["openapi"].startswith("3.1")
    schema = schemathesis.openapi.from_dict(described)
    assert sum(1 for _operation in schema.get_all_operations()) >= len(operations(app, "GET"))


def test_a_wrong_request_is_told_in_the_language_of_the_rest(served: tuple[APIFlask, dict[str, str]]) -> None:
    app, headers = served
    answer = app.test_client().post("/api/v1/tasks/verdicts", json={"verdict": 1, "spare": 1}, headers=headers)
    assert answer.status_code == 422
    fields = answer.get_json()["fields"]
    assert fields["verdict"] == "Нужна строка"
    assert "Обязательное поле" in fields.values()
    assert not any(re.search("[a-z]{3}", text) for text in fields.values()), fields


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_no_operation_falls_over_and_every_refusal_is_a_problem(
    served: tuple[APIFlask, dict[str, str]], method: str
) -> None:
    app, header = served
    wrong = []
    for rule in operations(app, method):
        body = {} if method == "GET" else {"data": b"{", "content_type": "application/json"}
        answer = app.test_client().open(url_of(app, rule), method=method, headers=header, buffered=True, **body)
        if answer.status_code >= 500:
            wrong.append(f"{method} {rule.rule} → {answer.status_code}")
        elif answer.status_code >= 400 and answer.mimetype != "application/problem+json":
            wrong.append(f"{method} {rule.rule} → {answer.status_code} {answer.mimetype}")
    assert not wrong


def test_an_api_call_without_a_token_is_a_problem_too(served: tuple[APIFlask, dict[str, str]]) -> None:
    app, _header = served
    for rule in operations(app, "GET"):
        answer = app.test_client().get(url_of(app, rule))
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), rule.rule
