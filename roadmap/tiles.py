"""What other rooms show on the plan's dashboard: they declare it here, so that this room need not know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts.actor import Actor


@dataclass(frozen=True)
class Tile:
    """A heading and its lines: (label, count, address)."""

    title: Any
    lines: Callable[[Actor], Sequence[tuple[Any, Any, str]]]


_tiles: dict[str, Tile] = {}


def declare(name: str, tile: Tile) -> None:
    """Declare a tile once, when the rooms are joined."""
    _tiles[name] = tile


def tiles() -> list[Tile]:
    return list(_tiles.values())
