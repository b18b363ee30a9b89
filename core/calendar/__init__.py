"""Working days of Russia and the deadlines counted in them; an administrator may correct a day."""

from core.calendar.days import add_working_days, deadline, is_working, working_days_between
from core.calendar.terms import days_words, late_by, late_words, left_words

__all__ = [
    "add_working_days", "days_words", "deadline", "is_working", "late_by", "late_words", "left_words",
    "working_days_between",
]  # fmt: skip
