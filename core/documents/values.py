"""Documents room: what a template's data may hold beyond text and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

Data = Mapping[str, Any]


class NeedsParts(Exception):
    """Printing this value takes new parts in the package: only docxtpl itself can do that."""


class WithParts:
    """Raises NeedsParts when printed: that is how the renderer finds out, wherever the value came from."""

    def __html__(self) -> str:
        raise NeedsParts

    def __str__(self) -> str:
        raise NeedsParts


@dataclass(frozen=True)
class Image(WithParts):
    """A picture in the text: PNG or JPEG bytes, width in millimetres (its own size if None)."""

    data: bytes
    width_mm: float | None = None


@dataclass(frozen=True)
class Link(WithParts):
    """A hyperlink: what is read and where it leads. Placed with `{{r field }}`."""

    text: str
    url: str


@dataclass(frozen=True)
class Subdocument(WithParts):
    """A whole DOCX put in at `{{p field }}`."""

    data: bytes


def mapped(value: Any, change: Any) -> Any:
    """A copy of nested data in which `change` was asked about every leaf."""
    if isinstance(value, Mapping):
        return {key: mapped(item, change) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [mapped(item, change) for item in value]
    if is_dataclass(value) and not isinstance(value, type | WithParts):
        return replace(value, **{f.name: mapped(getattr(value, f.name), change) for f in fields(value) if f.init})
    return change(value)
