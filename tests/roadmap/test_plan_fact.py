"""Plan against fact: the first promise, the present one, the fact; each shift with who asked, why, and its edition."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from apiflask import APIFlask
from sqlalchemy import select

from core import clock
from core.db import db
from core.workflow import Ask
from roadmap import queries, service
from roadmap.models import TERMS, Edition, Item, ItemTerms
from roadmap.queries.fact import fact_list
from roadmap.service import NewChange
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force, occurrence_of, presented, step
from tests.roadmap.test_pages import counted, signed_in


@pytest.fixture(autouse=True)
def in_february() -> Any:
    with clock.at(datetime(2026, 2, 2, 9, tzinfo=UTC)):
        yield


def a_moved_plan(cast: Cast) -> int:
    """1.1 was moved from March to June by a request of the ministry and is done in May; 1.2 is quarterly, its second
    period moved; 1.3 stays and is late; 1.4 has an open request."""
    plan = a_plan(cast)
    moved = an_item(cast, plan, title="Перенесённое", due_on=date(2026, 3, 31))
    often = an_item(
        cast, plan, title="Ежеквартальное", recurrence="quarterly", starts_on=None, due_on=date(2026, 4, 15)
    )
    an_item(cast, plan, title="Опоздавшее", due_on=date(2026, 4, 30))
    asked = an_item(cast, plan, title="Обсуждаемое", due_on=date(2026, 12, 1))
    in_force(cast, plan)
    for item, values in (
        (moved, {"due_on": "2026-06-30", "term_text": "до 30 июня 2026 г."}),
        (often, {"period_dates": {"2026-Q3": "2026-07-31"}}),
    ):
        apply_later(cast, plan.id, item.id, values)
    edition = edition_of(plan)
    service.take_edition_step(edition.id, "start_amendment", cast.who("m_coord"), Ask())
    in_force(cast, plan, 2, "П-2")
    service.draft_change(
        plan.id, NewChange("term", {"due_on": "2026-12-20"}, "нет средств", asked.id), cast.who("c_coord")
    )
    with clock.at(datetime(2026, 5, 20, 9, tzinfo=UTC)):
        row = presented(cast, occurrence_of(moved))
        step(row, "accept", cast.who("m_coord"))
        step(occurrence_of(moved), "confirm", cast.who("c_coord"))
    return plan.id


def apply_later(cast: Cast, plan: int, item: int, values: dict[str, Any]) -> None:
    """A request of the ministry that the corporation approves."""
    row = service.draft_change(plan, NewChange("term", values, "", item), cast.who("m_coord"))
    service.take_change_step(row.id, "submit", cast.who("m_coord"), Ask("поставщик задержал станки"))
    service.take_change_step(row.id, "to_other", cast.who("m_coord"), Ask())
    service.take_change_step(row.id, "approve", cast.who("c_coord"), Ask())


def test_the_line_tells_both_promises_the_fact_and_who_asked(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_moved_plan(cast)
        actor = cast.who("m_coord")
        with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
            lines = {
                (one.row.code, one.row.period): one for one in fact_list(actor, queries.plan_head(actor, plan)).items
            }
            line = lines["1.1", ""]
            assert (line.baseline, line.current, line.fact) == (date(2026, 3, 31), date(2026, 6, 30), date(2026, 5, 20))
            assert (line.slip, line.against_current, line.moved) == (50, -41, 91)
            assert line.working_slip == 34
            reason = line.reasons[0]
            assert (reason.side, reason.edition, reason.was, reason.now) == (
                "ministry", 2, date(2026, 3, 31), date(2026, 6, 30),
            )  # fmt: skip
            assert reason.reason == "поставщик задержал станки"
            often = lines["1.2", "2026-Q3"]
            assert (often.baseline, often.current) == (date(2026, 7, 15), date(2026, 7, 31))
            assert [one.now for one in often.reasons] == [date(2026, 7, 31)]
            assert not lines["1.2", "2026-Q2"].reasons
            late = lines["1.3", ""]
            assert (late.slip, late.fact, late.expected) == (46, None, date(2026, 6, 15))
            assert lines["1.4", ""].reasons[0].edition is None


def test_the_page_the_workbook_and_the_api_agree(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_moved_plan(cast)
    client = signed_in(app, cast, "m_coord")
    with counted(app) as asked:
        text = client.get(f"/roadmaps/{plan}/plan-fact").get_data(as_text=True)
    assert len(asked) <= 6, asked
    assert "31.03.2026" in text
    assert "поставщик задержал станки" in text
    assert "редакция 2" in text
    assert "+50" in text
    moved = client.get(f"/roadmaps/{plan}/plan-fact?which=moved").get_data(as_text=True)
    assert "Перенесённое" in moved
    assert "Опоздавшее" not in moved
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/roadmaps/{plan}/plan-fact.xlsx").data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    line = next(row for row in rows if row[0] == "1.1")
    assert line[10:13] == (50, 34, -41)
    assert "поставщик задержал станки" in str(line[13])
    listed = client.get(f"/api/v1/roadmaps/{plan}/plan-fact").json["items"]  # type: ignore[index]
    assert [one["slip"] for one in listed if one["code"] == "1.1"] == [50]
    assert len(listed) == len(rows) - 1


def test_the_chart_lays_the_first_edition_under_this_one(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan = a_moved_plan(cast)
    text = signed_in(app, cast, "m_coord").get(f"/roadmaps/{plan}/gantt").get_data(as_text=True)
    assert "по редакции 1: 19.01.2026 – 31.03.2026" in text
    assert text.count('class="g-base"') == 2


def test_comparing_reads_only_what_changed_and_misses_nothing(app: APIFlask) -> None:
    """The same as laying every item of both editions side by side."""
    with app.app_context():
        cast = a_cast()
        plan = a_moved_plan(cast)
        one, two = (
            {row.item_id: row for row in db.session.scalars(select(ItemTerms).where(ItemTerms.edition_id == edition))}
            for edition in edition_ids(plan)
        )
        differing = {
            item: {name for name in TERMS if getattr(one[item], name) != getattr(two[item], name)} for item in one
        }
        found = queries.compare(*edition_ids(plan))
        assert len(found) == 2
        codes = dict(db.session.execute(select(Item.code, Item.id)).tuples().all())
        assert {codes[d.code]: {name for name, _was, _now in d.fields} for d in found} == {
            item: names for item, names in differing.items() if names
        }


def edition_ids(plan: int) -> list[int]:
    return list(db.session.scalars(select(Edition.id).where(Edition.roadmap_id == plan).order_by(Edition.number)))
