"""The order of locks: a parent before what descends from it, so that two acts never wait for each other."""

from __future__ import annotations

from sqlalchemy import select

from agreements.models import Agreement
from core.db import db
from core.db import locked as row_locked


def locked(agreement_id: int) -> Agreement | None:
    """The agreement under its lock, its parent's row being locked first. Inside the caller's transaction."""
    parent_id = db.session.scalar(select(Agreement.parent_id).where(Agreement.id == agreement_id))
    if parent_id is not None:
        row_locked(Agreement, parent_id)
    return row_locked(Agreement, agreement_id)
