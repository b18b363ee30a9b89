"""Dependencies on the chart: thin lines that turn between the rows, under the bars; the names stand apart from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roadmap.gantt.chart import ONE, ROW, Chart
from roadmap.graph import same_turn


def edges(chart: Chart, places: Mapping[int, int], span: tuple[int, int]) -> list[str]:
    """From the end of the one before to the beginning of the one after, at their present periods: those that touch
    the pixels from `span[0]` down to `span[1]`.
    """
    bars = _present(chart)
    parts: list[str] = []
    plain: list[str] = []
    for edge in chart.edges:
        before, after = bars.get(edge.before), bars.get(edge.after)
        if before is None or after is None or not same_turn(before, after):
            continue
        over, under = sorted((places[edge.before], places[edge.after]))
        if over >= span[1] or under + ROW <= span[0]:
            continue
        critical = edge.before in chart.critical and edge.after in chart.critical
        first = min(after.starts_on or after.due_on, after.due_on)
        line = _line(chart.x(before.due_on + ONE), places[edge.before] + 9.5, chart.x(first), places[edge.after] + 9.5)
        (parts if critical else plain).append(_path(line, critical, bool(edge.blocking)))
    return plain + parts


def _present(chart: Chart) -> dict[int, Any]:
    """The present period of each item; the first one in sight where that is elsewhere."""
    current = {row.id: row.current_id for row in chart.rows}
    found: dict[int, Any] = {}
    for bar in chart.bars:
        if bar.due_on is not None and (bar.item_id not in found or current.get(bar.item_id) == bar.id):
            found[bar.item_id] = bar
    return found


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    """Out to the right and straight down where there is room; else along the gap above (below) the line it leads to."""
    if x2 >= x1 + 12:
        return f"M{x1} {y1}h5V{y2}H{x2}"
    turn = y2 - ROW / 2 + 1 if y2 > y1 else y2 + ROW / 2 - 1
    return f"M{x1} {y1}h5V{turn}H{max(x2 - 7, 1)}V{y2}H{x2}"


def _path(line: str, critical: bool, blocking: bool) -> str:
    name, tip = ("g-edge g-ecrit", "tip-crit") if critical else ("g-edge" if blocking else "g-edge g-soft", "tip")
    return f'<path class="{name}" marker-end="url(#{tip})" d="{line}"/>'
