"""Working days of Russia and the deadlines counted in them; an administrator may correct a day."""

from core.calendar.days import add_working_days, deadline, is_working, working_days_between

__all__ = ["add_working_days", "deadline", "is_working", "working_days_between"]
