"""Scheduling: what follows when days are moved, before anybody is asked. Pure.

The plan's own days stand: what follows is pushed only as far as the move makes necessary. A plan may already let an
activity begin before the one it waits for is done; such an overlap is the parties' will and is kept, not repaired, so
that moving nothing changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from roadmap.scheduling.network import Activity, Days, Key, Link, Network


@dataclass(frozen=True)
class Move:
    """The new last day of an activity; `starts_on` moves its first day too (None leaves it)."""

    due_on: date
    starts_on: date | None = None


@dataclass(frozen=True)
class Shift:
    """Where an activity stands after the moves, beside where it stood."""

    key: Key
    was_start: date | None
    was_due: date | None
    start: date | None
    due: date | None
    pushed_by: Key | None = None
    """The activity before it that pushed it; None for what the person moved."""

    @property
    def days(self) -> int:
        """Calendar days the last day moved by; 0 where it had none before."""
        return (self.due - self.was_due).days if self.due and self.was_due else 0

    @property
    def moved(self) -> bool:
        return (self.start, self.due) != (self.was_start, self.was_due)


def what_if(network: Network, moves: Mapping[Key, Move], days: Days) -> dict[Key, Shift]:
    """Every activity after the moves, in the order of the links. What is done stays at its fact.

    Later moves give later days, never earlier ones; without moves every activity stays where it is.
    """
    standing: dict[Key, Shift] = {}
    for key in network.order:
        standing[key] = _stands(network.activities[key], network.before.get(key, []), standing, days)
    after = _Pass(network, moves, days, standing)
    for key in network.order:
        after.placed[key] = after.place(network.activities[key])
    return after.placed


def _stands(activity: Activity, links: list[Link], standing: Mapping[Key, Shift], days: Days) -> Shift:
    """Where the plan has it; a last day that only a link gives is computed from the one before."""
    due = activity.finish
    if due is None:
        given = [days.needed(link, finish) for link in links if link.term and (finish := standing[link.before].due)]
        due = max(given, default=None)
    return Shift(activity.key, activity.starts_on, due, activity.starts_on, due)


@dataclass
class _Pass:
    """One pass in the order of the links, over where everything stood."""

    network: Network
    moves: Mapping[Key, Move]
    days: Days
    standing: Mapping[Key, Shift]
    placed: dict[Key, Shift] = field(default_factory=dict)

    def place(self, activity: Activity) -> Shift:
        was = self.standing[activity.key]
        if activity.done or (was.was_due is None and activity.key not in self.moves):
            return was
        links = self.network.before.get(activity.key, [])
        start, due, by = self._own(activity, was, links)
        push = timedelta(0)
        for link in links:
            further = self._push(link, was, _first(start, due))
            if further > push:
                push, by = further, link.before
        if push and due is not None:
            due, start = due + push, start if start is None or activity.started else start + push
        return Shift(activity.key, was.was_start, was.was_due, start, due, by)

    def _own(self, activity: Activity, was: Shift, links: list[Link]) -> tuple[date | None, date | None, Key | None]:
        """Where it would stand before anything pushes it: where the person put it, or where its term follows to."""
        move = self.moves.get(activity.key)
        if move is not None:
            return move.starts_on or was.was_start, move.due_on, None
        for link in links:
            if link.term and self._follows(link, was):
                finish = self.placed[link.before].due
                assert finish is not None
                assert was.was_due is not None
                by = self.days.needed(link, finish) - was.was_due
                start = was.was_start
                start = start if start is None or activity.started else start + by
                return start, was.was_due + by, link.before if by else None
        return was.was_start, was.was_due, None

    def _follows(self, link: Link, was: Shift) -> bool:
        """The last day is exactly what «в течение N дней после» gives: it moves with the one before, both ways."""
        finish = self.standing[link.before].was_due
        return finish is not None and was.was_due == self.days.needed(link, finish)

    def _push(self, link: Link, was: Shift, held: date | None) -> timedelta:
        """How much further the link drives the activity; what the plan overlaps already is allowed."""
        finish, then = self.placed[link.before].due, self.standing[link.before].was_due
        stood = _first(was.was_start, was.was_due)
        if finish is None or then is None or held is None or (link.term and self._follows(link, was)):
            return timedelta(0)
        plain = Link(link.before, link.after) if link.term else link
        overlap = timedelta(0) if stood is None else max(self.days.needed(plain, then) - stood, timedelta(0))
        return max(self.days.needed(plain, finish) - overlap - held, timedelta(0))


def _first(start: date | None, due: date | None) -> date | None:
    return min(start, due) if start and due else due
