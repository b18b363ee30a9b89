"""Said of every page of the demo: it opens, and axe finds nothing wrong with it, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from playwright.sync_api import Browser
from sqlalchemy import select

from agreements import demo
from app import create_app
from core.accounts import journal
from core.audit.models import AuditRecord
from core.db import db
from tests.flows import scene
from tests.flows.addresses import every_page, signed_in
from tests.flows.browser import serving
from tests.flows.forms import BAD_DAY, posted
from tests.flows.screenshots import pages, sign_in

NO_PAGES = {
    "/tasks/<int:slot_id>/paper/<int:act_id>/scan",
    "/bulk/<int:run_id>",
    "/bulk/<int:run_id>/progress",
    "/bulk/<int:run_id>/documents.zip",
    "/documents/<int:document_id>/<code>.docx",
    "/templates/<int:template_id>/pages/<int:number>.png",
    "/templates/compare",
    "/calendar/<token>.ics",
    "/agreements/<int:agreement_id>/revisions/<int:number>/redline.docx",
    "/agreements/views/<code>",
    "/roadmaps/views/<code>",
    "/indicators/<int:indicator_id>/files/<int:attachment_id>",
    "/roadmaps/<int:roadmap_id>/changes/item",
}
"""Files, fragments and redirects whose secret or row the scene does not make; they have tests of their own."""

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[APIFlask, str]]:
    """The demo, served. What the pages say does not depend on the database, so one is enough."""
    folder = tmp_path_factory.mktemp("demo")
    app = create_app({"INSTANCE": str(folder), "SESSION_COOKIE_SECURE": False, "GALLERY": True})
    with app.app_context():
        db.create_all()
        scene.add(demo.load())
    with serving(app) as base:
        yield app, base


LAID_OUT = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block", "button-name",
            "link-name", "label", "aria-hidden-focus", "region")  # fmt: skip
"""The rules whose answer changes when the window is narrow and other controls are shown."""


def faults(page: Any, width: int) -> list[str]:
    """What axe and the width of the window find: rule and the first place."""
    page.set_viewport_size({"width": width, "height": 900})
    only = {"runOnly": {"type": "rule", "values": LAID_OUT}} if width < 1000 else {}
    found = page.evaluate(
        "async (asked) => (await axe.run(document, asked)).violations", {"resultTypes": ["violations"], **only}
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong = [f"{rule['id']}: {rule['nodes'][0]['target']}" for rule in found]
    return [f"at {width}: {each}" for each in (*wrong, *([f"scrolls sideways by {wide}"] if wide > 1 else ()))]


def test_every_route_shows_its_page_to_somebody(shown: tuple[APIFlask, str]) -> None:
    _found, closed = every_page(shown[0])
    assert set(closed) <= NO_PAGES


def test_the_journal_says_in_words_what_happened(shown: tuple[APIFlask, str]) -> None:
    with shown[0].test_request_context():
        told = {
            (row.subject_kind, words)
            for row in db.session.scalars(select(AuditRecord))
            for words in (
                journal.subject_name(row), journal.step_name(row),
                journal.state_name(row, row.from_state), journal.state_name(row, row.to_state),
            )
        }  # fmt: skip
    assert len(told) > 100
    assert not [each for each in told if re.fullmatch(r"[a-z_]+( \d+)?", each[1])]


def test_axe_finds_nothing_on_any_page(shown: tuple[APIFlask, str], browser: Browser) -> None:
    app, base = shown
    axe, wanted, wrong = AXE.read_text(encoding="utf-8"), pages(app), []
    for who in sorted({who for who, _path in wanted.values()}):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page = context.new_page()
        if who:
            sign_in(page, base, who)
        for name, (whose, path) in wanted.items():
            if whose == who:
                page.set_viewport_size({"width": 1440, "height": 900})
                answer = page.goto(base + path)
                if answer is None or answer.status != 200:
                    wrong.append((name, path, answer and answer.status))
                    continue
                page.evaluate(axe)
                wrong += [(name, path, fault) for width in (1440, 390) for fault in faults(page, width)]
        context.close()
    assert not wrong


NOT_GIVEN_BACK = {
    ("/people/new", "password"): "a secret is never shown again",
}


def test_a_refused_form_gives_back_everything_that_was_typed(shown: tuple[APIFlask, str]) -> None:
    """Every form of every page, once with a day that is none, once with its first required field left blank."""
    app, _base = shown
    found, _closed = every_page(app)
    client, asked, lost = signed_in(app), set[str](), []
    for who, path in found.values():
        with client(who).get(path) as answer:
            forms = [form for form in posted(path, answer.get_data(as_text=True)) if form.place not in asked]
        for form in forms:
            asked.add(form.place)
            needed = next((one for one in form.typed if one.required), None)
            for blank in (None, needed) if needed else (None,):
                sent, words = form.filled(blank)
                with client(who).post(form.action, data=sent) as answer:
                    lost += [(form.place, name) for name in missing(answer, words)]
    assert len(asked) > 40
    assert [one for one in lost if one not in NOT_GIVEN_BACK] == []


WHOLE_PAGE = (403, 404, 409)
"""Refusals that may come without the form: what was written is given back, a day need not be."""


def missing(answer: Any, words: dict[str, str]) -> list[str]:
    """Names of what was typed that a refusal does not show."""
    if answer.status_code in (200, 302, 303):
        return []
    if answer.status_code not in (422, *WHOLE_PAGE):
        return [f"{answer.status_code}"]
    page = unescape(answer.get_data(as_text=True))
    lost = [name for name, text in words.items() if text not in page]
    return [name for name in lost if answer.status_code not in WHOLE_PAGE or words[name] != BAD_DAY]
