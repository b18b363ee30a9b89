"""The page of the audit journal."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request

from core.accounts import journal
from core.accounts.forms import number_or_none
from core.accounts.login import me
from core.accounts.views.blueprint import bp


@bp.get("/journal")
def journal_page() -> Any:
    """The journal, for those entitled."""
    asked = journal.Asked(
        kind=request.args.get("kind", ""),
        subject_id=number_or_none(request.args.get("subject")),
        person=request.args.get("person", ""),
        since=_day(request.args.get("since", "")),
        until=_day(request.args.get("until", "")),
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
    )
    return render_template(
        "audit/journal.html", page=journal.records(me(), asked), asked=asked, kinds=journal.kinds(), journal=journal
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
