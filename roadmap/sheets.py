"""Spreadsheets of the roadmap: a progress report with its totals and the rows behind them."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.clock import in_moscow
from core.reports.sheets import Column, Sheet, workbook
from roadmap.documents.report import approvals, period_name, title_of
from roadmap.models import Report
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
