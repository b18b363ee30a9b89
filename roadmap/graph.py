"""Dependencies as a graph: circles, what follows a moved day, the critical path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from core.db import db
from roadmap.models import Dependency


def edges_of(roadmap_id: int) -> list[tuple[int, int]]:
    """(before, after) of every dependency of a plan. One query."""
    rows = db.session.execute(
        select(Dependency.after_id, Dependency.item_id).where(Dependency.roadmap_id == roadmap_id)
    )
    return [(row.after_id, row.item_id) for row in rows]


def would_close_a_circle(roadmap_id: int, item_id: int, after_id: int) -> bool:
    """Whether `after` already waits, directly or not, for `item`."""
    return after_id in reachable(item_id, edges_of(roadmap_id))


def reachable(start: int, edges: Iterable[tuple[int, int]]) -> set[int]:
    """Everything that follows `start`."""
    following = successors(edges)
    seen: set[int] = set()
    stack = [start]
    while stack:
        for one in following.get(stack.pop(), ()):
            if one not in seen:
                seen.add(one)
                stack.append(one)
    return seen


def successors(edges: Iterable[tuple[int, int]]) -> Mapping[int, list[int]]:
    following: dict[int, list[int]] = {}
    for before, after in edges:
        following.setdefault(before, []).append(after)
    return following


def circle(edges: Iterable[tuple[int, int]]) -> list[int]:
    """Some circle among the edges, as the ids on it; empty where there is none."""
    edges = list(edges)
    for before, after in edges:
        if before == after or before in reachable(after, edges):
            return [before, after]
    return []
