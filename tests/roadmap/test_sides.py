"""Neither side makes, undoes or hides what lies with the other: blockers, executors, what an item rests on."""

from __future__ import annotations

import io
from datetime import date

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import db
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import service
from roadmap.models import CalendarFeed, Dependency, Item, ItemLink, Occurrence
from roadmap.service import NewChange, NewIndicator
from tests.builders import an_actor, an_organisation
from tests.roadmap.builders import (
    PDF,
    a_cast,
    a_plan,
    an_item,
    evidence,
    give_all,
    in_force,
    occurrence_of,
    presented,
    step,
)
from tests.roadmap.test_changes import approved
from tests.roadmap.test_pages import signed_in


def test_a_side_names_executors_and_blockers_of_its_own_items_only(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    theirs, other = an_item(cast, plan, responsible_side="corporation"), an_item(cast, plan, title="Второе")
    service.add_dependency(theirs.id, other.id, cast.who("m_coord"))  # a draft is both sides' to write
    in_force(cast, plan)
    executor = cast.who("executor", "corporation").id
    kept = db_session.scalars(select(Dependency.id)).one()
    for attempt in (
        lambda: service.assign_executor(theirs.id, cast.who("executor").id, cast.who("m_coord")),
        lambda: service.assign_executor(theirs.id, None, cast.who("m_coord")),
        lambda: service.add_dependency(theirs.id, other.id, cast.who("m_coord"), lag_days=5),
        lambda: service.remove_dependency(kept, cast.who("m_coord")),
        lambda: service.link(theirs.id, "agreement", 7, "Договор", cast.who("m_coord"), required=True),
    ):
        with pytest.raises(NotAllowed) as refusal:
            attempt()
        assert "Корпорация" in str(refusal.value.reasons[0].who)
    assert service.assign_executor(theirs.id, executor, cast.who("c_coord")).executor_id == executor
    service.remove_dependency(kept, cast.who("c_coord"))
    assert service.link(theirs.id, "agreement", 7, "Договор", cast.who("c_coord")).settled is False


def test_a_stranger_to_the_item_is_not_named_its_executor(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    stranger = an_actor("executor", organisation=an_organisation("enterprise"))
    with pytest.raises(NotValid) as refusal:
        service.assign_executor(item.id, stranger.id, cast.who("m_coord"))
    assert "executor" in refusal.value.fields
    with pytest.raises(NotValid):
        service.assign_executor(item.id, cast.who("m_signer").id, cast.who("m_coord"))


def test_leave_to_suspend_ends_when_both_sides_resume(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    request = approved(cast, plan.id, NewChange("suspension", {}, item_id=item.id))
    row = step(occurrence_of(item), "suspend", cast.who("m_coord"), "нет средств")
    step(row, "agree", cast.who("c_coord"), "средства есть", to="resume")
    row = step(row, "resume", cast.who("m_coord"), "средства есть")
    db_session.refresh(request)
    assert request.state == "applied"
    with pytest.raises(NotNow) as refusal:
        step(row, "suspend", cast.who("m_coord"), "снова нет средств")
    assert refusal.value.reasons[0].code == "change_request_approved"
    approved(cast, plan.id, NewChange("suspension", {}, item_id=item.id))
    assert step(row, "suspend", cast.who("c_coord"), "снова нет средств").state == "suspended"


def test_what_a_presented_result_rests_on_does_not_change(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    own = cast.who("m_coord")
    service.link(item.id, "agreement", 7, "Договор", own, required=True)
    row = presented(cast, occurrence_of(item))
    row = step(row, "accept", own)
    with pytest.raises(NotNow):
        service.unlink(item.id, "agreement", 7, own)
    with pytest.raises(NotNow):
        service.link(item.id, "agreement", 7, "Договор", own, required=False)
    row = step(row, "refuse_confirm", cast.who("c_coord"), "нет договора")
    service.unlink(item.id, "agreement", 7, own)
    with pytest.raises(NotFound):
        service.unlink(item.id, "agreement", 7, own)
    assert db_session.scalar(select(ItemLink.id)) is None


def test_documents_of_a_result_both_sides_confirmed_do_not_change(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    item = an_item(cast, plan)
    in_force(cast, plan)
    row = presented(cast, occurrence_of(item))
    give_all(cast, "roadmap_result", row.id)
    for purpose in ("result", "interim", "reasons"):
        with pytest.raises(NotNow):
            evidence(row, cast.who("executor"), purpose, "другой приказ.pdf")
    assert evidence(row, cast.who("m_coord"), "audit", "заключение.pdf")


def test_a_plan_on_its_way_keeps_what_it_is_an_appendix_of(db_session: Session) -> None:
    cast = a_cast()
    plan = a_plan(cast)
    an_item(cast, plan)
    service.append_plan(plan.id, "agreement", 7, "Соглашение № 1", cast.who("c_coord"))
    with pytest.raises(NotFound):
        service.detach_plan(plan.id, "agreement", 8, cast.who("c_coord"))
    with pytest.raises(NotAllowed):
        service.detach_plan(plan.id, "agreement", 7, cast.who("executor"))
    in_force(cast, plan)
    with pytest.raises(NotNow):
        service.detach_plan(plan.id, "agreement", 7, cast.who("c_coord"))
    db_session.refresh(plan)
    assert (plan.agreement_id, plan.agreement_title) == (7, "Соглашение № 1")


def test_the_pages_and_the_api_refuse_the_other_side_and_lose_nothing(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        theirs, other = an_item(cast, plan, responsible_side="corporation"), an_item(cast, plan, title="Второе")
        service.add_dependency(theirs.id, other.id, cast.who("c_coord"))
        in_force(cast, plan)
        plan_id, item_id, kept = plan.id, theirs.id, db.session.scalars(select(Dependency.id)).one()
        college = cast.people["college", "executor"].id
    client = signed_in(app, cast, "m_coord")
    page = client.get(f"/items/{item_id}?assign=1").get_data(as_text=True)
    assert "Назначить" not in page
    assert "/dependencies" not in page
    assert f"/dependencies/{kept}/remove" not in client.get(f"/roadmaps/{plan_id}/dependencies").get_data(as_text=True)
    answer = client.post(f"/roadmaps/{plan_id}/dependencies", data={"item": "1.1", "after": "1.2", "lag_days": "17"})
    assert answer.status_code == 403
    assert 'value="17"' in answer.get_data(as_text=True)
    assert client.post(f"/roadmaps/{plan_id}/dependencies/{kept}/remove").status_code == 403
    assert client.delete(f"/api/v1/roadmaps/{plan_id}/dependencies/{kept}").status_code == 403
    assert client.put(f"/api/v1/items/{item_id}/executor", json={"person_id": None}).status_code == 403
    own = signed_in(app, cast, "c_coord")
    assert f"/dependencies/{kept}/remove" in own.get(f"/roadmaps/{plan_id}/dependencies").get_data(as_text=True)
    assert "Назначить" in own.get(f"/items/{item_id}?assign=1").get_data(as_text=True)
    refused = own.put(f"/api/v1/items/{item_id}/executor", json={"person_id": college})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["executor"])  # type: ignore[index]
    assert own.post(f"/items/{item_id}/executor", data={"executor": college}).status_code == 422
    executor = cast.who("executor", "corporation")
    named = own.put(f"/api/v1/items/{item_id}/executor", json={"person_id": executor.id})
    assert named.json["executor"] == executor.short_name  # type: ignore[index]


def test_a_step_with_a_file_is_one_act_by_the_api_too(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        item = an_item(cast, plan, due_on=date(2026, 12, 31))
        in_force(cast, plan)
        step(occurrence_of(item), "agree", cast.who("c_coord"), "согласны", to="fail")
        item_id = item.id
    client = signed_in(app, cast, "m_deputy")
    address = f"/api/v1/items/{item_id}/steps/fail/with-files"
    wrong = {"comment": "нет средств", "reasons": (io.BytesIO(b"MZ"), "справка.exe")}
    assert client.post(address, data=wrong, content_type="multipart/form-data").status_code == 422
    right = {"comment": "нет средств", "reasons": (io.BytesIO(PDF), "справка.pdf")}
    answer = client.post(address, data=right, content_type="multipart/form-data")
    assert (answer.status_code, answer.json["state"]) == (200, "not_done")  # type: ignore[index]
    assert [one["name"] for one in answer.json["files"]] == ["справка.pdf"]  # type: ignore[index]
    with app.app_context():
        assert db.session.scalar(select(Occurrence.state).join(Item, Item.id == Occurrence.item_id)) == "not_done"


def test_the_address_of_a_calendar_is_given_and_taken_back_by_the_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        in_force(cast, plan)
        plan_id = plan.id
    client = signed_in(app, cast, "m_coord")
    address = client.post("/api/v1/calendar-feed").json["address"]  # type: ignore[index]
    path = address[address.index("/calendar/") :]
    assert b"BEGIN:VEVENT" in app.test_client().get(path).data
    assert client.delete("/api/v1/calendar-feed").status_code == 204
    assert app.test_client().get(path).status_code == 404
    client.post("/api/v1/calendar-feed")
    assert client.post(f"/roadmaps/{plan_id}/calendar/feed/revoke").status_code == 302
    with app.app_context():
        assert db.session.scalar(select(CalendarFeed.id).where(CalendarFeed.revoked_at.is_(None))) is None


def test_an_item_is_tied_to_an_indicator_by_page_and_api_and_untied_while_it_has_no_values(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, other = a_plan(cast), a_plan(cast, title="другой")
        item = an_item(cast, plan)
        first, second, foreign = (
            service.add_indicator(one.id, NewIndicator(code, f"Показатель {code}", "ед."), cast.who("m_coord")).id
            for one, code in ((plan, "P-1"), (plan, "P-2"), (other, "P-3"))
        )
        in_force(cast, plan)
        item_id = item.id
    client = signed_in(app, cast, "m_coord")
    assert "Связать с показателем" in client.get(f"/items/{item_id}").get_data(as_text=True)
    assert "P-2. Показатель P-2" in client.get(f"/items/{item_id}?measure=1").get_data(as_text=True)
    assert client.post(f"/items/{item_id}/indicators", data={"measure": first}).status_code == 302
    assert client.post(f"/items/{item_id}/indicators", data={"measure": foreign}).status_code == 422
    tied = client.put(f"/api/v1/items/{item_id}/indicators/{second}")
    assert [one["code"] for one in tied.json["indicators"]] == ["P-1", "P-2"]  # type: ignore[index]
    assert client.put(f"/api/v1/items/{item_id}/indicators/{second}").status_code == 200
    assert signed_in(app, cast, "c_coord").put(f"/api/v1/items/{item_id}/indicators/{first}").status_code == 403
    with app.app_context():
        row = step(occurrence_of(db.session.get_one(Item, item_id)), "start", cast.who("executor"))
        service.enter_fact(row.id, first, "5", cast.who("executor"))
    assert client.delete(f"/api/v1/items/{item_id}/indicators/{first}").status_code == 409
    assert client.delete(f"/api/v1/items/{item_id}/indicators/{second}").status_code == 204
    assert client.post(f"/items/{item_id}/indicators/{second}/remove").status_code == 404
    left = client.get(f"/api/v1/items/{item_id}").json["indicators"]  # type: ignore[index]
    assert [(one["code"], float(one["declared"])) for one in left] == [("P-1", 5.0)]
