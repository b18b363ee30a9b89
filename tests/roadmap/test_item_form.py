"""The form of one item of a draft: what it comes after, and faults that stand at their fields with nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from core import clock
from core.db import db
from roadmap import service
from roadmap.models import Dependency, Item, ItemTerms
from tests.roadmap.builders import a_cast, a_plan, an_item, edition_of
from tests.roadmap.test_pages import signed_in

FORM = {
    "section": "1", "title": "Третье", "term_text": "по готовности", "recurrence": "once",
    "responsible_side": "both", "organisation_id": "", "unit": "Отдел", "result": "Есть", "document_kind": "акт",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


class Page:
    """A draft with two items, open at its coordinator's."""

    def __init__(self, app: APIFlask) -> None:
        self.app = app
        with app.app_context():
            cast = a_cast()
            plan = a_plan(cast)
            self.items = [an_item(cast, plan).id, an_item(cast, plan, title="Второе", due_on=None, starts_on=None).id]
            self.plan_id, self.edition_id, self.ours = plan.id, edition_of(plan).id, cast.who("m_coord")
        self.client: FlaskClient = signed_in(app, cast, "m_coord")

    def post(self, item: str = "new", **values: Any) -> tuple[int, str]:
        answer = self.client.post(f"/roadmaps/{self.plan_id}/items/{item}", data={**FORM, **values})
        return answer.status_code, answer.get_data(as_text=True)

    def waits(self) -> list[tuple[str, str, int, bool, bool]]:
        with self.app.app_context():
            codes = dict(db.session.execute(select(Item.id, Item.code)).tuples().all())
            return [
                (codes[row.item_id], codes[row.after_id], row.lag_days, row.lag_working, row.blocking)
                for row in db.session.scalars(select(Dependency).order_by(Dependency.id))
            ]

    def terms(self, code: str) -> tuple[str | None, int | None, bool]:
        with self.app.app_context():
            row = db.session.scalars(
                select(ItemTerms).join(Item, Item.terms_id == ItemTerms.id).where(Item.code == code)
            )
            terms = row.one()
            after = db.session.get(Item, terms.after_item_id) if terms.after_item_id else None
            return after.code if after else None, terms.after_days, terms.after_working


@pytest.fixture
def page(app: APIFlask) -> Page:
    return Page(app)


def test_a_new_item_says_what_it_comes_after(page: Page) -> None:
    status, _text = page.post(after_code="1.2", days_after="30 рабочих", depends="1.1 +5 дней; 1.2 (не блокирует)")
    assert status == 302
    assert page.terms("1.3") == ("1.2", 30, True)
    assert page.waits() == [("1.3", "1.1", 5, False, True), ("1.3", "1.2", 0, False, False)]


def test_the_form_shows_what_stands_and_changes_it(page: Page) -> None:
    page.post(after_code="1.2", days_after="30 рабочих", depends="1.1 +5 дней")
    with page.app.app_context():
        third = db.session.scalars(select(Item.id).where(Item.code == "1.3")).one()
    shown = page.client.get(f"/roadmaps/{page.plan_id}/items/{third}/edit").get_data(as_text=True)
    for value in ('value="1.2"', 'value="30 рабочих"', 'value="1.1 +5 дней"'):
        assert value in shown
    assert page.post(f"{third}/edit", after_code="", days_after="", depends="1.2")[0] == 302
    assert page.terms("1.3") == (None, None, False)
    assert page.waits() == [("1.3", "1.2", 0, False, True)]


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"after_code": "7.7", "days_after": "5"}, "after_code", "мероприятия 7.7 нет в плане"),
        ({"after_code": "первое", "days_after": "5"}, "after_code", "номер нужен в виде"),
        ({"after_code": "1.1"}, "days_after", "Не сказано, сколько дней после"),
        ({"days_after": "5"}, "after_code", "Не названо мероприятие"),
        ({"after_code": "1.1", "days_after": "месяц"}, "days_after", "нужно число дней"),
        ({"depends": "1.1; 1.1"}, "depends", "мероприятие 1.1 названо дважды"),
        ({"depends": "9.9"}, "depends", "мероприятия 9.9 нет в плане"),
        ({"term_text": "32.13.2027"}, "term_text", "Нет такой даты: 32.13.2027"),
        ({"points": "Проект – 32.13.2027"}, "points", "Нет такой даты: 32.13.2027"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    page: Page, values: dict[str, str], field: str, message: str
) -> None:
    status, text = page.post(**values)
    assert status == 422
    assert f'href="#{field}">{message}' in text
    assert all(typed in text for typed in (*values.values(), "Третье", "по готовности" if field != "term_text" else ""))
    assert page.waits() == []
    with page.app.app_context():
        assert len(db.session.scalars(select(Item.id)).all()) == 2


def test_a_circle_is_named_whole_at_its_field(page: Page) -> None:
    first, second = page.items
    page.post(depends="1.2")
    with page.app.app_context():
        service.edit_item(page.edition_id, second, {"after_item_id": first, "after_days": 5}, None, page.ours)
    status, text = page.post(f"{first}/edit", depends="1.3")
    assert status == 422
    assert 'href="#depends">Получится круг: 1.1 → 1.2 → 1.3 → 1.1' in text
    status, text = page.post(f"{first}/edit", after_code="1.3", days_after="3")
    assert status == 422
    assert 'href="#after_code">Получится круг: 1.1 → 1.2 → 1.3 → 1.1' in text
    assert page.waits() == [("1.3", "1.2", 0, False, True)]
