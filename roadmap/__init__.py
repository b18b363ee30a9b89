"""The domain of plans: roadmaps, items, changes, meetings, initiatives, indicators, reports. May import core."""
