"""Plan values of indicators: typed into a draft, and once the plan is approved moved by both sides alone."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import docx
import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import scoped_session

from core import audit, clock
from core.audit import AuditRecord
from core.db import db
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from core.workflow import Ask
from roadmap import queries, service
from roadmap.documents import changes as documents
from roadmap.documents.report import indicators as reported
from roadmap.models import Indicator, IndicatorValue, Roadmap
from roadmap.queries.changes import ruling_edition
from roadmap.queries.indicators import standing
from roadmap.service import NewChange, NewIndicator, NewValue
from roadmap.service import reports as report_service
from roadmap.service.changes import take_change_step
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, edition_of, in_force
from tests.roadmap.test_changes import approved
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]
JUNE = datetime(2026, 6, 15, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(JUNE):
        yield


def planned(cast: Cast, ruling: bool = True) -> tuple[Roadmap, Indicator]:
    """A plan that plans 2 500 for 2026 by an indicator, in force unless said otherwise."""
    plan = a_plan(cast)
    an_item(cast, plan)
    row = service.add_indicator(plan.id, NewIndicator("P-01", "Обучающиеся", "чел."), cast.who("m_coord"))
    service.set_targets(row.id, {2026: "2500"}, "план", cast.who("m_coord"))
    if ruling:
        in_force(cast, plan)
    return plan, row


def asked(row: Indicator, value: Any, period: str = "2026", **part: Any) -> NewChange:
    return NewChange("plan_value", {"indicator_id": row.id, "period": period, "value": value, **part}, "вырос набор")


def shown(cast: Cast, plan: Roadmap, on: date | None = None) -> Decimal | None:
    (line,) = standing(cast.who("m_coord"), plan.id, "2026", on)
    return line.plan


def test_no_side_alone_types_over_an_approved_plan_value(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    for side in ("ministry", "corporation"):
        actor = cast.coordinator(side)
        with pytest.raises(NotNow) as refusal:
            service.set_targets(row.id, {2026: "9000"}, "план", actor)
        assert [reason.code for reason in refusal.value.reasons] == ["plan_value_by_both"]
        assert "запрос" in str(refusal.value.reasons[0])
        whole, new_year, silent = (
            NewValue(*one) for one in (("2026", "plan", "9000"), ("2027", "plan", "1"), ("2026", "plan", None, True))
        )
        for new in (whole, new_year, silent, NewValue("2026-Q1", "plan", "1", region_code="59")):
            with pytest.raises(NotNow):
                service.record_value(row.id, new, actor)
    assert shown(cast, plan) == 2500
    assert db_session.scalars(select(IndicatorValue.value)).all() == [Decimal(2500)]


def test_what_lies_on_the_desks_of_approval_is_not_typed_over_either(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast, ruling=False)
    edition = edition_of(plan)
    service.set_targets(row.id, {2026: "2600"}, "план", cast.who("c_coord"))
    service.take_edition_step(edition.id, "submit_internal", cast.who("m_coord"), Ask())
    with pytest.raises(NotNow) as refusal:
        service.set_targets(row.id, {2026: "9000"}, "план", cast.who("c_coord"))
    assert "на согласовании" in str(refusal.value.reasons[0])
    assert shown(cast, plan) == 2600


def test_a_plan_value_moves_by_both_sides_and_the_next_edition(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    request = service.draft_change(plan.id, asked(row, "2 700"), cast.who("c_coord"))
    was, now = request.changes["plan_value"]
    assert (was["value"], now["value"], now["code"], now["period"]) == ("2500", "2700", "P-01", "2026")
    take_change_step(request.id, "submit", cast.who("c_coord"), Ask())
    take_change_step(request.id, "to_other", cast.who("c_coord"), Ask())
    with pytest.raises(NotAllowed):
        take_change_step(request.id, "approve", cast.who("c_coord"), Ask())
    take_change_step(request.id, "approve", cast.who("m_coord"), Ask())
    assert shown(cast, plan) == 2500
    ruling = ruling_edition(cast.who("m_coord"), plan.id)
    assert ruling is not None
    found = documents.next_edition(ruling)
    phrase = "Плановое значение: показатель P-01 «Обучающиеся» – установить: 2026 год: 2\u00a0700 чел."
    assert [documents.phrase(one, "") for one in found.changes] == [phrase]
    paper = docx.Document(io.BytesIO(documents.preview_of(found)))
    cells = [cell.text for table in paper.tables for line in table.rows for cell in line.cells]
    assert any("2\u00a0500 чел." in text for text in cells)
    assert any("показатель P-01" in paragraph.text for paragraph in paper.paragraphs)
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    assert shown(cast, plan) == 2500
    with clock.at(datetime(2026, 8, 10, 9, tzinfo=UTC)):
        second = in_force(cast, plan, 2, "П-2")
        assert shown(cast, plan) == 2700
        assert shown(cast, plan, date(2026, 6, 30)) == 2500
        assert shown(cast, plan, date(2026, 8, 10)) == 2700
        report = report_service.open_report(plan.id, "2026-Q2", cast.who("m_coord"))
        assert [one["plan"] for one in reported(report)] == ["2\u00a0500"]
        later = report_service.open_report(plan.id, "2026-Q3", cast.who("m_coord"))
        assert [one["plan"] for one in reported(later)] == ["2\u00a0700"]
    values = db_session.scalars(select(IndicatorValue).order_by(IndicatorValue.id)).all()
    assert [(one.value, one.as_of) for one in values] == [
        (Decimal(2500), date(2026, 6, 15)), (Decimal(2700), date(2026, 8, 10)),
    ]  # fmt: skip
    assert "№ П-2" in values[1].source
    for pair, turned in (((edition_of(plan, 1).id, second.id), False), ((second.id, edition_of(plan, 1).id), True)):
        (difference,) = queries.compare(*pair)
        ((field, before, after),) = difference.fields
        assert (difference.code, field) == ("P-01", "plan_value")
        assert (before["value"], after["value"]) == (("2700", "2500") if turned else ("2500", "2700"))
    told = db_session.scalars(select(AuditRecord).where(AuditRecord.subject_kind == "indicator")).all()
    assert told[-1].data == {"period": "2026", "kind": "plan", "value": "2700", "change": 1, "edition": 2}
    assert audit.verify() is None


def test_a_value_never_planned_and_a_part_of_one_are_asked_for_too(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    college = cast.organisations["college"]
    approved(cast, plan.id, asked(row, "30", "2026-Q3", organisation_id=college.id, region_code="59"))
    approved(cast, plan.id, asked(row, "2900", "2027"), side="ministry")
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("c_coord"), Ask())
    in_force(cast, plan, 2, "П-2")
    rows = db_session.scalars(select(IndicatorValue).order_by(IndicatorValue.id)).all()[1:]
    assert [(one.period, one.value, one.organisation_id, one.region_code) for one in rows] == [
        ("2026-Q3", Decimal(30), college.id, "59"), ("2027", Decimal(2900), None, ""),
    ]  # fmt: skip
    assert shown(cast, plan) == 2500


def test_requests_that_stand_on_an_older_plan_value_do_not_pass(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    approved(cast, plan.id, asked(row, "2700"))
    second = approved(cast, plan.id, asked(row, "2800"), side="ministry")
    ruling = ruling_edition(cast.who("m_coord"), plan.id)
    assert ruling is not None
    assert [one.number for one in documents.next_edition(ruling).stale] == [second.number]
    with pytest.raises(NotNow) as refusal:
        service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    assert [reason.code for reason in refusal.value.reasons] == ["change_is_current"]
    take_change_step(second.id, "withdraw", cast.who("m_coord"), Ask())
    service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    in_force(cast, plan, 2, "П-2")
    assert shown(cast, plan) == 2700


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", ""), ("value", "много"), ("value", "2500,0"), ("period", "2031"), ("period", "лето"),
        ("region_code", "5"), ("speciality", "15.2"), ("organisation_id", 999999), ("organisation_id", "все"),
        ("indicator_id", "x"), ("title", "Иное"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused_at_its_field(db_session: Session, field: str, value: Any) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    values = {"indicator_id": row.id, "period": "2026", "value": "2700", field: value}
    with pytest.raises(NotValid) as refusal:
        service.draft_change(plan.id, NewChange("plan_value", values, "надо"), cast.who("m_coord"))
    assert list(refusal.value.fields) == [field]


def test_a_request_is_of_its_own_plan_and_of_a_coordinator(db_session: Session) -> None:
    cast = a_cast()
    plan, row = planned(cast)
    other = service.add_indicator(a_plan(cast).id, NewIndicator("P-02", "Чужой", "ед."), cast.who("m_coord"))
    with pytest.raises(NotFound):
        service.draft_change(plan.id, asked(other, "1"), cast.who("m_coord"))
    with pytest.raises(NotAllowed):
        service.draft_change(plan.id, asked(row, "1"), cast.who("executor", "ministry"))
    with pytest.raises(NotNow):
        service.draft_change(other.roadmap_id, asked(other, "1"), cast.who("m_coord"))


def test_the_pages_lead_from_the_indicator_to_the_request(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, row = planned(cast)
        row_id, plan_id = row.id, plan.id
    client = signed_in(app, cast, "c_coord")
    page = client.get(f"/indicators/{row_id}").get_data(as_text=True)
    assert "плановое значение меняется только запросом" in page
    assert 'name="target-2026"' not in page
    assert '<option value="plan"' not in page
    path = f"/roadmaps/{plan_id}/changes/plan-value"
    assert f"{path}?indicator={row_id}&amp;period=2026" in page
    assert client.post(f"/indicators/{row_id}/targets", data={"target-2026": "1"}).status_code == 409
    form = client.get(f"{path}?indicator={row_id}&period=2026").get_data(as_text=True)
    assert f'<option selected value="{row_id}">' in form
    assert "2\u00a0500" in form
    assert client.get(f"{path}?indicator=x&period=0000-01").status_code == 200
    sent = {"indicator_id": row_id, "period": "2026", "value": "много", "organisation_id": "", "reason": "вырос набор"}
    refused = client.post(path, data=sent)
    assert refused.status_code == 422
    assert 'value="много"' in refused.get_data(as_text=True)
    made = client.post(path, data={**sent, "value": "2 700"})
    assert made.status_code == 302
    told = client.get(made.headers["Location"]).get_data(as_text=True)
    assert "2026 год: 2\u00a0500 чел." in told
    assert "2026 год: 2\u00a0700 чел." in told
    assert "P-01. Обучающиеся" in client.get(f"/roadmaps/{plan_id}/changes").get_data(as_text=True)
    assert "Запрос № 1" in client.get(f"/indicators/{row_id}").get_data(as_text=True)
    assert path in client.get(f"/roadmaps/{plan_id}/changes/new").get_data(as_text=True)
    with app.app_context():
        approved(cast, plan_id, asked(db.session.get_one(Indicator, row_id), "2800"))
    ahead = client.get(f"/roadmaps/{plan_id}/next-edition").get_data(as_text=True)
    assert "установить: 2026 год: 2\u00a0800 чел." in ahead
    with app.app_context():
        plan = db.session.get_one(Roadmap, plan_id)
        service.take_edition_step(edition_of(plan).id, "start_amendment", cast.who("m_coord"), Ask())
    compared = client.get(f"/roadmaps/{plan_id}/compare?first=1&second=2").get_data(as_text=True)
    assert "2026 год: 2\u00a0800 чел." in compared


def test_a_plan_value_is_asked_for_by_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan, row = planned(cast)
        row_id, plan_id = row.id, plan.id
    client = signed_in(app, cast, "m_coord")
    path = f"/api/v1/indicators/{row_id}"
    assert client.put(f"{path}/targets", json={"targets": {"2026": "9000"}}).status_code == 409
    assert client.post(f"{path}/values", json={"period": "2026", "kind": "plan", "value": "9000"}).status_code == 409
    told = client.get(path).get_json()
    assert "запросом на изменение" in told["plan_by_request"]
    values = {"indicator_id": row_id, "period": "2026", "value": "2700.5"}
    sent = {"kind": "plan_value", "values": values, "reason": "вырос набор"}
    made = client.post(f"/api/v1/roadmaps/{plan_id}/changes", json=sent)
    assert made.status_code == 201
    assert made.get_json()["changes"]["plan_value"][1]["value"] == "2700.5"
    listed = client.get(f"/api/v1/roadmaps/{plan_id}/changes").get_json()["items"]
    assert [(one["code"], one["indicator"]) for one in listed] == [(None, "P-01")]
    assert client.post(f"/api/v1/roadmaps/{plan_id}/changes", json={**sent, "values": {}}).status_code == 404
