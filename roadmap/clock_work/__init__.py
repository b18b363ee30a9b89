"""What happens to plans by the clock: rounds open, people are reminded. Each thing once, on working days."""

from roadmap.clock_work import decisions, items, reports

__all__ = ["decisions", "items", "reports"]
