"""The tables of steps: plan, item, change request, decision of a meeting, initiative, report."""

from roadmap.states.changes import change_request
from roadmap.states.editions import roadmap, shown_state
from roadmap.states.items import roadmap_item

__all__ = ["change_request", "roadmap", "roadmap_item", "shown_state"]
