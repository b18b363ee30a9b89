"""«Мои задачи» of other domains: each adds its own section to the first page, without sign-offs knowing the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts.actor import Actor


@dataclass(frozen=True)
class Line:
    """One thing that waits. `due` is the term in words, `tone` "late" or "soon" marks the row."""

    title: str
    url: str
    note: str = ""
    state: str = ""
    state_tone: str = "neutral"
    due: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, its few most urgent lines, and where all of them are. `total` counts those not shown too."""

    title: Any
    lines: Sequence[Line]
    total: int = 0
    url: str = ""


Source = Callable[[Actor], Section | None]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Declare a section. `source(actor)` answers at most a screenful in one query, or None when nothing waits."""
    if source not in _sources:
        _sources.append(source)
    return source


def sections(actor: Actor) -> list[Section]:
    """The sections that have something for the actor, in the order they were declared."""
    found = [source(actor) for source in _sources]
    return [section for section in found if section is not None and section.lines]
