"""A draft saved as a table: whole or not at all, with what is wrong in which cell and who was there before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from core import audit, clock
from core.accounts.actor import Actor
from core.accounts.models import Reader
from core.db import db
from core.errors import NotAllowed, NotNow, NotValid
from roadmap import service
from roadmap.models import Dependency, Item, ItemTerms
from roadmap.queries.table import table
from roadmap.rows import Before
from roadmap.service import RowEdit, TableRefused, save_table
from roadmap.service.table import MOST
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force
from tests.roadmap.test_api import bearer
from tests.roadmap.test_pages import counted


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


class Draft:
    """A draft with two items, and its coordinators of both sides."""

    def __init__(self) -> None:
        self.cast: Cast = a_cast()
        self.plan = a_plan(self.cast)
        self.items = [an_item(self.cast, self.plan), an_item(self.cast, self.plan, title="Второе")]
        self.edition_id = edition_of(self.plan).id
        self.ours, self.theirs = self.cast.who("m_coord"), self.cast.who("c_coord")

    def save(self, *rows: RowEdit, by: Actor | None = None) -> list[service.Saved]:
        return save_table(self.edition_id, rows, by or self.ours)

    def refused(self, *rows: RowEdit, by: Actor | None = None) -> TableRefused:
        with pytest.raises(TableRefused) as caught:
            self.save(*rows, by=by)
        return caught.value

    def terms(self, item: Item) -> ItemTerms:
        db.session.expire_all()
        return db.session.scalars(select(ItemTerms).where(ItemTerms.item_id == item.id)).one()


@pytest.fixture
def draft(db_session: Any) -> Draft:
    return Draft()


def test_changed_new_and_struck_rows_are_kept_in_one_save(draft: Draft) -> None:
    first, second = draft.items
    saved = draft.save(
        RowEdit("a", {"title": "Новое название", "due_on": "15.12.2027"}, item_id=first.id, version=1),
        RowEdit("b", item_id=second.id, version=1, strike=True),
        RowEdit(
            "c",
            {"title": "Третье", "recurrence": "раз в год", "responsible_side": "Министерство, Корпорация"},
            section=1,
        ),
        RowEdit("d", {"title": "Четвёртое"}, section=1),
    )
    assert [(row.key, row.struck) for row in saved] == [("a", False), ("b", True), ("c", False), ("d", False)]
    shown = table(draft.ours, draft.plan.id, 1)
    assert [(row.code, row.texts["title"], row.version) for row in shown.rows] == [
        ("1.1", "Новое название", 2),
        ("1.3", "Третье", 1),
        ("1.4", "Четвёртое", 1),
    ]
    assert (shown.rows[0].values["due_on"], shown.rows[0].texts["due_on"]) == ("2027-12-15", "15.12.2027")
    assert (shown.rows[1].values["recurrence"], shown.rows[1].values["responsible_side"]) == ("yearly", "both")
    assert [(row.code, row.title) for row in shown.struck] == [("1.2", "Второе")]
    assert [row.code for row in shown.of(1)] == ["1.1", "1.2", "1.3", "1.4"]
    assert audit.verify() is None


def test_new_rows_are_read_by_both_parties_and_an_executors_organisation(draft: Draft) -> None:
    college = draft.cast.organisations["college"]
    plain, given = draft.save(
        RowEdit("a", {"title": "Для Сторон"}, section=1),
        RowEdit("b", {"title": "Для колледжа", "organisation_id": college.short_name}, section=1),
    )
    parties = {draft.cast.organisations[side].id for side in ("ministry", "corporation")}
    assert _readers(plain.item_id) == parties
    assert _readers(given.item_id) >= {*parties, college.id}


def _readers(item_id: int) -> set[int]:
    asked = select(Reader.organisation_id).where(Reader.subject_kind == "roadmap_item", Reader.subject_id == item_id)
    return set(db.session.scalars(asked))


def test_a_fault_in_one_cell_keeps_nothing_and_names_every_cell(draft: Draft) -> None:
    first, second = draft.items
    refusal = draft.refused(
        RowEdit("good", {"title": "Хорошее"}, item_id=first.id, version=1),
        RowEdit("bad", {"title": " ", "due_on": "31.02.2027", "recurrence": "порой"}, item_id=second.id, version=1),
        RowEdit("new", {"title": "Новое", "starts_on": "02.02.2027", "due_on": "01.02.2027", "цвет": "1"}, section=1),
        RowEdit("nowhere", {"title": "Новое"}, section=9),
        RowEdit("lost", {"title": "Чужое"}, item_id=99999),
    )
    assert {(fault.key, fault.field) for fault in refusal.faults} == {
        ("bad", "title"), ("bad", "due_on"), ("bad", "recurrence"), ("new", "due_on"), ("new", "цвет"),
        ("nowhere", ""), ("lost", ""),
    }  # fmt: skip
    assert refusal.status == 422
    assert refusal.fields["bad.due_on"] == "нет такой даты: «31.02.2027»"
    assert "порой" in refusal.fields["bad.recurrence"]
    assert draft.terms(first).title == "Создание рабочей группы"
    assert db.session.scalars(select(Item.code).order_by(Item.id)).all() == ["1.1", "1.2"]


@pytest.mark.parametrize("given", [[], {}, ["а"], {"a": 1}, "a\x00b"])
@pytest.mark.parametrize("name", ["title", "due_on", "recurrence", "for_previous", "organisation_id", "target"])
def test_a_value_of_no_type_is_a_fault_of_its_cell(db_session: Any, given: Any, name: str) -> None:
    draft = Draft()
    refusal = draft.refused(RowEdit("a", {name: given}, item_id=draft.items[0].id))
    assert [(fault.key, fault.field) for fault in refusal.faults] == [("a", name)]


def test_a_stale_row_is_refused_with_who_changed_what(draft: Draft) -> None:
    first, second = draft.items
    draft.save(RowEdit("x", {"unit": "Управление", "result": "Приказ"}, item_id=first.id, version=1), by=draft.theirs)
    service.edit_item(draft.edition_id, first.id, {"title": "И название"}, 2, draft.theirs)
    service.drop_item(draft.edition_id, second.id, draft.theirs)
    refusal = draft.refused(
        RowEdit("a", {"title": "Моё"}, item_id=first.id, version=2),
        RowEdit("b", {"title": "Моё"}, item_id=second.id, version=1),
        RowEdit("c", {"title": "Новое"}, section=1),
    )
    assert refusal.status == 409
    assert not refusal.faults
    changed, struck = refusal.conflicts
    assert (changed.key, changed.who, changed.fields, changed.struck) == ("a", draft.theirs.name, ("title",), False)
    assert (struck.key, struck.who, struck.struck) == ("b", draft.theirs.name, True)
    older = draft.refused(RowEdit("a", {"title": "Моё"}, item_id=first.id, version=1)).conflicts[0]
    assert older.fields == ("title", "unit", "result")
    assert draft.terms(first).title == "И название"


def test_a_row_named_twice_is_refused(draft: Draft) -> None:
    first = draft.items[0]
    twice = [RowEdit(key, {"title": key}, item_id=first.id, version=1) for key in "ab"]
    assert [(fault.key, fault.field) for fault in draft.refused(*twice).faults] == [("b", "")]


def test_an_untouched_row_is_not_written(draft: Draft) -> None:
    first = draft.items[0]
    draft.save(RowEdit("a", {"title": "Создание рабочей группы", "due_on": "2026-12-31"}, item_id=first.id, version=1))
    assert draft.terms(first).version == 1


def test_a_save_has_its_measure(draft: Draft) -> None:
    with pytest.raises(NotValid, match=str(MOST)):
        draft.save(*(RowEdit(str(n), {"title": "Строка"}, section=1) for n in range(MOST + 1)))


def test_only_a_coordinator_of_a_party_edits_and_only_a_draft(draft: Draft) -> None:
    row = RowEdit("a", {"title": "Иное"}, item_id=draft.items[0].id)
    with pytest.raises(NotAllowed):
        draft.save(row, by=draft.cast.who("executor", "ministry"))
    in_force(draft.cast, draft.plan)
    with pytest.raises(NotNow):
        draft.save(row)
    with pytest.raises(NotNow):
        table(draft.ours, draft.plan.id, 1)


def test_a_struck_item_holds_nobody_back(draft: Draft) -> None:
    first, second = draft.items
    service.add_dependency(second.id, first.id, draft.ours)
    draft.save(RowEdit("a", item_id=first.id, version=1, strike=True))
    assert db.session.scalars(select(Dependency)).all() == []


def test_an_item_from_which_a_term_is_counted_is_not_struck(draft: Draft) -> None:
    first, second = draft.items
    service.edit_item(draft.edition_id, second.id, {"after_item_id": first.id, "after_days": 30}, 1, draft.ours)
    refusal = draft.refused(RowEdit("a", item_id=first.id, version=1, strike=True))
    assert "1.2" in refusal.faults[0].message


@pytest.mark.parametrize("words", ["32.13.2027", "до 31 июня 2027 г.", "с 1 марта по 31.02.2027"])
def test_words_that_name_no_day_are_a_fault_of_their_cell(draft: Draft, words: str) -> None:
    first = draft.items[0]
    refusal = draft.refused(
        RowEdit("a", {"term_text": words, "title": "Хорошее"}, item_id=first.id, version=1),
        RowEdit("b", {"control_points": f"Проект – {words}"}, item_id=draft.items[1].id, version=1),
        RowEdit("c", {"title": "Новое", "term_text": words}, section=1),
    )
    faults = [(fault.key, fault.field) for fault in refusal.faults]
    assert faults == [("a", "term_text"), ("b", "control_points"), ("c", "term_text")]
    assert all(fault.message == f"Нет такой даты: {words}" for fault in refusal.faults)
    assert draft.terms(first).title == "Создание рабочей группы"
    with pytest.raises(NotValid) as caught:
        service.edit_item(draft.edition_id, first.id, {"term_text": words}, None, draft.ours)
    assert caught.value.fields == {"term_text": f"Нет такой даты: {words}"}


def test_what_an_item_comes_after_is_typed_in_its_row(draft: Draft) -> None:
    first, second = draft.items
    draft.save(
        RowEdit(
            "a", {"after_item_id": "п. 1.1", "after_days": "30 рабочих", "due_on": ""}, item_id=second.id, version=1
        ),
        RowEdit("b", {"title": "Третье", "depends": "1.1 +5 дней; 1.2 +2 рабочих дней (не блокирует)"}, section=1),
    )
    rows = {row.code: row for row in table(draft.ours, draft.plan.id, 1).rows}
    assert (rows["1.2"].texts["after_item_id"], rows["1.2"].texts["after_days"]) == ("1.1", "30 рабочих")
    assert rows["1.2"].values["after_item_id"] == first.id
    assert rows["1.3"].texts["depends"] == "1.1 +5 дней; 1.2 +2 рабочих дней (не блокирует)"
    third = rows["1.3"].item_id
    draft.save(
        RowEdit("a", {"after_item_id": "", "after_days": ""}, item_id=second.id, version=2),
        RowEdit("b", {"depends": "1.2"}, item_id=third, version=1),
    )
    waits = db.session.scalars(select(Dependency).where(Dependency.item_id == third)).all()
    assert [(row.after_id, row.blocking, row.lag_days, row.lag_working) for row in waits] == [
        (second.id, True, 0, False)
    ]
    assert (draft.terms(second).after_item_id, draft.terms(second).after_days) == (None, None)
    assert audit.verify() is None


def test_what_an_item_waits_for_is_not_overwritten_by_a_row_read_before(draft: Draft) -> None:
    first, second = draft.items
    service.add_dependency(second.id, first.id, draft.theirs, lag_days=1000)
    (shown,) = [row for row in table(draft.ours, draft.plan.id, 1).rows if row.item_id == second.id]
    assert (shown.version, shown.texts["depends"]) == (2, "1.1 +1000 дней")
    (conflict,) = draft.refused(RowEdit("a", {"depends": ""}, item_id=second.id, version=1)).conflicts
    assert (conflict.fields, conflict.who) == (("depends",), draft.theirs.name)
    draft.save(RowEdit("a", {"depends": shown.texts["depends"]}, item_id=second.id, version=2))
    assert draft.terms(second).version == 2, "the same said again is no change"
    draft.save(RowEdit("a", {"depends": ""}, item_id=second.id, version=2))
    (conflict,) = draft.refused(RowEdit("a", {"depends": "1.1"}, item_id=second.id, version=2)).conflicts
    assert conflict.fields == ("depends",)
    with pytest.raises(NotNow):
        service.edit_item(draft.edition_id, second.id, {}, 2, draft.ours, [Before("1.1")])
    assert db.session.scalars(select(Dependency)).all() == []


def test_a_circle_is_named_whole_at_the_row_that_closes_it(draft: Draft) -> None:
    first, second = draft.items
    (third,) = draft.save(RowEdit("c", {"title": "Третье", "depends": "1.2"}, section=1))
    refusal = draft.refused(
        RowEdit("a", {"depends": "1.3"}, item_id=first.id, version=1),
        RowEdit("b", {"after_item_id": "1.1", "after_days": "5"}, item_id=second.id, version=1),
    )
    told = [(fault.key, fault.field, fault.message) for fault in refusal.faults]
    # Each alone is right; the first row is told, because the second is in the table already.
    assert told == [("a", "depends", "Получится круг: 1.1 → 1.2 → 1.3 → 1.1")]
    assert db.session.scalars(select(Dependency.item_id)).all() == [third.item_id]
    assert draft.terms(second).after_item_id is None
    for field, cell, message in (
        ("depends", "1.1", "Получится круг: 1.1 → 1.1"), ("depends", "7.7", "мероприятия 7.7 нет в плане"),
        ("after_item_id", "7.7", "мероприятия 7.7 нет в плане"), ("after_days", "30", "Не названо мероприятие"),
        ("after_days", "месяц", "нужно число дней"), ("depends", "первый", "номер нужен в виде"),
    ):  # fmt: skip
        (fault,) = draft.refused(RowEdit("a", {field: cell}, item_id=first.id)).faults
        assert message in fault.message
        assert fault.field == ("after_item_id" if "Не названо" in message else field)


def test_the_table_by_api(app: APIFlask) -> None:
    with app.app_context():
        draft = Draft()
        plan_id, first = draft.plan.id, draft.items[0].id
    client, headers = app.test_client(), bearer(app, draft.cast, "m_coord")
    address = f"/api/v1/roadmaps/{plan_id}/editions/1/table"
    read = client.get(address, headers=headers).get_json()["items"]
    assert [(row["code"], row["version"], row["values"]["due_on"]) for row in read] == [
        ("1.1", 1, "2026-12-31"),
        ("1.2", 1, "2026-12-31"),
    ]
    rows = [
        {"key": "i1", "item_id": first, "version": 1, "values": {"due_on": "2027-01-31", "recurrence": "yearly"}},
        {"key": "n1", "section": 1, "values": {"title": "Новое"}},
    ]
    saved = client.patch(address, json={"rows": rows}, headers=headers)
    assert saved.status_code == 200, saved.get_json()
    assert [(row["key"], row["code"], row["version"]) for row in saved.get_json()["items"]] == [
        ("i1", "1.1", 2),
        ("n1", "1.3", 1),
    ]
    assert saved.get_json()["items"][0]["texts"]["due_on"] == "31.01.2027"
    stale = client.patch(address, json={"rows": rows[:1]}, headers=headers)
    assert stale.status_code == 409
    assert stale.get_json()["conflicts"][0]["now"]["version"] == 2
    bad = [{"key": "n2", "section": 1, "values": {"title": ""}}]
    wrong = client.patch(address, json={"rows": bad}, headers=headers)
    assert wrong.status_code == 422
    assert wrong.get_json()["faults"] == [{"key": "n2", "field": "title", "message": "Напишите, что за мероприятие"}]
    stranger = bearer(app, draft.cast, "college", "college")
    assert client.get(address, headers=stranger).status_code == 404


def test_many_rows_are_added_by_few_questions(app: APIFlask, draft: Draft) -> None:
    def cost(count: int) -> int:
        rows = [RowEdit(str(n), {"title": f"Строка {n}", "due_on": date(2027, 1, 1)}, section=1) for n in range(count)]
        with counted(app) as asked:
            draft.save(*rows)
        return len(asked)

    assert cost(200) <= cost(5) + 6
