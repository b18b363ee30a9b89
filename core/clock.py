"""The one clock that decides business dates: UTC inside, Europe/Moscow for people. Tests can set it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _source()


def today() -> date:
    """The calendar day in Moscow: the day an act is dated."""
    return now().astimezone(MOSCOW).date()


def in_moscow(moment: datetime) -> datetime:
    """The same moment as the people see it."""
    return moment.astimezone(MOSCOW)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block."""
    global _source
    before = _source
    _source = lambda: moment  # noqa: E731
    try:
        yield
    finally:
        _source = before
