"""The chart drawn: three pictures that share their lines – names, days, bars – so that names and days stay in sight.

A chart longer than a page is drawn in parts: one below another on a screen, a page of A3 each on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup, escape

from roadmap import flags
from roadmap.gantt.bars import bars, points
from roadmap.gantt.chart import HEAD, NAMES, ROW, Chart, fitted
from roadmap.gantt.edges import edges
from roadmap.gantt.lines import Line, lines, sheets
from roadmap.periods import ROMAN, shift

LETTERS = 47
"""As many letters of a title fit beside the chart; the whole stands in the link's title."""
TODAY = 124
"""Pixels of «сегодня, 28.11.2026»."""
TODAY_SHORT = 56
"""Pixels of «сегодня»."""
YEAR = 36
"""Pixels of «2026» after its line."""
XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
TIPS = (
    '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto">'
    '<path d="M0 0 6 3 0 6z" class="g-tip"/></marker><marker id="tip-crit" viewBox="0 0 6 6" refX="6" refY="3" '
    'markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0 6 3 0 6z" class="g-tip-crit"/></marker></defs>'
)


@dataclass(frozen=True)
class Part:
    """The pictures of one page: names of its lines, days, bars."""

    names: Markup
    days: Markup
    bars: Markup


@dataclass(frozen=True)
class Drawn:
    """The parts from top to bottom, and how small they are printed (percent)."""

    parts: tuple[Part, ...]
    print_scale: int


def draw(chart: Chart) -> Drawn:
    """The chart. Every text in it went through escape()."""
    found = lines(chart.rows)
    percent = fitted(chart.width, len(found) * ROW)
    cut = sheets(found, percent)
    places = {line.row.id: line.y for line in found if line.row is not None}
    days = _svg("g-days", "", chart.width, (0, HEAD), _captions(chart))
    return Drawn(tuple(_part(chart, part, places, days, first=part is cut[0]) for part in cut), percent)


def _part(chart: Chart, part: Sequence[Line], places: Mapping[int, int], days: Markup, *, first: bool) -> Part:
    """The lines of one page; dependencies that lead to others are cut at its edge."""
    span = (part[0].y, part[-1].bottom) if part else (0, ROW)
    rows = {line.row.id: line.row for line in part if line.row is not None}
    here = replace(chart, rows=tuple(rows.values()), bars=[bar for bar in chart.bars if bar.item_id in rows])
    names = [text for line in part for text in _name(here, line)]
    inside = [
        TIPS if first else "",
        *(
            f'<rect class="g-sec" x="0" y="{line.y}" width="{chart.width}" height="{ROW}"/>'
            for line in part
            if line.row is None
        ),
        *_grid(chart, span),
        *edges(chart, places, span),
        *bars(here, places),
        *points(here, places),
        *_today(chart, span),
    ]
    return Part(
        _svg("g-names", _("Мероприятия"), NAMES, span, names),
        days,
        _svg("gantt", _("Диаграмма плана"), chart.width, span, inside),
    )


def _svg(name: str, label: str, width: int, span: tuple[int, int], parts: list[str]) -> Markup:
    """A picture of the pixels from `span[0]` down to `span[1]`."""
    about = f'role="group" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    top, height = span[0], span[1] - span[0]
    opening = (
        f'<svg class="{name}" {about} width="{width}" height="{height}" viewBox="0 {top} {width} {height}" '
        f'preserveAspectRatio="xMinYMin" {XMLNS}>'
    )
    return Markup("\n".join([opening, *parts, "</svg>"]))  # noqa: S704 — every text in it went through escape()


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip(" ,;:–-") + "…"


def _name(chart: Chart, line: Line) -> list[str]:
    row, y = line.row, line.y
    if row is None:
        band = f'<rect class="g-sec" x="0" y="{y}" width="{NAMES}" height="{ROW}"/>'
        return [band, f'<text class="g-h" x="6" y="{y + 15}">{escape(_short(line.title, LETTERS))}</text>']
    days = None if row.excluded else flags.item_late(row, chart.today)
    late = days is not None
    mark = ' class="g-off"' if row.excluded else ' class="g-l"' if late else ""
    title = _short(row.title, LETTERS - len(row.code) - (3 if late else 0))
    words = f" ({flags.words('overdue', days)})" if late else ""
    link = (
        f'<a href="{escape(chart.urls.get(row.id, ""))}"{mark}><title>{row.code}. {escape(row.title)}{words}</title>'
        f'<text x="6" y="{y + 15}">{row.code} {escape(title)}</text></a>'
    )
    return [link, f'<text class="g-bang" x="{NAMES - 12}" y="{y + 15}">!</text>' if late else ""]


def _marks(chart: Chart) -> list[date]:
    """The first days of the months, quarters, half-years or years that have a line."""
    step = chart.step
    day = chart.start.replace(month=(chart.start.month - 1) // step * step + 1, day=1)
    found = []
    while day <= chart.end:
        found.append(day)
        day = shift(day, step)
    return found


def _grid(chart: Chart, span: tuple[int, int]) -> list[str]:
    return [
        f'<line class="g-line{" g-year" if day.month == 1 else ""}" x1="{chart.x(day)}" x2="{chart.x(day)}" '
        f'y1="{span[0]}" y2="{span[1]}"/>'
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
    """«сегодня» with its date beside the line, or without it where the years leave less room, or the line alone."""
    x = chart.x(chart.today)
    line = f'<line class="g-today" x1="{x}" x2="{x}" y1="4" y2="{HEAD}"/>'
    dated = _("сегодня, %(day)s", day=f"{chart.today:%d.%m.%Y}")
    for words, width in ((dated, TODAY), (_("сегодня"), TODAY_SHORT)):
        for start in (x, x - width):
            if _is_free(chart, start, start + width):
                place = f'x="{x + 4}"' if start == x else f'x="{x - 4}" text-anchor="end"'
                return [f'<text class="g-now" {place} y="13">{escape(words)}</text>', line]
    return [line]


def _is_free(chart: Chart, left: float, right: float) -> bool:
    """Whether the upper line of the days has nothing between these pixels."""
    years = [chart.x(day) for index, day in enumerate(_marks(chart)) if day.month == 1 or not index]
    return left >= 0 and right <= chart.width and not any(x < right and left < x + YEAR for x in years)


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


def _today(chart: Chart, span: tuple[int, int]) -> list[str]:
    if not chart.holds(chart.today):
        return []
    x = chart.x(chart.today)
    return [f'<line class="g-today" x1="{x}" x2="{x}" y1="{span[0]}" y2="{span[1]}"/>']
