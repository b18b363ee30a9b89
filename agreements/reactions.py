"""What follows a step of an agreement, after the commit: the registered rendition, letters to those concerned."""

from __future__ import annotations

from sqlalchemy import select

from agreements.documents import order
from agreements.models import Agreement
from core.db import db, transaction
from core.documents.issuing import issue
from core.workflow import handler
from core.workflow.models import Job


@handler("agreements.issue_registered")
def issue_registered(job: Job) -> None:
    """The rendition with number and date, issued once per registration; it names the hash the visas were given for."""
    with transaction():
        agreement = db.session.scalars(
            select(Agreement).where(Agreement.id == job.payload["id"]).with_for_update()
        ).one()
        revision = agreement.current
        if revision is None or not agreement.number:
            return
        numbers = "+".join(party.reg_number for party in agreement.parties if party.reg_number)
        issue(
            order(
                agreement,
                "registered",
                revision=revision.number,
                key=f"agreement:{agreement.id}:registered:{revision.number}:{numbers}",
                status_label=f"зарегистрирован; визы и подписи даны на текст {revision.document_hash[:12]}",
                data=revision.data,
                clauses=agreement.clauses or None,
            )
        )
