"""Reading sign-offs: the inbox, the sheet of all rounds, whose court a document is in, its timeline."""

from core.signoffs.queries.court import Court, Spent, Waiting, court, court_of
from core.signoffs.queries.inbox import (
    CAP,
    SECTIONS,
    Counts,
    Entry,
    Paper,
    counts,
    inbox,
    inbox_with_counts,
    next_task,
    papers_to_confirm,
)
from core.signoffs.queries.protocol import ProtocolView, protocol_of
from core.signoffs.queries.sheet import Sheet, remarks_of, sheet
from core.signoffs.queries.timeline import Event, timeline

__all__ = [
    "CAP", "SECTIONS", "Counts", "Court", "Entry", "Event", "Paper", "ProtocolView", "Sheet", "Spent", "Waiting",
    "counts", "court", "court_of", "inbox", "inbox_with_counts", "next_task", "papers_to_confirm", "protocol_of",
    "remarks_of", "sheet", "timeline",
]  # fmt: skip
