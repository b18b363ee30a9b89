"""Circles among dependencies, named by the numbers on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def circles(after: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Each circle once, as it is walked: ["2.1", "2.4", "2.1"]. `after`: what waits → what it waits for.

    A graph with many circles through one another shows those a single walk finds: each broken, the next is found.
    """
    done: set[str] = set()
    found: list[list[str]] = []
    for start in after:
        if start not in done:
            _walk(start, after, done, found)
    return found


def _walk(start: str, after: Mapping[str, Sequence[str]], done: set[str], found: list[list[str]]) -> None:
    """Depth first without recursion: a plan of thousands of items in a row is no deep stack."""
    path: list[str] = [start]
    places = {start: 0}
    turns = [iter(after.get(start, ()))]
    while turns:
        following = next(turns[-1], None)
        if following is None:
            turns.pop()
            left = path.pop()
            del places[left]
            done.add(left)
        elif following in places:
            found.append([*path[places[following] :], following])
        elif following not in done:
            places[following] = len(path)
            path.append(following)
            turns.append(iter(after.get(following, ())))
