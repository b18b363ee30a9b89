"""A file of the pack, and its row in the manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.store import digest


@dataclass
class Member:
    """A file of the pack: what it is, and what of the service it proves."""

    path: str
    content: bytes
    what: str
    proves: dict[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        size, sha256 = len(self.content), digest(self.content)
        return {"path": self.path, "sha256": sha256, "size": size, "what": self.what, **self.proves}
