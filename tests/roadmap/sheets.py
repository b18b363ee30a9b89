"""Builders of files with a plan: a sheet and a Word table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter import Workbook

from core.documents.attachments import Upload

HEADERS = ("№ п/п", "Мероприятие", "Срок", "Ответственный исполнитель", "Ожидаемый результат", "Вид документа",
           "Зависит от", "Организация исполнителя", "Показатели", "Начало", "Срок (дата)")  # fmt: skip
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

SECTIONS = {1: "Организационное обеспечение", 2: "Кластеры", 3: "Практическая подготовка"}
GOOD: tuple[tuple[Any, ...], ...] = (
    ("1.1", "Создание рабочей группы", "I квартал 2026 г.", "Координаторы, совместно", "Утверждён состав", "приказ"),
    ("1.2", "Актуализация Соглашения", "до 1 июня 2026 г.", "Минпросвещения России", "Подписано", "соглашение", "1.1"),
    ("1.3", "Заседания рабочей группы", "ежеквартально, до 15 числа месяца, следующего за отчётным кварталом",
     "Координаторы, совместно", "Проведены заседания", "протокол", "1.1"),
    ("2.1", "Перечень колледжей", "до 1 апреля 2026 г., далее ежегодно", "Корпорация", "Утверждён",
     "перечень"),
    ("2.2", "Опорные работодатели", "III квартал 2026 г.", "Департамент Корпорации", "Направлены письма",
     "письмо", "2.1"),
    ("2.3", "Соглашения о партнёрстве", "до 1 декабря каждого года", "Корпорация", "Заключены",
     "соглашение", "1.2; 2.2"),
    ("3.1", "Практическая подготовка", "ежегодно, к 1 сентября", "Корпорация", "Заключены договоры", "договор", "2.3"),
    ("3.2", "Мониторинг", "постоянно", "Минпросвещения России", "Сведения представлены", "отчёт"),
)  # fmt: skip


def good() -> list[list[Any]]:
    """Rows of a sheet: headings, then each section in its own row and its items. Rows of the sheet count from 1."""
    rows: list[list[Any]] = [list(HEADERS)]
    for number, title in SECTIONS.items():
        rows.append([f"{number}. {title}"])
        rows += [list(row) for row in GOOD if row[0].startswith(f"{number}.")]
    return rows


ROW = {"1.1": 3, "1.2": 4, "1.3": 5, "2.1": 7, "2.2": 8, "2.3": 9, "3.1": 11, "3.2": 12}
"""Number of an item → its row in the sheet of `good()`."""


def a_sheet(
    rows: Sequence[Sequence[Any]], name: str = "План.xlsx", also: Callable[[Any, Any], None] | None = None
) -> Upload:
    """A workbook of one sheet; a text that begins with «=» is a formula, as Excel writes it. `also(book, sheet)`."""
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet("План")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell)
                elif isinstance(cell, str) and not cell.startswith("="):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write(number, place, cell)
        if also:
            also(book, sheet)
    return Upload(name, buffer.getvalue())


def a_cell(text: str, *, span: int = 1, merge: str = "", formula: str = "") -> str:
    """A cell of a Word table. `merge`: "restart" or "continue"; lines of the text are paragraphs."""
    inner = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    inner += f'<w:vMerge w:val="{merge}"/>' if merge else ""
    field = f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{formula}</w:instrText></w:r>' \
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if formula else ""  # fmt: skip
    paragraphs = "".join(
        f'<w:p>{field}<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in text.split("\n")
    )
    return f"<w:tc><w:tcPr>{inner}</w:tcPr>{paragraphs}</w:tc>"


def a_table(rows: Sequence[Sequence[str]]) -> str:
    """A Word table; a row of one text spans the width, as a section does."""
    width = max(len(row) for row in rows)
    made = []
    for row in rows:
        cells = [text if text.startswith("<w:tc>") else a_cell(text) for text in row]
        if len(row) == 1 and not row[0].startswith("<w:tc>"):
            cells = [a_cell(row[0], span=width)]
        made.append(f"<w:tr>{''.join(cells)}</w:tr>")
    return f"<w:tbl>{''.join(made)}</w:tbl>"


def a_document(*pieces: str, name: str = "План.docx") -> Upload:
    """A Word file of these pieces of a body; a paragraph goes before and between them."""
    body = "".join(f"<w:p><w:r><w:t>План мероприятий</w:t></w:r></w:p>{piece}" for piece in pieces)
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>{body}'
        "</w:body></w:document>",
    }
    return Upload(name, a_zip(parts))


def a_zip(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
