"""The chart drawn: three pictures that share their lines – names, days, bars – so that names and days stay in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from roadmap.gantt.bars import bars, points
from roadmap.gantt.chart import HEAD, NAMES, ROW, Chart, fitted
from roadmap.gantt.edges import edges
from roadmap.periods import ROMAN, shift

LETTERS = 47
"""As many letters of a title fit beside the chart; the whole stands in the link's title."""
TODAY = 124
"""Pixels of «сегодня, 28.11.2026»."""
XMLNS = 'xmlns="http://www.w3.org/2000/svg"'


@dataclass(frozen=True)
class Drawn:
    """The three pictures, and how small they are printed (percent)."""

    names: Markup
    days: Markup
    bars: Markup
    print_scale: int


def draw(chart: Chart) -> Drawn:
    """The chart. Every text in it went through escape()."""
    names, bands, places, height = _layout(chart)
    inside = [
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0 6 3 0 6z" class="g-tip"/></marker><marker id="tip-crit" viewBox="0 0 6 6" refX="6" refY="3" '
        'markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0 6 3 0 6z" class="g-tip-crit"/></marker></defs>',
        *bands,
        *_grid(chart, height),
        *edges(chart, places),
        *bars(chart, places),
        *points(chart, places),
        *_today(chart, height),
    ]
    return Drawn(
        _svg("g-names", _("Мероприятия"), NAMES, height, names),
        _svg("g-days", "", chart.width, HEAD, _captions(chart)),
        _svg("gantt", _("Диаграмма плана"), chart.width, height, inside),
        fitted(chart.width, height),
    )


def _svg(name: str, label: str, width: int, height: int, parts: list[str]) -> Markup:
    about = f'role="group" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    opening = (
        f'<svg class="{name}" {about} width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMinYMin" {XMLNS}>'
    )
    return Markup("\n".join([opening, *parts, "</svg>"]))  # noqa: S704 — every text in it went through escape()


def _layout(chart: Chart) -> tuple[list[str], list[str], dict[int, int], int]:
    """Names, bands of sections, item id → the top of its line, the height."""
    names: list[str] = []
    bands: list[str] = []
    places: dict[int, int] = {}
    y, section = 0, None
    for row in chart.rows:
        if row.section != section:
            section = row.section
            bands.append(f'<rect class="g-sec" x="0" y="{y}" width="{chart.width}" height="{ROW}"/>')
            names.append(f'<rect class="g-sec" x="0" y="{y}" width="{NAMES}" height="{ROW}"/>')
            heading = f"{row.section}. {_short(row.section_title, LETTERS - 2)}"
            names.append(f'<text class="g-h" x="6" y="{y + 15}">{escape(heading)}</text>')
            y += ROW
        places[row.id] = y
        names.append(_name(chart, row, y))
        y += ROW
    return names, bands, places, y + 4


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip(" ,;:–-") + "…"


def _name(chart: Chart, row: Any, y: int) -> str:
    late = bool(getattr(row, "late", False)) and not row.excluded
    mark = ' class="g-off"' if row.excluded else ' class="g-l"' if late else ""
    title = _short(row.title, LETTERS - len(row.code) - (3 if late else 0))
    sign = f'<text class="g-bang" x="{NAMES - 12}" y="{y + 15}">!</text>' if late else ""
    words = f" ({_('просрочено')})" if late else ""
    return (
        f'<a href="{escape(chart.urls.get(row.id, ""))}"{mark}><title>{row.code}. {escape(row.title)}{words}</title>'
        f'<text x="6" y="{y + 15}">{row.code} {escape(title)}</text></a>{sign}'
    )


def _marks(chart: Chart) -> list[date]:
    """The first days of the months, quarters, half-years or years that have a line."""
    step = chart.step
    day = chart.start.replace(month=(chart.start.month - 1) // step * step + 1, day=1)
    found = []
    while day <= chart.end:
        found.append(day)
        day = shift(day, step)
    return found


def _grid(chart: Chart, height: int) -> list[str]:
    return [
        f'<line class="g-line{" g-year" if day.month == 1 else ""}" x1="{chart.x(day)}" x2="{chart.x(day)}" '
        f'y1="0" y2="{height}"/>'
        for day in _marks(chart)
        if day >= chart.start
    ]


def _captions(chart: Chart) -> list[str]:
    """Two lines: years above, their parts below; today's day in its place."""
    parts = []
    marks = _marks(chart)
    for index, day in enumerate(marks):
        x = chart.x(day)
        if day.month == 1 or not index:
            parts.append(f'<text class="g-cap g-capy" x="{x + 4}" y="13">{day.year}</text>')
        if chart.step < 12:
            parts.append(f'<text class="g-cap" x="{x + 4}" y="29">{_caption(day, chart.step)}</text>')
        parts.append(f'<line class="g-line" x1="{x}" x2="{x}" y1="18" y2="{HEAD}"/>')
    if chart.holds(chart.today):
        parts += _today_caption(chart)
    return parts


def _today_caption(chart: Chart) -> list[str]:
    x = chart.x(chart.today)
    left = x > chart.width - TODAY or any(0 <= chart.x(day) - x < TODAY for day in _marks(chart) if day.month == 1)
    left = left and x > TODAY
    place = f'x="{x - 4}" text-anchor="end"' if left else f'x="{x + 4}"'
    words = _("сегодня, %(day)s", day=f"{chart.today:%d.%m.%Y}")
    return [
        f'<rect class="g-nowbox" x="{x - TODAY if left else x}" y="1" width="{TODAY}" height="16"/>',
        f'<text class="g-now" {place} y="13">{escape(words)}</text>',
        f'<line class="g-today" x1="{x}" x2="{x}" y1="4" y2="{HEAD}"/>',
    ]


def _caption(day: date, step: int) -> str:
    if step == 1:
        return str(_month_names()[day.month - 1])
    if step == 3:
        return str(_("%(quarter)s кв.", quarter=ROMAN[(day.month - 1) // 3]))
    return str(_("%(half)s пол.", half=ROMAN[(day.month - 1) // 6]))


def _month_names() -> tuple[str, ...]:
    return (
        _("янв"), _("фев"), _("мар"), _("апр"), _("май"), _("июн"),
        _("июл"), _("авг"), _("сен"), _("окт"), _("ноя"), _("дек"),
    )  # fmt: skip


def _today(chart: Chart, height: int) -> list[str]:
    if not chart.holds(chart.today):
        return []
    x = chart.x(chart.today)
    return [f'<line class="g-today" x1="{x}" x2="{x}" y1="0" y2="{height}"/>']


Places = Mapping[int, int]
