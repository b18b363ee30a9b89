"""Dependencies: added, removed, refused with the circle's name; «что, если» over them; drafts of the requests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import clock
from core.accounts.models import Person
from core.db import db
from core.errors import NotAllowed, NotNow, NotValid
from roadmap import queries, service
from roadmap.models import ChangeRequest, Dependency, Item, ItemTerms, Occurrence
from roadmap.queries import network, whatif
from roadmap.queries.whatif import Asked
from roadmap.service.moves import Moved
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force, occurrence_of, step
from tests.roadmap.test_pages import counted, signed_in


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def a_chain(cast: Cast) -> tuple[int, dict[str, int]]:
    """1.1 → 1.2 → 1.3 (two working days later); 1.4 is due 30 days after 1.3; 1.5 recurs; a control point at 1.2."""
    plan = a_plan(cast)
    points = [{"title": "проект", "due": "2026-08-31"}]
    first = an_item(cast, plan, title="Первый", starts_on=date(2026, 6, 1), due_on=date(2026, 7, 31))
    second = an_item(
        cast, plan, title="Второй", starts_on=date(2026, 8, 3), due_on=date(2026, 8, 31), control_points=points,
        responsible_side="corporation",
    )  # fmt: skip
    third = an_item(cast, plan, title="Третий", starts_on=date(2026, 9, 3), due_on=date(2026, 12, 30))
    terms = {"starts_on": None, "due_on": None, "after_item_id": third.id, "after_days": 30}
    fourth = an_item(cast, plan, title="Четвёртый", term_text="в течение 30 дней после пункта 1.3", **terms)
    fifth = an_item(
        cast, plan, title="Пятый", recurrence="quarterly", starts_on=date(2026, 10, 1), due_on=date(2026, 10, 15)
    )
    in_force(cast, plan)
    coordinator = cast.who("m_coord")
    service.add_dependency(second.id, first.id, cast.who("c_coord"))
    service.add_dependency(third.id, second.id, coordinator, lag_days=2, lag_working=True, blocking=False)
    service.add_dependency(fifth.id, second.id, coordinator, lag_days=5)
    items = (first, second, third, fourth, fifth)
    return plan.id, {item.code: item.id for item in items}


def test_a_circle_is_refused_in_words_that_name_it(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, items = a_chain(cast)
        coordinator = cast.who("m_coord")
        with pytest.raises(NotValid) as refusal:
            service.add_dependency(items["1.1"], items["1.3"], coordinator)
        assert "1.1 → 1.2 → 1.3 → 1.1" in str(refusal.value.fields["after"])
        with pytest.raises(NotValid) as by_term:
            service.add_dependency(items["1.1"], items["1.4"], coordinator)
        assert "1.1 → 1.2 → 1.3 → 1.4 → 1.1" in str(by_term.value.fields["after"])
        with pytest.raises(NotValid):
            service.add_dependency(items["1.1"], items["1.1"], coordinator)
        with pytest.raises(NotValid):
            service.add_dependency(items["1.4"], items["1.1"], coordinator, lag_days=-1)
        with pytest.raises(NotAllowed):
            service.add_dependency(items["1.4"], items["1.1"], cast.who("executor"))
    client = signed_in(app, cast, "m_coord")
    answer = client.post(f"/roadmaps/{plan}/dependencies", data={"item": "1.1", "after": "1.3", "lag_days": "7"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "1.1 → 1.2 → 1.3 → 1.1" in text
    assert 'value="7"' in text
    answer = client.post(f"/api/v1/roadmaps/{plan}/dependencies", json={"item": "1.1", "after": "1.3"})
    assert answer.status_code == 422
    assert "1.1 → 1.2 → 1.3 → 1.1" in answer.get_data(as_text=True)


def test_a_term_counted_from_another_item_closes_no_circle_either(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        first, second = an_item(cast, plan, title="Первый"), an_item(cast, plan, title="Второй")
        edition, coordinator = edition_of(plan).id, cast.who("m_coord")
        service.edit_item(edition, second.id, {"after_item_id": first.id, "after_days": "30"}, None, coordinator)
        for values, field in (
            ({"after_item_id": second.id, "after_days": 5}, "after_item_id"),
            ({"after_item_id": 999}, "after_item_id"),
            ({"after_days": -3}, "after_days"),
        ):
            with pytest.raises(NotValid) as refusal:
                service.edit_item(edition, first.id, values, None, coordinator)
            assert field in refusal.value.fields
        with pytest.raises(NotValid) as circle:
            service.edit_item(edition, first.id, {"after_item_id": second.id, "after_days": 5}, None, coordinator)
        assert "1.1 → 1.2 → 1.1" in str(circle.value.fields["after_item_id"])


def test_links_are_kept_from_the_list_the_item_and_the_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, items = a_chain(cast)
    client = signed_in(app, cast, "m_coord")
    form = {"item": "1.5", "after": "1.1", "lag_days": "3", "lag_unit": "working", "blocking": "1"}
    assert client.post(f"/roadmaps/{plan}/dependencies", data=form).status_code == 302
    again = client.post(f"/items/{items['1.5']}/dependencies", data={"after": "1.1", "lag_days": "5"})
    assert again.status_code == 302
    with app.app_context():
        row = db.session.scalars(
            select(Dependency).where(Dependency.item_id == items["1.5"], Dependency.after_id == items["1.1"])
        ).one()
        kept = row.id
        assert (row.lag_days, row.lag_working, row.blocking) == (5, False, False)
    with counted(app) as asked:
        text = client.get(f"/roadmaps/{plan}/dependencies").get_data(as_text=True)
    assert len(asked) <= 5, asked
    assert "5 кал. дн." in text
    assert "2 раб. дн." in text
    assert "в течение 30 дней после пункта" in text
    listed = client.get(f"/api/v1/roadmaps/{plan}/dependencies").json["items"]  # type: ignore[index]
    assert ("1.5", "1.1", 5) in [(one["code"], one["after_code"], one["lag_days"]) for one in listed]
    assert client.post(f"/roadmaps/{plan}/dependencies/{kept}/remove").status_code == 302
    assert client.post(f"/roadmaps/{plan}/dependencies/{kept}/remove").status_code == 302
    made = client.post(f"/api/v1/roadmaps/{plan}/dependencies", json={"item": "1.5", "after": "1.1"})
    assert made.status_code == 201
    gone = client.delete(f"/api/v1/roadmaps/{plan}/dependencies/{made.json['id']}")  # type: ignore[index]
    assert gone.status_code == 204
    terms = client.get(f"/api/v1/roadmaps/{plan}/dependencies/terms").json["items"]  # type: ignore[index]
    assert [(one["code"], one["after_code"], one["after_days"]) for one in terms] == [("1.4", "1.3", 30)]


def test_a_blocker_forbids_to_start_and_the_page_leads_to_it(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        _plan, items = a_chain(cast)
        row = occurrence_of(db.session.get_one(Item, items["1.2"]))
        with pytest.raises(NotNow) as refusal:
            step(row, "start", cast.who("executor", "corporation"))
        assert "1.1" in str(refusal.value.reasons[0].text)
        third = occurrence_of(db.session.get_one(Item, items["1.3"]))
        assert step(third, "start", cast.who("executor")).state == "in_progress"
    text = signed_in(app, cast, "executor", "corporation").get(f"/items/{items['1.2']}").get_data(as_text=True)
    assert "Сначала должны быть исполнены пункты: 1.1" in text
    assert f'Начать не дают: <a href="/items/{items["1.1"]}">1.1. Первый</a>' in text


def ask(app: APIFlask, cast: Cast, plan: int, *asked: Asked) -> dict[str, whatif.Follower]:
    with app.app_context():
        actor = cast.who("m_coord")
        answer = whatif.ask(actor, queries.plan_head(actor, plan), asked)
        return {one.row.code: one for one in answer.followers}


def test_a_moved_day_shows_what_follows_through_which_chain(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
    found = ask(app, cast, plan, Asked("1.1", days=14))
    assert list(found) == ["1.1", "1.2", "1.3", "1.4"]
    assert found["1.1"].shift.due == date(2026, 8, 14)
    assert (found["1.2"].shift.start, found["1.2"].shift.due) == (date(2026, 8, 15), date(2026, 9, 12))
    assert found["1.3"].shift.start == date(2026, 9, 16)
    assert found["1.3"].shift.due == date(2027, 1, 12)
    assert found["1.4"].chain == ("1.1", "1.2", "1.3", "1.4")
    assert found["1.4"].shift.was_due == date(2027, 1, 29)
    assert found["1.4"].shift.due == date(2027, 2, 11)
    assert any("контрольная точка «проект», 31.08.2026" in word for word in found["1.2"].broken)
    assert "переходит на 2027 год" in found["1.3"].broken
    assert found["1.1"].working_days == 10
    assert not ask(app, cast, plan, Asked("1.1", due_on=date(2026, 7, 31)))


def test_a_draft_is_asked_by_its_terms(app: APIFlask) -> None:
    """Until it is approved the days of its items stand in the terms alone."""
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        first = an_item(cast, plan, starts_on=date(2026, 6, 1), due_on=date(2026, 7, 31))
        second = an_item(cast, plan, starts_on=date(2026, 8, 3), due_on=date(2026, 8, 31))
        third = an_item(
            cast, plan, recurrence="quarterly", starts_on=date(2026, 9, 1), due_on=date(2026, 9, 15),
            period_dates={"2026-Q3": "2026-09-25"},
        )  # fmt: skip
        for after, before in ((second, first), (third, second)):
            service.add_dependency(after.id, before.id, cast.who("m_coord"))
        plan_id = plan.id
    found = ask(app, cast, plan_id, Asked("1.1", days=31))
    assert {code: (one.shift.was_due, one.shift.due) for code, one in found.items()} == {
        "1.1": (date(2026, 7, 31), date(2026, 8, 31)),
        "1.2": (date(2026, 8, 31), date(2026, 9, 29)),
        "1.3": (date(2026, 9, 25), date(2026, 10, 24)),
    }
    assert not any(one.overdue for one in found.values())
    page = signed_in(app, cast, "m_coord").get(f"/roadmaps/{plan_id}/what-if?code=1.1&due=&days=31&unit=calendar")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "29.09.2026" in text
    assert 'name="chosen"' not in text  # nothing to ask for: the terms of a draft are changed in place


def test_moving_earlier_can_make_it_overdue_and_far_breaks_the_plan(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
    assert ask(app, cast, plan, Asked("1.1", due_on=date(2026, 6, 5)))["1.1"].overdue
    far = ask(app, cast, plan, Asked("1.5", due_on=date(2029, 2, 1)))["1.5"]
    assert any("выходит за период плана" in word for word in far.broken)
    assert any("следующего периода, 15.01.2027" in word for word in far.broken)


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        (Asked("9.9", days=1), "code-0", "нет действующего пункта «9.9»"),
        (Asked("1.1"), "due-0", "Укажите новый срок"),
        (Asked("1.1", due_on=date(2026, 5, 1)), "due-0", "Срок раньше начала"),
        (Asked("1.4", days=3), "due-0", "нет срока"),
        (Asked("1.1", days=99999), "days-0", "Не больше"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(app: APIFlask, asked: Asked, field: str, words: str) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
        actor = cast.who("m_coord")
        with pytest.raises(NotValid) as refusal:
            whatif.ask(actor, queries.plan_head(actor, plan), [asked])
        assert words in str(refusal.value.fields[field])


def test_the_question_writes_nothing_and_asks_little(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
        before = snapshot()
    client = signed_in(app, cast, "m_coord")
    with counted(app) as asked:
        answer = client.get(f"/roadmaps/{plan}/what-if?code=1.1&due=&days=14&unit=calendar")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text
    assert "1.1 → 1.2 → 1.3" in text
    assert "g-base" in text
    assert len(asked) <= 11, asked
    assert "style=" not in text
    with app.app_context():
        assert snapshot() == before
    refused = client.get(f"/roadmaps/{plan}/what-if?code=7.7&due=2026-13-45&days=x&unit=working")
    assert refused.status_code == 422
    assert 'value="2026-13-45"' in refused.get_data(as_text=True)


def snapshot() -> list[Any]:
    occurrences = db.session.execute(select(Occurrence.id, Occurrence.due_on).order_by(Occurrence.id)).all()
    terms = db.session.execute(select(ItemTerms.id, ItemTerms.due_on).order_by(ItemTerms.id)).all()
    return [occurrences, terms, db.session.scalar(select(func.count(ChangeRequest.id)))]


def test_the_answer_becomes_drafts_for_what_the_person_chose(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, items = a_chain(cast)
    client = signed_in(app, cast, "m_coord")
    form = {"code": "1.1", "due": "", "days": "14", "unit": "calendar"}
    chosen = {**form, "chosen": [items["1.1"], items["1.2"]]}
    empty = client.post(f"/roadmaps/{plan}/what-if", data={**chosen, "reason": " "})
    assert empty.status_code == 422
    assert "Напишите, почему" in empty.get_data(as_text=True)
    asked = "?code=1.1&due=&days=14&unit=calendar"
    assert f'action="/roadmaps/{plan}/what-if"' in client.get(f"/roadmaps/{plan}/what-if{asked}").get_data(as_text=True)
    done = client.post(f"/roadmaps/{plan}/what-if{asked}", data={**chosen, "reason": "поставщик задержал станки"})
    assert done.status_code == 302, done.get_data(as_text=True)
    with app.app_context():
        rows = db.session.scalars(select(ChangeRequest).order_by(ChangeRequest.number)).all()
        assert [row.item_id for row in rows] == [items["1.1"], items["1.2"]]
        assert {row.reason for row in rows} == {"поставщик задержал станки"}
        assert rows[0].changes["due_on"] == ["2026-07-31", "2026-08-14"]
        assert rows[0].changes["term_text"][1] == "до 14\u00a0августа 2026\u00a0г."
        assert "starts_on" not in rows[0].changes
        assert rows[1].changes["starts_on"] == ["2026-08-03", "2026-08-15"]
        assert {row.state for row in rows} == {"draft"}


def test_drafts_are_made_together_or_not_at_all_and_only_by_those_who_may(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, items = a_chain(cast)
        moves = [Moved(items["1.1"], date(2026, 8, 14)), Moved(items["1.2"], date(2026, 7, 1))]
        with pytest.raises(NotValid):
            service.draft_moves(plan, moves, "причина", cast.who("m_coord"))
        assert db.session.scalar(select(func.count(ChangeRequest.id))) == 0
        with pytest.raises(NotAllowed):
            service.draft_moves(plan, moves[:1], "причина", cast.who("executor"))
        with pytest.raises(NotValid):
            service.draft_moves(plan, [], "причина", cast.who("m_coord"))
        made = service.draft_moves(plan, [Moved(items["1.5"], date(2026, 10, 20))], "причина", cast.who("c_coord"))
        assert made[0].changes == {"period_dates": [{}, {"2026-Q4": "2026-10-20"}]}
    text = signed_in(app, cast, "executor").get(f"/roadmaps/{plan}/what-if?code=1.1&days=14&unit=calendar")
    assert "Подготовить запросы" not in text.get_data(as_text=True)


def test_the_api_asks_and_drafts_the_same(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
    client = signed_in(app, cast, "m_coord")
    question = {"moves": [{"code": "1.1", "days": 14}]}
    answer = client.post(f"/api/v1/roadmaps/{plan}/what-if", json=question)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert [one["code"] for one in answer.json["items"]] == ["1.1", "1.2", "1.3", "1.4"]  # type: ignore[index]
    assert answer.json["sides"] == {"ministry": 3, "corporation": 1}  # type: ignore[index]
    drafts = {**question, "reason": "поставка", "items": ["1.1"]}
    made = client.post(f"/api/v1/roadmaps/{plan}/what-if/changes", json=drafts)
    assert made.status_code == 201, made.get_data(as_text=True)
    assert len(made.json["ids"]) == 1  # type: ignore[index]


def test_the_critical_path_is_marked_on_the_chart(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, items = a_chain(cast)
        path = network.critical(cast.who("m_coord"), plan)
        assert items["1.5"] not in path
        assert path[-2:] == [items["1.3"], items["1.4"]]
    client = signed_in(app, cast, "m_coord")
    text = client.get(f"/roadmaps/{plan}/gantt?critical=1").get_data(as_text=True)
    assert "g-crit" in text
    assert "критический путь" in text
    assert "g-crit" not in client.get(f"/roadmaps/{plan}/gantt").get_data(as_text=True)
    codes = [one["code"] for one in client.get(f"/api/v1/roadmaps/{plan}/critical-path").json["items"]]  # type: ignore[index]
    assert codes[-2:] == ["1.3", "1.4"]


def test_what_a_stranger_may_not_see_is_not_there(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, _items = a_chain(cast)
        assert db.session.get_one(Person, cast.who("college", "college").id)
    client: FlaskClient = signed_in(app, cast, "college", "college")
    for path in ("dependencies", "what-if", "plan-fact", "plan-fact.xlsx", "gantt", "dashboard"):
        assert client.get(f"/roadmaps/{plan}/{path}").status_code == 404
        if path in ("dependencies", "plan-fact", "dashboard"):
            assert client.get(f"/api/v1/roadmaps/{plan}/{path}").status_code == 404
