"""Sheets as they are opened and as they are printed."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from apiflask import APIFlask
from openpyxl import load_workbook

from core.reports.sheets import Column, xlsx


def opened(app: APIFlask, width: int, *rows: tuple[Any, ...]) -> Any:
    columns = [Column(f"Графа {n}", lambda row, n=n: row[n], width) for n in range(len(rows[0]))]
    with app.test_request_context():
        return load_workbook(io.BytesIO(xlsx(columns, rows, "Рога & копыта"))).active


def test_a_sheet_is_printed_at_the_width_of_a_page_with_its_heading_on_each(app: APIFlask) -> None:
    sheet = opened(app, 20, *(("а", "б") for _n in range(200)))
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToWidth) == (True, None)
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "A2"
    assert "Рога && копыта" in sheet.oddFooter.left.text
    assert sheet.oddFooter.right.text == "Стр. &P из &N"


@pytest.mark.parametrize(
    ("width", "orientation", "paper"), [(10, "portrait", "9"), (40, "landscape", "9"), (90, "landscape", "8")]
)
def test_a_wide_sheet_lies_and_a_very_wide_one_takes_a3(
    app: APIFlask, width: int, orientation: str, paper: str
) -> None:
    sheet = opened(app, width, ("а", "б", "в"))
    assert (sheet.page_setup.orientation or "portrait", str(sheet.page_setup.paperSize)) == (orientation, paper)


def test_text_is_never_a_formula_and_a_moment_keeps_its_time(app: APIFlask) -> None:
    moment = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
    sheet = opened(app, 20, ("=1+1", "https://example.org", date(2026, 11, 28), moment))
    cells = list(sheet[2])
    assert [cell.data_type for cell in cells[:2]] == ["s", "s"]
    assert cells[1].hyperlink is None
    assert cells[0].alignment.wrap_text
    assert (cells[2].number_format, cells[3].number_format) == ("dd.mm.yyyy", "dd.mm.yyyy hh:mm")
    assert f"{cells[3].value:%d.%m.%Y %H:%M}" == "28.11.2026 15:30"
