"""What an import of values would declare: было → стало, as it is kept with the run and shown before it is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from roadmap.declaring.reading import Entry
from roadmap.measures import BREAKDOWNS
from roadmap.periods import label
from roadmap.queries.indicators import figure

MOST_ROWS = 1_000
"""Rows that are shown; all of them are counted and taken."""
STATES = ("new", "changed", "same", "kept")


def preview_of(entries: Sequence[Entry], names: Mapping[int, str]) -> dict[str, Any]:
    """{"rows", "new", "changed", "same", "kept"}; rows that declare something come first. `names`: organisations."""
    counted = Counter(entry.state for entry in entries)
    ordered = sorted(entries, key=lambda entry: entry.state not in ("new", "changed"))
    rows = [_row(entry, names) for entry in ordered[:MOST_ROWS]]
    return {"rows": rows, **{state: counted[state] for state in STATES}}


def _row(entry: Entry, names: Mapping[int, str]) -> dict[str, Any]:
    new = entry.new
    region = f"{BREAKDOWNS['region']} {new.region_code}" if new.region_code else ""
    about = [names.get(new.organisation_id or 0, ""), region, new.speciality]
    return {
        "row": entry.row,
        "code": entry.indicator.code,
        "name": entry.indicator.name,
        "period": label(new.period),
        "about": ", ".join(part for part in about if part),
        "was": told(entry.was),
        "now": told(new),
        "verified": told(entry.verified),
        "state": entry.state,
    }


def told(value: Any) -> str:
    """A value in words; "" where there is none. What was not provided is said, never written as a zero."""
    if value is None:
        return ""
    return _("сведения не предоставлены") if value.not_provided else figure(value.value)
