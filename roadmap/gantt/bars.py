"""Bars of the chart: each period of an item with its state, its fact, its forecast, its ghost; control points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import escape

from roadmap import flags
from roadmap.gantt.chart import ONE, Chart
from roadmap.states import roadmap_item


def bars(chart: Chart, places: Mapping[int, int]) -> list[str]:
    """Every period as a link with its full title; below it where it stood before."""
    rows = {row.id: row for row in chart.rows}
    labels = {name: str(state.label) for name, state in roadmap_item.states.items()}
    words = _("критический путь"), _("прогноз")
    parts: list[str] = []
    for bar in chart.bars:
        y = places[bar.item_id]
        ghost = chart.ghosts.get(bar.id)
        if ghost is not None:
            parts.append(_ghost(chart, ghost, y))
        if bar.due_on is not None:
            parts += _bar(chart, bar, rows[bar.item_id], y, labels, words)
    return parts


def _bar(chart: Chart, bar: Any, row: Any, y: int, labels: Mapping[str, str], words: tuple[str, str]) -> list[str]:
    start = min(bar.starts_on or bar.due_on, bar.due_on)
    day_alone = bar.starts_on is None
    days = flags.days_late(bar, chart.today)
    late = days is not None
    critical = row.id in chart.critical and bar.id == row.current_id
    tone = "g-late" if late else f"g-{bar.state}"
    said = [f"{row.code}. {row.title}", _days(bar.starts_on and start, bar.due_on), labels[bar.state]]
    if bar.state == "in_progress" and bar.percent:
        said.append(f"{bar.percent} %")
    said += [flags.words("overdue", days)] if late else []
    said += [words[0]] if critical else []
    forecast = bar.forecast_on if bar.forecast_on and bar.state in flags.WORKING else None
    if forecast:
        said.append(f"{words[1]} {forecast:%d.%m.%Y}")
    left, right = chart.x(start), chart.x(bar.due_on + ONE)
    period = f"?period={bar.period}" if bar.period else ""
    edge = " g-crit" if critical else ""
    inside = [_due(chart, bar.due_on, y, f"{tone}{edge}") if day_alone else _span(left, right, y, f"{tone}{edge}")]
    inside += _inside(chart, bar, start, y)
    if late and bar.state in flags.WORKING and chart.holds(bar.due_on):
        inside.append(f'<path class="g-lag" d="M{right} {y + 9.5}H{chart.x(chart.today)}"/>')
    if forecast and forecast > bar.due_on and chart.holds(forecast):
        x = chart.x(forecast + ONE)
        inside.append(f'<path class="g-cast" d="M{right} {y + 9.5}H{x}M{x} {y + 5}v9"/>')
    title = escape(". ".join(said))
    return [f'<a href="{escape(chart.urls.get(row.id, ""))}{period}"><title>{title}</title>{"".join(inside)}</a>']


def _days(start: date | None, due: date) -> str:
    return f"{start:%d.%m.%Y} – {due:%d.%m.%Y}" if start else f"{due:%d.%m.%Y}"


def _span(left: float, right: float, y: int, tone: str) -> str:
    width = max(round(right - left, 1), 3)
    return f'<rect class="g-bar {tone}" x="{left}" y="{y + 5}" width="{width}" height="9"/>'


def _due(chart: Chart, due: date, y: int, tone: str) -> str:
    """A term without a beginning: a diamond in the middle of its day, larger than a control point."""
    x = round(chart.x(due) + chart.scale / 2, 1)
    return f'<path class="g-bar g-due {tone}" d="M{x} {y + 2.5}l7 7-7 7-7-7z"/>'


def _inside(chart: Chart, bar: Any, start: date, y: int) -> list[str]:
    """How much is done, and the day it was done."""
    parts = []
    if bar.state == "in_progress" and bar.percent and bar.starts_on:
        days = int(((bar.due_on - start).days + 1) * bar.percent / 100)
        left, right = chart.x(start), chart.x(start + timedelta(days=days))
        parts.append(
            f'<rect class="g-part" x="{left}" y="{y + 8}" width="{max(round(right - left, 1), 1)}" height="3"/>'
        )
    if bar.fact_on and chart.holds(bar.fact_on):
        x = chart.x(bar.fact_on)
        parts.append(f'<line class="g-fact" x1="{x}" x2="{x}" y1="{y + 3}" y2="{y + 16}"/>')
    return parts


def _ghost(chart: Chart, ghost: tuple[date | None, date], y: int) -> str:
    start, due = ghost
    left, right = chart.x(min(start or due, due)), chart.x(due + ONE)
    title = escape(f"{chart.ghost_words}: {_days(start, due)}")
    return (
        f'<rect class="g-base" x="{left}" y="{y + 16}" width="{max(round(right - left, 1), 3)}" height="3">'
        f"<title>{title}</title></rect>"
    )


def points(chart: Chart, places: Mapping[int, int]) -> list[str]:
    """Control points as diamonds on their days."""
    parts: list[str] = []
    for row in chart.rows:
        for point in row.control_points or ():
            due = date.fromisoformat(point["due"]) if point.get("due") else None
            if due is not None and chart.holds(due):
                x, y = chart.x(due), places[row.id] + 9.5
                title = escape(f"{row.code}. {point['title']} – {due:%d.%m.%Y}")
                parts.append(f'<path class="g-point" d="M{x} {y - 5}l5 5-5 5-5-5z"><title>{title}</title></path>')
    return parts
