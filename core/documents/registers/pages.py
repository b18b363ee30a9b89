"""Documents room, registers: what pages of every import share: its columns, state in words, progress, marked file."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from core.documents.downloads import given
from core.documents.registers.runs import BUSY, Run, Runs
from core.reports.sheets import XLSX

MOST_FAULTS = 200
"""Faults of a page; the marked file has all that are kept."""


def labels() -> dict[str, tuple[str, str]]:
    """States of an import, in words, with their tones."""
    return {
        "uploaded": (_("столбцы не проверены"), "neutral"),
        "checking": (_("проверяется"), "progress"),
        "faulty": (_("есть ошибки, ничего не загружено"), "danger"),
        "checked": (_("ошибок нет, можно загружать"), "info"),
        "importing": (_("загружается"), "progress"),
        "done": (_("загружено"), "success"),
    }


def columns_sent(run: Run) -> dict[str, str]:
    """Place of a column → what the form says it means, "" where nothing."""
    return {str(place): request.form.get(f"column.{place}", "") for place in range(len(run.headers))}


def moving(runs: Runs[Any], run: Run) -> dict[str, Any]:
    """What of an import's page changes while it runs: {"run", "failed", "busy", "state"}."""
    failed = runs.failed(run)
    return {
        "run": run,
        "failed": failed,
        "busy": run.state in BUSY and not failed,
        "state": (_("прервано из-за сбоя, ничего не загружено"), "danger") if failed else labels()[run.state],
    }


def progress(runs: Runs[Any], run: Run, address: str) -> Response:
    """The piece of the page that moves, asked for at `address`; once it stands, the browser takes the page anew."""
    now = moving(runs, run)
    answer = make_response(render_template("imports/progress.html", address=address, **now))
    if not now["busy"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


def marked_file(run: Run, content: bytes) -> Response:
    """The brought file with its faulty cells marked, under its own name."""
    return given(content, f"{run.file_name.rpartition('.')[0]}, {_('ошибки')}.xlsx", XLSX)
