"""Russian document language: dates as papers write them."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from core.clock import in_moscow
from core.errors import NotValid

NBSP = "\N{NO-BREAK SPACE}"
MONTHS = (  # in the genitive
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
# To be written in by hand: an agreement is signed before its date is known.
BLANK = f"«___»{NBSP}____________ 20__{NBSP}г."


def date_long(value: object) -> str:
    """«10» января 2026 г. (of an agreement). None gives the blank line to write the date in by hand."""
    if value is None:
        return BLANK
    day = _day(value)
    return f"«{day.day:02}»{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г."


def date_words(value: object) -> str:
    """10 января 2026 г."""
    day = _day(value)
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}{NBSP}г."


def date_short(value: object) -> str:
    """10.01.2026"""
    day = _day(value)
    return f"{day.day:02}.{day.month:02}.{day.year}"


def _day(value: object) -> date:
    """The day of a date, of a moment (in Moscow, if it knows its zone), of an ISO text. Raises NotValid."""
    if isinstance(value, datetime):
        return (in_moscow(value) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    text = str(value)
    try:
        return _day(datetime.fromisoformat(text)) if isinstance(value, str) else _refused(text)
    except ValueError:
        return _refused(text)


def _refused(text: str) -> date:
    raise NotValid(_l("Это не дата: «%(value)s» (нужен вид 2026-01-10)", value=text))
