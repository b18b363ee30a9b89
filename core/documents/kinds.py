"""The document kinds: domains register them; each has a field catalogue and a shipped template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import NotFound

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "documents"


@dataclass(frozen=True)
class Kind:
    """A kind of document: its room (folder of the template) and its names for people."""

    name: str
    room: str
    label: Any
    personal: bool = False
    """Its snapshot holds personal data."""

    @property
    def template_path(self) -> Path:
        return FOLDER / self.room / f"{self.name}.docx"

    def fields(self) -> Mapping[str, Any]:
        """The field catalogue: description, legal basis, fields."""
        found: dict[str, Any] = _json(self.template_path.with_name(f"{self.name}.fields.json"))
        return found

    def sample(self) -> dict[str, Any]:
        """A complete, realistic context."""
        found: dict[str, Any] = _json(self.template_path.with_name(f"{self.name}.sample.json"))
        return found


@lru_cache(maxsize=64)
def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Declare a kind. Called once per kind when the rooms are joined."""
    _kinds[kind.name] = kind


def kind(name: str) -> Kind:
    """Raises NotFound."""
    if name not in _kinds:
        raise NotFound(_l("Нет такого вида документа"))
    return _kinds[name]


def all_kinds() -> list[Kind]:
    return list(_kinds.values())
