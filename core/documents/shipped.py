"""Documents room: the templates that ship, registered as versions of their kinds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from core import clock
from core.accounts.actor import SYSTEM
from core.db import db, transaction
from core.documents import kinds
from core.documents.models import DocumentTemplate
from core.store import files
from core.web.kept import russian


def install_shipped() -> int:
    """Register the templates that ship, where the file is new; returns how many were added.

    A shipped version becomes active only where no version uploaded by a person is.
    """
    with transaction():
        known: dict[str, list[DocumentTemplate]] = defaultdict(list)
        for row in db.session.scalars(select(DocumentTemplate)):
            known[row.kind].append(row)
        return sum(_install(kind, known[kind.name]) for kind in kinds.all_kinds() if kind.template_path.exists())


def _install(kind: kinds.Kind, versions: Sequence[DocumentTemplate]) -> bool:
    sha256 = files().put(kind.template_path.read_bytes())
    if any(version.sha256 == sha256 for version in versions):
        return False
    own = next((version for version in versions if version.state == "active"), None)
    takes_over = own is None or own.shipped
    if own is not None and takes_over:
        own.state, own.retired_at, own.retired_name = "retired", clock.now(), SYSTEM.name
        db.session.flush()
    last = max((version.version for version in versions), default=0)
    db.session.add(_version(kind, sha256, last + 1, takes_over))
    return True


def _version(kind: kinds.Kind, sha256: str, number: int, takes_over: bool) -> DocumentTemplate:
    now = clock.now()
    return DocumentTemplate(
        kind=kind.name,
        version=number,
        title=russian(kind.label),
        sha256=sha256,
        profile=str(kind.fields().get("profile", "gost-2025")),
        shipped=True,
        state="active" if takes_over else "retired",
        created_at=now,
        uploaded_name=SYSTEM.name,
        activated_name=SYSTEM.name if takes_over else "",
        activated_at=now if takes_over else None,
    )
