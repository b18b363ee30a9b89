"""Several small lists in one query: each comes back as JSON, so that a page asks the database once, not ten times."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import JSON, Date, Select, func, literal_column, select

from core.db import UtcDateTime, db

Row = SimpleNamespace
"""A row by its column names; moments are aware, dates are dates."""


def gathered(**lists: Select[Any]) -> dict[str, list[Row]]:
    """Every list of `lists` in one query. For lists of a screenful: the database builds each as one JSON value."""
    found = db.session.execute(select(*(_as_json(name, statement) for name, statement in lists.items()))).one()
    return {name: _rows(statement, found[index]) for index, (name, statement) in enumerate(lists.items())}


def _as_json(name: str, statement: Select[Any]) -> Any:
    rows = statement.subquery()
    postgres = db.engine.dialect.name == "postgresql"
    pairs: list[Any] = []
    for column in rows.c:
        stored = isinstance(column.type, JSON) and not postgres
        pairs += [literal_column(f"'{column.key}'"), func.json(column) if stored else column]
    build, collect = ("json_build_object", "json_agg") if postgres else ("json_object", "json_group_array")
    return select(getattr(func, collect)(getattr(func, build)(*pairs))).scalar_subquery().label(name)


def _rows(statement: Select[Any], value: Any) -> list[Row]:
    items = json.loads(value) if isinstance(value, str) else value or []
    readers = {column.key: reader for column in statement.selected_columns if (reader := _reader(column.type))}
    for item in items:
        for name, reader in readers.items():
            if item[name] is not None:
                item[name] = reader(item[name])
    return [Row(**item) for item in items]


def _reader(kind: Any) -> Callable[[str], Any] | None:
    if isinstance(kind, UtcDateTime):
        return _moment
    return date.fromisoformat if isinstance(kind, Date) else None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
