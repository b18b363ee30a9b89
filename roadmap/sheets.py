"""Spreadsheets of the roadmap: a progress report with the rows behind its totals; indicators with every value."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.accounts.actor import Actor
from core.clock import in_moscow
from core.reports.sheets import Column, Sheet, workbook
from roadmap.documents.report import approvals, period_name, title_of
from roadmap.models import Report
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


def indicator_book(actor: Actor, roadmap_id: int, year: int) -> bytes:
    """Two sheets: the indicators of a year in three values, every value with its source and its day.

    There is no line that adds indicators up.
    """
    rows = standing(actor, roadmap_id, str(year))
    values = [(line, row) for line in rows for row in line.rows]
    return workbook(
        [
            Sheet(_("Показатели"), _indicator_columns(), rows),
            Sheet(_("Значения"), _value_columns(), values),
        ]
    )


def _indicator_columns() -> list[Column]:
    return [
        Column(_("Код"), lambda row: row.code, 10),
        Column(_("Показатель"), lambda row: row.name, 60),
        Column(_("Единица измерения"), lambda row: row.unit, 16),
        Column(_("План"), lambda row: _figure(row.plan), 14),
        Column(_("Заявлено"), lambda row: _figure(row.declared), 14),
        Column(_("Подтверждено"), lambda row: _figure(row.verified), 14),
        Column(_("Сведения не предоставлены"), lambda row: row.not_provided or None, 16),
    ]


def _value_columns() -> list[Column]:
    kinds = {"plan": _("план"), "declared": _("заявлено"), "verified": _("подтверждено")}
    return [
        Column(_("Код"), lambda pair: pair[0].code, 10),
        Column(_("Период"), lambda pair: pair[1].period, 12),
        Column(_("Вид значения"), lambda pair: kinds[pair[1].kind], 16),
        Column(_("Значение"), lambda pair: _figure(pair[1].value), 16),
        Column(_("Сведения не предоставлены"), lambda pair: pair[1].not_provided, 16),
        Column(_("Организация"), lambda pair: pair[1].organisation_id, 14),
        Column(_("Код региона"), lambda pair: pair[1].region_code, 12),
        Column(_("Код профессии, специальности"), lambda pair: pair[1].speciality, 16),
        Column(_("По состоянию на"), lambda pair: pair[1].as_of, 14),
        Column(_("Источник"), lambda pair: pair[1].source, 40),
        Column(_("Кто записал"), lambda pair: pair[1].name, 30),
    ]


def _figure(value: Decimal | None) -> float | None:
    """A number a spreadsheet can count with; nothing stays nothing."""
    return float(value) if value is not None else None
