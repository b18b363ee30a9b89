"""A row of a plan's table: its terms, and every fault at its own column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roadmap.periods import label
from roadmap.rows import AMBIGUOUS, BY_NAME, Before, Formula, Known, known, read_row
from roadmap.rows.cells import before_text, befores_of, days_after_of, days_after_text, period_key

KNOWN = Known(
    date(2026, 1, 1),
    date(2028, 12, 31),
    {"минпросвещения россии": "ministry", "гк «ростех»": "corporation"},
    {"пермский авиационный техникум": 7, "5906000000": 7, "колледж связи": AMBIGUOUS, "ирпо": 9},
    {"p-09", "s-01"},
)
FULL: dict[str, Any] = {
    "number": "2.3",
    "title": "Заключение соглашений о партнёрстве в кластерах",
    "term_text": "до 1 декабря каждого года",
    "responsible_side": "Корпорация",
    "unit": "холдинги",
    "organisation": "Пермский авиационный техникум",
    "co_executors": "РОИВ; базовые колледжи",
    "result": "Заключены соглашения",
    "document_kind": "соглашение о партнёрстве",
    "control_points": "проекты – 1 октября; подписание – 01.12.2026",
    "legal_basis": "ПП РФ № 4",
    "indicators": "P-09; s-01",
    "target": "12,5",
    "target_unit": "соглашений",
    "depends": "1.3; 2.1 +5 дней; 2.2 (не блокирует)",
}


@pytest.fixture(scope="module", autouse=True)
def _words() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="ru")
    with app.test_request_context():
        yield


def faults(**cells: Any) -> dict[str, str]:
    return {fault.column: fault.message for fault in read_row(FULL | cells, KNOWN, 5).faults}


def test_a_full_row_becomes_an_item() -> None:
    row = read_row(FULL, KNOWN, 5)
    assert row.faults == []
    assert (row.section, row.place, row.code) == (2, 3, "2.3")
    assert row.terms == {
        "title": "Заключение соглашений о партнёрстве в кластерах",
        "term_text": "до 1 декабря каждого года",
        "starts_on": None,
        "due_on": date(2026, 12, 1),
        "until_on": None,
        "recurrence": "yearly",
        "for_previous": False,
        "responsible_side": "corporation",
        "unit": "холдинги",
        "organisation_id": 7,
        "co_executors": "РОИВ; базовые колледжи",
        "result": "Заключены соглашения",
        "document_kind": "соглашение о партнёрстве",
        "control_points": [
            {"title": "проекты", "term": "1 октября", "due": None},
            {"title": "подписание", "term": "01.12.2026", "due": "2026-12-01"},
        ],
        "legal_basis": "ПП РФ № 4",
        "target": Decimal("12.5"),
        "target_unit": "соглашений",
    }
    assert row.indicators == ["p-09", "s-01"]
    assert row.depends == [Before("1.3"), Before("2.1", 5), Before("2.2", 0, False)]


def test_columns_of_dates_win_over_the_words() -> None:
    row = read_row(FULL | {"starts_on": datetime(2026, 4, 1), "due_on": "15.11.2026"}, KNOWN)  # noqa: DTZ001
    assert (row.terms["starts_on"], row.terms["due_on"]) == (date(2026, 4, 1), date(2026, 11, 15))
    assert row.terms["recurrence"] == "yearly"
    assert [note.column for note in row.notes] == ["due_on"]


def test_an_empty_column_of_dates_leaves_the_words_and_a_dash_takes_the_date_away() -> None:
    assert read_row(FULL | {"due_on": None}, KNOWN).terms["due_on"] == date(2026, 12, 1)
    assert read_row(FULL | {"due_on": "–"}, KNOWN).terms["due_on"] is None


def test_a_start_alone_goes_beside_the_due_day_of_the_words() -> None:
    row = read_row(FULL | {"starts_on": "01.04.2026"}, KNOWN)
    assert (row.terms["starts_on"], row.terms["due_on"]) == (date(2026, 4, 1), date(2026, 12, 1))


def test_a_few_cells_are_read_for_themselves() -> None:
    assert read_row({"title": "Новое"}, KNOWN).terms == {"title": "Новое"}
    assert read_row({"recurrence": "ежегодно"}, KNOWN).terms == {"recurrence": "yearly"}
    assert read_row({"due_on": "01.06.2026"}, KNOWN).terms == {"due_on": date(2026, 6, 1)}
    assert read_row({"responsible_side": "Ростех"}, KNOWN).terms == {"responsible_side": "corporation"}


@pytest.mark.parametrize(
    ("text", "side", "unit"),
    [
        ("Минпросвещения России", "ministry", ""),
        ("Министерство", "ministry", ""),
        ("Корпорация", "corporation", ""),
        ("Госкорпорация «Ростех»", "corporation", ""),
        ("Совместно", "both", ""),
        ("Минпросвещения России, Корпорация", "both", "Минпросвещения России, Корпорация"),
        ("Правовой департамент Корпорации", "corporation", "Правовой департамент Корпорации"),
        ("Минпросвещения России (Департамент СПО)", "ministry", "Минпросвещения России (Департамент СПО)"),
    ],
)
def test_the_side_is_read_from_whom_the_column_of_executors_names(text: str, side: str, unit: str) -> None:
    row = read_row({"title": "Т", "unit": text}, KNOWN)
    assert row.faults == []
    assert (row.terms["responsible_side"], row.terms["unit"]) == (side, unit)


@pytest.mark.parametrize("text", ["Минобороны России", "Министерство обороны", "РОИВ", "ИРПО; колледжи"])
def test_who_is_no_side_of_the_plan_is_a_fault(text: str) -> None:
    assert "неизвестна" in faults(responsible_side=text)["responsible_side"]


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("number", "2", "раздел.номер"),
        ("number", "2.0", "раздел.номер"),
        ("title", "  ", "не заполнено"),
        ("title", "а" * 4001, "длиннее 4000"),
        ("title", "строка\x00", "управляющий"),
        ("title", Formula("=A1"), "формула"),
        ("result", "#REF!", "ошибка Excel"),
        ("term_text", "31.02.2026", "нет такой даты"),
        ("term_text", "до 1 июня 2031 г.", "вне периода плана"),
        ("due_on", "30.02.2026", "нет такой даты"),
        ("due_on", "скоро", "не распознана"),
        ("due_on", "01.06.2025", "вне периода плана"),
        ("starts_on", "02.12.2026", "раньше начала"),
        ("until_on", "01.01.2026", "раньше первого"),
        ("recurrence", "иногда", "нет такой повторяемости"),
        ("responsible_side", None, "не указано"),
        ("organisation", "Завод «Икс»", "нет в справочнике"),
        ("organisation", "Колледж связи", "несколько организаций"),
        ("co_organisations", "ИРПО; Завод «Икс»", "нет в справочнике"),
        ("control_points", "проект – 31.02.2026", "нет такой даты"),
        ("indicators", "P-09, Q-1", "показателя нет в плане: Q-1"),
        ("target", "двенадцать", "нужно число"),
        ("depends", "2.3", "2.3 → 2.3"),
        ("depends", "после всего", "номер"),
        ("depends", "1.1; 1.1", "дважды"),
        ("excluded", "возможно", "«да» или «нет»"),
        ("period_dates", "когда-нибудь", "период – дата"),
        ("after_days", "много", "число дней"),
        ("after_code", "1.2", "сколько дней"),
    ],
)
def test_every_fault_is_told_at_its_column(column: str, cell: Any, says: str) -> None:
    found = faults(**{column: cell})
    where = "due_on" if column == "starts_on" and says == "раньше начала" else column
    where = where if where in found else "term_text"
    assert says in found.pop(where)
    assert found == {}


def test_a_report_on_the_last_period_may_be_due_after_the_plan() -> None:
    row = read_row({"title": "Отчёт", "term_text": "ежеквартально, до 20 числа месяца, следующего за отчётным",
                    "responsible_side": "Совместно"}, KNOWN)  # fmt: skip
    assert row.faults == []
    assert row.terms["until_on"] == date(2029, 1, 20)


def test_moved_days_of_periods_are_read() -> None:
    row = read_row(FULL | {"period_dates": "II квартал 2026 г. – 20.07.2026; 2027 год – 01.11.2027"}, KNOWN)
    assert row.terms["period_dates"] == {"2026-Q2": "2026-07-20", "2027": "2027-11-01"}


@pytest.mark.parametrize("key", ["2026", "2026-H2", "2026-Q3", *(f"2026-{month:02d}" for month in range(1, 13))])
def test_a_period_is_known_by_its_key_and_by_the_name_it_is_shown_under(key: str) -> None:
    assert (period_key(key), period_key(label(key))) == (key, key)


def test_what_an_item_waits_for_is_read_and_written_back() -> None:
    text = "1.3; 2.1 +5 дней; 2.2 (не блокирует); 2.4 +3 рабочих дней; 3.1 +1 раб. день (не блокирует)"
    found = befores_of(text)
    assert found == [
        Before("1.3"), Before("2.1", 5), Before("2.2", 0, False), Before("2.4", 3, True, True),
        Before("3.1", 1, False, True),
    ]  # fmt: skip
    assert befores_of("; ".join(map(before_text, found))) == found
    assert days_after_of(days_after_text(30, True)) == (30, True)


def test_headings_of_official_forms_are_known() -> None:
    for heading, name in {
        "№ п/п": "number", "Наименование мероприятия": "title", "Срок исполнения": "term_text",
        "Ответственные исполнители": "unit", "Соисполнители": "co_executors", "Ожидаемый результат": "result",
        "Вид документа": "document_kind", "СРОК РЕАЛИЗАЦИИ:": "term_text", "Примечание": "",
    }.items():  # fmt: skip
        assert known(heading) == name


CELLS = st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(), st.dates(), st.booleans(),
                  st.sampled_from(["2.3", "01.06.2026", "ежегодно", "Корпорация", "P-09", "–", "2.1 +3"]))  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(BY_NAME)), CELLS))
def test_no_row_breaks_the_reading_and_a_fault_names_a_column_that_is_there(cells: dict[str, Any]) -> None:
    row = read_row(cells, KNOWN, 9)
    for fault in row.faults:
        assert fault.row == 9
        assert fault.column in cells
        assert fault.message
