"""The chart of an indicator: own SVG, three values a year beside the target; the same figures stand in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from roadmap.queries.measures import Figures

WIDTH, HEIGHT, BASE, TOP, BAR, GROUP = 720, 220, 190, 14, 26, 120


@dataclass(frozen=True)
class Bar:
    """A column of the chart in its own units."""

    kind: str
    x: int
    y: int
    height: int
    value: Decimal


@dataclass(frozen=True)
class Group:
    """A year: where it stands, its columns, and the height of its target (None where nothing is planned)."""

    label: str
    x: int
    bars: list[Bar]
    target: int | None
    plan: Decimal | None


@dataclass(frozen=True)
class Chart:
    """Everything the picture needs."""

    width: int
    height: int
    base: int
    groups: list[Group]
    scale: list[tuple[int, Decimal]]
    """(height, figure) of the lines across."""


def chart(years: Sequence[Figures]) -> Chart:
    """Declared and verified columns of each year with the target as a line over both."""
    most = max(
        (value for one in years for value in (one.plan, one.declared, one.verified) if value), default=Decimal(1)
    )
    top = _round_up(most)

    def at(value: Decimal) -> int:
        return BASE - int(max(value, Decimal(0)) / top * (BASE - TOP))

    groups = []
    for index, one in enumerate(years):
        x = 70 + index * GROUP
        bars = [
            Bar(kind, x + place * (BAR + 4), at(value), BASE - at(value), value)
            for place, (kind, value) in enumerate((("declared", one.declared), ("verified", one.verified)))
            if value is not None
        ]
        groups.append(Group(one.label, x, bars, at(one.plan) if one.plan is not None else None, one.plan))
    lines = [(at(top * part / 4), top * part / 4) for part in range(5)]
    return Chart(max(WIDTH // 2, 70 + len(years) * GROUP), HEIGHT, BASE, groups, lines)


def _round_up(value: Decimal) -> Decimal:
    """The next figure of the kind 1, 2, 4, 5, 8, 10 × a power of ten."""
    power = Decimal(10) ** value.adjusted()
    return next(
        step * power
        for step in (Decimal(1), Decimal(2), Decimal(4), Decimal(5), Decimal(8), Decimal(10))
        if step * power >= value
    )
