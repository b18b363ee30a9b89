"""The audit journal by API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from core.accounts import journal
from core.accounts.api import schemas
from core.accounts.login import me
from core.web.api import as_page, page_of

bp = APIBlueprint("journal_api", __name__, url_prefix="/api/v1/journal", tag="Журнал")


@bp.get("")
@bp.input(schemas.JournalQuery, location="query")
@bp.output(page_of(schemas.RecordOut, "Records"))
def records(query_data: dict[str, Any]) -> Any:
    """Записи журнала, новые впереди"""
    asked = journal.Asked(person=query_data.pop("q"), **query_data)
    return as_page(journal.records(me(), asked), lambda row: row)
