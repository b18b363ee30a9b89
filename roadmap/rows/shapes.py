"""What rows of a plan's table are read against, and what they become."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

AMBIGUOUS = -1
"""An organisation's name that two of them bear."""


@dataclass(frozen=True)
class Known:
    """What a row is read against: the plan's period, its sides, the directory.

    Names are as `meanings.same` has them.
    """

    start: date
    end: date
    sides: Mapping[str, str]
    """Name of a party → its side."""
    organisations: Mapping[str, int]
    """ИНН, full or short name → id, or AMBIGUOUS."""
    indicators: Collection[str]
    """Codes in lower case."""
    parties: Mapping[str, int] = field(default_factory=dict)
    """Side → the organisation that stands for it."""
    items: Mapping[str, int] = field(default_factory=dict)
    """Number of an item of the plan → id."""


@dataclass(frozen=True)
class Fault:
    """What cannot be taken: the row's number, the meaning of the column, the reason in words."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Before:
    """An item this one waits for."""

    code: str
    lag_days: int = 0
    blocking: bool = True
    lag_working: bool = False


@dataclass
class Row:
    """A row as read. `terms` are what `roadmap.terms.checked` takes; `after_code` stands for `after_item_id`.

    `notes` are no faults: what was assumed, or which date the words did not give.
    """

    number: int
    section: int | None = None
    place: int | None = None
    section_words: str = ""
    terms: dict[str, Any] = field(default_factory=dict)
    after_code: str = ""
    depends: list[Before] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)
    """Codes, as `Known.indicators` has them."""
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"{self.section}.{self.place}" if self.section and self.place else ""
