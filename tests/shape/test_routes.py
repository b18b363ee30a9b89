"""Said of every route: it is guarded, and no POST is taken without its token."""

from __future__ import annotations

import pytest
from apiflask import APIFlask
from werkzeug.routing import Rule

from app import create_app
from core.web.security import is_public

EXAMPLES = {"int": "1", "path": "x", "date": "2026-01-01", "uuid": "00000000-0000-0000-0000-000000000000"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> APIFlask:
    """The application over an empty database of its own, with CSRF on as in life."""
    folder = tmp_path_factory.mktemp("shape")
    app = create_app({"INSTANCE": str(folder), "TESTING": True, "HIDE_ERRORS": True})
    with app.app_context():
        from core.db import db

        db.create_all()
    return app


def url_of(app: APIFlask, rule: Rule) -> str:
    values = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        values[name] = 1 if converter == "IntegerConverter" else "x"
    with app.test_request_context():
        return str(app.url_for(rule.endpoint, **values))


def public_endpoints(app: APIFlask) -> set[str]:
    with app.app_context():
        return {rule.endpoint for rule in rules(app) if is_public(rule.endpoint)}


def rules(app: APIFlask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_but_the_public_ones_asks_who_is_there(bare: APIFlask) -> None:
    open_doors, known = [], public_endpoints(bare)
    for rule in rules(bare):
        if rule.endpoint in known:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = bare.test_client().open(url_of(bare, rule), method=method)
            sent_away = answer.status_code in (401, 400) or (
                answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", "")
            )
            if not sent_away:
                open_doors.append(f"{method} {rule.rule} → {answer.status_code}")
    assert not open_doors


def test_every_post_without_a_token_is_refused(bare: APIFlask) -> None:
    taken = []
    for rule in rules(bare):
        if "POST" in (rule.methods or set()) and not rule.rule.startswith("/api/"):
            answer = bare.test_client().post(url_of(bare, rule))
            if answer.status_code != 400:
                taken.append(f"{rule.rule} → {answer.status_code}")
    assert not taken


def test_every_answer_carries_the_headers(bare: APIFlask) -> None:
    for rule in rules(bare):
        if "GET" in (rule.methods or set()):
            headers = bare.test_client().get(url_of(bare, rule)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"], rule.rule
            assert "unsafe-inline" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["X-Frame-Options"] == "DENY"


def test_the_public_routes_are_the_known_few(bare: APIFlask) -> None:
    known = {
        "accounts.sign_in",
        "accounts.sign_out",
        "accounts.set_language",
        "web.set_theme",
        "documents.verify",
        "openapi.spec",
        "roadmap.ics",
    }
    found = public_endpoints(bare)
    assert found <= known, found - known
