"""The tables of steps: plan, item, change request, decision of a meeting, initiative, report."""

from roadmap.states.editions import roadmap
from roadmap.states.items import roadmap_item

__all__ = ["roadmap", "roadmap_item"]
