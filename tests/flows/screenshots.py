"""`make screenshots`: every page of the demo at 1440 and 390 px, light and dark, into screenshots/."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from apiflask import APIFlask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from agreements import demo
from agreements.demo.load import address
from agreements.models import Agreement
from app import create_app
from core.db import db
from core.signoffs.models import Desk, Slot
from roadmap.models import Item
from tests.flows import scene
from tests.flows.addresses import every_page
from tests.flows.browser import CHROMIUM, FLAGS, serving

FOLDER = Path("screenshots")
SIZES = {"1440": (1440, 900), "390": (390, 844)}


def pages(app: APIFlask) -> dict[str, tuple[str, str]]:
    """Name → (who looks, path): one page of every route, and some that are worth a second look."""
    found, _closed = every_page(app)
    with app.app_context():
        agreements = {row.kind: row.id for row in db.session.scalars(select(Agreement).order_by(Agreement.id.desc()))}
        item_id = db.session.scalar(select(Item.id).where(Item.code == "2.3"))
        task_id = db.session.scalar(select(Slot.id).join(Desk).where(Slot.kind == "visa").limit(1))
    return {
        "sign-in": ("", "/sign-in"),
        "inbox": ("m.coord", "/"),
        "inbox-legal": ("m.legal", "/"),
        "task": ("m.legal", f"/tasks/{task_id}"),
        "agreement-in-force": ("m.coord", f"/agreements/{min(agreements.values())}"),
        "agreement-supplementary": ("m.coord", f"/agreements/{agreements['supplementary']}"),
        "agreement-cluster": ("perm.aviation", f"/agreements/{agreements['partnership']}"),
        "item-at-work": ("m.coord", f"/items/{item_id}"),
        "draft-edition": ("m.coord", "/roadmaps/2/editions/1"),
        "draft-board": ("m.coord", "/roadmaps/2/board"),
        **found,
    }


def sign_in(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/sign-in")
    page.fill("input[name=email]", address(login))
    page.fill("input[name=password]", demo.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def looks() -> Iterator[tuple[str, tuple[int, int], str]]:
    for name, size in SIZES.items():
        for scheme in ("light", "dark"):
            yield name, size, scheme


def shoot(browser: Browser, base: str, wanted: dict[str, tuple[str, str]], only: str = "") -> int:
    """Take the pictures; returns how many."""
    count = 0
    for label, (width, height), scheme in looks():
        for who in sorted({who for who, _path in wanted.values()}):
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            if who:
                sign_in(page, base, who)
            for name, (whose, path) in wanted.items():
                if whose != who or only not in name:
                    continue
                answer = page.goto(base + path)
                if answer is None or answer.status != 200:
                    print(f"{name} {path}: {answer.status if answer else '?'}", file=sys.stderr)
                suffix = "" if scheme == "light" else "-dark"
                page.screenshot(path=FOLDER / f"{name}-{label}{suffix}.png", full_page=True)
                count += 1
            context.close()
    return count


def main(only: str = "") -> None:
    FOLDER.mkdir(exist_ok=True)
    folder = tempfile.mkdtemp()
    try:
        app = create_app({"INSTANCE": folder, "SESSION_COOKIE_SECURE": False, "GALLERY": True})
        with app.app_context():
            db.create_all()
            scene.add(demo.load())
        with serving(app) as base, sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            print(f"{shoot(browser, base, pages(app), only)} → {FOLDER}/")
            browser.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
