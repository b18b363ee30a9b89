"""Scheduling: activities with their days and the links between them, in an order that respects the links."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

Key = Hashable
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Activity:
    """What is planned: the first and the last day. Without a first day it is a point; without a last day it has no
    place in time unless a link gives it one."""

    key: Key
    starts_on: date | None = None
    due_on: date | None = None
    fact_on: date | None = None
    """The day it was done: it stays there whatever moves."""
    started: bool = False
    """At work already: what comes before no longer moves its first day, only its last."""

    @property
    def done(self) -> bool:
        return self.fact_on is not None

    @property
    def finish(self) -> date | None:
        return self.fact_on or self.due_on

    @property
    def first(self) -> date | None:
        """The first day, never after the last."""
        if self.starts_on is None or self.due_on is None:
            return self.due_on
        return min(self.starts_on, self.due_on)


@dataclass(frozen=True)
class Link:
    """`after` begins on a day after `before` is done and `lag` more days (working ones, if so said) have passed.

    `term`: «в течение `lag` (рабочих) дней после» – the link sets the last day of `after`, not its first.
    """

    before: Key
    after: Key
    lag: int = 0
    working: bool = False
    term: bool = False


@dataclass(frozen=True)
class Days:
    """Arithmetic of days: working days are the caller's, because the production calendar needs the database."""

    add_working: Callable[[date, int], date]

    def add(self, day: date, days: int, working: bool) -> date:
        return self.add_working(day, days) if working and days else day + timedelta(days=days)

    def needed(self, link: Link, finish: date) -> date:
        """The earliest first day of `link.after` (its last day for a term) when `link.before` is done on `finish`."""
        return self.add(finish, link.lag if link.term else link.lag + 1, link.working)


class Circle(ValueError):
    """The links close a circle: `keys` names it, the first key again at the end."""

    def __init__(self, keys: Sequence[Key]) -> None:
        super().__init__(" → ".join(map(str, keys)))
        self.keys = tuple(keys)


@dataclass
class Network:
    """Activities and links, without circles. Links to what is not there are left out. Raises Circle."""

    activities: Mapping[Key, Activity]
    links: Sequence[Link]
    before: dict[Key, list[Link]] = field(default_factory=dict)
    after: dict[Key, list[Link]] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)

    @classmethod
    def of(cls, activities: Iterable[Activity], links: Iterable[Link]) -> Network:
        known = {activity.key: activity for activity in activities}
        network = cls(known, [link for link in links if link.before in known and link.after in known])
        for link in network.links:
            network.before.setdefault(link.after, []).append(link)
            network.after.setdefault(link.before, []).append(link)
        network.order = network._ordered()
        return network

    def _ordered(self) -> list[Key]:
        """Every activity after all that come before it (Kahn), in the order given where the links leave it open."""
        waiting = {key: len(self.before.get(key, ())) for key in self.activities}
        ready = [key for key, count in waiting.items() if not count]
        for key in ready:
            for link in self.after.get(key, ()):
                waiting[link.after] -= 1
                if not waiting[link.after]:
                    ready.append(link.after)
        if len(ready) < len(self.activities):
            raise Circle(circle_in(self.links) or [])
        return ready

    @property
    def linked(self) -> set[Key]:
        return {*self.before, *self.after}


def circle_in(links: Iterable[Link]) -> list[Key] | None:
    """Some circle among the links as a walk that ends where it began; None where there is none."""
    following: dict[Key, list[Key]] = {}
    for link in links:
        following.setdefault(link.before, []).append(link.after)
    return next(circles(following), None)


def circles(following: Mapping[Name, Sequence[Name]]) -> Iterator[list[Name]]:
    """Circles as they are walked («2.1», «2.4», «2.1»). `following`: a key → those one goes on to.

    A graph with many circles through one another shows those a single walk finds: each broken, the next is found.
    """
    finished: set[Name] = set()
    for start in following:
        if start not in finished:
            yield from _walk(start, following, finished)


def _walk(start: Name, following: Mapping[Name, Sequence[Name]], finished: set[Name]) -> Iterator[list[Name]]:
    """Depth first without recursion: a plan of ten thousand items in one line must not exhaust the stack."""
    path, places, turns = [start], {start: 0}, [iter(following.get(start, ()))]
    while turns:
        one = next(turns[-1], None)
        if one is None:
            turns.pop()
            left = path.pop()
            del places[left]
            finished.add(left)
        elif one in places:
            yield [*path[places[one] :], one]
        elif one not in finished:
            places[one] = len(path)
            path.append(one)
            turns.append(iter(following.get(one, ())))


def way(links: Iterable[Link], start: Key, end: Key) -> list[Key] | None:
    """The shortest way along the links from `start` to `end`, both named; None where there is none."""
    following: dict[Key, list[Key]] = {}
    for link in links:
        following.setdefault(link.before, []).append(link.after)
    came: dict[Key, Key | None] = {start: None}
    queue = [start]
    for key in queue:
        if key == end:
            return _back(came, end)
        for one in following.get(key, ()):
            if one not in came:
                came[one] = key
                queue.append(one)
    return None


def _back(came: Mapping[Key, Key | None], end: Key) -> list[Key]:
    path: list[Key] = []
    key: Key | None = end
    while key is not None:
        path.append(key)
        key = came[key]
    return path[::-1]
