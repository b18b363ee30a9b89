"""Documents room: what pages and the API read of issued documents and bulk runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.accounts.access import visible_to
from core.accounts.actor import Actor
from core.db import db
from core.documents.bulkjobs import may_bulk
from core.documents.models import BulkRow, BulkRun, IssuedDocument
from core.errors import NotAllowed, NotFound
from core.web.paging import PAGE, Key, Page, page

MOST_SHOWN = 200
"""Rows with faults that a page shows; the ZIP names them all."""


def document(document_id: int, actor: Actor) -> IssuedDocument:
    """An issued document of a subject the actor may see. Raises NotFound."""
    found = db.session.scalars(
        select(IssuedDocument).where(
            IssuedDocument.id == document_id,
            visible_to(actor, IssuedDocument.subject_kind, IssuedDocument.subject_id),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(_("Документ не найден"))
    return found


def documents(
    actor: Actor, subject_kind: str = "", subject_id: int | None = None, after: str = "", before: str = "",
    size: int = PAGE,
) -> Page[Any]:  # fmt: skip
    """Issued documents the actor may see, the newest first; of one subject where it is named."""
    statement = select(IssuedDocument).where(visible_to(actor, IssuedDocument.subject_kind, IssuedDocument.subject_id))
    if subject_kind:
        statement = statement.where(IssuedDocument.subject_kind == subject_kind)
    if subject_id is not None:
        statement = statement.where(IssuedDocument.subject_id == subject_id)
    keys = [Key(IssuedDocument.id, lambda row: row.id, descending=True)]  # type: ignore[arg-type]
    return page(statement, keys, after=after, before=before, size=size, scalars=True)


def runs(actor: Actor, after: str = "", before: str = "", size: int = PAGE) -> Page[Any]:
    """Bulk runs of the actor's organisation, the newest first. Raises NotAllowed."""
    if not may_bulk(actor):
        raise NotAllowed(_("Массовый выпуск Вам недоступен"))
    statement = select(BulkRun).where(BulkRun.organisation_id == actor.organisation_id)
    keys = [Key(BulkRun.id, lambda row: row.id, descending=True)]  # type: ignore[arg-type]
    return page(statement, keys, after=after, before=before, size=size, scalars=True)


def run(run_id: int, actor: Actor) -> BulkRun:
    """A bulk run of the actor's organisation. Raises NotFound."""
    found = db.session.get(BulkRun, run_id)
    if found is None or not may_bulk(actor) or found.organisation_id != actor.organisation_id:
        raise NotFound(_("Такого выпуска нет"))
    return found


def failed_rows(run_id: int) -> Sequence[Any]:
    """The first rows that were refused: number, name, reason, faults."""
    columns = (BulkRow.number, BulkRow.name, BulkRow.reason, BulkRow.faults)
    where = (BulkRow.run_id == run_id, BulkRow.state == "failed")
    return db.session.execute(select(*columns).where(*where).order_by(BulkRow.number).limit(MOST_SHOWN)).all()
