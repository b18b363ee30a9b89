"""A real browser over a live server of the application under test, on both databases.

Import the fixtures in a folder's conftest: `from tests.flows.browser import browser, live, page, playwright`.
A page fails its test on an uncaught script error or on anything the content policy blocked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import pytest
from apiflask import APIFlask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from core.accounts.models import Person
from tests.builders import PASSWORD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE = 30_000  # ms: a machine under load is slow, not wrong


def _and_wait(act: Callable[..., None]) -> Callable[..., None]:
    """The act of a person who looks at the page it leads to before going on: its scripts are there by then."""

    @wraps(act)
    def acted(self: Locator, *args: Any, **options: Any) -> None:
        page = self.page
        act(self, *args, **options)
        if not page.is_closed():
            page.wait_for_load_state("load")

    return acted


class Quiet(WSGIRequestHandler):
    """Serves without writing a line for every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


def whole(app: APIFlask) -> WSGIApplication:
    """The application answering in one piece: the development server forgets to close what it streams to a browser
    that has gone away."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = app(environ, start_response)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@contextmanager
def serving(app: APIFlask) -> Iterator[str]:
    """The application on a free port of this machine while the block runs; gives its address."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def live(app: APIFlask) -> Iterator[str]:
    """The address of the application of this test."""
    with serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        patch.setattr(Locator, "click", _and_wait(Locator.click))
        patch.setattr(Locator, "press", _and_wait(Locator.press))
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the test process."""
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    yield launched
    launched.close()


class Watch:
    """Collects what must not happen on a page."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(f"{message.type}: {message.text}")


@contextmanager
def opened(browser: Browser, address: str, width: int = 1440, height: int = 900) -> Iterator[Page]:
    """A page of a new, empty browser profile; relative addresses lead to `address`. Fails on what `Watch` saw."""
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="ru-RU", accept_downloads=True
    )
    watch = Watch()
    watch.over(context)
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def page(browser: Browser, live: str) -> Iterator[Page]:
    """A page at 1440 × 900 (`opened` gives more of them: another person, a phone)."""
    with opened(browser, live) as ready:
        yield ready


def sign_in_at(page: Page, person: Person, password: str = PASSWORD) -> None:
    """Sign in through the form, as a person does; whoever was signed in before is signed out."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_label("Электронная почта").fill(person.email)
    page.get_by_label("Пароль").fill(password)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
