"""Initiatives on their pages: proposed, edited, their calendar beside what happened, where they stand."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import clock
from core.db import db
from core.documents.attachments import Upload
from core.errors import NotNow, NotValid
from core.workflow import Ask
from roadmap.models import Initiative, InitiativeEvent
from roadmap.queries import proceedings as reads
from roadmap.service import initiatives as service
from roadmap.service.initiatives import KIND, NewEvent, NewInitiative
from roadmap.stages import stages
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def take(row: Initiative, name: str, actor: Any, comment: str = "", **data: Any) -> None:
    service.take_initiative_step(row.id, name, actor, Ask(comment, data))


def drafted(cast: Cast) -> Initiative:
    """An initiative whose draft act is ready."""
    row = service.propose(a_plan(cast).id, NewInitiative("Отсрочка", bodies=["Минтруд России"]), cast.who("c_coord"))
    take(row, "take", cast.who("c_deputy"), ground="протокол")
    service.attach_to_initiative(row.id, Upload("записка.pdf", PDF), cast.who("c_legal"), "note")
    take(row, "draft", cast.who("c_legal"))
    return row


def way(row: Initiative) -> dict[str, str]:
    return {stage.name: stage.standing for stage in stages(row, reads.history(KIND, row.id))}


def test_the_way_shows_what_was_passed_and_where_it_left_the_road(db_session: Session) -> None:
    cast = a_cast()
    row = drafted(cast)
    found = way(row)
    assert [found[name] for name in ("proposal", "substantiation", "draft_act", "interagency")] == [
        "done", "done", "now", "next",
    ]  # fmt: skip
    take(row, "hold", cast.who("m_deputy"), "ждём")
    found = way(row)
    assert (found["draft_act"], found["on_hold"]) == ("done", "now")
    assert list(found).index("on_hold") == list(found).index("draft_act") + 1


def test_a_bill_of_deputies_skips_the_government(db_session: Session) -> None:
    cast = a_cast()
    row = service.propose(a_plan(cast).id, NewInitiative("Отсрочка"), cast.who("c_coord"))
    take(row, "take", cast.who("c_deputy"), ground="протокол")
    with pytest.raises(NotValid):
        take(row, "by_deputies", cast.who("c_coord"), number="1-8", happened_on="2026-06-20")
    take(row, "by_deputies", cast.who("c_coord"), number="1-8", happened_on="2026-06-10")
    found = way(row)
    assert (found["in_government"], found["in_duma"], found["adopted"]) == ("skipped", "now", "next")


def test_a_closed_initiative_keeps_its_words(db_session: Session) -> None:
    cast = a_cast()
    row = drafted(cast)
    take(row, "withdraw", cast.who("m_deputy"), "передумали")
    with pytest.raises(NotNow):
        service.edit_initiative(row.id, NewInitiative("Другое"), cast.who("c_coord"))
    with pytest.raises(NotValid):
        service.record_event(row.id, NewEvent(date(2026, 6, 1), "Письмо", url="javascript:x"), cast.who("c_coord"))


def test_an_initiative_is_kept_on_its_pages(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        an_item(cast, plan)
        plan_id = plan.id
    lawyer = signed_in(app, cast, "c_legal")
    sent = {"title": "Отсрочка от призыва", "acts": "53-ФЗ, статья 24\n\n273-ФЗ", "item": "9.9",
            "body.0.name": "Минтруд России", "body.0.sent": "2026-06-01", "body.4.answer": "согласовано"}  # fmt: skip
    refused = lawyer.post(f"/roadmaps/{plan_id}/initiatives/new", data=sent)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "273-ФЗ" in page
    assert "В плане нет пункта «9.9»" in page
    nameless = lawyer.post(f"/roadmaps/{plan_id}/initiatives/new", data={**sent, "item": "1.1"})
    assert "Назовите ведомство" in nameless.get_data(as_text=True)
    made = lawyer.post(f"/roadmaps/{plan_id}/initiatives/new", data={**sent, "item": "1.1", "body.4.answer": ""})
    assert made.status_code == 302
    address = made.headers["Location"]
    event = {"happened_on": "2026-07-01", "title": "Срок доклада"}
    assert lawyer.post(f"{address}/events", data=event).status_code == 422
    assert lawyer.post(f"{address}/events", data={**event, "planned": "1"}).status_code == 302
    with app.app_context():
        planned = db.session.scalars(select(InitiativeEvent)).one()
        assert db.session.scalars(select(Initiative.acts)).one() == ["53-ФЗ, статья 24", "273-ФЗ"]
    settled = {"happened_on": "2026-06-01", "month_only": "1", "title": "", "number": "П-7"}
    assert lawyer.post(f"{address}/events/{planned.id}/settle", data=settled).status_code == 302
    file = {"file": (io.BytesIO(PDF), "таблица.pdf"), "purpose": "disagreements"}
    assert lawyer.post(f"{address}/papers", data=file).status_code == 302
    page = lawyer.get(address).get_data(as_text=True)
    for words in ("Опубликованный календарь", "№ П-7", "06.2026", "таблица разногласий", "Минтруд России", "1.1"):
        assert words in page, words
    executor = signed_in(app, cast, "executor", "ministry")
    assert executor.get(f"{address}/edit").status_code == 403
    assert executor.get(f"/roadmaps/{plan_id}/initiatives/new").status_code == 403
