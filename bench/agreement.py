"""Benchmarks: the agreement that documents.py measures, built here so that the measure never moves with a template."""

from __future__ import annotations

import io
from random import Random
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

SECTIONS = (
    "Предмет Соглашения", "Цели и задачи сотрудничества", "Направления и формы сотрудничества",
    "Обязательства Сторон", "Порядок взаимодействия", "Финансовые условия", "Заключительные положения",
)  # fmt: skip
PER_SECTION = (4, 5, 7, 8, 7, 3, 6)  # forty clauses
WORDS = (
    "взаимодействие", "программа", "образование", "подготовка", "кадры", "предприятие", "колледж", "практика",
    "наставник", "оборудование", "порядок", "участие", "разработка", "согласование", "стандарт", "квалификация",
    "обучающийся", "мероприятие", "отчёт", "показатель", "финансирование", "конфиденциальность", "информация",
    "уведомление", "обязательство", "законодательство", "компетенция", "развитие", "инфраструктура",
    "лаборатория", "мастерская", "профессия", "специальность", "стажировка", "договор", "приложение", "срок",
    "изменение", "расторжение", "сторона", "ответственный", "координатор", "рабочая", "группа", "заседание",
    "протокол", "решение", "предложение", "экспертиза", "реестр", "документ", "организация", "региональный",
    "федеральный", "отраслевой", "промышленный", "технологический", "совместный", "ежегодный", "установленный",
    "обеспечивает", "осуществляет", "содействует", "направляет", "утверждает", "рассматривает", "представляет",
    "организует", "проводит", "в", "рамках", "с", "учётом", "на", "основании", "соответствии", "при", "условии",
    "не", "позднее", "течение", "по", "согласованию", "за", "исключением",
)  # fmt: skip
CONDITIONS = {5: "has_digital", 11: "has_practice", 17: "has_mentors", 23: "has_staff", 29: "has_data", 35: "has_fund"}
COLUMNS = ("num", "name", "result", "executor", "due", "sum")
TITLES = ("№", "Мероприятие", "Ожидаемый результат", "Ответственный исполнитель", "Срок", "Объём, руб.")


