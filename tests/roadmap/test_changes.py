"""Changes: no day moves without both sides, an approved edition never changes, numbers are never given twice."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import docx
import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.db import db
from core.documents.models import IssuedDocument
from core.errors import NotAllowed, NotNow, NotValid
from core.workflow import Ask
from core.workflow.jobs import drain
from roadmap import queries, service
from roadmap.models import ChangeRequest, Edition, Item, ItemTerms, Occurrence
from roadmap.service import NewChange
from roadmap.service.changes import take_change_step
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force, occurrence_of, step
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def approved(cast: Cast, plan_id: int, new: NewChange, side: str = "corporation") -> ChangeRequest:
    """A request of a side that the other has approved."""
    row = service.draft_change(plan_id, new, cast.coordinator(side))
    take_change_step(row.id, "submit", cast.coordinator(side), Ask("поставка позже"))
    take_change_step(row.id, "to_other", cast.coordinator(side), Ask())
    take_change_step(row.id, "approve", cast.coordinator(cast.other(side)), Ask())
    return row


def test_a_day_moves_only_with_both_sides_and_a_new_edition(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    an_item(cast, plan, title="Остаётся")
    in_force(cast, plan)
    later = NewChange("term", {"due_on": date(2027, 3, 31), "term_text": "до 31 марта 2027 г."}, item_id=item.id)
    row = service.draft_change(plan.id, later, cast.who("c_coord"))
    assert row.changes["due_on"] == ["2026-12-31", "2027-03-31"]
    take_change_step(row.id, "submit", cast.who("c_coord"), Ask("поставка позже"))
    take_change_step(row.id, "to_other", cast.who("c_coord"), Ask())
    with pytest.raises(NotAllowed):
        take_change_step(row.id, "approve", cast.who("c_coord"), Ask())
    with pytest.raises(NotNow):
        service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    take_change_step(row.id, "approve", cast.who("m_coord"), Ask())
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    assert occurrence_of(item).due_on == date(2026, 12, 31)
    assert queries.plan_head(cast.who("m_coord"), plan.id).shown.name == "amending"
    second = in_force(cast, plan, 2, "П-2")
    assert second.state == "in_force"
    assert edition_of(plan, 1).state == "superseded"
    assert occurrence_of(item).due_on == date(2027, 3, 31)
    assert db_session.get_one(ChangeRequest, row.id).state == "applied"
    (difference,) = queries.compare(edition_of(plan, 1).id, second.id)
    assert difference.code == "1.1"
    assert {name for name, _was, _now in difference.fields} == {"due_on", "term_text"}
    drain()
    kinds = db_session.scalars(select(IssuedDocument.kind).where(IssuedDocument.subject_id == second.id)).all()
    assert set(kinds) == {"plan_changes", "plan"}


def test_an_approved_edition_refuses_every_edit(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    edition = in_force(cast, plan)
    with pytest.raises(NotNow):
        service.edit_item(edition.id, item.id, {"title": "другое"}, None, cast.who("m_coord"))
    terms = db_session.scalars(select(ItemTerms).where(ItemTerms.edition_id == edition.id)).one()
    terms.title = "мимо службы"
    with pytest.raises(RuntimeError):
        db_session.flush()
    db_session.rollback()


def test_a_number_is_never_given_twice(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan)
    dropped = an_item(cast, plan)
    service.drop_item(edition_of(plan).id, dropped.id, cast.who("m_coord"))
    assert an_item(cast, plan).code == "1.3"
    in_force(cast, plan)
    out = db_session.scalars(select(Item).where(Item.code == "1.3")).one()
    approved(cast, plan.id, NewChange("exclusion", {}, item_id=out.id))
    terms = {"title": "Новое", "term_text": "2027 год", "unit": "отдел", "result": "есть", "document_kind": "письмо",
             "due_on": date(2027, 6, 1), "responsible_side": "ministry"}  # fmt: skip
    approved(cast, plan.id, NewChange("new_item", terms, section=1))
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    in_force(cast, plan, 2, "П-2")
    codes = db_session.scalars(select(Item.code).order_by(Item.number)).all()
    assert codes == ["1.1", "1.2", "1.3", "1.4"]
    found = {one.code: one for one in queries.compare(edition_of(plan, 1).id, edition_of(plan, 2).id)}
    assert (found["1.3"].kind, found["1.4"].kind) == ("excluded", "added")
    said = {name: (was, now) for name, was, now in found["1.4"].fields}
    assert said["due_on"] == (None, date(2027, 6, 1))
    assert said["result"] == (None, "есть")
    states = dict(
        db_session.execute(select(Item.code, Occurrence.state).join(Occurrence, Occurrence.id == Item.current_id))
        .tuples()
        .all()
    )
    assert (states["1.3"], states["1.4"]) == ("excluded", "planned")


def test_a_declined_request_changes_nothing(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = service.draft_change(
        plan.id, NewChange("term", {"due_on": date(2027, 1, 31)}, item_id=item.id), cast.who("m_coord")
    )
    take_change_step(row.id, "submit", cast.who("m_coord"), Ask("не успеваем"))
    take_change_step(row.id, "to_other", cast.who("m_coord"), Ask())
    with pytest.raises(NotValid):
        take_change_step(row.id, "decline", cast.who("c_coord"), Ask())
    take_change_step(row.id, "decline", cast.who("c_coord"), Ask("срок держим"))
    assert db_session.get_one(ChangeRequest, row.id).state == "declined"
    with pytest.raises(NotNow):
        service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())


def test_a_withdrawn_edition_gives_its_requests_back(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = approved(cast, plan.id, NewChange("term", {"due_on": date(2027, 3, 31)}, item_id=item.id))
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    with pytest.raises(NotNow):
        take_change_step(row.id, "withdraw", cast.who("c_coord"), Ask())
    service.take_edition_step(edition_of(plan, 2).id, "withdraw", cast.who("m_deputy"), Ask("передумали"))
    assert db_session.get_one(ChangeRequest, row.id).edition_id is None
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    assert db_session.scalar(select(Edition.state).where(Edition.number == 3)) == "draft"


def test_suspension_needs_a_request_both_sides_approved(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = occurrence_of(item)
    with pytest.raises(NotNow):
        step(row, "suspend", cast.who("m_coord"), "нет средств")
    approved(cast, plan.id, NewChange("suspension", {}, item_id=item.id))
    row = step(row, "suspend", cast.who("m_coord"), "нет средств")
    step(row, "agree", cast.who("c_coord"), "средства есть", to="resume")
    assert step(row, "resume", cast.who("m_coord"), "средства есть").state == "in_progress"


def test_a_request_says_only_what_its_kind_may_change(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    for values in ({"title": "другое"}, {"due_on": date(2026, 12, 31)}, {"due_on": date(2025, 1, 1)}):
        with pytest.raises(NotValid):
            service.draft_change(plan.id, NewChange("term", values, item_id=item.id), cast.who("m_coord"))


def test_the_next_edition_is_shown_before_it_is_started(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        moved, out = an_item(cast, plan), an_item(cast, plan, title="Лишнее")
        in_force(cast, plan)
        later = {"due_on": date(2027, 3, 31), "term_text": "до 31 марта 2027 г."}
        approved(cast, plan.id, NewChange("term", later, item_id=moved.id))
        approved(cast, plan.id, NewChange("exclusion", {}, item_id=out.id))
        stale = approved(cast, plan.id, NewChange("term", {"due_on": date(2027, 5, 31)}, item_id=moved.id))
        waits = service.draft_change(
            plan.id, NewChange("suspension", {}, "почему", item_id=moved.id), cast.who("c_coord")
        )
        plan_id, stale_number, waits_number = plan.id, stale.number, waits.number
    client = signed_in(app, cast, "m_coord")
    found = client.get(f"/api/v1/roadmaps/{plan_id}/next-edition").get_json()
    assert [one["text"] for one in found["changes"]] == [
        "Пункт 1.1 изложить в следующей редакции:",
        "Пункт 1.2 «Лишнее» исключить.",
    ]
    assert (found["number"], found["base"], found["stale"]) == (2, 1, [stale_number])
    page = client.get(f"/roadmaps/{plan_id}/next-edition").get_data(as_text=True)
    assert "до 31 марта 2027 г." in page
    assert "+90" in page
    assert f'<td class="x">{waits_number}</td>' in page
    paper = docx.Document(io.BytesIO(client.get(f"/roadmaps/{plan_id}/next-edition.docx").data))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "2. Пункт 1.2 «Лишнее» исключить." in text
    with app.app_context():
        assert db.session.scalars(select(Edition.number)).all() == [1]


def test_a_new_item_is_asked_for_on_its_page(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        plan_id, item_id = plan.id, item.id
    client = signed_in(app, cast, "c_coord")
    path = f"/roadmaps/{plan_id}/changes/new"
    assert "Дополнить план мероприятием" in client.get(path).get_data(as_text=True)
    form = {"section": "1", "title": "Новое", "recurrence": "once", "responsible_side": "both", "organisation_id": ""}
    refused = client.post(path, data=form)
    assert refused.status_code == 422
    assert "Новое</textarea>" in refused.get_data(as_text=True)
    page = client.post(path, data={**form, "reason": "поручение"}, follow_redirects=True)
    assert "Новое" in page.get_data(as_text=True)
    to_item = client.get(f"/roadmaps/{plan_id}/changes/item?item={item_id}&kind=exclusion")
    assert to_item.headers["Location"].endswith(f"/items/{item_id}/changes/new?kind=exclusion")
    with app.app_context():
        row = db.session.scalars(select(ChangeRequest)).one()
        assert (row.kind, row.section, row.reason, row.state) == ("new_item", 1, "поручение", "draft")
        take_change_step(row.id, "submit", cast.who("c_coord"), Ask())
        take_change_step(row.id, "to_other", cast.who("c_coord"), Ask())
        approved_one = take_change_step(row.id, "approve", cast.who("m_coord"), Ask())
        assert approved_one.to_state == "approved"
    shown = client.get(f"/roadmaps/{plan_id}/next-edition").get_data(as_text=True)
    assert "дополнить пунктом 1.2 следующего содержания" in shown


def test_every_kind_has_its_form_and_one_period_is_moved_alone(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan, recurrence="quarterly", starts_on=date(2026, 1, 1), due_on=date(2026, 4, 10))
        in_force(cast, plan)
        item_id = item.id
    client = signed_in(app, cast, "m_coord")
    for kind in ("term", "executor", "result", "indicator", "exclusion", "suspension"):
        assert client.get(f"/items/{item_id}/changes/new?kind={kind}").status_code == 200
    chosen = client.get(f"/items/{item_id}/changes/new?period=2026-Q3").get_data(as_text=True)
    assert 'selected value="2026-Q3"' in chosen
    assert f"/items/{item_id}/changes/new?period=2026-Q3" in client.get(f"/items/{item_id}?period=2026-Q3").text
    form = {"term_text": "до 31 декабря 2026 г.", "starts_on": "2026-01-01", "due_on": "2026-04-10", "reason": "сдвиг"}
    period = {"period_key": "2026-Q3", "period_due": "2026-08-20"}
    answer = client.post(f"/items/{item_id}/changes/new?kind=term", data={**form, **period, "kind": "term"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    with app.app_context():
        row = db.session.scalars(select(ChangeRequest)).one()
        assert row.changes["period_dates"][1] == {"2026-Q3": "2026-08-20"}
    shown = client.get(answer.headers["Location"]).text
    assert "III квартал 2026 г. – 10.07.2026" in shown, "было"
    assert "III квартал 2026 г. – 20.08.2026" in shown, "стало"


def test_a_request_without_any_reason_is_not_submitted(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = service.draft_change(plan.id, NewChange("exclusion", {}, item_id=item.id), cast.who("m_coord"))
    with pytest.raises(NotValid):
        take_change_step(row.id, "submit", cast.who("m_coord"), Ask())
    take_change_step(row.id, "submit", cast.who("m_coord"), Ask("не нужно"))
    for step_name, state in (("to_other", "review_other"), ("withdraw", "withdrawn")):
        take_change_step(row.id, step_name, cast.who("m_coord"), Ask())
        assert db_session.get_one(ChangeRequest, row.id).state == state


def test_a_request_stands_on_the_first_page_of_who_must_move_it(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan)
        in_force(cast, plan)
        later = NewChange("term", {"due_on": date(2027, 3, 31)}, item_id=item.id)
        row = service.draft_change(plan.id, later, cast.who("m_coord"))
        take_change_step(row.id, "submit", cast.who("m_coord"), Ask("поставка позже"))
        change_id = row.id
    address = f"/changes/{change_id}"
    assert address in signed_in(app, cast, "m_coord").get("/").get_data(as_text=True)
    assert address not in signed_in(app, cast, "c_coord").get("/").get_data(as_text=True)
    with app.app_context():
        take_change_step(change_id, "to_other", cast.who("m_coord"), Ask())
    answers = signed_in(app, cast, "c_coord").get("/").get_data(as_text=True)
    assert address in answers
    assert "поставка позже" in answers
    assert address not in signed_in(app, cast, "m_coord").get("/").get_data(as_text=True)
    with app.app_context():
        take_change_step(change_id, "decline", cast.who("c_coord"), Ask("рано"))
    assert address not in signed_in(app, cast, "c_coord").get("/").get_data(as_text=True)
