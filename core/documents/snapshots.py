"""Documents room: the data of a document as plain JSON, so that rendering it again gives the same text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def to_json(value: Any) -> Any:
    """A snapshot as plain JSON; dates and decimals are tagged, so that rendering it again gives the same text."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


_TAGS: dict[str, Any] = {"$moment": datetime.fromisoformat, "$date": date.fromisoformat, "$decimal": Decimal}


def from_json(value: Any) -> Any:
    """The snapshot as the template takes it."""
    if isinstance(value, Mapping):
        if len(value) == 1 and (tag := next(iter(value))) in _TAGS:
            return _TAGS[tag](value[tag])
        return {key: from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value