def template() -> bytes:
    """A template of five pages: 40 clauses, six of them conditional, a 30-row table, header, footer, split runs."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(10)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.header.paragraphs[0].text = "{{ a.short_name }} — {{ b.short_name }}"
    section.footer.paragraphs[0].text = "Соглашение № {{ number }}, редакция {{ revision }}"
    paper.core_properties.title = "Соглашение № {{ number }}"
    _preamble(paper)
    _clauses(paper)
    _table(paper)
    _signatures(paper)
    saved = io.BytesIO()
    paper.save(saved)
    return saved.getvalue()


def _split(paper: Paper, text: str, style: str | None = None) -> None:
    """A paragraph whose tags Word has cut into runs, as it does after every correction."""
    _word_like(paper.add_paragraph(style=style), text.replace("{{ ", "{{\0 ").split("\0"))


def _word_like(paragraph: Paragraph, pieces: list[str], size: int = 12) -> None:
    """Runs that carry what Word writes into each: fonts, both sizes, language, revision marks."""
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph._p.set(qn("w:rsidR"), "00A77B3E")
    paragraph._p.set(qn("w:rsidRDefault"), "00A77B3E")
    for piece in pieces:
        run = paragraph.add_run(piece)
        run._r.set(qn("w:rsidRPr"), "005C1D42")
        run.font.size = Pt(size)
        run.font.name = "Times New Roman"
        fonts = run._r.rPr.rFonts
        fonts.set(qn("w:cs"), "Times New Roman")
        fonts.set(qn("w:eastAsia"), "Times New Roman")
        run._r.rPr.append(run._r.makeelement(qn("w:szCs"), {qn("w:val"): str(size * 2)}))
        run._r.rPr.append(run._r.makeelement(qn("w:lang"), {qn("w:val"): "ru-RU"}))


def _preamble(paper: Paper) -> None:
    _split(paper, "СОГЛАШЕНИЕ О СОТРУДНИЧЕСТВЕ № {{ number }}", "Title")
    _split(paper, "{{ city }}, {{ date }}")
    for party in ("a", "b"):
        _split(paper, f"{{{{ {party}.full_name }}}}, {{{{ {party}.named }}}} в дальнейшем «{{{{ {party}.alias }}}}», "
                      f"в лице {{{{ {party}.signer_position_gen }}}} {{{{ {party}.signer_fio_gen }}}}, "
                      f"{{{{ {party}.acting }}}} на основании {{{{ {party}.basis_gen }}}},")  # fmt: skip


def _clause(number: int) -> str:
    """A sentence of 26 words between two party names; no two clauses are alike, so that they compress like prose."""
    words = _prose(number, 26).split()
    return f"{{{{ a.alias }}}} {' '.join(words[:13])}, {{{{ b.alias }}}} {' '.join(words[13:])}."


def _clauses(paper: Paper) -> None:
    number = 0
    for title, count in zip(SECTIONS, PER_SECTION, strict=True):
        paper.add_paragraph(title, style="Heading 1")
        for _ in range(count):
            number += 1
            text = _clause(number)
            condition = CONDITIONS.get(number)
            if condition:
                paper.add_paragraph(f"{{%p if {condition} %}}")
            _split(paper, text, "List Number")
            if condition:
                paper.add_paragraph("{%p endif %}")


def _table(paper: Paper) -> None:
    table = paper.add_table(1, len(COLUMNS), style="Table Grid")
    for cell, title in zip(table.rows[0].cells, TITLES, strict=True):
        cell.text = title
    table.add_row().cells[0].text = "{%tr for row in rows %}"
    for cell, column in zip(table.add_row().cells, COLUMNS, strict=True):
        _word_like(cell.paragraphs[0], [f"{{{{ row.{column} }}}}"], size=8)
    table.add_row().cells[0].text = "{%tr endfor %}"


def _signatures(paper: Paper) -> None:
    table = paper.add_table(1, 2)
    for cell, party in zip(table.rows[0].cells, ("a", "b"), strict=True):
        cell.text = f"{{{{ {party}.full_name }}}}"
        cell.add_paragraph(f"{{%p for line in {party}.requisites %}}")
        cell.add_paragraph("{{ line.label }}: {{ line.value }}")
        cell.add_paragraph("{%p endfor %}")
        cell.add_paragraph(f"{{{{ {party}.signer_position }}}} ____________ {{{{ {party}.signer_short }}}}")


def _party(name: str, alias: str, number: int) -> dict[str, Any]:
    return {
        "full_name": f"{name} № {number}", "short_name": alias, "alias": alias, "named": "именуемое",
        "signer_position": "Директор", "signer_position_gen": "директора", "acting": "действующего",
        "signer_fio_gen": f"Кравцова Сергея Сергеевича ({number})", "signer_short": "С.С. Кравцов",
        "basis_gen": "Устава",
        "requisites": [{"label": label, "value": f"{label} {number:010d}"}
                       for label in ("Адрес", "ИНН", "КПП", "ОГРН", "Счёт", "Банк")],
    }  # fmt: skip


def _prose(seed: int, count: int) -> str:
    mix = Random(seed)
    return " ".join(mix.choice(WORDS) for _ in range(count))


def data(number: int) -> dict[str, Any]:
    """The data of one agreement: every document differs from every other."""
    rows = [
        {
            "num": row, "name": f"{_prose(number * 31 + row, 3)} № {number}-{row}",
            "result": _prose(number * 37 + row, 3), "executor": "Иванова А.П.",
            "due": f"{row % 28 + 1:02d}.09.2026", "sum": f"{number * row + 100_000}",
        }
        for row in range(1, 31)
    ]  # fmt: skip
    return {
        "number": f"{number}/26", "revision": number % 7 + 1, "city": "Москва", "date": "«10» января 2026 г.",
        "a": _party("Федеральное государственное бюджетное учреждение", "Министерство", number),
        "b": _party("Акционерное общество «Научно-производственное объединение»", "Корпорация", number),
        "rows": rows, **{name: bool((number + place) % 5) for place, name in CONDITIONS.items()},
    }  # fmt: skip
