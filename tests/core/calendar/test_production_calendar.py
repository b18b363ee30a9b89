"""The working days of 2025, 2026 and 2027 against the official production calendars of the five-day week.

Sources: Labour Code, articles 95 and 112; the Government's decrees on days off:
2025: постановление Правительства Российской Федерации от 04.10.2024 № 1335 «О переносе выходных дней в 2025 году»;
2026: постановление Правительства Российской Федерации от 24.09.2025 № 1466 «О переносе выходных дней в 2026 году»;
2027: постановление Правительства Российской Федерации от 17.09.2026 № 1187 «О переносе выходных дней в 2027 году».
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.calendar import russia

WORKING_DAYS = {
    2025: (17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22),
    2026: (15, 19, 21, 22, 19, 21, 23, 21, 22, 22, 20, 22),
    2027: (15, 19, 22, 22, 19, 21, 22, 22, 22, 21, 20, 22),
}

DAYS_OFF = {
    # New Year, then every other weekday that is off, as (month, day).
    2025: "01-01 01-02 01-03 01-06 01-07 01-08 05-01 05-02 05-08 05-09 06-12 06-13 11-03 11-04 12-31",
    2026: "01-01 01-02 01-05 01-06 01-07 01-08 01-09 02-23 03-09 05-01 05-11 06-12 11-04 12-31",
    2027: "01-01 01-04 01-05 01-06 01-07 01-08 02-22 02-23 03-08 05-03 05-10 06-14 11-04 11-05 12-31",
}

WORKING_WEEKENDS = {2025: "11-01", 2026: "", 2027: "02-20"}

RESTS = [
    # Spells of days off in a row, first and last, as the calendars show them.
    (date(2024, 12, 29), date(2025, 1, 8)),
    (date(2025, 5, 1), date(2025, 5, 4)),
    (date(2025, 5, 8), date(2025, 5, 11)),
    (date(2025, 6, 12), date(2025, 6, 15)),
    (date(2025, 11, 2), date(2025, 11, 4)),
    (date(2025, 12, 31), date(2026, 1, 11)),
    (date(2026, 2, 21), date(2026, 2, 23)),
    (date(2026, 3, 7), date(2026, 3, 9)),
    (date(2026, 5, 1), date(2026, 5, 3)),
    (date(2026, 5, 9), date(2026, 5, 11)),
    (date(2026, 6, 12), date(2026, 6, 14)),
    (date(2026, 11, 4), date(2026, 11, 4)),
    (date(2026, 12, 31), date(2027, 1, 10)),
    (date(2027, 2, 21), date(2027, 2, 23)),
    (date(2027, 3, 6), date(2027, 3, 8)),
    (date(2027, 5, 1), date(2027, 5, 3)),
    (date(2027, 5, 8), date(2027, 5, 10)),
    (date(2027, 6, 12), date(2027, 6, 14)),
    (date(2027, 11, 4), date(2027, 11, 7)),
]

ONE = timedelta(days=1)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + ONE * index for index in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def on(year: int, text: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in text.split()}


@pytest.mark.parametrize("year", WORKING_DAYS)
def test_each_month_has_its_official_number_of_working_days(year: int) -> None:
    counted = [sum(russia.is_working(day) for day in days_of(year) if day.month == month) for month in range(1, 13)]
    assert tuple(counted) == WORKING_DAYS[year]
    assert sum(counted) == 247


@pytest.mark.parametrize("year", DAYS_OFF)
def test_exactly_the_official_weekdays_are_off(year: int) -> None:
    off = {day for day in days_of(year) if day.weekday() < 5 and not russia.is_working(day)}
    assert off == on(year, DAYS_OFF[year])


@pytest.mark.parametrize("year", WORKING_WEEKENDS)
def test_exactly_the_transferred_saturdays_are_working(year: int) -> None:
    working = {day for day in days_of(year) if day.weekday() >= 5 and russia.is_working(day)}
    assert working == on(year, WORKING_WEEKENDS[year])


@pytest.mark.parametrize(("first", "last"), RESTS)
def test_a_rest_lasts_from_its_first_to_its_last_day(first: date, last: date) -> None:
    assert russia.is_working(first - ONE)
    assert russia.is_working(last + ONE)
    assert russia.between(first - ONE, last) == 0
    assert not any(russia.is_working(first + ONE * index) for index in range((last - first).days + 1))


def test_counting_between_two_days_agrees_with_counting_one_by_one() -> None:
    start = date(2025, 12, 20)
    for length in (0, 1, 12, 13, 40, 366, 500):
        end = start + ONE * length
        assert russia.between(start, end) == sum(russia.is_working(start + ONE * step) for step in range(1, length + 1))


def test_a_year_without_a_decree_is_provisional() -> None:
    assert russia.is_published(2027)
    assert not russia.is_published(2040)
