"""«Мои задачи» of other domains: each adds its own sections to the first page, without sign-offs knowing the domain.

The first page, the API and the daily letter ask the same sources, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts.actor import Actor

FEW = 4
"""Lines of one section: the most urgent ones; its address shows all."""


@dataclass(frozen=True)
class Line:
    """One thing that waits. Addresses are paths inside the service, so that letters can be written anywhere.

    `due` is the day, `term` how late or how soon in words, `tone` "late" or "soon" marks the row. `court`: whose move
    it is, `side` the colour of that party. `remind`: where a reminder to them is posted, "" where the person does not
    remind.
    """

    title: str
    url: str
    note: str = ""
    state: str = ""
    state_tone: str = "neutral"
    due: str = ""
    term: str = ""
    tone: str = ""
    court: str = ""
    side: str = ""
    remind: str = ""


@dataclass(frozen=True)
class Section:
    """A heading, its few most urgent lines, and where all of them are. `total` counts those not shown too.

    `name` tells the section to programs. `hint` says in one sentence what is expected of the person.
    """

    title: Any
    lines: Sequence[Line]
    total: int = 0
    url: str = ""
    name: str = ""
    hint: Any = ""

    @property
    def size(self) -> int:
        """How many there are in all."""
        return self.total or len(self.lines)


Source = Callable[[Actor], "Section | Sequence[Section] | None"]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Declare a section. `source(actor)` answers at most a screenful in one query, or None when nothing waits."""
    if source not in _sources:
        _sources.append(source)
    return source


def sections(actor: Actor) -> list[Section]:
    """The sections that have something for the actor, in the order they were declared."""
    found: list[Section] = []
    for source in _sources:
        answer = source(actor)
        found += [answer] if isinstance(answer, Section) else answer or ()
    return [section for section in found if section.lines]
