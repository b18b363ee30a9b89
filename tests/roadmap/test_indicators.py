"""Indicators: three values that never mix, figures made of their rows, corrections that stay in the history."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from apiflask import APIFlask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import scoped_session

from core import clock
from core.db import db
from core.documents.attachments import Upload
from core.errors import NotAllowed, NotFound, NotNow, NotValid
from roadmap import service
from roadmap.models import Indicator, IndicatorValue
from roadmap.queries import measures
from roadmap.queries.indicators import aggregate, standing
from roadmap.service import NewIndicator, NewValue
from tests.roadmap.builders import PDF, Cast, a_cast, a_plan, an_item, in_force
from tests.roadmap.test_pages import signed_in

Session = scoped_session[Any]


@pytest.fixture(autouse=True)
def in_june() -> Any:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        yield


def an_indicator(cast: Cast, **fields: Any) -> Indicator:
    """An indicator of a plan in force in which the college works."""
    plan = a_plan(cast)
    an_item(cast, plan, organisation_id=cast.organisations["college"].id)
    in_force(cast, plan)
    values: dict[str, Any] = {"code": "P-01", "name": "Обучающиеся", "unit": "чел.", **fields}
    return service.add_indicator(plan.id, NewIndicator(**values), cast.who("m_coord"))


def test_each_part_is_declared_by_its_own_and_confirmed_by_another(db_session: Session) -> None:
    cast = a_cast()
    row = an_indicator(cast)
    college = cast.organisations["college"].id
    own = NewValue("2026-Q1", "declared", "120", organisation_id=college, region_code="59", speciality="15.02.16")
    with pytest.raises(NotAllowed):
        service.record_value(row.id, NewValue("2026-Q1", "declared", "9"), cast.who("college", "college"))
    kept = service.record_value(row.id, own, cast.who("college", "college"), Upload("сведения.pdf", PDF))
    assert kept.attachment_id is not None
    with pytest.raises(NotAllowed):
        service.record_value(
            row.id, NewValue("2026-Q1", "verified", "118", organisation_id=college), cast.who("college", "college")
        )
    checked = NewValue("2026-Q1", "verified", "118", organisation_id=college, region_code="59", speciality="15.02.16")
    service.record_value(row.id, checked, cast.who("c_coord"))
    found = measures.measure(cast.who("m_coord"), row.id)
    for by, label in (("organisation", cast.organisations["college"].short_name), ("region", "59"),
                      ("speciality", "15.02.16"), ("period", "I квартал 2026 г.")):  # fmt: skip
        (cell,) = measures.breakdown(found, 2026, by)
        assert (cell.label, cell.declared, cell.verified, cell.gap) == (label, Decimal(120), Decimal(118), Decimal(2))
    with pytest.raises(NotFound):
        measures.measure(cast.who("operator", "operator"), row.id)


def test_a_correction_is_a_new_row_and_the_old_one_stays(db_session: Session) -> None:
    cast = a_cast()
    row = an_indicator(cast)
    for value in ("100", "110"):
        service.record_value(row.id, NewValue("2026", "declared", value), cast.who("m_coord"))
    found = measures.measure(cast.who("c_coord"), row.id)
    assert [(one.row.value, one.standing) for one in found.values] == [(Decimal(110), True), (Decimal(100), False)]
    assert measures.year(found, 2026).declared == Decimal(110)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("period", "I квартал"), ("period", "2031"), ("period", "0000"), ("region_code", "5"), ("region_code", "пм"),
        ("speciality", "15.2.16"), ("speciality", "15.02.12"), ("value", "много"), ("kind", "fact"),
        ("organisation_id", 999999), ("as_of", date(2026, 6, 16)),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(db_session: Session, field: str, value: Any) -> None:
    cast = a_cast()
    row = an_indicator(cast)
    given_value: dict[str, Any] = {"period": "2026", "kind": "declared", "value": "1"}
    with pytest.raises(NotValid) as refusal:
        service.record_value(row.id, NewValue(**{**given_value, field: value}), cast.who("m_coord"))
    assert field in refusal.value.fields or field == "value"


def test_a_replaced_code_was_right_in_its_time(db_session: Session) -> None:
    cast = a_cast()
    row = an_indicator(cast)
    old = NewValue("2025", "declared", "5", speciality="15.02.12")
    assert service.record_value(row.id, old, cast.who("m_coord")).speciality == "15.02.12"


def test_targets_are_set_by_year_and_only_what_changed_is_written(db_session: Session) -> None:
    cast = a_cast()
    row = service.add_indicator(a_plan(cast).id, NewIndicator("P-01", "Обучающиеся", "чел."), cast.who("m_coord"))
    assert service.set_targets(row.id, {2026: "2 500", 2027: "2700", 2028: ""}, "план", cast.who("m_coord")) == 2
    assert service.set_targets(row.id, {2026: "2500", 2027: "2800"}, "план", cast.who("m_coord")) == 1
    with pytest.raises(NotValid) as refusal:
        service.set_targets(row.id, {2026: "много"}, "план", cast.who("m_coord"))
    assert "target-2026" in refusal.value.fields
    with pytest.raises(NotAllowed):
        service.set_targets(row.id, {2026: "1"}, "план", cast.who("m_legal"))


def test_an_indicator_is_edited_but_its_rule_stands_once_it_has_values(db_session: Session) -> None:
    cast = a_cast()
    row = an_indicator(cast)
    other = NewIndicator("P-02", "Иначе", "чел.", aggregation="as_of", breakdowns=("region",), baseline="10")
    edited = service.edit_indicator(row.id, other, row.version, cast.who("c_coord"))
    assert (edited.code, edited.aggregation, edited.baseline) == ("P-02", "as_of", Decimal(10))
    with pytest.raises(NotNow):
        service.edit_indicator(row.id, other, edited.version - 1, cast.who("c_coord"))
    service.record_value(row.id, NewValue("2026", "declared", "5"), cast.who("m_coord"))
    with pytest.raises(NotNow, match="уже есть значения"):
        service.edit_indicator(row.id, NewIndicator("P-02", "Иначе", "ед."), None, cast.who("c_coord"))
    with pytest.raises(NotValid) as refusal:
        service.edit_indicator(row.id, NewIndicator(" ", "", "", "вбок"), None, cast.who("c_coord"))
    assert refusal.value.fields.keys() == {"code", "name", "unit", "direction"}


def value(period: str, figure: int | None, organisation: int | None = None, number: int = 0) -> IndicatorValue:
    return IndicatorValue(
        id=number,
        period=period,
        kind="declared",
        value=None if figure is None else Decimal(figure),
        not_provided=figure is None,
        organisation_id=organisation,
        region_code="",
        speciality="",
        as_of=date(2026, 1, 1),
    )


def test_nothing_is_counted_twice() -> None:
    quarters = [value("2026-Q1", 10, 1), value("2026-Q2", 20, 1), value("2026-Q1", 5, 2)]
    assert aggregate("sum_year", quarters) == 35
    assert aggregate("sum_year", [*quarters, value("2026", 33, 1)]) == 38
    assert aggregate("sum_year", [*quarters, value("2026", 40)]) == 40
    assert (
        aggregate("cumulative", [value("2026-Q1", 10, 1, 1), value("2026-Q2", 30, 1, 2), value("2026-Q1", 5, 2, 3)])
        == 35
    )
    assert aggregate("average", quarters) == Decimal(35) / 3
    assert aggregate("none", quarters) is None
    assert aggregate("sum_year", [value("2026", None)]) is None


FIGURES = st.lists(
    st.tuples(st.sampled_from(["2026-Q1", "2026-Q2", "2026-Q3"]), st.sampled_from([1, 2, 3]),
              st.one_of(st.none(), st.integers(0, 10**6))),
    max_size=12, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(rows=FIGURES)
def test_the_parts_of_a_year_add_up_to_it_and_nothing_is_not_zero(rows: list[tuple[str, int, int | None]]) -> None:
    values = [value(period, figure, organisation) for period, organisation, figure in rows]
    total = aggregate("sum_year", values)
    parts = [aggregate("sum_year", [one for one in values if one.organisation_id == number]) for number in (1, 2, 3)]
    known = [part for part in parts if part is not None]
    assert total == (sum(known) if known else None)
    assert (total is None) == all(figure is None for _period, _organisation, figure in rows)


def test_the_pages_of_an_indicator(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
        row_id = service.add_indicator(plan_id, NewIndicator("P-01", "Обучающиеся", "чел."), cast.who("m_coord")).id
        seed = service.add_indicator(plan_id, NewIndicator("S-03", "Билет", "чел."), cast.who("m_coord"))
        service.set_targets(seed.id, {2026: "64000"}, "план", cast.who("m_coord"))
    client = signed_in(app, cast, "c_coord")
    form = {"period": "2026-Q1", "kind": "declared", "value": "1250", "region_code": "59", "source": "форма 1"}
    files = {"evidence": (io.BytesIO(PDF), "форма.pdf")}
    path = f"/indicators/{row_id}/values"
    assert client.post(path, data={**form, **files}, content_type="multipart/form-data").status_code == 302
    refused = client.post(path, data={**form, "region_code": "5"})
    assert refused.status_code == 422
    assert 'value="1250"' in refused.get_data(as_text=True)
    targets = {"target-2026": "2500", "source": "план"}
    assert client.post(f"/indicators/{row_id}/targets", data=targets).status_code == 302
    page = client.get(f"/indicators/{row_id}?year=2026&by=region").get_data(as_text=True)
    assert "1\u00a0250" in page
    assert "2\u00a0500" in page
    assert '<svg class="bars"' in page
    link = page.split(f'href="/indicators/{row_id}/files/')[1].split('"')[0]
    assert client.get(f"/indicators/{row_id}/files/{link}").data == PDF
    listed = client.get(f"/roadmaps/{plan_id}/indicators?year=2026").get_data(as_text=True)
    assert "66\u00a0500" not in listed
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/roadmaps/{plan_id}/indicators.xlsx?year=2026").data))
    cells = [cell.value for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert 64000 in cells
    assert 66500 not in cells
    made = {"code": "S-09", "name": "Наставники", "unit": "чел.", "aggregation": "as_of", "direction": "up"}
    new_path = f"/roadmaps/{plan_id}/indicators/new"
    refused = client.post(new_path, data={**made, "unit": ""})
    assert refused.status_code == 422
    assert "Наставники</textarea>" in refused.get_data(as_text=True)
    answer = client.post(new_path, data={**made, "breakdowns": ["region", "period"]})
    assert answer.status_code == 302
    edit = f"{answer.headers['Location']}/edit"
    assert 'value="S-09"' in client.get(edit).get_data(as_text=True)
    assert client.post(edit, data={**made, "version": "1", "unit": "ед."}).status_code == 302
    assert client.post(edit, data={**made, "version": "1", "unit": "шт."}).status_code == 409


def test_indicators_by_api(app: APIFlask) -> None:
    with app.app_context():
        cast = a_cast()
        plan_id = a_plan(cast).id
        row_id = service.add_indicator(plan_id, NewIndicator("P-01", "Обучающиеся", "чел."), cast.who("m_coord")).id
    client = signed_in(app, cast, "m_coord")
    path = f"/api/v1/indicators/{row_id}"
    assert client.put(f"{path}/targets", json={"targets": {"2026": "2500"}}).status_code == 200
    told = client.post(
        f"{path}/values", json={"period": "2026-Q1", "kind": "declared", "value": "7", "region_code": "59"}
    )
    assert told.status_code == 201
    assert [one["kind"] for one in told.get_json()["values"]] == ["declared", "plan"]
    cells = client.get(f"{path}/breakdown?year=2026&by=region").get_json()["items"]
    assert {one["key"]: one["declared"] for one in cells} == {"": None, "59": "7.000"}
    listed = client.get(f"/api/v1/roadmaps/{plan_id}/indicators?year=2026").get_json()
    assert [(one["code"], one["plan"], one["verified"]) for one in listed["items"]] == [("P-01", "2500.000", None)]
    new = {"code": "P-09", "name": "Кластеры", "unit": "ед."}
    made = client.post(f"/api/v1/roadmaps/{plan_id}/indicators", json=new)
    assert made.status_code == 201
    assert client.put(f"/api/v1/indicators/{made.get_json()['id']}", json={**new, "unit": "шт."}).status_code == 200
    assert client.post(f"/api/v1/roadmaps/{plan_id}/indicators", json=new).status_code == 422
    with app.app_context():
        assert [one.code for one in standing(cast.who("m_coord"), plan_id, "2026")] == ["P-01", "P-09"]
        db.session.remove()
