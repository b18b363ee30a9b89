"""The plan as a network of activities: what a moved day pushes, how much reserve is left, the critical path. Pure."""

from roadmap.scheduling.critical import Reserve, critical_path, reserves
from roadmap.scheduling.network import Activity, Circle, Days, Link, Network
from roadmap.scheduling.whatif import Move, Shift, what_if

__all__ = [
    "Activity",
    "Circle",
    "Days",
    "Link",
    "Move",
    "Network",
    "Reserve",
    "Shift",
    "critical_path",
    "reserves",
    "what_if",
]
