"""Spreadsheets of the roadmap: a progress report with the rows behind its totals; indicators with every value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.actor import Actor
from core.clock import in_moscow
from core.reports.sheets import Column, Sheet, workbook
from core.web.kept import in_russian
from roadmap.declaring.columns import MEANINGS
from roadmap.documents.report import approvals, period_name, title_of
from roadmap.exporting import figure_cell, guide, organisation_names
from roadmap.models import IndicatorValue, Report
from roadmap.periods import label
from roadmap.queries.indicators import standing
from roadmap.queries.report_rows import report_rows
from roadmap.queries.reports import STATUSES, sections, summary, trace
from roadmap.states.reports import roadmap_report
from roadmap.wording import side_name

ROWS = (
    Column(_l("№"), lambda row: row.code, 8),
    Column(_l("Мероприятие"), lambda row: row.title, 60),
    Column(_l("Период"), lambda row: row.period_label, 20),
    Column(_l("Сторона"), lambda row: side_name(row.side), 14),
    Column(_l("Исполнитель"), lambda row: row.responsible, 34),
    Column(_l("Статус"), lambda row: str(row.state_label), 20),
    Column(_l("Плановая дата"), lambda row: row.due_on or row.due_text, 14),
    Column(_l("Фактическая дата"), lambda row: row.fact_on, 14),
    Column(_l("Прогнозная дата"), lambda row: row.forecast_on, 14),
    Column(_l("Наступило без нарушения срока, позже, не наступило"), lambda row: str(row.status_label), 28),
    Column(_l("Выполнено, процентов"), lambda row: row.percent, 10),
    Column(_l("Сведения о выполнении"), lambda row: row.info, 50),
    Column(_l("Причины отклонения"), lambda row: row.reasons, 40),
    Column(_l("Принимаемые меры"), lambda row: row.measures, 40),
    Column(_l("Подтверждающий документ"), lambda row: row.evidence, 40),
    Column(_l("Кто ответил"), lambda row: row.answered_name, 20),
)
PAIR = (Column(_l("Сведения"), lambda row: row[0], 34), Column(_l("Значение"), lambda row: row[1], 90))


def report_book(report: Report) -> bytes:
    """Three sheets: the rows, the totals by section with the rows behind each figure, what the report is."""
    rows = report_rows(report)
    return workbook(
        [
            Sheet(_("Отчёт"), ROWS, rows),
            Sheet(_("Итоги"), _total_columns(), _totals(report, rows)),
            Sheet(_("Расшифровка"), _traced_columns(), _traced(report, rows)),
            Sheet(_("Об отчёте"), PAIR, _about(report)),
        ]
    )


def _total_columns() -> list[Column]:
    fixed = [Column(_("Раздел"), lambda row: row["title"], 60), Column(_("Всего"), lambda row: row["total"], 10)]
    return fixed + [
        Column(label, lambda row, status=status: row[status], 16)  # type: ignore[misc]
        for status, label in STATUSES.items()
    ]


def _totals(report: Report, rows: list) -> list[dict]:  # type: ignore[type-arg]
    lines = [{"title": f"{one.number}. {one.title}", **one.totals} for one in sections(report, rows)]
    return [*lines, {"title": _("Итого"), **summary(rows)}]


def _traced_columns() -> list[Column]:
    return [
        Column(_("Раздел"), lambda row: row[0], 50),
        Column(_("Показатель сводки"), lambda row: row[1], 34),
        Column(_("Число"), lambda row: row[2], 8),
        Column(_("Пункты плана"), lambda row: row[3], 90),
    ]


def _traced(report: Report, rows: list) -> list[tuple[str, str, int, str]]:  # type: ignore[type-arg]
    found = []
    for one in sections(report, rows):
        for status, keys in trace(one.rows).items():
            if keys:
                found.append((f"{one.number}. {one.title}", str(STATUSES[status]), len(keys), ", ".join(keys)))
    return found


def _about(report: Report) -> list[tuple[str, str]]:
    lines = [
        (_("Отчёт"), title_of(report)),
        (_("Период"), period_name(report)),
        (_("Состояние"), str(roadmap_report.states[report.state].label)),
    ]
    if report.correction:
        lines.append((_("Что уточнено"), report.correction))
    if report.gaps_note:
        lines.append((_("Почему направлен без части сведений"), report.gaps_note))
    if report.state == "approved" and report.approved_at is not None:
        lines.append((_("Согласован"), f"{in_moscow(report.approved_at):%d.%m.%Y %H:%M}"))
        lines += [(one["side"], f"{one['who']}, {one['at']}") for one in approvals(report)]
        lines.append(("SHA-256", report.content_hash or ""))
    return lines


@in_russian
def indicator_book(actor: Actor, roadmap_id: int, year: int) -> bytes:
    """Three sheets: every value of a year with its source and its day, the indicators in three values, the guide.

    There is no line that adds indicators up. The first sheet comes back in by the import of values.
    """
    rows = standing(actor, roadmap_id, str(year))
    values = [row for line in rows for row in line.rows]
    return workbook(
        [
            Sheet(_("Значения"), _value_columns(), values),
            Sheet(_("Показатели"), _indicator_columns(), rows),
            _guide([(row.code, row.name) for row in rows]),
        ]
    )


@in_russian
def values_blank(actor: Actor, roadmap_id: int) -> bytes:
    """A sheet of values to be filled in, with the guide."""
    rows = standing(actor, roadmap_id, "")
    return workbook([Sheet(_("Значения"), _value_columns()[:-1], []), _guide([(row.code, row.name) for row in rows])])


def _guide(indicators: Sequence[tuple[str, str]]) -> Sheet:
    lines = [(str(meaning.label), str(meaning.hint)) for meaning in MEANINGS]
    whole = _("Файл проверяется весь; пока есть хоть одна ошибка, не загружается ничего.")
    return guide([*lines, ("", ""), (_("Загрузка обратно"), whole)], indicators)


def _indicator_columns() -> list[Column]:
    return [
        Column(_("Код"), lambda row: row.code, 10),
        Column(_("Показатель"), lambda row: row.name, 60),
        Column(_("Единица измерения"), lambda row: row.unit, 16),
        Column(_("План"), lambda row: figure_cell(row.plan), 14),
        Column(_("Заявлено"), lambda row: figure_cell(row.declared), 14),
        Column(_("Подтверждено"), lambda row: figure_cell(row.verified), 14),
        Column(_("Сведения не предоставлены"), lambda row: row.not_provided or None, 16),
    ]


def _value_columns() -> list[Column]:
    """The columns the import of values knows, and who recorded the value."""
    names, kinds = organisation_names(), {"plan": _("план"), "declared": _("заявлено"), "verified": _("подтверждено")}
    of: dict[str, Callable[[IndicatorValue], Any]] = {
        "code": lambda row: row.indicator.code,
        "period": lambda row: label(row.period),
        "kind": lambda row: kinds[row.kind],
        "value": lambda row: figure_cell(row.value),
        "organisation": lambda row: names.get(row.organisation_id or 0, ""),
        "region": lambda row: row.region_code,
    }
    known = [Column(one.label, of.get(one.name) or attrgetter(one.name), one.width) for one in MEANINGS]
    return [*known, Column(_("Кто записал"), lambda row: row.name, 30)]
