"""What a person meets in the morning: the tasks on his desk, and what else waits for him or is his to chase.

One question for the first page, the API and the daily letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts.actor import Actor
from core.signoffs import inbox_sections
from core.signoffs.inbox_sections import Section
from core.signoffs.queries.inbox import Counts, Entry, inbox_with_counts
from core.web.paging import Page

MOST, FEW = 20, 8
"""Tasks of the first page: a page of them, or only the nearest where other things wait too."""


@dataclass(frozen=True)
class Desk:
    """The nearest tasks, the sizes of the lists of tasks, the sections of the domains."""

    tasks: Page[Entry]
    counts: Counts
    sections: Sequence[Section]

    @property
    def urgent(self) -> bool:
        """Whether anything of it is overdue or due soon."""
        marked = any(line.tone for section in self.sections for line in section.lines)
        return bool(self.counts.overdue or self.counts.soon or marked)


def desk(actor: Actor) -> Desk:
    """The whole desk. A constant number of queries: the tasks', and one for each section that is declared."""
    sections = inbox_sections.sections(actor)
    page, sizes = inbox_with_counts(actor, size=FEW if sections else MOST)
    return Desk(page, sizes, sections)
