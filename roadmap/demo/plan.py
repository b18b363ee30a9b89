"""What the demo plan says («образец»), read from plan.json: sections, items, indicators. No real plan is behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Line:
    """One item of the plan. Sides: m, c, b (both). Days: first start, first due, last due (empty: the plan's end)."""

    code: str
    title: str
    term: str
    start: date
    due: date
    side: str
    unit: str
    result: str
    document: str
    co: str = ""
    points: tuple[tuple[str, str], ...] = ()
    repeat: str = "once"
    until: date | None = None
    previous: bool = False
    """The due day lies after the period reported on."""
    indicator: str = ""
    basis: str = ""
    org: str = ""
    """The demo organisation at work, where it is not the side itself."""
    template: str = ""
    after: tuple[str, ...] = ()
    """Items that come before it."""


def dated(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The row with its ISO days as days and its lists as tuples."""
    taken = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return taken | {name: date.fromisoformat(row[name]) for name in names if row.get(name)}


_DATA = json.loads(Path(__file__).with_name("plan.json").read_text(encoding="utf-8"))

TITLE: str = _DATA["title"]
START, END = date.fromisoformat(_DATA["start"]), date.fromisoformat(_DATA["end"])
SECTIONS: dict[int, str] = {int(number): title for number, title in _DATA["sections"].items()}
LINES = tuple(Line(**dated(row, "start", "due", "until")) for row in _DATA["items"])
INDICATORS: list[dict[str, Any]] = _DATA["indicators"]
"""P-… by the operator's list, shortened; S-… our own. `plan` by year."""
SIDES = {"m": "ministry", "c": "corporation", "b": "both"}
