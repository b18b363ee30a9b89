"""The chart as a picture: terms without a beginning, drafts, the word of today, sheets of paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from apiflask import APIFlask

from core import clock
from roadmap import gantt
from roadmap.gantt.chart import HEAD, ONE_PAGE, PAPER, ROW
from roadmap.queries import spans
from tests.roadmap.builders import a_cast, a_plan, an_item
from tests.roadmap.test_pages import signed_in

START, END, TODAY = date(2026, 1, 1), date(2028, 12, 31), date(2026, 11, 28)


@pytest.fixture(autouse=True)
def a_request(app: APIFlask) -> Iterator[None]:
    with app.test_request_context():
        yield


def a_row(number: int, section: int = 1, **fields: Any) -> Any:
    row = {
        "id": section * 1000 + number, "code": f"{section}.{number}", "section": section, "title": f"Пункт {number}",
        "section_title": "Раздел", "current_id": number, "control_points": [], "excluded": False, "late": False,
    }  # fmt: skip
    return SimpleNamespace(**row | fields)


def a_bar(row: Any, due: date, starts: date | None = None, state: str = "planned") -> Any:
    return SimpleNamespace(
        id=row.current_id, item_id=row.id, period="", state=state, starts_on=starts, due_on=due, fact_on=None,
        percent=50, forecast_on=None,
    )  # fmt: skip


def a_chart(rows: list[Any], bars: list[Any], **fields: Any) -> gantt.Chart:
    given: dict[str, Any] = {"start": START, "end": END, "zoom": "fit", "today": TODAY} | fields
    return gantt.Chart(rows=rows, bars=bars, **given)


def test_a_term_without_a_beginning_is_a_diamond_on_its_day() -> None:
    first, second = a_row(1), a_row(2)
    chart = a_chart([first, second], [a_bar(first, date(2027, 6, 15)), a_bar(second, date(2027, 6, 15), START)])
    (part,) = gantt.draw(chart).parts
    links = re.findall(r"<a [^>]*>.*?</a>", part.bars)
    assert [("<path" in link, "<rect" in link) for link in links] == [(True, False), (False, True)]
    middle = chart.x(date(2027, 6, 15)) + chart.scale / 2
    assert f'd="M{round(middle, 1)} ' in links[0]
    assert "<title>1.1. Пункт 1. 15.06.2027. Запланировано</title>" in links[0]
    assert "01.01.2026 – 15.06.2027" in links[1]


def test_an_item_of_a_draft_stands_on_the_chart_by_its_terms(app: APIFlask) -> None:
    with clock.at(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        with app.app_context():
            cast = a_cast()
            plan = a_plan(cast)
            an_item(cast, plan, title="Разово", starts_on=None, due_on=date(2026, 9, 15))
            an_item(cast, plan, title="Часто", recurrence="quarterly", due_on=date(2026, 7, 15))
            plan_id = plan.id
        text = signed_in(app, cast, "m_coord").get(f"/roadmaps/{plan_id}/gantt").get_data(as_text=True)
    titles = re.findall(r'<title>(1\.[12]\. [^<]*\d{4}[^<]*)</title><(\w+) class="g-bar[^"]* g-draft"', text)
    assert ("1.1. Разово. 15.09.2026. В проекте плана", "path") in titles
    assert len([title for title, _shape in titles if title.startswith("1.2.")]) > 1
    assert "в проекте" in text


def test_periods_of_a_draft_outside_the_window_are_left_out() -> None:
    terms: dict[str, Any] = dict.fromkeys(spans.SPREAD) | {"recurrence": "yearly", "due_on": date(2026, 3, 1)}
    row = a_row(1, state="draft", **{f"now_{name}": value for name, value in terms.items()})
    found = spans.planned([row], date(2027, 1, 1), date(2027, 12, 31), END)
    assert [(bar.period, bar.due_on, bar.id) for bar in found] == [("2027", date(2027, 3, 1), 0)]
    row.state = "planned"
    assert spans.planned([row], START, END, END) == []


@pytest.mark.parametrize("zoom", gantt.ZOOMS)
@pytest.mark.parametrize("start", [date(2026, 11, 14), date(2026, 12, 20), date(2027, 1, 1), date(2026, 1, 1)])
def test_the_word_of_today_covers_no_year(zoom: str, start: date) -> None:
    end = start + timedelta(days=150)
    for days in range(0, 150, 4):
        chart = a_chart([], [], start=start, end=end, zoom=zoom, today=start + timedelta(days=days))
        (part,) = gantt.draw(chart).parts
        years = [float(x) for x in re.findall(r'g-capy" x="([\d.]+)"', part.days)]
        said = re.search(r'class="g-now" x="([\d.]+)"( text-anchor="end")? y="13">([^<]*)<', part.days)
        assert 'class="g-today"' in part.days
        if said is None:
            continue
        x, width = float(said[1]), 6 * len(said[3])
        left, right = (x - width, x) if said[2] else (x, x + width)
        assert not [year for year in years if year < right and left < year + 28], (days, said.groups())
        assert right <= chart.width + 24


def many(count: int) -> gantt.Chart:
    rows = [a_row(number % 60, number // 60 + 1) for number in range(count)]
    for number, row in enumerate(rows):
        row.id = row.current_id = number + 1
    bars = [a_bar(row, START + timedelta(days=30 + 5 * row.id), START) for row in rows]
    links = [SimpleNamespace(before=1, after=count, blocking=True)]
    return a_chart(rows, bars, edges=links)


def test_a_long_chart_is_cut_into_sheets_with_their_own_days() -> None:
    drawn = gantt.draw(many(200))
    assert len(drawn.parts) > 3
    heights = [int(re.search(r'height="(\d+)"', part.bars)[1]) for part in drawn.parts]  # type: ignore[index]
    assert all((height + HEAD) * drawn.print_scale / 100 <= PAPER[1] for height in heights)
    assert [part.bars.count("g-bar") for part in drawn.parts] == [part.names.count("<a ") for part in drawn.parts]
    assert sum(part.bars.count("g-bar") for part in drawn.parts) == 200
    assert all("2026" in part.days for part in drawn.parts)
    assert not any(re.search(r'g-h"[^>]*>[^<]*</text>\s*</svg>', part.names) for part in drawn.parts)
    assert all(part.bars.count("g-edge") == 1 for part in drawn.parts)
    assert sum(part.bars.count("<defs>") for part in drawn.parts) == 1


def test_the_pictures_of_one_sheet_begin_where_the_last_one_ends() -> None:
    boxes = [re.search(r'viewBox="0 (\d+) \d+ (\d+)"', part.bars) for part in gantt.draw(many(150)).parts]
    spans_of = [(int(box[1]), int(box[1]) + int(box[2])) for box in boxes if box]
    assert all(one[1] == two[0] for one, two in pairwise(spans_of))
    assert spans_of[0][0] == 0


def test_what_fits_one_page_is_not_cut() -> None:
    assert len(gantt.draw(many(ONE_PAGE - 4)).parts) == 1
    (part,) = gantt.draw(a_chart([], [])).parts
    assert f'height="{ROW}"' in part.bars


def test_the_whole_plan_is_drawn_where_it_is_asked_for(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "CHART", 2)
    with app.app_context():
        cast = a_cast()
        plan = a_plan(cast)
        for number in range(3):
            an_item(cast, plan, title=f"Мероприятие {number}")
        path = f"/roadmaps/{plan.id}/gantt"
    client = signed_in(app, cast, "m_coord")
    part, whole = (client.get(path + asked).get_data(as_text=True) for asked in ("", "?whole=1&zoom=year"))
    assert ("Мероприятие 2" in part, "whole=1" in part) == (False, True)
    assert ("Мероприятие 2" in whole, "Показывать по частям" in whole) == (True, True)
    assert "whole=1&zoom=month" in whole.replace("&amp;", "&")
