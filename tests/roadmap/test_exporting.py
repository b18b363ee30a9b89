"""A plan as a sheet: what is exported, and that it comes back as the same terms."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from core.documents.attachments import Upload
from core.errors import NotFound
from roadmap import exporting, service
from roadmap.models import TERMS, Dependency, Indicator, Item, ItemIndicator, ItemTerms, Roadmap
from roadmap.queries.plans import ItemSearch
from roadmap.service import NewIndicator
from tests.roadmap.builders import Cast, a_cast, a_plan, an_item, in_force
from tests.roadmap.sheets import a_sheet, good
from tests.roadmap.test_importing import brought, taken


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with clock.at(datetime(2026, 1, 20, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def cast(db_session: Any) -> Cast:
    return a_cast()


def everything(cast: Cast, plan: Roadmap) -> None:
    """Items that use every field of the terms, dates beside words that would be read otherwise, dependencies."""
    college = cast.organisations["college"]
    first = an_item(cast, plan, control_points=[
        {"title": "проект", "term": "20.02.2026", "due": "2026-02-20"},
        {"title": "подписание", "term": "до конца марта", "due": "2026-03-31"},
        {"title": "проверка", "term": "1 октября", "due": None}, {"title": "итог", "term": "", "due": None},
    ])  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"title": "=СУММА(А1)", "term_text": "до 1 мая 2026 г.", "due_on": date(2026, 9, 9), "starts_on": None},
        {"title": "Без даты\nвторая строка", "term_text": "IV квартал 2026 г.", "due_on": None, "starts_on": None},
        {"title": "Отчёт", "term_text": "ежеквартально, до 15 числа месяца, следующего за отчётным кварталом",
         "starts_on": None, "due_on": date(2026, 4, 15), "recurrence": "quarterly", "for_previous": False,
         "until_on": date(2028, 10, 15), "period_dates": {"2026-Q3": "2026-07-20", "2027-Q1": "2027-02-01"}},
        {"title": "Отчёт за период", "term_text": "", "due_on": date(2026, 4, 15), "recurrence": "quarterly",
         "starts_on": None, "for_previous": True, "until_on": date(2029, 1, 15)},
        {"title": "После первого", "term_text": "по готовности", "due_on": None, "starts_on": None,
         "after_item_id": first.id,
         "after_days": 30, "after_working": True},
        {"title": "Слова, а не срок", "term_text": "в течение 10 дней после пункта 1.1", "due_on": None,
         "starts_on": None},
        {"title": "Число", "target": Decimal("12.5"), "target_unit": "%", "organisation_id": college.id,
         "co_executors": "а; б", "co_organisations": [college.id, cast.organisations["operator"].id],
         "legal_basis": "ПП РФ № 4", "document_template": "partnership", "responsible_side": "both"},
        {"title": "Большое число", "target": Decimal("99999999999999.125"),
         "excluded": True, "responsible_side": "corporation", "unit": "", "result": ""},
    ]  # fmt: skip
    items = [first, *(an_item(cast, plan, **row) for row in rows)]
    service.add_dependency(items[1].id, items[0].id, cast.who("m_coord"), blocking=True, lag_days=5)
    service.add_dependency(items[2].id, items[1].id, cast.who("m_coord"), blocking=False, lag_days=3, lag_working=True)
    with transaction():
        db.session.add(Indicator(roadmap_id=plan.id, code="P-09", name="Соглашения", unit="ед."))
        db.session.flush()
        indicator = db.session.scalars(select(Indicator).where(Indicator.roadmap_id == plan.id)).one()
        db.session.add(ItemIndicator(item_id=items[3].id, indicator_id=indicator.id))


def said(plan: Roadmap) -> dict[str, Any]:
    """Everything a plan says of its items, by number."""
    codes = dict(db.session.execute(select(Item.id, Item.code).where(Item.roadmap_id == plan.id)).tuples().all())
    found: dict[str, Any] = {}
    for terms in db.session.scalars(select(ItemTerms).where(ItemTerms.item_id.in_(codes))):
        values = {name: getattr(terms, name) for name in TERMS}
        values["after_item_id"] = codes.get(terms.after_item_id or 0)
        found[codes[terms.item_id]] = values
    waits = db.session.scalars(select(Dependency).where(Dependency.roadmap_id == plan.id))
    found["waits"] = sorted(
        (codes[row.item_id], codes[row.after_id], row.blocking, row.lag_days, row.lag_working) for row in waits
    )
    moved = db.session.execute(
        select(ItemIndicator.item_id, Indicator.code)
        .join(Indicator, Indicator.id == ItemIndicator.indicator_id)
        .where(Indicator.roadmap_id == plan.id)
    )
    found["moves"] = sorted((codes[row.item_id], row.code) for row in moved)
    found["sections"] = [(section.number, section.title) for section in plan.sections]
    return found


MEASURED = ("code", "name", "unit", "direction", "aggregation", "breakdowns", "baseline", "baseline_note", "source")


def measured(plan: Roadmap) -> list[tuple[Any, ...]]:
    rows = db.session.scalars(select(Indicator).where(Indicator.roadmap_id == plan.id).order_by(Indicator.code))
    return [tuple(getattr(row, name) for name in MEASURED) for row in rows]


def cells(book: bytes) -> list[tuple[str, list[list[Any]]]]:
    sheets = load_workbook(io.BytesIO(book)).worksheets
    return [(sheet.title, [[cell.value for cell in row] for row in sheet]) for sheet in sheets]


@pytest.mark.parametrize("known", [True, False])
def test_what_goes_out_comes_back_into_a_draft_as_the_same_terms(cast: Cast, known: bool) -> None:
    """Whether the draft has the indicators already or takes them from the file."""
    plan = a_plan(cast)
    everything(cast, plan)
    content = exporting.edition_sheet(cast.who("m_coord"), plan.id, 1)
    other = a_plan(cast, title="другой")
    if known:
        with transaction():
            db.session.add(Indicator(roadmap_id=other.id, code="P-09", name="Соглашения", unit="ед."))
    run = brought(cast, Upload("План.xlsx", content), other)
    assert run.faults == []
    assert [one["code"] for one in run.preview["indicators"]] == ([] if known else ["P-09"])
    taken(cast, run)
    assert said(other) == said(plan)
    assert cells(exporting.edition_sheet(cast.who("m_coord"), other.id, 1)) == cells(content)


def test_a_new_plan_takes_its_indicators_out_of_the_file(cast: Cast) -> None:
    plan = a_plan(cast)
    everything(cast, plan)
    full = NewIndicator(
        "S-01",
        "Доля выпускников",
        "%",
        "to_100",
        "average",
        ("organisation", "region"),
        "61.5",
        "2025 год",
        "форма СПО-1",
    )
    service.add_indicator(plan.id, full, cast.who("m_coord"))
    content = exporting.edition_sheet(cast.who("m_coord"), plan.id, 1)
    run = brought(cast, Upload("План.xlsx", content))
    assert (run.faults, [one["code"] for one in run.preview["indicators"]]) == ([], ["P-09", "S-01"])
    other = taken(cast, run)
    assert measured(other) == measured(plan)
    assert said(other) == said(plan)
    assert cells(exporting.edition_sheet(cast.who("m_coord"), other.id, 1)) == cells(content)


def test_an_indicator_the_file_defines_wrongly_is_told_with_its_sheet(cast: Cast) -> None:
    plan = a_plan(cast)
    everything(cast, plan)
    book = load_workbook(io.BytesIO(exporting.edition_sheet(cast.who("m_coord"), plan.id, 1)))
    sheet = book["Показатели"]
    sheet.append(["P-10", "Кластеры", "", "вбок"])
    sheet.append(["P-11", "Кластеры", ""])
    sheet.append(["p-09", "Ещё раз", "ед."])
    out = io.BytesIO()
    book.save(out)
    run = brought(cast, Upload("План.xlsx", out.getvalue()))
    assert [(fault["row"], fault["column"], fault["message"]) for fault in run.faults] == [
        (1, "лист «Показатели»", "строка 3: нет такого значения: «вбок»"),
        (1, "лист «Показатели»", "строка 4: Укажите единицу"),
        (1, "лист «Показатели»", "строка 5: показатель p-09 назван дважды"),
    ]


def test_no_indicator_of_a_file_is_left_out_in_silence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_plan(cast)
    everything(cast, plan)
    content = exporting.edition_sheet(cast.who("m_coord"), plan.id, 1)
    monkeypatch.setattr("roadmap.importing.measured.MOST", 0)
    (fault, *_rest) = brought(cast, Upload("План.xlsx", content)).faults
    assert (fault["column"], fault["message"]) == ("лист «Показатели»", "строка 2: показателей больше 0")


def test_a_sheet_imported_exported_and_imported_says_the_same(cast: Cast) -> None:
    plan = taken(cast, brought(cast, a_sheet(good())))
    content = exporting.shown_sheet(cast.who("m_coord"), plan.id, ItemSearch())
    again = taken(cast, brought(cast, Upload("План.xlsx", content)))
    assert again.id != plan.id
    assert said(again) == said(plan)


def test_the_sheet_is_filtered_as_the_page_is_and_holds_real_dates_and_no_formula(cast: Cast) -> None:
    plan = a_plan(cast)
    everything(cast, plan)
    in_force(cast, plan)
    content = exporting.shown_sheet(cast.who("c_coord"), plan.id, ItemSearch(side="ministry"))
    book = load_workbook(io.BytesIO(content))
    sheet, _measured, guide = book.worksheets
    assert (sheet.title, guide.title, sheet.freeze_panes) == ("План", "Как заполнять", "A2")
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert set(rows) == {"1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}
    heads = [cell.value for cell in sheet[1]]
    cell = rows["1.2"][heads.index("Срок (дата)")]
    assert (cell.value, cell.is_date) == (datetime(2026, 9, 9), True)  # noqa: DTZ001 — a day of a sheet has no zone
    title = rows["1.2"][heads.index("Мероприятие")]
    assert (title.value, title.data_type) == ("=СУММА(А1)", "s")
    assert any("P-09" in str(row[0].value) for row in guide.iter_rows())
    late = exporting.shown_sheet(cast.who("c_coord"), plan.id, ItemSearch(q="Отчёт"), "csv").decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(late), delimiter=";"))
    assert [line[0] for line in lines] == ["№ п/п", "1.4", "1.5"]


def test_an_executor_exports_his_own_items_and_a_stranger_nothing(cast: Cast) -> None:
    plan = a_plan(cast)
    everything(cast, plan)
    in_force(cast, plan)
    college = cast.people["college", "college"]
    sheet = load_workbook(io.BytesIO(exporting.shown_sheet(college, plan.id, ItemSearch()))).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["1.8"]
    with pytest.raises(NotFound):
        exporting.edition_sheet(college, plan.id, 1)
    hidden = a_plan(cast, title="другой")
    with pytest.raises(NotFound):
        exporting.shown_sheet(college, hidden.id, ItemSearch())


def test_the_blank_form_has_the_headings_the_import_knows(cast: Cast) -> None:
    sheet = load_workbook(io.BytesIO(exporting.blank())).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    run = brought(cast, a_sheet([heads, ["1.1", "1. Раздел", "Дело", "до 1 мая 2026 г.", *[""] * 8, "Совместно"]]))
    assert run.faults == []
    assert len(run.mapping) == len(heads)
