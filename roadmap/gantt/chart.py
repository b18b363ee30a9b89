"""The chart: what is drawn, over which days, at which scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

SCALE = {"month": 6.0, "quarter": 2.4, "year": 1.0}
"""Pixels a day; «fit» takes what the page leaves."""
ZOOMS = ("fit", "month", "quarter", "year")
FIT = 1040
"""Pixels the days take beside the names on a page of 1440."""
NAMES, ROW, HEAD = 340, 22, 36
ONE = timedelta(days=1)

Ghost = tuple[date | None, date]


@dataclass(frozen=True)
class Chart:
    """What is drawn: the window of days, the scale, the lines from top to bottom."""

    start: date
    end: date
    zoom: str
    today: date
    rows: Sequence[Any]
    """queries.spans.chart_items"""
    bars: Sequence[Any]
    """queries.spans.bars: the periods of the rows"""
    edges: Sequence[Any] = ()
    """(before, after, blocking) of items"""
    urls: Mapping[int, str] = field(default_factory=dict)
    ghosts: Mapping[int, Ghost] = field(default_factory=dict)
    """Where an occurrence stood before (the baseline, or the plan before «что, если»), by its id."""
    ghost_words: str = ""
    critical: frozenset[int] = frozenset()

    @property
    def scale(self) -> float:
        if self.zoom == "fit":
            return min(FIT / max((self.end - self.start).days + 1, 1), SCALE["month"])
        return SCALE[self.zoom]

    def x(self, day: date) -> float:
        """The left edge of a day; days outside the window stick to its edges."""
        inside = min(max(day, self.start), self.end + ONE)
        return round((inside - self.start).days * self.scale, 1)

    @property
    def width(self) -> int:
        return int(self.x(self.end + ONE)) + 12

    def holds(self, day: date | None) -> bool:
        return day is not None and self.start <= day <= self.end

    @property
    def step(self) -> int:
        """Months between the lines of the grid: as fine as their names have room."""
        for months in (1, 3, 6, 12):
            if months * 30 * self.scale >= 52:
                return months
        return 12


def window(period_start: date, period_end: date, zoom: str, year: int | None, today: date) -> tuple[date, date]:
    """Months show a year (the one asked for, else this one); the others the whole plan and a month for what is late."""
    if zoom != "month":
        return period_start.replace(day=1), period_end + timedelta(days=31)
    shown = year or min(max(today.year, period_start.year), period_end.year)
    return date(shown, 1, 1), date(shown, 12, 31)


STEPS = tuple(range(100, 15, -5))
PAPER = (1500, 840)
"""Pixels of an A3 page, landscape, inside its margins and below the heading."""
ONE_PAGE = 70
"""Lines that are made to fit on one page; a longer chart goes on over pages at the width of one."""


def fitted(width: int, height: int) -> int:
    """How small the chart is printed so that it fits A3, in percent: one of STEPS."""
    share = PAPER[0] / (NAMES + width)
    if height <= ONE_PAGE * ROW:
        share = min(share, PAPER[1] / max(height + HEAD, 1))
    return next((step for step in STEPS if step <= share * 100), STEPS[-1])
