"""The production calendar of the five-day week as the law and the yearly decrees make it. Pure: no database.

Holidays and their moves: Labour Code of the Russian Federation, article 112, and the Government's decree of each year
«О переносе выходных дней», both as kept by the package `holidays`.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import holidays
from holidays.countries.russia import RussiaStaticHolidays

ONE = timedelta(days=1)
SATURDAY = 5


@lru_cache(maxsize=32)
def _year(year: int) -> tuple[frozenset[date], dict[date, str]]:
    """The working days of a year, and the names of its days off that are not plain weekends."""
    off = holidays.country_holidays("RU", years=year, language="ru")
    days = [date(year, 1, 1) + ONE * index for index in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    working = {day for day in days if day not in off and (day.weekday() < SATURDAY or day in off.weekend_workdays)}
    return frozenset(working), {day: str(name) for day, name in off.items()}


@lru_cache(maxsize=32)
def _counted(year: int) -> tuple[int, ...]:
    """Working days from the first of January to each day of the year, that day included."""
    working, _names = _year(year)
    first = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    return tuple(accumulate(int(first + ONE * index in working) for index in range(length)))


def is_working(day: date) -> bool:
    """Whether `day` is a working day by the law and the decrees."""
    return day in _year(day.year)[0]


def name(day: date) -> str:
    """What a day off is called, or ""."""
    return _year(day.year)[1].get(day, "")


def since_new_year(day: date) -> int:
    """Working days of the year up to `day`, included."""
    return _counted(day.year)[day.timetuple().tm_yday - 1]


def between(after: date, until: date) -> int:
    """Working days in (after, until]; `until` is not earlier than `after`."""
    total = since_new_year(until) - since_new_year(after)
    return total + sum(_counted(year)[-1] for year in range(after.year, until.year))


def is_published(year: int) -> bool:
    """Whether the decree on the days off of that year is known; before it the calendar is provisional."""
    known = sorted(RussiaStaticHolidays.special_public_holidays)
    return bisect_right(known, year) > 0 and year <= known[-1]
