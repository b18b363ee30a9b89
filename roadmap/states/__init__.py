"""The tables of steps: plan, item, change request, decision of a meeting, initiative, report."""

from roadmap.states.changes import change_request
from roadmap.states.editions import roadmap, shown_state
from roadmap.states.initiatives import regulatory_initiative
from roadmap.states.items import roadmap_item
from roadmap.states.meetings import meeting_decision
from roadmap.states.reports import roadmap_report

__all__ = [
    "change_request",
    "meeting_decision",
    "regulatory_initiative",
    "roadmap",
    "roadmap_item",
    "roadmap_report",
    "shown_state",
]
