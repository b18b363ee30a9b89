"""The chart of a plan as our own SVG: attributes and classes only, no style, no script; links stay links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from roadmap.periods import shift

SCALE = {"month": 6.0, "quarter": 2.4, "year": 1.0}
"""Pixels a day."""
NAMES, ROW, HEAD = 320, 22, 34
LETTERS = 46
"""As many letters of a title fit beside the chart; the whole stands in the link's title."""


@dataclass(frozen=True)
class Chart:
    """What is drawn: the window of days, the scale, the lines from top to bottom."""

    start: date
    end: date
    zoom: str
    today: date
    rows: Sequence[Any]
    bars: Sequence[Any]
    edges: Sequence[tuple[int, int]]
    urls: Mapping[int, str] = field(default_factory=dict)

    def x(self, day: date) -> float:
        """The left edge of a day; days outside the window stick to its edges."""
        inside = min(max(day, self.start), self.end)
        return round(NAMES + (inside - self.start).days * SCALE[self.zoom], 1)

    @property
    def width(self) -> int:
        return int(self.x(self.end)) + 12

    def holds(self, day: date | None) -> bool:
        return day is not None and self.start <= day <= self.end


def draw(chart: Chart) -> Markup:
    """The chart. `rows` are queries.spans.chart_items, `bars` their periods, `edges` (before, after)."""
    lines, places, height = _layout(chart)
    parts = [
        f'<svg class="gantt" role="group" aria-label="{escape(_("Диаграмма плана"))}" width="{chart.width}" '
        f'height="{height}" viewBox="0 0 {chart.width} {height}" xmlns="http://www.w3.org/2000/svg">',
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0 6 3 0 6z" class="g-tip"/></marker></defs>',
        *_grid(chart, height),
        *lines,
        *_bars(chart, places),
        *_edges(chart, places),
        *_today(chart, height),
        "</svg>",
    ]
    return Markup("\n".join(parts))  # noqa: S704 — every text in it went through escape()


def _layout(chart: Chart) -> tuple[list[str], dict[int, int], int]:
    """Names on the left, headings of sections between them; item id → the top of its line."""
    lines: list[str] = []
    places: dict[int, int] = {}
    y, section = HEAD, None
    for row in chart.rows:
        if row.section != section:
            section = row.section
            lines.append(f'<rect class="g-sec" x="0" y="{y}" width="{chart.width}" height="{ROW}"/>')
            lines.append(f'<text class="g-h" x="6" y="{y + 15}">{row.section}. {escape(row.section_title)}</text>')
            y += ROW
        places[row.id] = y
        lines.append(_name(chart, row, y))
        y += ROW
    return lines, places, y + 8


def _name(chart: Chart, row: Any, y: int) -> str:
    title = row.title if len(row.title) <= LETTERS else row.title[: LETTERS - 1].rstrip() + "…"
    mark = ' class="g-off"' if row.excluded else ""
    return (
        f'<a href="{escape(chart.urls.get(row.id, ""))}"{mark}><title>{row.code}. {escape(row.title)}</title>'
        f'<text x="6" y="{y + 15}">{row.code} {escape(title)}</text></a>'
    )


def _grid(chart: Chart, height: int) -> list[str]:
    """A line for each month (quarter, year) with its name on top."""
    step = {"month": 1, "quarter": 3, "year": 12}[chart.zoom]
    day = chart.start.replace(month=(chart.start.month - 1) // step * step + 1, day=1)
    parts = []
    while day <= chart.end:
        if day >= chart.start:
            x = chart.x(day)
            parts.append(f'<line class="g-line" x1="{x}" x2="{x}" y1="{HEAD - 10}" y2="{height}"/>')
        parts.append(f'<text class="g-cap" x="{chart.x(day) + 4}" y="18">{_caption(day, chart.zoom)}</text>')
        day = shift(day, step)
    return parts


def _caption(day: date, zoom: str) -> str:
    if zoom == "month":
        return f"{day.month:02d}.{day.year}"
    if zoom == "quarter":
        return f"{('I', 'II', 'III', 'IV')[(day.month - 1) // 3]} {day.year}"
    return str(day.year)


def _bars(chart: Chart, places: Mapping[int, int]) -> list[str]:
    parts: list[str] = []
    for row in chart.rows:
        y = places[row.id]
        if row.base_due and row.base_due != row.terms_due:
            parts.append(_rect("g-base", chart, row.base_start or row.base_due, row.base_due, y + 15, 4))
        for point in row.control_points:
            due = date.fromisoformat(point["due"]) if point.get("due") else None
            if due is not None and chart.holds(due):
                parts.append(_diamond(chart, due, y + 11, f"{point['title']} – {due:%d.%m.%Y}"))
    for bar in chart.bars:
        parts += _bar(chart, bar, places[bar.item_id])
    return parts


def _bar(chart: Chart, bar: Any, y: int) -> list[str]:
    start = bar.starts_on or bar.due_on
    late = bar.state not in ("done", "not_done", "excluded") and bar.due_on < chart.today
    tone = "g-late" if late else f"g-{bar.state}"
    parts = [_rect(f"g-bar {tone}", chart, start, bar.due_on, y + 5, 9, f"{start:%d.%m.%Y} – {bar.due_on:%d.%m.%Y}")]
    if bar.state == "in_progress" and bar.percent:
        days = int((bar.due_on - start).days * bar.percent / 100)
        parts.append(_rect("g-part", chart, start, start + timedelta(days=days), y + 8, 3))
    if bar.fact_on and chart.holds(bar.fact_on):
        x = chart.x(bar.fact_on)
        parts.append(f'<line class="g-fact" x1="{x}" x2="{x}" y1="{y + 3}" y2="{y + 16}"/>')
    return parts


def _rect(name: str, chart: Chart, start: date, end: date, y: int, height: int, title: str = "") -> str:
    left = chart.x(start)
    width = max(round(chart.x(end) - left, 1), 3)
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="{name}" x="{left}" y="{y}" width="{width}" height="{height}">{inner}</rect>'


def _diamond(chart: Chart, day: date, y: int, title: str) -> str:
    x = chart.x(day)
    return f'<path class="g-point" d="M{x} {y - 5}l5 5-5 5-5-5z"><title>{escape(title)}</title></path>'


def _edges(chart: Chart, places: Mapping[int, int]) -> list[str]:
    """From the end of the one before to the beginning of the one after."""
    ends: dict[int, float] = {}
    starts: dict[int, float] = {}
    for bar in chart.bars:
        ends.setdefault(bar.item_id, chart.x(bar.due_on))
        starts.setdefault(bar.item_id, chart.x(bar.starts_on or bar.due_on))
    parts = []
    for before, after in chart.edges:
        if before in ends and after in starts:
            parts.append(_arrow(ends[before], places[before] + 9, starts[after], places[after] + 9))
    return parts


def _arrow(x1: float, y1: int, x2: float, y2: int) -> str:
    """Out to the right, down (or up) between the lines, in from the left."""
    turn = y2 - 11 if y2 > y1 else y2 + 11
    return f'<path class="g-edge" marker-end="url(#tip)" d="M{x1} {y1}h6V{turn}H{x2 - 8}V{y2}h8"/>'


def _today(chart: Chart, height: int) -> list[str]:
    if not chart.holds(chart.today):
        return []
    x = chart.x(chart.today)
    return [
        f'<line class="g-today" x1="{x}" x2="{x}" y1="22" y2="{height}"/>',
        f'<text class="g-now" x="{x + 3}" y="30">{escape(_("сегодня"))}</text>',
    ]
