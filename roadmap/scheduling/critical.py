"""Scheduling: reserves and the critical path (ISO 21511 and the usual critical path method). Pure.

The plan's first days are kept as «not earlier than». An activity's reserve (total float) is how many calendar days its
end may slip before the last of the linked activities ends later; the critical path has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from roadmap.scheduling.network import Activity, Days, Key, Link, Network

ONE = timedelta(days=1)


@dataclass(frozen=True)
class Reserve:
    """Earliest and latest first and last day of an activity; `days` is the reserve."""

    key: Key
    start: date
    finish: date
    latest_start: date
    latest_finish: date

    @property
    def days(self) -> int:
        return (self.latest_finish - self.finish).days

    @property
    def critical(self) -> bool:
        return self.days == 0


def reserves(network: Network, days: Days) -> dict[Key, Reserve]:
    """The reserve of every linked activity that has a place in time. Activities without links have no chain: left out.

    What is done is fixed at its fact and has no reserve to speak of; it is left out too, after it pushed what follows.
    """
    early = _earliest(network, days)
    open_ones = [key for key in early if not network.activities[key].done]
    if not open_ones:
        return {}
    end = max(early[key][1] for key in open_ones)
    latest: dict[Key, date] = {}
    for key in reversed(network.order):
        if key in early and not network.activities[key].done:
            latest[key] = _latest(key, network, early, latest, end, days)
    found = {}
    for key in open_ones:
        start, finish = early[key]
        found[key] = Reserve(key, start, finish, latest[key] - (finish - start), latest[key])
    return found


def critical_path(network: Network, days: Days) -> list[Key]:
    """The linked activities without reserve, in the order of the links."""
    return [key for key, reserve in reserves(network, days).items() if reserve.critical]


def _earliest(network: Network, days: Days) -> dict[Key, tuple[date, date]]:
    """Forward: not before the plan's own first day, not before the links allow."""
    early: dict[Key, tuple[date, date]] = {}
    linked = network.linked
    for key in network.order:
        if key in linked:
            placed = _place(network.activities[key], network.before.get(key, []), early, days)
            if placed is not None:
                early[key] = placed
    return early


def _place(
    activity: Activity, links: list[Link], early: Mapping[Key, tuple[date, date]], days: Days
) -> tuple[date, date] | None:
    if activity.fact_on is not None:
        return min(activity.starts_on or activity.fact_on, activity.fact_on), activity.fact_on
    needs = [_need(link, early[link.before][1], days) for link in links if link.before in early]
    first, due = activity.first, activity.due_on
    if first is None or due is None:
        given = [days.needed(link, early[link.before][1]) for link in links if link.term and link.before in early]
        return (max(needs), max([*needs, *given])) if needs else None
    start = first if activity.started else max([first, *needs])
    return start, start + (due - first)


def _need(link: Link, finish: date, days: Days) -> date:
    """For «в течение N дней после» the first day is the day after: its last day is the plan's own."""
    return finish + ONE if link.term else days.needed(link, finish)


def _latest(
    key: Key,
    network: Network,
    early: Mapping[Key, tuple[date, date]],
    latest: Mapping[Key, date],
    end: date,
    days: Days,
) -> date:
    """Backward: the last day that still lets everything after it end no later than it must."""
    found = end
    finish = early[key][1]
    for link in network.after.get(key, ()):
        if link.after in latest and not network.activities[link.after].started:
            start, ends = early[link.after]
            limit = latest[link.after] - (ends - start)
            found = min(found, _last_before(link, limit, finish, days))
    return max(found, finish)


def _last_before(link: Link, limit: date, finish: date, days: Days) -> date:
    """The latest end of `link.before` that lets `link.after` begin on `limit`; never before its earliest end."""
    low, high = finish, max(limit, finish)
    while low < high:
        middle = low + (high - low + ONE) // 2
        if _need(link, middle, days) <= limit:
            low = middle
        else:
            high = middle - ONE
    return low
