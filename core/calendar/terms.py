"""How late and how soon, in the measure of the whole service: working days; and the words for it."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _

from core.calendar.days import working_days_between


def late_by(due: date | datetime, until: date | datetime) -> int:
    """For how many working days the term is over at `until`; 0 on days off right after it."""
    return max(working_days_between(due, until), 0)


def late_words(days: int) -> str:
    """«просрочено на 3 раб. дн.»; «просрочено» while no working day has passed."""
    return str(_("просрочено на %(n)s раб. дн.", n=days)) if days > 0 else str(_("просрочено"))


def left_words(days: int) -> str:
    """«осталось 3 раб. дн.», «сегодня»."""
    return str(_("осталось %(n)s раб. дн.", n=days)) if days > 0 else str(_("сегодня"))


def days_words(days: int) -> str:
    """«12 раб. дн.»"""
    return str(_("%(n)s раб. дн.", n=days))
