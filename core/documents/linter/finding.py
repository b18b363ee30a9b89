"""Documents room, the linter: one departure, as it is told to a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` names the page's element, `what` says what is wrong there and what is expected."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
