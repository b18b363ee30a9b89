"""The linter: each departure from a profile is told in words, with its place; what is right is left alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Cm, Mm, Pt

from core.documents.authoring.build import build
from core.documents.linter import Finding, lint
from core.documents.profiles import DEFAULT, GOST_2016, GOST_2025, Profile, own
from core.errors import NotValid

LONG = "Стороны договорились о совместной подготовке квалифицированных рабочих и специалистов среднего звена. " * 3
SOURCE = f"""title: Образец
---
^ СОГЛАШЕНИЕ

# Предмет

## {LONG}

@table widths=20,80
№<br>п/п | Мероприятие
1 | Проведение заседания
@end

{LONG}
"""


def a_paper(change: Callable[[Document], object] = lambda paper: None) -> bytes:
    """A paper in order, with one change made to it."""
    paper = docx.Document(io.BytesIO(build(SOURCE)))
    for part in (paper.sections[0].footer, paper.sections[0].first_page_footer):
        for run in part.paragraphs[0].runs:
            run.text = ""
    change(paper)
    saved = io.BytesIO()
    paper.save(saved)
    return saved.getvalue()


def found(change: Callable[[Document], object], profile: Profile = DEFAULT) -> list[Finding]:
    return lint(a_paper(change), profile)


def the_clause(paper: Document) -> docx.text.paragraph.Paragraph:
    return next(p for p in paper.paragraphs if p.style is not None and p.style.name == "Пункт")


@pytest.mark.parametrize("profile", [GOST_2025, GOST_2016])
def test_a_paper_in_order_gives_no_findings(profile: Profile) -> None:
    assert lint(a_paper(), profile) == []


def test_a_margin_that_is_too_narrow_is_named_by_its_side() -> None:
    (finding,) = found(lambda paper: setattr(paper.sections[0], "left_margin", Mm(15)))
    assert finding.where == "листы, раздел документа 1"
    assert finding.what == "левое поле 15 мм, должно быть не менее 20 мм"


def test_a_wider_margin_is_allowed() -> None:
    assert found(lambda paper: setattr(paper.sections[0], "left_margin", Mm(35))) == []


def test_a_size_outside_the_profile_is_told_with_its_paragraph() -> None:
    (finding,) = found(lambda paper: setattr(the_clause(paper).runs[0].font, "size", Pt(11)))
    assert finding.where.startswith("абзац 3 («Стороны договорились")
    assert finding.what == "размер шрифта 11 пт, допускается 12, 13, 14"


def test_a_table_may_be_smaller_but_not_tiny() -> None:
    def shrink(size: float) -> Callable[[Document], object]:
        return lambda paper: setattr(paper.tables[0].cell(1, 1).paragraphs[0].runs[0].font, "size", Pt(size))

    assert found(shrink(10)) == []
    (finding,) = found(shrink(6))
    assert finding.where.startswith("таблица 1, строка 2, столбец 2")
    assert "от 9 до 14" in finding.what


def test_the_typeface_matters_only_where_the_profile_prescribes_one() -> None:
    def retype(paper: Document) -> None:
        the_clause(paper).runs[0].font.name = "Comic Sans MS"

    assert found(retype) == []
    house = own("house", "Свой", typefaces=("Times New Roman",))
    (finding,) = found(retype, house)
    assert finding.what == "шрифт Comic Sans MS, предписан Times New Roman"
    assert lint(a_paper(), house) == []


def test_line_spacing_is_bounded() -> None:
    (finding,) = found(lambda paper: setattr(the_clause(paper).paragraph_format, "line_spacing", 2.0))
    assert finding.what == "межстрочный интервал 2, допускается от 1 до 1,5"


def test_exact_line_spacing_is_not_judged_in_lines() -> None:
    def exact(paper: Document) -> None:
        the_clause(paper).paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        the_clause(paper).paragraph_format.line_spacing = Pt(18)

    assert found(exact) == []


def test_running_text_has_its_indent_and_both_edges() -> None:
    def flatten(paper: Document) -> None:
        the_clause(paper).paragraph_format.first_line_indent = Cm(0)
        the_clause(paper).alignment = WD_ALIGN_PARAGRAPH.LEFT

    assert [finding.what for finding in found(flatten)] == [
        "текст не выровнен по ширине",
        "абзацный отступ 0 см, предписан 1,25 см",
    ]


def test_short_lines_of_one_paragraph_are_no_running_text() -> None:
    def listed(paper: Document) -> None:
        clause = the_clause(paper)
        clause.text = "\n".join(["Ответственный исполнитель: Правовой департамент Корпорации"] * 4)
        clause.alignment = WD_ALIGN_PARAGRAPH.LEFT

    assert found(listed) == []


def test_a_profile_of_an_organisation_has_its_own_indent() -> None:
    findings = lint(a_paper(), replace(GOST_2025, indent_cm=1.0))
    assert {finding.what for finding in findings} == {"абзацный отступ 1,25 см, предписан 1 см"}


def test_a_profile_has_no_values_but_its_own() -> None:
    with pytest.raises(TypeError):
        own("house", "Свой", colour="red")


def without_numbers(paper: Document) -> None:
    for run in paper.sections[0].header.paragraphs[0].runs:
        run._r.getparent().remove(run._r)


def test_a_paper_without_page_numbers_is_told() -> None:
    (finding,) = found(without_numbers)
    assert finding.what == "нет номеров страниц по центру верхнего поля"


def test_a_page_number_below_is_told() -> None:
    def below(paper: Document) -> None:
        runs = [run._r for run in paper.sections[0].header.paragraphs[0].runs]
        for run in runs:
            paper.sections[0].footer.paragraphs[0]._p.append(run)

    (finding,) = found(below)
    assert finding.what == "номер страницы стоит внизу, а не по центру верхнего поля"


def test_a_page_number_at_the_side_is_told() -> None:
    def aside(paper: Document) -> None:
        paper.sections[0].header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT

    (finding,) = found(aside)
    assert finding.what == "номер страницы стоит не по центру верхнего поля"


def test_a_page_number_at_the_very_edge_is_told() -> None:
    (finding,) = found(lambda paper: setattr(paper.sections[0], "header_distance", Mm(4)))
    assert finding.what == "номер страницы ближе 10 мм к краю листа"


def test_a_number_on_the_first_page_is_told() -> None:
    (finding,) = found(lambda paper: setattr(paper.sections[0], "different_first_page_header_footer", False))
    assert finding.what.startswith("страницы нумеруются с первой")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('АО "Заря"', "прямые кавычки вместо «ёлочек»"),
        ("Москва - столица", "дефис вместо тире"),
        ("в 2026-2028 годах", "дефис вместо тире между годами"),
        ("приказ № 762", "нет неразрывного пробела после знака №"),
        ("приказ №762", "нет неразрывного пробела после знака №"),
        ("С.С. Кравцов", "нет неразрывного пробела между инициалами и фамилией"),
        ("Кравцов С.С.", "нет неразрывного пробела между фамилией и инициалами"),
        ("15 апреля", "нет неразрывного пробела в дате"),
        ("в лице «»", "пустые кавычки «»"),
        ("в лице None", "вместо значения напечатано служебное слово"),
        ("в лице {{ a.full_name }}", "остался незаполненный тег шаблона"),
        ("две  стороны", "лишние пробелы"),
        ("стороны , далее", "пробел перед знаком препинания"),
        ("с 1 сентября 2026 г..".replace(" ", "\xa0"), "две точки подряд"),
    ],
)
def test_each_trouble_of_the_text_has_its_words(text: str, what: str) -> None:
    (finding,) = found(lambda paper: paper.add_paragraph(text))
    assert finding.what.startswith(what)
    assert text[:10] in finding.where


@pytest.mark.parametrize(
    "text",
    [
        "АО «Заря» – завод", "приказ №\xa0762-к", "С.С.\xa0Кравцов", "профессия 15.01.38 Оператор-наладчик",
        "ГОСТ Р 7.0.97-2025", "10\xa0(десять) рабочих дней", "2026–2028\xa0годы", "2026-40-000117", "и так далее…",
    ],
)  # fmt: skip
def test_right_text_is_left_alone(text: str) -> None:
    assert found(lambda paper: paper.add_paragraph(text)) == []


def test_headers_and_cells_are_read_too() -> None:
    def spoil(paper: Document) -> None:
        paper.sections[0].footer.paragraphs[0].add_run("приказ № 1")
        paper.tables[0].cell(1, 1).paragraphs[0].add_run(" None")

    assert [finding.where.split(" (")[0] for finding in found(spoil)] == [
        "таблица 1, строка 2, столбец 2",
        "нижний колонтитул",
    ]


def test_what_is_not_a_word_document_is_refused() -> None:
    with pytest.raises(NotValid):
        lint(b"PK\x03\x04 not a document")
