"""The manifest of a pack, made of the journal's last record alone: what was not written there cannot come in later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

FORMAT = "soglasovano-evidence/2"
NAME = "manifest.json"

Row = Mapping[str, Any]


def as_json(value: Any) -> bytes:
    """JSON as every member of a pack is written."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=_as_text).encode()


def _as_text(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in evidence")


def own_journal(agreement_id: Any) -> str:
    """Where the agreement's own journal stands in its pack."""
    return f"audit/agreement-{agreement_id}.json"


def made_of(record: Row, journal: bytes) -> dict[str, Any]:
    """The manifest as the record of the packing tells it; `journal` is the file that ends with that record."""
    path = own_journal(record["subject_id"])
    last = {"path": path, "sha256": hashlib.sha256(journal).hexdigest(), "size": len(journal), "what": "journal"}
    return {
        "format": FORMAT,
        "agreement": record["data"]["agreement"],
        "made": {
            "at": record["at"],
            "by": record["actor_name"],
            "organisation": record["organisation_name"],
        },
        "files": [*record["data"]["files"], last],
    }  # fmt: skip


def is_manifest(value: Any) -> bool:
    """Whether a file has the shape of a manifest."""
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return False
    about, rows = value.get("agreement"), value.get("files")
    if not (isinstance(about, dict) and isinstance(about.get("id"), int) and isinstance(about.get("title"), str)):
        return False
    return isinstance(rows, list) and are_rows(rows)


def are_rows(rows: Any) -> bool:
    """Whether a list has the rows of a manifest, and nothing else."""
    kinds = {"path": str, "sha256": str, "size": int, "what": str}
    whole = [
        row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and not [name for name, kind in kinds.items() if not isinstance(row.get(name), kind)]
    ]
    return bool(rows) and whole == rows
