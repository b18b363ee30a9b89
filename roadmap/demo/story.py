"""What has happened to the demo plan so far: who did what on which day. Acts after today are left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from roadmap.demo.plan import dated


@dataclass(frozen=True)
class Scene:
    """One occurrence brought to a state: `end` is done, confirmation, review, returned or progress."""

    code: str
    period: str
    end: str
    begun: date
    fact: date | None = None
    """The day of the result."""
    sent: date | None = None
    """The day it was presented, where that is later."""
    note: str = ""
    percent: int = 0
    risk: str = "none"
    forecast: date | None = None
    told: date | None = None
    """The day of the last word on progress."""
    value: str = ""
    """What is declared for the linked indicator."""


SCENES = tuple(
    Scene(**dated(row, "begun", "fact", "sent", "forecast", "told"))
    for row in json.loads(Path(__file__).with_name("story.json").read_text(encoding="utf-8"))
)
